//! What went wrong with a registry, in one line, and a hint.

/// What went wrong with a registry.
#[derive(Debug, Clone)]
pub struct RegistryError;
