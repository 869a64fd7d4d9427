//! The bytes of a blob as a body that its upload's connection pulls: read, hashed and sent in one
//! task, so that the blobs of a run share the processors and no byte waits in a queue.

use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use bytes::Bytes;
use tokio::sync::Notify;
use tokio::time::{Instant, timeout};

use crate::model::Failure;
use crate::registry::{BodyError, ReadRegistry, UploadBody};

use super::download::Download;

/// How long a connection that is over may keep the source to itself. It mostly lets go at once; when it
/// hangs, the blob is read anew.
const LETS_GO: Duration = Duration::from_secs(1);

/// Why a body has no more bytes.
#[derive(Debug)]
enum NoMore {
    GivenUp,
    Source(Failure),
}

impl fmt::Display for NoMore {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::GivenUp => f.write_str(tr_word!("the upload was given up", "放弃了这次上传")),
            Self::Source(failure) => failure.fmt(f),
        }
    }
}

impl std::error::Error for NoMore {}

impl From<Failure> for NoMore {
    fn from(failure: Failure) -> Self {
        Self::Source(failure)
    }
}

/// A source that one upload after the other reads from, until one of them comes to its end.
pub(super) struct ResumableBody<R> {
    shared: Arc<Shared<R>>,
    /// Makes the source anew.
    source: Box<dyn Fn() -> Download<R> + Send + Sync>,
}

struct Shared<R> {
    state: Mutex<State<R>>,
    returned: Notify,
}

struct State<R> {
    /// None while a body waits for its next bytes.
    source: Option<Download<R>>,
    /// How many sources were made: one that comes back late is not the one that is read.
    sources: u32,
    /// The last bytes that were read, where a body ended before them.
    spare: Bytes,
    /// Since when a body waits for its next bytes.
    asked: Option<Instant>,
    /// Which body may read: one that was given up could still be held by its connection.
    turn: u32,
    /// How many bytes the latest body has handed out.
    handed: u64,
    /// Why the source has no more bytes.
    failure: Option<Failure>,
}

impl<R> State<R> {
    fn renew(&mut self, make: impl Fn() -> Download<R>) {
        self.source = Some(make());
        self.sources += 1;
        self.spare = Bytes::new();
        self.asked = None;
    }

    /// Takes as much of a chunk as a body has `left`; the rest is the next one's.
    fn hand_out(&mut self, left: &mut u64, mut chunk: Bytes) -> Bytes {
        let most = usize::try_from(*left).unwrap_or(usize::MAX);
        self.spare = chunk.split_off(most.min(chunk.len()));
        *left -= chunk.len() as u64;
        self.handed += chunk.len() as u64;
        chunk
    }
}

