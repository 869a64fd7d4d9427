//! The one test binary.

mod layering;
mod registries;
mod support;
