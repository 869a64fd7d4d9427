//! For programs: own types, with a format version and a schema.
//!
//! Within a major version fields and the words of an enumeration may be added; none is renamed,
//! removed or given another meaning.

mod age;
mod blocked;
mod check;
mod checkup;
mod diff;
mod document;
mod drift;
mod each;
mod failed;
mod list;
mod lock;
mod map;
mod matrix;
mod merged;
mod plan;
mod policy;
mod record;
mod report;
mod rewriting;
mod show;
mod tags;
mod whence;

pub use check::{check, check_schema};
pub use checkup::{checkup, checkup_schema};
pub use diff::{diff, diff_schema};
pub use document::{schema, write};
pub use drift::{drift, drift_schema};
pub use each::each;
pub use failed::{failed, failed_schema};
pub use list::{list, list_schema};
pub use lock::{fit, fit_schema, renewed, renewed_schema};
pub use map::{map, map_schema};
pub use matrix::{matrix, matrix_schema};
pub use merged::{merged, merged_schema};
pub use plan::{plan, plan_schema};
pub use record::{record_schema, records};
pub use report::{report, report_schema};
pub use rewriting::{rewriting, rewriting_schema};
pub use show::{show, show_schema};
pub use tags::{tags, tags_schema};
