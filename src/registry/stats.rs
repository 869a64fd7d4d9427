//! What was asked of whom, and how often.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};

use crate::model::RequestKind;

/// What was asked of every host, by host.
pub type Stats = BTreeMap<String, HostStats>;

/// What was asked of one host.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct HostStats {
    /// How many requests of each kind were sent, every try counted; kinds never sent are left out.
    pub requests: BTreeMap<RequestKind, u64>,
    /// How many of them were sent on to another address, and so cost one request more.
    pub redirects: u64,
    /// How many were tries after the first.
    pub retries: u64,
    /// How many bytes of bodies came in.
    pub bytes_in: u64,
    /// How many bytes of bodies went out.
    pub bytes_out: u64,
}

impl HostStats {
    /// Returns how many requests of one kind were sent.
    pub fn count(&self, kind: RequestKind) -> u64 {
        self.requests.get(&kind).copied().unwrap_or_default()
    }

    /// Adds those of the same host in another part.
    pub(super) fn add(&mut self, other: Self) {
        let Self {
            requests,
            redirects,
            retries,
            bytes_in,
            bytes_out,
        } = other;
        for (kind, count) in requests {
            *self.requests.entry(kind).or_default() += count;
        }
        self.redirects += redirects;
        self.retries += retries;
        self.bytes_in += bytes_in;
        self.bytes_out += bytes_out;
    }

    /// Returns how many requests were sent in all, without redirects.
    pub fn total(&self) -> u64 {
        self.requests.values().sum()
    }
}

/// The counters behind [`HostStats`].
#[derive(Debug, Default)]
pub(super) struct Counters {
    requests: [AtomicU64; RequestKind::ALL.len()],
    redirects: AtomicU64,
    retries: AtomicU64,
    bytes_in: AtomicU64,
    bytes_out: AtomicU64,
}

impl Counters {
    pub(super) fn request(&self, kind: RequestKind) {
        self.requests[kind as usize].fetch_add(1, Relaxed);
    }

    pub(super) fn redirect(&self) {
        self.redirects.fetch_add(1, Relaxed);
    }

    pub(super) fn retry(&self) {
        self.retries.fetch_add(1, Relaxed);
    }

    pub(super) fn bytes_in(&self, count: usize) {
        self.bytes_in.fetch_add(count as u64, Relaxed);
    }

    pub(super) fn bytes_out(&self, count: usize) {
        self.bytes_out.fetch_add(count as u64, Relaxed);
    }

    pub(super) fn snapshot(&self) -> HostStats {
        let count = |kind: RequestKind| (kind, self.requests[kind as usize].load(Relaxed));
        HostStats {
            requests: RequestKind::ALL
                .into_iter()
                .map(count)
                .filter(|(_, count)| *count > 0)
                .collect(),
            redirects: self.redirects.load(Relaxed),
            retries: self.retries.load(Relaxed),
            bytes_in: self.bytes_in.load(Relaxed),
            bytes_out: self.bytes_out.load(Relaxed),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts_each_kind_in_its_own_place() {
        let counters = Counters::default();
        for (position, kind) in RequestKind::ALL.into_iter().enumerate() {
            assert_eq!(kind as usize, position, "{kind:?}");
            counters.request(kind);
        }
        counters.request(RequestKind::Token);
        let stats = counters.snapshot();
        assert_eq!(
            (
                stats.count(RequestKind::Token),
                stats.count(RequestKind::HeadBlob)
            ),
            (2, 1)
        );
        assert_eq!(stats.total(), RequestKind::ALL.len() as u64 + 1);
    }
}
