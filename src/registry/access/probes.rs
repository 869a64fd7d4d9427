//! The first requests to a host, which find out how it wants to be asked. The others wait for them.

use std::collections::HashSet;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::sync::Notify;

/// How many repositories are probed at once: what two of them say is taken for the others, too.
const AT_ONCE: usize = 2;

/// The probes that are under way.
#[derive(Debug, Default)]
pub(crate) struct Probes {
    repositories: Mutex<HashSet<String>>,
    ended: Notify,
}

/// The right to be one of the first; until it is given up, the others wait.
#[derive(Debug)]
pub(crate) struct Probe {
    repository: String,
    probes: Arc<Probes>,
}

impl Probes {
    /// Waits for a probe of a repository, or for what others find out.
    pub(crate) async fn begin_unless(
        self: &Arc<Self>,
        repository: &str,
        is_settled: impl Fn() -> bool,
    ) -> Option<Probe> {
        loop {
            // Before the look: what ends from here on is heard of.
            let ended = self.ended.notified();
            if is_settled() {
                return None;
            }
            if let Some(probe) = self.begin(repository) {
                return Some(probe);
            }
            ended.await;
        }
    }

    fn begin(self: &Arc<Self>, repository: &str) -> Option<Probe> {
        let mut under_way = self.under_way();
        if under_way.len() >= AT_ONCE || !under_way.insert(repository.to_owned()) {
            return None;
        }
        Some(Probe {
            repository: repository.to_owned(),
            probes: self.clone(),
        })
    }

    fn under_way(&self) -> MutexGuard<'_, HashSet<String>> {
        self.repositories
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Probe {
    fn drop(&mut self) {
        self.probes.under_way().remove(&self.repository);
        self.probes.ended.notify_waiters();
    }
}

#[cfg(test)]
mod tests {
    use futures_util::FutureExt as _;

    use super::*;

    #[tokio::test]
    async fn two_repositories_are_probed_at_once_each_by_one() {
        let probes = Arc::<Probes>::default();
        let begin = |repository| probes.begin_unless(repository, || false);
        let first = begin("a").await;
        assert!(begin("a").now_or_never().is_none(), "it is one of the same");
        let second = begin("b").await;
        assert!(begin("c").now_or_never().is_none(), "they are enough");
        let mut waiting = Box::pin(begin("a"));
        assert!(waiting.as_mut().now_or_never().is_none());
        drop(first);
        assert!(waiting.await.is_some());
        drop(second);
        assert!(probes.begin_unless("b", || true).await.is_none());
    }
}
