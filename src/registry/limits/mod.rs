//! How much: what a host is asked at most.

mod admission;
mod concurrency;
mod rate_limit;

pub(super) use admission::{Admission, Lane};
pub(super) use concurrency::Permit;
pub use rate_limit::RateLimit;
