//! For pull requests, issues and step summaries, as GitHub renders them.

mod check;
mod checkup;
mod diff;
mod document;
mod drift;
mod escape;
mod list;
mod lock;
mod map;
mod merged;
mod plan;
mod problems;
mod report;
mod rewriting;
mod show;
mod tags;

pub use check::check;
pub use checkup::checkup;
pub use diff::diff;
pub use drift::drift;
pub use list::list;
pub use lock::{fit, renewed};
pub use map::map;
pub use merged::merged;
pub use plan::plan;
pub use report::report;
pub use rewriting::rewriting;
pub use show::show;
pub use tags::tags;
