//! One blob from its source: read on where it breaks, checked in length and digest.

use std::collections::VecDeque;
use std::time::Duration;

use bytes::Bytes;
use futures_util::StreamExt;
use tokio::time::timeout;

use crate::model::{Attempt, Descriptor, Failure, Fault, Hasher, Repository};
use crate::registry::{BlobStream, Givers, ReadRegistry};

use super::retry_budget::RetryBudget;

/// How long a registry may take to say that a blob ends.
const END: Duration = Duration::from_secs(1);

/// The state of the hash is kept at steps of this many bytes, so that it can be taken up again.
const CHECKPOINT_STEP: u64 = 8 * 1024 * 1024;
/// How many such states are kept: more bytes than the buffers between here and a target hold.
const CHECKPOINTS: usize = 8;

/// Reads a blob; its last byte is handed out only when the whole has the digest it should have.
pub(super) struct Download<R> {
    registry: R,
    repository: Repository,
    blob: Descriptor,
    /// How many bytes of the blob went into `hasher`.
    position: u64,
    hasher: Hasher,
    /// States of the hash by position, the latest last; the first is never above what a target
    /// may have to be sent again.
    checkpoints: VecDeque<(u64, Hasher)>,
    stream: Option<BlobStream>,
    /// Who gave the bytes that were read, stream by stream.
    givers: Vec<Givers>,
    budget: RetryBudget,
}

impl<R: ReadRegistry> Download<R> {
    pub(super) fn new(registry: R, repository: Repository, blob: Descriptor) -> Self {
        let hasher = Hasher::new(blob.digest.algorithm());
        Self {
            registry,
            repository,
            blob,
            position: 0,
            checkpoints: VecDeque::from([(0, hasher.clone())]),
            hasher,
            stream: None,
            givers: vec![],
            budget: RetryBudget::begin(0),
        }
    }

    /// Returns how many bytes were read.
    pub(super) fn position(&self) -> u64 {
        self.position
    }

    /// Tells whether reading can begin again at `offset`.
    pub(super) fn can_rewind(&self, offset: u64) -> bool {
        self.checkpoints
            .front()
            .is_some_and(|(position, _)| *position <= offset)
    }

    /// Goes back to the last checkpoint at or before `offset`, else to the beginning, and returns
    /// where that is.
    pub(super) fn rewind(&mut self, offset: u64) -> u64 {
        self.checkpoints.retain(|(position, _)| *position <= offset);
        if self.checkpoints.is_empty() {
            let begin = Hasher::new(self.blob.digest.algorithm());
            self.checkpoints.push_back((0, begin));
        }
        if let Some((position, hasher)) = self.checkpoints.back() {
            self.position = *position;
            self.hasher = hasher.clone();
        }
        self.stream = None;
        self.budget = RetryBudget::begin(self.position);
        self.position
    }

    /// Gives up the connection, and with it the place among the downloads, until more is wanted.
    pub(super) fn pause(&mut self) {
        self.stream = None;
    }

    /// Returns the next bytes; none at the end.
    pub(super) async fn next(&mut self) -> Result<Option<Bytes>, Failure> {
        if self.position == self.blob.size {
            return if self.blob.size == 0 {
                let checked = self.check_digest();
                checked.map(|()| None).map_err(|why| self.disown(why))
            } else {
                Ok(None)
            };
        }
        loop {
            match self.read_once().await {
                Ok(chunk) => {
                    let mut chunk = self.account(chunk);
                    if chunk.is_ok() && self.position == self.blob.size {
                        let ended = self.expect_end().await;
                        chunk = ended.and(chunk);
                    }
                    return chunk.map(Some).map_err(|why| self.disown(why));
                }
                Err(broken) => {
                    self.stream = None;
                    if !broken.may_pass() {
                        return Err(broken);
                    }
                    self.budget.reached(self.position);
                    let breaks = self.budget.count(&broken)?;
                    self.registry.count_retry();
                    tracing::debug!(
                        blob = %self.blob.digest, position = self.position, why = %broken,
                        "the download broke; reading on"
                    );
                    self.registry.rest(breaks).await;
                }
            }
        }
    }

    /// Says of bytes that are not the blob who gave them; they may be had elsewhere.
    fn disown(&self, failure: Failure) -> Failure {
        let (registry, fault) = (&self.registry, &failure.fault);
        if registry.disown(&self.repository, &self.blob, &self.givers, fault) {
            return failure.mended();
        }
        failure
    }

    async fn read_once(&mut self) -> Result<Bytes, Failure> {
        let cut_short = || failure(&self.repository, &self.blob, Fault::CutShort);
        let stream = match &mut self.stream {
            Some(stream) => stream,
            none => {
                let opened = self
                    .registry
                    .open_blob(&self.repository, &self.blob, self.position)
                    .await?;
                // A registry may ignore the wished offset and send again what is known.
                let mut surplus = self.position.saturating_sub(opened.offset());
                self.givers.push(opened.givers().clone());
                let stream = none.insert(opened);
                while surplus > 0 {
                    let mut chunk = next_chunk(stream, cut_short).await?;
                    let known = chunk
                        .len()
                        .min(usize::try_from(surplus).unwrap_or(usize::MAX));
                    let rest = chunk.split_off(known);
                    surplus -= known as u64;
                    if !rest.is_empty() {
                        return Ok(rest);
                    }
                }
                stream
            }
        };
        next_chunk(stream, cut_short).await
    }

    fn account(&mut self, chunk: Bytes) -> Result<Bytes, Failure> {
        self.hasher.update(&chunk);
        self.position += chunk.len() as u64;
        if self.position > self.blob.size {
            let size = self.blob.size;
            return Err(self.failure(Fault::TooLong { size }));
        }
        if self.position == self.blob.size {
            self.check_digest()?;
        } else if self.position >= self.last_checkpoint() + CHECKPOINT_STEP {
            self.checkpoints
                .push_back((self.position, self.hasher.clone()));
            if self.checkpoints.len() > CHECKPOINTS {
                self.checkpoints.pop_front();
            }
        }
        Ok(chunk)
    }

    /// Refuses bytes after the last one, before that is handed out. A registry that says neither that
    /// there are more nor that this is the end is believed.
    async fn expect_end(&mut self) -> Result<(), Failure> {
        // Whoever takes the last byte may never ask for the end, so the connection ends here.
        let Some(mut stream) = self.stream.take() else {
            return Ok(());
        };
        match timeout(END, stream.next()).await {
            Ok(Some(Ok(more))) if !more.is_empty() => {
                let size = self.blob.size;
                Err(self.failure(Fault::TooLong { size }))
            }
            _ => Ok(()),
        }
    }

    fn last_checkpoint(&self) -> u64 {
        self.checkpoints.back().map_or(0, |(position, _)| *position)
    }

    fn check_digest(&self) -> Result<(), Failure> {
        let found = self.hasher.clone().finish();
        if found == self.blob.digest {
            return Ok(());
        }
        Err(self.failure(Fault::OtherBytes { found }))
    }

    fn failure(&self, fault: Fault) -> Failure {
        failure(&self.repository, &self.blob, fault)
    }
}

fn failure(repository: &Repository, blob: &Descriptor, fault: Fault) -> Failure {
    let attempt = Attempt::Blob(repository.clone(), blob.digest.clone());
    Failure::new(&repository.registry, attempt, fault)
}

async fn next_chunk(
    stream: &mut BlobStream,
    cut_short: impl FnOnce() -> Failure,
) -> Result<Bytes, Failure> {
    stream.next().await.unwrap_or_else(|| Err(cut_short()))
}
