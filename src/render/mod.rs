//! What is declared, planned, done and mistaken as text: for people, for programs, for pull
//! requests. Pure.
//!
//! The core decides, this folder words it. Everything goes into a writer; whatever came from a
//! registry or a file is made harmless on the way (see [`clean`]).

pub mod check;
pub mod clean;
pub mod diagnostics;
pub mod diff;
pub mod drift;
mod failure;
pub mod format;
pub mod github;
pub mod hints;
pub mod human;
pub mod json;
pub mod list;
pub mod markdown;
pub mod schemas;
pub mod style;
pub mod tally;
pub mod units;
pub mod words;

pub use diff::Compared;
pub use format::{Details, Format, diff, drift, plan, report};
pub use style::{Style, View};
