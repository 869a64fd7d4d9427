//! Whether a server is there; one that is away is waited for.

mod availability;
mod servers;
mod symptom;
mod watch;

pub(super) use availability::{Lost, Verdict};
pub(super) use servers::{Server, ServerMap};
pub(super) use symptom::Symptom;
