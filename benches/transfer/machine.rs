//! What it ran on.

use std::fmt;
use std::fs;
use std::time::{Duration, Instant, SystemTime};

use chrono::{DateTime, Utc};
use pusher::model::{Algorithm, Hasher};

/// The machine, the day, and what limits every copy.
pub(crate) struct Machine {
    cores: usize,
    processor: String,
    kernel: String,
    /// Gigabytes that one core hashes in a second.
    hashing: f64,
}

impl Machine {
    pub(crate) fn look() -> Self {
        let read = |path| fs::read_to_string(path).unwrap_or_default();
        let information = read("/proc/cpuinfo");
        let processor = information
            .lines()
            .find_map(|line| line.strip_prefix("model name"))
            .map_or("unknown", |rest| rest.trim_start_matches([' ', '\t', ':']));
        Self {
            cores: std::thread::available_parallelism().map_or(1, usize::from),
            processor: processor.to_owned(),
            kernel: read("/proc/sys/kernel/osrelease").trim().to_owned(),
            hashing: 1e9 / hash(1_000_000_000).as_secs_f64() / 1e9,
        }
    }
}

impl fmt::Display for Machine {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            cores,
            processor,
            kernel,
            hashing,
        } = self;
        let today = DateTime::<Utc>::from(SystemTime::now()).format("%Y-%m-%d");
        write!(
            f,
            "{today}, {cores} cores of {processor}, Linux {kernel}, SHA-256 {hashing:.1} GB/s a core"
        )
    }
}

/// How many processes wanted a core, averaged over a minute: before a case, and at most during it.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Load {
    pub(crate) before: f64,
    pub(crate) most: f64,
}

impl Load {
    pub(crate) fn look() -> Self {
        let before = load();
        let most = before;
        Self { before, most }
    }

    pub(crate) fn look_again(&mut self) {
        self.most = self.most.max(load());
    }
}

fn load() -> f64 {
    let text = fs::read_to_string("/proc/loadavg").unwrap_or_default();
    let first = text.split(' ').next().unwrap_or_default();
    first.parse().unwrap_or_default()
}

/// Returns how long one core takes to hash so many bytes.
pub(crate) fn hash(bytes: u64) -> Duration {
    let piece = vec![7; 64 * 1024];
    let begun = Instant::now();
    let mut hasher = Hasher::new(Algorithm::Sha256);
    for _ in 0..bytes / piece.len() as u64 {
        hasher.update(&piece);
    }
    std::hint::black_box(hasher.finish());
    begun.elapsed()
}
