//! What several tests need: registries to talk to, and the tools that look at them from outside.

pub(crate) mod tools;
