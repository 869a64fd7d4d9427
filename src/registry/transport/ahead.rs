//! Connections that are opened while it is found out how a host wants to be asked: whoever waits for that has
//! one when the answer is there.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use http::Uri;
use tokio::time::Instant;

/// How long a connection may wait for its first request: servers end those that say nothing.
const FRESH: Duration = Duration::from_secs(5);

/// Connections by the address that they lead to.
#[derive(Debug)]
pub(super) struct Ahead<C>(Arc<Mutex<HashMap<Uri, Opened<C>>>>);

#[derive(Debug)]
struct Opened<C> {
    /// How many were begun.
    begun: usize,
    ready: Vec<(Instant, C)>,
}

impl<C> Default for Ahead<C> {
    fn default() -> Self {
        Self(Arc::default())
    }
}

impl<C> Clone for Ahead<C> {
    fn clone(&self) -> Self {
        Self(self.0.clone())
    }
}

impl<C> Ahead<C> {
    /// Takes the right to open one, of which there are so many for an address.
    pub(super) fn may_open(&self, address: &Uri, most: usize) -> bool {
        let mut all = self.all();
        let opened = all.entry(address.clone()).or_default();
        let may = opened.begun < most;
        opened.begun += usize::from(may);
        may
    }

    pub(super) fn keep(&self, address: &Uri, connection: C) {
        let opened = (Instant::now(), connection);
        self.all()
            .entry(address.clone())
            .or_default()
            .ready
            .push(opened);
    }

    pub(super) fn take(&self, address: &Uri) -> Option<C> {
        let mut all = self.all();
        let ready = &mut all.get_mut(address)?.ready;
        ready.retain(|(since, _)| since.elapsed() < FRESH);
        ready.pop().map(|(_, connection)| connection)
    }

    fn all(&self) -> MutexGuard<'_, HashMap<Uri, Opened<C>>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl<C> Default for Opened<C> {
    fn default() -> Self {
        Self {
            begun: 0,
            ready: vec![],
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn so_many_are_opened_and_none_is_used_that_waited_long() {
        let ahead = Ahead::default();
        let address = Uri::from_static("http://registry.example.com/");
        assert!(ahead.may_open(&address, 2) && ahead.may_open(&address, 2));
        assert!(!ahead.may_open(&address, 2));
        ahead.keep(&address, "old");
        tokio::time::sleep(FRESH).await;
        ahead.keep(&address, "new");
        assert_eq!(ahead.take(&address), Some("new"));
        assert_eq!(ahead.take(&address), None);
        let other = Uri::from_static("http://other.example.com/");
        assert!(ahead.may_open(&other, 1) && ahead.take(&other).is_none());
    }
}
