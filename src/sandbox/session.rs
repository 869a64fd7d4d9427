//! An upload that is under way: hashed as it arrives.

use bytes::BytesMut;

use super::content::Content;
use crate::model::digest::{Algorithm, Digest, Hasher};

/// An upload that is under way.
pub(super) struct Session {
    pub(super) repository: String,
    pub(super) size: u64,
    /// Which request may write to it: the latest.
    pub(super) turn: u32,
    algorithm: Algorithm,
    hasher: Hasher,
    kept: Option<BytesMut>,
    limit: Option<u64>,
}

impl Session {
    /// Starts an upload whose bytes are thrown away once there are more than `limit`.
    pub(super) fn new(repository: &str, limit: Option<u64>) -> Self {
        Self {
            repository: repository.to_owned(),
            size: 0,
            turn: 0,
            algorithm: Algorithm::Sha256,
            hasher: Hasher::new(Algorithm::Sha256),
            kept: Some(BytesMut::new()),
            limit,
        }
    }

    /// Says which digest will be asked for, which is known before the first byte of a single PUT.
    pub(super) fn expect(&mut self, algorithm: Algorithm) {
        if self.size == 0 {
            self.algorithm = algorithm;
            self.hasher = Hasher::new(algorithm);
        }
    }

    /// Adds bytes to the end.
    pub(super) fn write(&mut self, bytes: &[u8]) {
        self.size += bytes.len() as u64;
        self.hasher.update(bytes);
        if self.limit.is_some_and(|limit| self.size > limit) {
            self.kept = None;
        }
        if let Some(kept) = &mut self.kept {
            kept.extend_from_slice(bytes);
        }
    }

    /// Ends the upload: its bytes and their digest, or `None` where the algorithm was not known
    /// in time and the bytes are gone.
    pub(super) fn finish(self, algorithm: Algorithm) -> Option<(Content, Digest)> {
        let Self { size, kept, .. } = self;
        let digest = match &kept {
            _ if algorithm == self.algorithm => self.hasher.finish(),
            Some(kept) => Digest::of(algorithm, kept),
            None => return None,
        };
        let content = match kept {
            Some(kept) => Content::Kept(kept.freeze()),
            None => Content::Discarded {
                size,
                digest: digest.clone(),
            },
        };
        Some((content, digest))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn large_uploads_keep_digest_and_size_alone() {
        let mut session = Session::new("a", Some(4));
        session.write(b"hell");
        session.write(b"o");
        let (content, digest) = session.finish(Algorithm::Sha256).unwrap();
        assert_eq!((content.size(), content.bytes()), (5, None));
        assert_eq!(digest, Digest::sha256(b"hello"));
    }

    #[test]
    fn another_algorithm_can_be_asked_for_at_the_end() {
        let mut session = Session::new("a", None);
        session.write(b"hello");
        let (_, digest) = session.finish(Algorithm::Sha512).unwrap();
        assert_eq!(digest, Digest::of(Algorithm::Sha512, b"hello"));
    }
}
