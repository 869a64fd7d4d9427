//! What came of one tool in one case.

use std::time::Duration;

use crate::measure::Usage;
use crate::registry::Requests;

/// A tool is given no further round once it has taken so long.
const ENOUGH: Duration = Duration::from_secs(10);

/// What came of one tool.
#[derive(Default)]
pub(crate) struct Standing {
    pub(crate) name: String,
    /// At the source and at the target.
    pub(crate) requests: Option<(Requests, Requests)>,
    /// What else can be said of the last run, by column.
    pub(crate) remarks: Vec<(&'static str, String)>,
    /// Why it did not do its job.
    pub(crate) failure: Option<String>,
    runs: Vec<Usage>,
}

impl Standing {
    pub(crate) fn new(name: String) -> Self {
        Self {
            name,
            ..Self::default()
        }
    }

    pub(crate) fn add(&mut self, run: Usage) {
        self.runs.push(run);
    }

    /// Tells whether another round would say no more.
    pub(crate) fn is_done(&self) -> bool {
        let spent: Duration = self.runs.iter().map(|run| run.time).sum();
        self.failure.is_some() || spent > ENOUGH
    }

    pub(crate) fn runs(&self) -> usize {
        self.runs.len()
    }

    /// Returns the median of the times.
    pub(crate) fn time(&self) -> Duration {
        self.median(|run| run.time)
    }

    pub(crate) fn least(&self) -> Duration {
        let times = self.runs.iter().map(|run| run.time);
        times.min().unwrap_or_default()
    }

    pub(crate) fn most(&self) -> Duration {
        let times = self.runs.iter().map(|run| run.time);
        times.max().unwrap_or_default()
    }

    /// Returns the median of the processor times.
    pub(crate) fn cpu(&self) -> Duration {
        self.median(|run| run.cpu)
    }

    /// Returns the most memory that any run took.
    pub(crate) fn peak(&self) -> u64 {
        let peaks = self.runs.iter().map(|run| run.peak);
        peaks.max().unwrap_or_default()
    }

    /// Returns a remark on the last run.
    pub(crate) fn remark(&self, column: &str) -> Option<&str> {
        let mut remarks = self.remarks.iter();
        let (_, remark) = remarks.find(|(name, _)| *name == column)?;
        Some(remark)
    }

    fn median(&self, of: impl Fn(&Usage) -> Duration) -> Duration {
        let mut all: Vec<Duration> = self.runs.iter().map(of).collect();
        all.sort_unstable();
        all.get(all.len() / 2).copied().unwrap_or_default()
    }
}
