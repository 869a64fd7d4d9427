//! Reports of the shards of a plan, as one.
//!
//! A report is read back as it was written by `apply --report`, and so is the plan that the shards are of: what no
//! report tells of is not done.

mod merge;
mod read;

pub use merge::{MergeError, Merged, Missing, merge};
pub use read::{Kept, Problem, ReportError, read};
