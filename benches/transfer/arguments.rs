//! What can be typed.

use std::time::Duration;

use clap::Parser;

use crate::cases::Case;

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
    /// Repeat so often, unless a tool has taken long enough by then
    #[arg(long, value_name = "NUMBER")]
    rounds: Option<usize>,
    /// Make the way this long, there and back, in milliseconds
    #[arg(long, value_name = "MS", default_value_t = 50)]
    round_trip: u64,
    /// Start this as the registries: CNCF distribution, 2.8 or 3
    #[arg(long, value_name = "PROGRAM", default_value = "docker-registry")]
    pub(crate) registry: String,
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
