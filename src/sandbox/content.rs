//! The bytes of a blob: kept, made up on the fly, or thrown away.

use std::ops::Range;

use bytes::Bytes;
use futures_util::{Stream, stream};

use crate::model::digest::{Algorithm, Digest, Hasher};

/// How many bytes a piece of made-up content has.
const PIECE: usize = 64 * 1024;

/// The bytes of a blob.
#[derive(Debug, Clone)]
pub enum Content {
    /// Bytes in memory.
    Kept(Bytes),
    /// Bytes that a generator makes up whenever they are read: 20 GiB take no memory.
    Generated {
        /// How many bytes there are.
        size: u64,
        /// Other seeds give other bytes.
        seed: u64,
    },
    /// Bytes that were uploaded, hashed and thrown away.
    Discarded {
        /// How many bytes there were.
        size: u64,
        /// Their digest.
        digest: Digest,
    },
}

impl Content {
    /// Returns how many bytes there are.
    pub fn size(&self) -> u64 {
        match self {
            Self::Kept(bytes) => bytes.len() as u64,
            Self::Generated { size, .. } | Self::Discarded { size, .. } => *size,
        }
    }

    /// Computes the SHA-256 digest; of bytes that were thrown away, returns the one they had.
    pub fn digest(&self) -> Digest {
        let mut hasher = Hasher::new(Algorithm::Sha256);
        match self {
            Self::Discarded { digest, .. } => return digest.clone(),
            _ => self
                .pieces(0..self.size())
                .for_each(|piece| hasher.update(&piece)),
        }
        hasher.finish()
    }

    /// Returns all bytes at once; `None` if they were thrown away.
    pub fn bytes(&self) -> Option<Bytes> {
        match self {
            Self::Kept(bytes) => Some(bytes.clone()),
            Self::Generated { size, .. } => Some(self.pieces(0..*size).flatten().collect()),
            Self::Discarded { .. } => None,
        }
    }

    /// Returns the bytes of `range` as a stream, in pieces; none if they were thrown away.
    pub fn stream(
        &self,
        range: Range<u64>,
    ) -> impl Stream<Item = std::io::Result<Bytes>> + Send + 'static {
        stream::iter(self.pieces(range).map(Ok))
    }

    fn pieces(&self, range: Range<u64>) -> Pieces {
        match self {
            Self::Kept(bytes) => Pieces {
                source: Source::Kept(bytes.clone()),
                range,
            },
            Self::Generated { seed, .. } => Pieces {
                source: Source::Pattern(pattern(*seed)),
                range,
            },
            Self::Discarded { .. } => Pieces {
                source: Source::Kept(Bytes::new()),
                range: 0..0,
            },
        }
    }
}

impl From<Vec<u8>> for Content {
    fn from(bytes: Vec<u8>) -> Self {
        Self::Kept(bytes.into())
    }
}

impl From<&[u8]> for Content {
    fn from(bytes: &[u8]) -> Self {
        Self::Kept(Bytes::copy_from_slice(bytes))
    }
}

impl From<Bytes> for Content {
    fn from(bytes: Bytes) -> Self {
        Self::Kept(bytes)
    }
}

enum Source {
    Kept(Bytes),
    Pattern(Box<[u8]>),
}

/// Yields the bytes of a range in pieces that never cross a multiple of [`PIECE`].
struct Pieces {
    source: Source,
    range: Range<u64>,
}

impl Iterator for Pieces {
    type Item = Bytes;

    fn next(&mut self) -> Option<Bytes> {
        if self.range.is_empty() {
            return None;
        }
        let piece = PIECE as u64;
        let index = self.range.start / piece;
        let end = self.range.end.min((index + 1) * piece);
        let bytes = match &self.source {
            // Indices into bytes that are in memory fit.
            Source::Kept(bytes) => bytes.slice(as_index(self.range.start)..as_index(end)),
            Source::Pattern(pattern) => {
                let offset = index * piece;
                let within = as_index(self.range.start - offset)..as_index(end - offset);
                Bytes::from(stamped(pattern, index)).slice(within)
            }
        };
        self.range.start = end;
        Some(bytes)
    }
}

fn as_index(offset: u64) -> usize {
    usize::try_from(offset).unwrap_or(usize::MAX)
}

/// Returns a piece: the pattern with the piece's own number in front, so that no two pieces are
/// equal and one in the wrong place is noticed.
fn stamped(pattern: &[u8], index: u64) -> Vec<u8> {
    let mut piece = pattern.to_vec();
    piece[..8].copy_from_slice(&index.to_le_bytes());
    piece
}

/// Returns bytes that do not compress, by an xorshift generator.
fn pattern(seed: u64) -> Box<[u8]> {
    let mut state = seed ^ 0x9e37_79b9_7f4a_7c15;
    let words = (0..PIECE / 8).flat_map(|_| {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        state.to_le_bytes()
    });
    words.collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn range(content: &Content, range: Range<u64>) -> Vec<u8> {
        content.pieces(range).flatten().collect()
    }

    #[test]
    fn generated_bytes_are_the_same_from_any_offset() {
        let content = Content::Generated {
            size: 200_000,
            seed: 7,
        };
        let whole = content.bytes().unwrap();
        assert_eq!(whole.len(), 200_000);
        for start in [0, 1, 65_535, 65_536, 65_537, 131_072, 199_999, 200_000] {
            let at = usize::try_from(start).unwrap();
            assert_eq!(range(&content, start..200_000), whole[at..], "from {start}");
        }
        assert_eq!(range(&content, 65_530..65_540), whole[65_530..65_540]);
        assert_eq!(content.digest(), Digest::sha256(&whole));
    }

    #[test]
    fn seeds_and_pieces_differ() {
        let bytes = |seed| {
            Content::Generated {
                size: 131_072,
                seed,
            }
            .bytes()
            .unwrap()
        };
        assert_ne!(bytes(1), bytes(2));
        assert_ne!(bytes(1)[..65_536], bytes(1)[65_536..]);
    }

    #[test]
    fn discarded_bytes_are_gone() {
        let digest = Digest::sha256(b"hello");
        let content = Content::Discarded {
            size: 5,
            digest: digest.clone(),
        };
        assert_eq!(
            (content.size(), content.bytes(), content.digest()),
            (5, None, digest)
        );
        assert!(range(&content, 0..5).is_empty());
    }
}
