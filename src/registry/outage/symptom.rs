//! What a failed try says about the server.

use crate::model::{Fault, NoAnswer};
use crate::registry::retry::backoff::is_gateway;

/// How a try failed that says something about the host.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Symptom {
    /// There is no such host, or nobody listens there.
    Nobody,
    /// No connection came about.
    NoConnection,
    /// There was a connection, and no answer of the host's own.
    NoAnswer,
}

impl Symptom {
    /// Reads what a fault says about the host; nothing, where it answered for itself.
    pub(crate) fn of(fault: &Fault) -> Option<Self> {
        match fault {
            Fault::NoAnswer(NoAnswer::UnknownHost(_) | NoAnswer::Refused(_)) => Some(Self::Nobody),
            Fault::NoAnswer(NoAnswer::Connect(_)) => Some(Self::NoConnection),
            Fault::NoAnswer(NoAnswer::Silence(_) | NoAnswer::Broken(_)) => Some(Self::NoAnswer),
            Fault::Answered(answer) if is_gateway(answer.status) => Some(Self::NoAnswer),
            _ => None,
        }
    }
}
