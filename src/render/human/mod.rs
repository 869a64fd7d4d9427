//! For people: one block of lines a change, the summary last.

mod block;
mod diff;
mod drift;
mod lock;
mod page;
mod plan;
mod report;

pub use diff::diff;
pub use drift::drift;
pub use lock::{renewed, unfit};
pub use plan::plan;
pub use report::report;
