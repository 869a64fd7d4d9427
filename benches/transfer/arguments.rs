//! What can be typed.

use std::time::Duration;

use clap::{Parser, ValueEnum};

/// Measure pusher against its peers, between two registries on this machine
#[derive(Debug, Parser)]
#[command(name = "transfer")]
pub(crate) struct Arguments {
    /// Take small numbers and one round: does the harness work?
    #[arg(long)]
    pub(crate) quick: bool,
    /// Run these cases alone
    #[arg(long = "case", value_name = "CASE", value_enum)]
    cases: Vec<Case>,
    /// Run these tools alone: pusher, regsync, crane, skopeo, image-syncer, curl
    #[arg(long = "tool", value_name = "NAME")]
    tools: Vec<String>,
    /// Repeat so often
    #[arg(long, value_name = "NUMBER")]
    rounds: Option<usize>,
    /// Make the way this long, there and back, in milliseconds
    #[arg(long, value_name = "MS", default_value_t = 50)]
    round_trip: u64,
}

/// What is measured.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Case {
    /// 200 tags that are in place, over the long way
    NoOpRtt,
    /// 1,000 tags that are in place, over the long way
    ManyRtt,
    /// 200 images into an empty registry, over the long way
    ColdRtt,
    /// As no-op-rtt, over TLS
    NoOpRttTls,
    /// As cold-rtt, over TLS
    ColdRttTls,
    /// 200 tags that are in place
    NoOp,
    /// 200 images into an empty registry
    Cold,
    /// 2 GiB into an empty registry: one layer of 1 GiB, eight of 128 MiB
    Large,
    /// One layer of 20 GiB
    Huge,
    /// Thousands of entries, all in place
    Entries,
}

impl Case {
    /// Tells whether the registries are far away.
    pub(crate) fn is_far(self) -> bool {
        !matches!(
            self,
            Self::NoOp | Self::Cold | Self::Large | Self::Huge | Self::Entries
        )
    }

    /// Tells whether the target begins empty.
    pub(crate) fn is_cold(self) -> bool {
        matches!(
            self,
            Self::ColdRtt | Self::ColdRttTls | Self::Cold | Self::Large | Self::Huge
        )
    }

    pub(crate) fn has_tls(self) -> bool {
        matches!(self, Self::NoOpRttTls | Self::ColdRttTls)
    }
}

impl Arguments {
    pub(crate) fn runs(&self, case: Case) -> bool {
        self.cases.is_empty() || self.cases.contains(&case)
    }

    pub(crate) fn uses(&self, tool: &str) -> bool {
        self.tools.is_empty() || self.tools.iter().any(|name| name == tool)
    }

    pub(crate) fn rounds(&self, usual: usize) -> usize {
        self.rounds.unwrap_or(if self.quick { 1 } else { usual })
    }

    /// Returns a number, or what stands for it where numbers are to be small.
    pub(crate) fn size<T>(&self, full: T, quick: T) -> T {
        if self.quick { quick } else { full }
    }

    pub(crate) fn round_trip(&self) -> Duration {
        Duration::from_millis(self.size(self.round_trip, 5))
    }
}
