//! Files on the disk: what a name leads to, reading that stays in a folder, and writing that leaves the old file or the new one.
//!
//! Everything that this program writes to a file it writes by [`write()`], but for the cache, which also
//! appends lines that are each whole by themselves.

mod below;
mod identity;
mod place;
#[cfg(test)]
mod tests;
mod write;

pub use below::{Astray, called, read_below};
pub use identity::{Identity, Standard};
pub use place::Place;
pub use write::{append, create, require_writable, write};
