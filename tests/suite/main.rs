//! The one test binary.

mod registries;
mod support;
