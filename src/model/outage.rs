//! A host that is away for a while, as data: [`crate::render`] words it.

use std::time::Duration;

use super::Fault;

/// What is told of a host that is away and is waited for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Outage {
    /// The registry's host, as references name it, or the other host that it points to.
    pub host: String,
    /// The registry that it is needed for, which has a say in how long it is waited for.
    pub registry: String,
    /// How far the waiting is.
    pub stage: OutageStage,
    /// How long it has been away.
    pub away: Duration,
}

/// How far the waiting for a host is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum OutageStage {
    /// It was just found to be away.
    Begun {
        /// How that was seen.
        fault: Fault,
        /// Whether it ever answered in this run.
        was_there: bool,
        /// How long it is waited for.
        patience: Duration,
    },
    /// It is still away.
    Lasting {
        /// How long it is waited for.
        patience: Duration,
    },
    /// It is back, and what waited for it goes on.
    Over,
    /// It was waited for in vain.
    GivenUp,
}
