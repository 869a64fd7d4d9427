//! The bytes of a blob as a body that its upload's connection pulls: read, hashed and sent in one
//! task, so that the blobs of a run share the processors and no byte waits in a queue.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};

use bytes::Bytes;
use tokio::sync::Mutex;

use crate::registry::{BodyError, ReadRegistry, UploadBody, retries};

use super::source::Source;

/// A source that one upload after the other reads from, until one of them comes to its end.
pub(super) struct Feed<R> {
    reading: Arc<Mutex<Reading<R>>>,
    /// How many bytes the latest body has handed out.
    handed: Arc<AtomicU64>,
}

struct Reading<R> {
    source: Source<R>,
    /// Which body may read: one that was given up could still be held by its connection.
    turn: u32,
    /// Why the source has no more bytes.
    failure: Option<String>,
    retries: u64,
}

impl<R: ReadRegistry + 'static> Feed<R> {
    pub(super) fn new(source: Source<R>) -> Self {
        let reading = Reading {
            source,
            turn: 0,
            failure: None,
            retries: 0,
        };
        Self {
            reading: Arc::new(Mutex::new(reading)),
            handed: Arc::default(),
        }
    }

    /// Tells whether a body can begin at `offset`.
    pub(super) async fn can_begin(&self, offset: u64) -> bool {
        self.reading.lock().await.source.can_rewind(offset)
    }

    /// Returns a body of the bytes from `offset` on. An error in it is the source's.
    pub(super) async fn begin(&self, offset: u64) -> UploadBody {
        let body = self.body(offset).await;
        UploadBody::stream(futures_util::stream::unfold(body, Body::step))
    }

    async fn body(&self, offset: u64) -> Body<R> {
        let mut reading = self.reading.lock().await;
        reading.turn += 1;
        self.handed.store(0, Relaxed);
        Body {
            reading: self.reading.clone(),
            turn: reading.turn,
            known: offset.saturating_sub(reading.source.rewind(offset)),
            handed: self.handed.clone(),
        }
    }

    /// Returns how many bytes the latest body has handed out.
    pub(super) fn handed(&self) -> u64 {
        self.handed.load(Relaxed)
    }

    /// Ends the latest body, and tells whether it was the source that failed.
    pub(super) async fn end(&self) -> Result<(), String> {
        let mut reading = self.reading.lock().await;
        reading.turn += 1;
        retries::add(std::mem::take(&mut reading.retries));
        reading.failure.take().map_or(Ok(()), Err)
    }
}

struct Body<R> {
    reading: Arc<Mutex<Reading<R>>>,
    turn: u32,
    /// Bytes that lie between the source's checkpoint and the offset: hashed again, not sent again.
    known: u64,
    handed: Arc<AtomicU64>,
}

impl<R: ReadRegistry> Body<R> {
    async fn step(mut self) -> Option<(Result<Bytes, BodyError>, Self)> {
        match self.next().await {
            Ok(Some(chunk)) => Some((Ok(chunk), self)),
            Ok(None) => None,
            // Ends the request before its last byte, so that the target keeps nothing.
            Err(message) => Some((Err(message.into()), self)),
        }
    }

    async fn next(&mut self) -> Result<Option<Bytes>, String> {
        let mut reading = self.reading.lock().await;
        loop {
            if reading.turn != self.turn {
                return Err("the upload was given up".to_owned());
            }
            // Who counts the tries of an image does so in another task.
            let (next, tried) = retries::count(reading.source.next()).await;
            reading.retries += tried;
            let chunk = match next {
                Ok(Some(mut chunk)) => {
                    let known = usize::try_from(self.known).unwrap_or(usize::MAX);
                    let known = known.min(chunk.len());
                    self.known -= known as u64;
                    chunk.split_off(known)
                }
                Ok(None) => return Ok(None),
                Err(message) => {
                    reading.failure = Some(message.clone());
                    return Err(message);
                }
            };
            if !chunk.is_empty() {
                self.handed.fetch_add(chunk.len() as u64, Relaxed);
                return Ok(Some(chunk));
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{Child, Descriptor, Digest, RawManifest, Reference, Repository};
    use crate::registry::{BlobStream, RegistryError};

    /// A registry that holds one blob, and hands it out in pieces of two bytes.
    #[derive(Clone)]
    struct OneBlob(&'static [u8]);

    impl ReadRegistry for OneBlob {
        async fn head_manifest(&self, _: &Reference) -> Result<Option<Descriptor>, RegistryError> {
            Ok(None)
        }

        async fn get_manifest(&self, _: &Reference) -> Result<Option<RawManifest>, RegistryError> {
            Ok(None)
        }

        async fn get_blob(
            &self,
            _: &Repository,
            _: &Descriptor,
        ) -> Result<Option<Bytes>, RegistryError> {
            Ok(None)
        }

        async fn open_blob(
            &self,
            _: &Repository,
            _: &Descriptor,
            offset: u64,
        ) -> Result<BlobStream, RegistryError> {
            let begin = usize::try_from(offset).unwrap();
            let pieces = self.0[begin..].chunks(2).map(Bytes::from_static).map(Ok);
            let pieces = futures_util::stream::iter(pieces.collect::<Vec<_>>());
            Ok(BlobStream::new(offset, pieces))
        }

        async fn has_blob(&self, _: &Repository, _: &Digest) -> Result<bool, RegistryError> {
            Ok(false)
        }

        async fn list_tags(&self, _: &Repository) -> Result<Option<Vec<String>>, RegistryError> {
            Ok(None)
        }

        async fn list_referrers(
            &self,
            _: &Repository,
            _: &Digest,
        ) -> Result<Option<Vec<Child>>, RegistryError> {
            Ok(None)
        }
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
        Feed::new(Source::new(OneBlob(bytes), repository, blob))
    }

    async fn rest(body: &mut Body<OneBlob>) -> Result<Vec<u8>, String> {
        let mut all = vec![];
        while let Some(chunk) = body.next().await? {
            all.extend_from_slice(&chunk);
        }
        Ok(all)
    }

    #[tokio::test]
    async fn a_body_that_was_given_up_takes_nothing_from_the_next() {
        let feed = feed(b"0123456789", Digest::sha256(b"0123456789"));
        let mut first = feed.body(0).await;
        assert_eq!(first.next().await.unwrap().unwrap(), "01");
        assert_eq!(feed.end().await, Ok(()));
        assert!(first.next().await.is_err(), "it is over");
        let mut second = feed.body(5).await;
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
        let mut body = feed.body(0).await;
        let told = rest(&mut body).await.unwrap_err();
        assert!(told.contains("other bytes"), "{told}");
        assert_eq!(feed.handed(), 8, "the last piece is kept back");
        assert_eq!(feed.end().await, Err(told));
    }
}
