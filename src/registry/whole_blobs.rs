//! Whether a host takes a blob with the request that would open its upload.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// How often it is tried to find out, where what comes back tells nothing.
const TRIES: usize = 3;

/// Whether a host takes blobs in one request.
#[derive(Debug)]
pub(super) struct WholeBlobs(Mutex<Known>);

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Known {
    /// Nobody is about to find out; so many more may.
    Nothing(usize),
    /// Somebody is about to find out; so many more may if nothing comes of it.
    Soon(usize),
    Takes(bool),
}

/// Leave to send one blob in one request. What is learned from the first one holds for all others.
#[derive(Debug)]
pub struct WholeBlobLeave(Arc<WholeBlobs>);

impl Default for WholeBlobs {
    fn default() -> Self {
        Self(Mutex::new(Known::Nothing(TRIES)))
    }
}

impl WholeBlobs {
    /// Lets a blob go in one request, if that is taken; the first time that is to find out whether it is.
    pub(super) fn leave(self: &Arc<Self>) -> Option<WholeBlobLeave> {
        let mut known = self.known();
        match *known {
            Known::Nothing(tries) if tries > 0 => *known = Known::Soon(tries - 1),
            Known::Takes(true) => {}
            Known::Nothing(_) | Known::Soon(_) | Known::Takes(false) => return None,
        }
        Some(WholeBlobLeave(self.clone()))
    }

    fn known(&self) -> MutexGuard<'_, Known> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl WholeBlobLeave {
    /// Notes what an answer told. Whoever learned nothing lets the next one find out.
    pub(super) fn learn(&self, takes: bool) {
        *self.0.known() = Known::Takes(takes);
    }
}

impl Drop for WholeBlobLeave {
    fn drop(&mut self) {
        let mut known = self.0.known();
        // While somebody is to find out nobody else has leave.
        if let Known::Soon(tries) = *known {
            *known = Known::Nothing(tries);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_finds_out_and_the_others_know() {
        let blobs = Arc::<WholeBlobs>::default();
        let first = blobs.leave().unwrap();
        assert!(blobs.leave().is_none(), "while it is not known");
        first.learn(true);
        drop(first);
        let (one, other) = (blobs.leave().unwrap(), blobs.leave().unwrap());
        drop(other);
        one.learn(false);
        assert!(blobs.leave().is_none());
    }

    #[test]
    fn whoever_learned_nothing_lets_the_next_find_out_a_few_times() {
        let blobs = Arc::<WholeBlobs>::default();
        let times = std::iter::from_fn(|| blobs.leave().map(drop)).count();
        assert_eq!(times, TRIES);
    }
}
