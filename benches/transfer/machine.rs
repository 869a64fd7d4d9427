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

/// Returns how long one core takes to hash so many bytes.
pub(crate) fn hash(bytes: usize) -> Duration {
    let piece = vec![7; 64 * 1024];
    let begun = Instant::now();
    let mut hasher = Hasher::new(Algorithm::Sha256);
    for _ in 0..bytes / piece.len() {
        hasher.update(&piece);
    }
    std::hint::black_box(hasher.finish());
    begun.elapsed()
}
