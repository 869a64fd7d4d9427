//! How much: what a host is asked at most.
//!
//! | file | job |
//! | --- | --- |
//! | `admission` | whose turn it is: so many at once, so many a second, none during a pause |
//! | `concurrency` | how many at once, found out by trying |
//! | `rate_limit` | how many pulls a registry says are left |

mod admission;
mod concurrency;
mod rate_limit;

pub(super) use admission::{Admission, Lane};
pub(super) use concurrency::Permit;
pub use rate_limit::RateLimit;
