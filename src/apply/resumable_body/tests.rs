//! A source as the body of one upload after the other.

use super::*;
use crate::model::{Child, Descriptor, Digest, Failure, Fault, RawManifest, Reference, Repository};
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

    async fn list_tags_within(
        &self,
        _: &Repository,
        _: usize,
    ) -> Result<Option<Vec<String>>, Failure> {
        Ok(None)
    }

    async fn list_referrers(
        &self,
        _: &Repository,
        _: &Digest,
    ) -> Result<Option<Vec<Child>>, Failure> {
        Ok(None)
    }

    async fn hides_behind_login(&self, _: &Repository) -> bool {
        false
    }

    async fn rest(&self, _: usize) {}

    fn count_retry(&self) {}
}

fn resumable(bytes: &'static [u8], digest: Digest) -> ResumableBody<OneBlob> {
    let repository = Repository {
        registry: "registry.example.com".to_owned(),
        name: "app".to_owned(),
    };
    let blob = Descriptor {
        media_type: "application/octet-stream".to_owned(),
        digest,
        size: bytes.len() as u64,
    };
    ResumableBody::new(move || Download::new(OneBlob(bytes), repository.clone(), blob.clone()))
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
    let resumable = resumable(b"0123456789", Digest::sha256(b"0123456789"));
    let mut first = resumable.body(0, 10);
    assert_eq!(first.next().await.unwrap().unwrap(), "01");
    assert_eq!(resumable.end().await, Ok(()));
    assert!(first.next().await.is_err(), "it is over");
    let mut second = resumable.body(5, 5);
    assert_eq!(
        second.next().await.unwrap().unwrap(),
        "5",
        "not sent: 01234"
    );
    assert!(first.next().await.is_err(), "another has its turn");
    assert_eq!(rest(&mut second).await.unwrap(), b"6789");
    assert_eq!(resumable.handed(), 5);
    assert_eq!(resumable.end().await, Ok(()));
}

#[tokio::test]
async fn a_body_that_ends_early_leaves_the_rest_to_the_next() {
    let resumable = resumable(b"0123456789", Digest::sha256(b"0123456789"));
    for (offset, length, expected) in [(0, 3, "012"), (3, 4, "3456"), (7, 3, "789")] {
        let mut body = resumable.body(offset, length);
        assert_eq!(rest(&mut body).await.unwrap(), expected.as_bytes());
        assert_eq!(resumable.handed(), length);
    }
    assert_eq!(resumable.end().await, Ok(()));
    let mut again = resumable.body(1, 2);
    assert_eq!(rest(&mut again).await.unwrap(), b"12");
}

#[tokio::test]
async fn what_was_waited_for_is_handed_out_and_not_read_again() {
    let resumable = resumable(b"0123456789", Digest::sha256(b"0123456789"));
    resumable.ready(4).await.unwrap();
    let mut body = resumable.body(4, 6);
    assert_eq!(rest(&mut body).await.unwrap(), b"456789");
    resumable.renew();
    let mut anew = resumable.body(0, 10);
    assert_eq!(rest(&mut anew).await.unwrap(), b"0123456789");
}

#[tokio::test]
async fn other_bytes_are_the_sources_fault() {
    let resumable = resumable(b"0123456789", Digest::sha256(b"9876543210"));
    let mut body = resumable.body(0, 10);
    let told = rest(&mut body).await.unwrap_err();
    let NoMore::Source(failure) = told else {
        panic!("{told}");
    };
    assert!(
        matches!(failure.fault, Fault::OtherBytes { .. }),
        "{failure}"
    );
    assert_eq!(resumable.handed(), 8, "the last piece is kept back");
    assert_eq!(resumable.end().await, Err(failure));
}

#[tokio::test]
async fn a_body_that_never_lets_go_is_not_waited_for_for_long() {
    let resumable = resumable(b"0123456789", Digest::sha256(b"0123456789"));
    let mut hangs = resumable.body(0, 10);
    assert_eq!(hangs.next().await.unwrap().unwrap(), "01");
    let taken = hangs.take();
    assert_eq!(resumable.end().await, Ok(()));
    assert!(resumable.can_begin(0));
    assert!(!resumable.can_begin(2), "what was hashed is out of reach");
    let mut anew = resumable.body(0, 10);
    let reading = anew.take();
    drop(taken);
    drop(reading);
    assert_eq!(rest(&mut anew).await.unwrap(), b"0123456789");
}
