//! The memory that the manifests of all images of a run share.

use std::sync::Arc;

use tokio::sync::{Mutex, OwnedMutexGuard, OwnedSemaphorePermit, Semaphore};

/// How many bytes of manifests are held at one time: hundreds of images have less. One image more
/// may be held than fits, so that several that are half read never wait for each other for ever.
const BYTES: usize = 32 * 1024 * 1024;

/// Memory for the manifests of all images that are under way; clones share it.
#[derive(Debug, Clone)]
pub struct ManifestMemory {
    bytes: Arc<Semaphore>,
    beyond: Arc<Mutex<()>>,
}

impl Default for ManifestMemory {
    fn default() -> Self {
        Self::of(BYTES)
    }
}

impl ManifestMemory {
    fn of(bytes: usize) -> Self {
        Self {
            bytes: Arc::new(Semaphore::new(bytes)),
            beyond: Arc::default(),
        }
    }

    /// Waits until `held` may grow by so many bytes.
    ///
    /// Whoever waits here must hold none but `held`.
    pub(super) async fn take(&self, held: &mut Held, bytes: u64) {
        if held.beyond.is_some() {
            return;
        }
        let bytes = u32::try_from(bytes).unwrap_or(u32::MAX);
        tokio::select! {
            biased;
            Ok(more) = self.bytes.clone().acquire_many_owned(bytes) => match &mut held.within {
                Some(within) => within.merge(more),
                none => *none = Some(more),
            },
            beyond = self.beyond.clone().lock_owned() => held.beyond = Some(beyond),
        }
    }
}

/// The memory that one image has; given back when it is dropped.
#[derive(Debug, Default)]
pub(super) struct Held {
    within: Option<OwnedSemaphorePermit>,
    beyond: Option<OwnedMutexGuard<()>>,
}

#[cfg(test)]
mod tests {
    use futures_util::FutureExt;

    use super::*;

    #[test]
    fn one_image_may_have_more_than_there_is() {
        let memory = ManifestMemory::of(10);
        let [mut first, mut second, mut third] = [(); 3].map(|()| Held::default());
        let take = |held: &mut Held, bytes| memory.take(held, bytes).now_or_never().is_some();
        assert!(take(&mut first, 6) && take(&mut second, 4));
        assert!(take(&mut first, 5), "beyond what there is");
        assert!(take(&mut first, 500), "and any more");
        assert!(
            !take(&mut second, 1) && !take(&mut third, 1),
            "one at a time"
        );
        drop(first);
        assert!(take(&mut second, 6) && take(&mut third, 1));
        assert!(!take(&mut second, 1));
    }
}
