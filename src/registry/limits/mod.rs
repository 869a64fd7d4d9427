//! How much: what a host is asked at most.
//!
//! | file | job |
//! | --- | --- |
//! | `admission` | whose turn it is: so many at once, so many a second, none during a pause |
//! | `concurrency` | how many at once, found out by trying |
//! | `rate_limit` | how many pulls a registry says are left |

pub(super) mod admission;
pub(super) mod concurrency;
pub(super) mod rate_limit;
