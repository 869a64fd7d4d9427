//! Whether a server is there; one that is away is waited for.

mod availability;
mod servers;
mod sign;
mod watch;

pub(super) use availability::{Lost, Verdict};
pub(super) use servers::{Server, ServerMap};
pub(super) use sign::Sign;
