//! The bytes of a blob as a body that its upload's connection pulls: read, hashed and sent in one
//! task, so that the blobs of a run share the processors and no byte waits in a queue.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use bytes::Bytes;
use tokio::sync::Notify;
use tokio::time::timeout;

use crate::model::Failure;
use crate::registry::{BodyError, ReadRegistry, UploadBody, retries};

use super::source::Source;

/// How long a connection that is over may keep the source to itself. It mostly lets go at once; when it
/// hangs, the blob is read anew.
const LETS_GO: Duration = Duration::from_secs(1);

/// Why a body has no more bytes.
#[derive(Debug, thiserror::Error)]
enum NoMore {
    #[error("the upload was given up")]
    GivenUp,
    #[error(transparent)]
    Source(#[from] Failure),
}

/// A source that one upload after the other reads from, until one of them comes to its end.
pub(super) struct Feed<R> {
    shared: Arc<Shared<R>>,
    /// Makes the source anew.
    source: Box<dyn Fn() -> Source<R> + Send + Sync>,
}

struct Shared<R> {
    state: Mutex<State<R>>,
    returned: Notify,
}

struct State<R> {
    /// None while a body waits for its next bytes.
    source: Option<Source<R>>,
    /// Which body may read: one that was given up could still be held by its connection.
    turn: u32,
    /// How many bytes the latest body has handed out.
    handed: u64,
    /// Why the source has no more bytes.
    failure: Option<Failure>,
    retries: u64,
}

impl<R> Shared<R> {
    fn state(&self) -> MutexGuard<'_, State<R>> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl<R: ReadRegistry + 'static> Feed<R> {
    pub(super) fn new(source: impl Fn() -> Source<R> + Send + Sync + 'static) -> Self {
        let state = State {
            source: None,
            turn: 0,
            handed: 0,
            failure: None,
            retries: 0,
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

    /// Returns a body of the bytes from `offset` on.
    pub(super) fn begin(&self, offset: u64) -> UploadBody {
        UploadBody::stream(futures_util::stream::unfold(self.body(offset), Body::step))
    }

    fn body(&self, offset: u64) -> Body<R> {
        let mut state = self.shared.state();
        state.turn += 1;
        state.handed = 0;
        let source = state.source.get_or_insert_with(&self.source);
        let known = offset.saturating_sub(source.rewind(offset));
        Body {
            shared: self.shared.clone(),
            turn: state.turn,
            known,
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
        retries::add(std::mem::take(&mut state.retries));
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
}

/// The source, while a body waits for its bytes. A connection may let go of the body meanwhile, or only
/// much later.
struct Taken<R> {
    shared: Arc<Shared<R>>,
    source: Option<Source<R>>,
}

impl<R> Drop for Taken<R> {
    fn drop(&mut self) {
        let Some(source) = self.source.take() else {
            return;
        };
        // Unless it took so long that there is another.
        self.shared.state().source.get_or_insert(source);
        self.shared.returned.notify_one();
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
        loop {
            let mut taken = self.take();
            let source = taken.source.as_mut().ok_or(NoMore::GivenUp)?;
            // Who counts the tries of an image does so in another task.
            let (next, tried) = retries::count(source.next()).await;
            drop(taken);
            let mut state = self.shared.state();
            if state.turn != self.turn {
                return Err(NoMore::GivenUp);
            }
            state.retries += tried;
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
                state.handed += chunk.len() as u64;
                return Ok(Some(chunk));
            }
        }
    }

    /// Takes the source, if it is this body's turn.
    fn take(&self) -> Taken<R> {
        let mut state = self.shared.state();
        let source = if state.turn == self.turn {
            state.source.take()
        } else {
            None
        };
        Taken {
            shared: self.shared.clone(),
            source,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{
        Child, Descriptor, Digest, Failure, Fault, RawManifest, Reference, Repository,
    };
    use crate::registry::BlobStream;

    /// A registry that holds one blob, and hands it out in pieces of two bytes.
    #[derive(Clone)]
    struct OneBlob(&'static [u8]);

    impl ReadRegistry for OneBlob {
        async fn head_manifest(&self, _: &Reference) -> Result<Option<Descriptor>, Failure> {
            Ok(None)
        }

        async fn get_manifest(&self, _: &Reference) -> Result<Option<RawManifest>, Failure> {
            Ok(None)
        }

        async fn get_blob(&self, _: &Repository, _: &Descriptor) -> Result<Option<Bytes>, Failure> {
            Ok(None)
        }

        async fn open_blob(
            &self,
            _: &Repository,
            _: &Descriptor,
            offset: u64,
        ) -> Result<BlobStream, Failure> {
            let begin = usize::try_from(offset).unwrap();
            let pieces = self.0[begin..].chunks(2).map(Bytes::from_static).map(Ok);
            let pieces = futures_util::stream::iter(pieces.collect::<Vec<_>>());
            Ok(BlobStream::new(offset, pieces))
        }

        async fn has_blob(&self, _: &Repository, _: &Digest) -> bool {
            false
        }

        async fn knows_repository(&self, _: &Repository) -> Result<bool, Failure> {
            Ok(false)
        }

        async fn list_tags(&self, _: &Repository) -> Result<Option<Vec<String>>, Failure> {
            Ok(None)
        }

        async fn list_referrers(
            &self,
            _: &Repository,
            _: &Digest,
        ) -> Result<Option<Vec<Child>>, Failure> {
            Ok(None)
        }

        async fn rest(&self, _: usize) {}
    }

    fn feed(bytes: &'static [u8], digest: Digest) -> Feed<OneBlob> {
        let repository = Repository {
            registry: "registry.example.com".to_owned(),
            name: "app".to_owned(),
        };
        let blob = Descriptor {
            media_type: "application/octet-stream".to_owned(),
            digest,
            size: bytes.len() as u64,
        };
        Feed::new(move || Source::new(OneBlob(bytes), repository.clone(), blob.clone()))
    }

    async fn rest(body: &mut Body<OneBlob>) -> Result<Vec<u8>, NoMore> {
        let mut all = vec![];
        while let Some(chunk) = body.next().await? {
            all.extend_from_slice(&chunk);
        }
        Ok(all)
    }

    #[tokio::test]
    async fn a_body_that_was_given_up_takes_nothing_from_the_next() {
        let feed = feed(b"0123456789", Digest::sha256(b"0123456789"));
        let mut first = feed.body(0);
        assert_eq!(first.next().await.unwrap().unwrap(), "01");
        assert_eq!(feed.end().await, Ok(()));
        assert!(first.next().await.is_err(), "it is over");
        let mut second = feed.body(5);
        assert_eq!(
            second.next().await.unwrap().unwrap(),
            "5",
            "not sent: 01234"
        );
        assert!(first.next().await.is_err(), "another has its turn");
        assert_eq!(rest(&mut second).await.unwrap(), b"6789");
        assert_eq!(feed.handed(), 5);
        assert_eq!(feed.end().await, Ok(()));
    }

    #[tokio::test]
    async fn other_bytes_are_the_sources_fault() {
        let feed = feed(b"0123456789", Digest::sha256(b"9876543210"));
        let mut body = feed.body(0);
        let told = rest(&mut body).await.unwrap_err();
        let NoMore::Source(failure) = told else {
            panic!("{told}");
        };
        assert!(
            matches!(failure.fault, Fault::OtherBytes { .. }),
            "{failure}"
        );
        assert_eq!(feed.handed(), 8, "the last piece is kept back");
        assert_eq!(feed.end().await, Err(failure));
    }

    #[tokio::test]
    async fn a_body_that_never_lets_go_is_not_waited_for_for_long() {
        let feed = feed(b"0123456789", Digest::sha256(b"0123456789"));
        let mut hangs = feed.body(0);
        assert_eq!(hangs.next().await.unwrap().unwrap(), "01");
        let taken = hangs.take();
        assert_eq!(feed.end().await, Ok(()));
        assert!(feed.can_begin(0));
        assert!(!feed.can_begin(2), "what was hashed is out of reach");
        let mut anew = feed.body(0);
        drop(taken);
        assert_eq!(rest(&mut anew).await.unwrap(), b"0123456789");
    }
}
