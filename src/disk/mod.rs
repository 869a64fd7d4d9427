//! Files on the disk: what a name leads to, and writing that leaves the old file or the new one.
//!
//! Everything that this program writes to a file it writes by [`write()`], but for the cache, which also
//! appends lines that are each whole by themselves.

mod identity;
mod place;
#[cfg(test)]
mod tests;
mod write;

pub use identity::{Identity, Standard};
pub use place::Place;
pub use write::{require_writable, write};