impl<R> Shared<R> {
    fn state(&self) -> MutexGuard<'_, State<R>> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl<R: ReadRegistry + 'static> ResumableBody<R> {
    pub(super) fn new(source: impl Fn() -> Download<R> + Send + Sync + 'static) -> Self {
        let state = State {
            source: None,
            sources: 0,
            spare: Bytes::new(),
            asked: None,
            turn: 0,
            handed: 0,
            failure: None,
        };
        Self {
            shared: Arc::new(Shared {
                state: Mutex::new(state),
                returned: Notify::new(),
            }),
            source: Box::new(source),
        }
    }

    /// Tells whether a body can begin at `offset` without reading all that is before it.
    pub(super) fn can_begin(&self, offset: u64) -> bool {
        let state = self.shared.state();
        let source = state.source.as_ref();
        offset == 0 || source.is_some_and(|source| source.can_rewind(offset))
    }

    /// Returns a body of `length` bytes from `offset` on.
    pub(super) fn begin(&self, offset: u64, length: u64) -> UploadBody {
        let body = self.body(offset, length);
        UploadBody::stream(futures_util::stream::unfold(body, Body::step))
    }

    fn body(&self, offset: u64, length: u64) -> Body<R> {
        let mut state = self.shared.state();
        state.turn += 1;
        state.handed = 0;
        if state.source.is_none() {
            state.renew(&self.source);
        }
        let spare = state.spare.len() as u64;
        let mut known = 0;
        // Where the last body ended, there is nothing to read again.
        if let Some(source) = &mut state.source
            && source.position() != offset + spare
        {
            known = offset.saturating_sub(source.rewind(offset));
            state.spare = Bytes::new();
        }
        Body {
            shared: self.shared.clone(),
            turn: state.turn,
            known,
            left: length,
        }
    }

    /// Waits until the bytes from `offset` on can be read, so that no upload waits for that.
    pub(super) async fn ready(&self, offset: u64) -> Result<(), Failure> {
        let next = self.body(offset, u64::MAX).next().await;
        let mut state = self.shared.state();
        state.failure = None;
        match next {
            Ok(chunk) => state.spare = chunk.unwrap_or_default(),
            Err(NoMore::Source(failure)) => return Err(failure),
            // Another has its turn.
            Err(NoMore::GivenUp) => {}
        }
        Ok(())
    }

    /// Returns how long the latest body has been waiting for the source.
    pub(super) fn waits_for(&self) -> Duration {
        let asked = self.shared.state().asked;
        asked.map_or(Duration::ZERO, |asked| asked.elapsed())
    }

    /// Begins the source anew.
    pub(super) fn renew(&self) {
        self.shared.state().renew(&self.source);
    }

    /// Lets go of the source where nobody has read of the latest body yet, so that others have its place meanwhile: an
    /// upload that has its turn and waits for a download must not wait for a download that waits for the turn.
    pub(super) fn let_go_until_read(&self) {
        let mut state = self.shared.state();
        if state.handed == 0
            && let Some(source) = &mut state.source
        {
            source.pause();
        }
    }

    /// Returns how many bytes the latest body has handed out.
    pub(super) fn handed(&self) -> u64 {
        self.shared.state().handed
    }

    /// Ends the latest body, and tells whether it was the source that failed.
    pub(super) async fn end(&self) -> Result<(), Failure> {
        self.shared.state().turn += 1;
        let returned = async {
            while self.shared.state().source.is_none() {
                self.shared.returned.notified().await;
            }
        };
        let _ = timeout(LETS_GO, returned).await;
        let mut state = self.shared.state();
        if let Some(source) = &mut state.source {
            source.pause();
        }
        state.failure.take().map_or(Ok(()), Err)
    }
}

/// The bytes from some offset on, for one upload.
struct Body<R> {
    shared: Arc<Shared<R>>,
    turn: u32,
    /// Bytes that lie between the source's checkpoint and the offset: hashed again, not sent again.
    known: u64,
    /// How many bytes it still has.
    left: u64,
}

/// The source, while a body waits for its bytes. A connection may let go of the body meanwhile, or only
/// much later.
struct Taken<R> {
    shared: Arc<Shared<R>>,
    source: Option<Download<R>>,
    /// Which one that is.
    number: u32,
}

impl<R> Drop for Taken<R> {
    fn drop(&mut self) {
        let Some(source) = self.source.take() else {
            return;
        };
        let mut state = self.shared.state();
        // Unless it took so long that there is another.
        if state.sources == self.number {
            state.source = Some(source);
            state.asked = None;
            self.shared.returned.notify_one();
        }
    }
}

impl<R: ReadRegistry> Body<R> {
    async fn step(mut self) -> Option<(Result<Bytes, BodyError>, Self)> {
        match self.next().await {
            Ok(Some(chunk)) => Some((Ok(chunk), self)),
            Ok(None) => None,
            // Ends the request before its last byte, so that the target keeps nothing.
            Err(why) => Some((Err(why.into()), self)),
        }
    }

    async fn next(&mut self) -> Result<Option<Bytes>, NoMore> {
        if self.left == 0 {
            return Ok(None);
        }
        if let Some(spare) = self.spare()? {
            return Ok(Some(spare));
        }
        loop {
            let mut taken = self.take();
            let source = taken.source.as_mut().ok_or(NoMore::GivenUp)?;
            let next = source.next().await;
            drop(taken);
            let mut state = self.shared.state();
            if state.turn != self.turn {
                return Err(NoMore::GivenUp);
            }
            let mut chunk = match next {
                Ok(Some(chunk)) => chunk,
                Ok(None) => return Ok(None),
                Err(failure) => {
                    state.failure = Some(failure.clone());
                    return Err(failure.into());
                }
            };
            let known = usize::try_from(self.known).unwrap_or(usize::MAX);
            let known = known.min(chunk.len());
            self.known -= known as u64;
            let chunk = chunk.split_off(known);
            if !chunk.is_empty() {
                return Ok(Some(state.hand_out(&mut self.left, chunk)));
            }
        }
    }

    /// Returns bytes that the body before this one left, if it left any.
    fn spare(&mut self) -> Result<Option<Bytes>, NoMore> {
        let mut state = self.shared.state();
        if state.turn != self.turn {
            return Err(NoMore::GivenUp);
        }
        let spare = std::mem::take(&mut state.spare);
        Ok((!spare.is_empty()).then(|| state.hand_out(&mut self.left, spare)))
    }

    /// Takes the source, if it is this body's turn.
    fn take(&self) -> Taken<R> {
        let mut state = self.shared.state();
        let source = if state.turn == self.turn {
            state.asked = Some(Instant::now());
            state.source.take()
        } else {
            None
        };
        Taken {
            shared: self.shared.clone(),
            source,
            number: state.sources,
        }
    }
}

#[cfg(test)]
mod tests;
