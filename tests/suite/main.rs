//! The one test binary: what crosses the borders between modules.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod client;
mod registries;
mod selection;
mod support;
