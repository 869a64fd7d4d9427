//! To be written.

pub mod check;
pub mod diagnostics;
pub mod list;
pub mod schemas;
