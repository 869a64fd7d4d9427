//! The lock file `mirror.lock`: text into a [`Lock`](crate::plan::Lock) and back, and from one lock
//! to the next.
//!
//! The same lock is always the same text: sorted by target, one block an image, nothing in it that
//! changes by itself. So two branches that lock different images merge, and a change of one image
//! is a change of its block.

mod read;
mod renew;
mod write;

pub use read::{LockError, line_of, read};
pub use renew::{Renewal, Renewed, Unfit, check, renew, undeclared};
pub use write::write;

/// The name of the lock file; it lies beside the mirror file.
pub const FILE_NAME: &str = "mirror.lock";
/// The version of the format.
pub const VERSION: u32 = 1;
