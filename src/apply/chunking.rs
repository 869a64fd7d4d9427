//! How a blob goes out: as a whole, or in chunks that get through where a whole one breaks on its way.
//!
//! Some registries forget all of an upload whose request breaks. Where every request breaks before a blob
//! is through, it never arrives there as a whole.

/// The smallest chunk: each costs a request.
const LEAST: u64 = 1024 * 1024;
/// The largest chunk.
const MOST: u64 = 16 * 1024 * 1024;

/// How a blob is sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Chunking {
    /// In one request.
    Whole,
    /// In one request, though one broke before: that may have been bad luck, and chunks cost more requests.
    WholeAgain,
    /// In requests of so many bytes.
    Of(u64),
    /// In one request, since the registry takes no chunks.
    Refused,
}

impl Chunking {
    /// Returns how many of the bytes that are left go out next, if they go out in chunks; `least` is what the
    /// registry wants at least.
    pub(super) fn next(self, left: u64, least: Option<u64>) -> Option<u64> {
        match self {
            Self::Of(size) if left > 0 => Some(size.max(least.unwrap_or_default()).min(left)),
            Self::Whole | Self::WholeAgain | Self::Of(_) | Self::Refused => None,
        }
    }

    /// Notes that a request broke and nothing of it was kept; `sent` bytes of it had left.
    pub(super) fn broke(&mut self, sent: u64) {
        *self = match *self {
            Self::Whole | Self::WholeAgain if sent < LEAST => *self,
            Self::Whole => Self::WholeAgain,
            Self::WholeAgain => Self::Of((sent / 2).clamp(LEAST, MOST)),
            // By so much that the smallest chunk has its turn before the tries are used up.
            Self::Of(size) => Self::Of((size / 4).max(LEAST)),
            Self::Refused => Self::Refused,
        };
    }

    /// Notes that the registry refused what it was sent; tells whether it was chunked.
    pub(super) fn refused(&mut self) -> bool {
        let was_chunked = matches!(self, Self::Of(_));
        if was_chunked {
            *self = Self::Refused;
        }
        was_chunked
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::apply::retry_budget::TRIES;

    const MIB: u64 = 1024 * 1024;

    #[test]
    fn after_a_second_break_chunks_get_smaller_until_they_fit() {
        let mut chunking = Chunking::Whole;
        chunking.broke(1000);
        assert_eq!(chunking, Chunking::Whole, "it was not the size");
        chunking.broke(12 * MIB);
        assert_eq!(chunking.next(45 * MIB, None), None);
        for expected in [6, 1, 1] {
            chunking.broke(12 * MIB);
            let next = chunking.next(45 * MIB, None).unwrap();
            assert_eq!(next / MIB, expected);
        }
        let mut large = Chunking::WholeAgain;
        large.broke(1 << 40);
        assert_eq!(large, Chunking::Of(MOST));
    }

    /// What buffers on the way swallow has left, and says nothing about how much gets through.
    #[test]
    fn the_smallest_chunk_is_tried_before_a_blob_is_given_up() {
        for sent in [1, 3, 16, 40, 1024] {
            let mut chunking = Chunking::Whole;
            let mut breaks = 0;
            while chunking.next(1 << 30, None) != Some(LEAST) {
                chunking.broke(sent * MIB);
                breaks += 1;
            }
            assert!(breaks < TRIES, "{sent} MiB: {breaks} breaks");
        }
    }

    #[test]
    fn the_last_chunk_is_what_is_left_and_no_other_is_smaller_than_is_wanted() {
        let chunking = Chunking::Of(4 * MIB);
        assert_eq!(chunking.next(9 * MIB, None), Some(4 * MIB));
        assert_eq!(chunking.next(9 * MIB, Some(5 * MIB)), Some(5 * MIB));
        assert_eq!(chunking.next(3 * MIB, Some(5 * MIB)), Some(3 * MIB));
        assert_eq!(chunking.next(0, None), None);
    }

    #[test]
    fn who_takes_no_chunks_is_sent_none() {
        let mut chunking = Chunking::Of(4 * MIB);
        assert!(chunking.refused());
        chunking.broke(12 * MIB);
        assert_eq!(chunking.next(9 * MIB, None), None);
        assert!(!chunking.refused(), "it was the whole");
    }
}
