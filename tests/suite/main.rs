//! The one test binary: what crosses the borders between modules.

mod profile_table;
mod selection;
