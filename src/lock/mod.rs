//! The lock file `mirror.lock`: text into a [`Lock`](crate::plan::Lock) and back, whose it is, and from
//! one lock to the next.
//!
//! The same lock is always the same text: sorted by target, one block an image, nothing in it that
//! changes by itself. So two branches that lock different images merge, and a change of one image
//! is a change of its block.

mod blocks;
mod contents;
mod disputed;
mod error;
mod format;
mod history;
mod merged;
mod notes;
mod owner;
mod quoted;
mod read;
mod renew;
mod write;

pub use contents::{Continued, LockContents};
pub use disputed::Disputed;
pub use error::LockError;
pub use history::{LOG_FORMAT, read_log};
pub use owner::{Owner, Stranger};
pub use read::{read, target_lines};
pub use renew::{Found, Renewal, RenewalCounts, Renewed, Unfit, check, renew, undeclared};
pub use write::write;

/// The version of the format, as of locks that record which tags rules chose, what was seen in the target, or what is
/// noted of digests.
pub const VERSION: u32 = 3;
/// The same of locks that record none of these, which earlier versions of this program read as well.
pub const PLAIN_VERSION: u32 = 2;
/// The version before, of locks that do not say whose they are.
pub const UNOWNED_VERSION: u32 = 1;
