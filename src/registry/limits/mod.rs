//! How much: what a host is asked at most.

mod admission;
mod concurrency;
mod pull_limit;

pub(super) use admission::{Admission, Lane};
pub(super) use concurrency::Permit;
pub use pull_limit::PullLimit;
