//! For people: one item a change, the summary last.

mod breaks;
mod check;
mod checkup;
mod diff;
mod difference;
mod drift;
mod edited;
mod items;
mod list;
mod lock;
mod map;
mod merged;
mod plan;
mod report;
mod rewriting;
mod show;
mod tags;
mod text;

pub use check::{check, diagnostics, summary};
pub use checkup::checkup;
pub use diff::diff;
pub use drift::drift;
pub use edited::edited;
pub use list::list;
pub use lock::{fit, renewed};
pub use map::map;
pub use merged::merged;
pub use plan::plan;
pub use report::report;
pub use rewriting::rewriting;
pub use show::show;
pub use tags::tags;
