//! How much: what a host is asked at most.

mod admission;
mod concurrency;
mod pull_limit;

pub(super) use admission::{Admission, Lane, TOKENS};
pub(super) use concurrency::{NO_WAIT, Permit};
pub use pull_limit::PullLimit;
