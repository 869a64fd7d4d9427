//! For people: one block of lines a change, the summary last.

mod block;
mod drift;
mod page;
mod plan;
mod report;

pub use drift::drift;
pub use plan::plan;
pub use report::report;
