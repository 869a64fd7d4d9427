//! To be written.
/// To be written.
#[derive(Debug, Clone)]
pub struct RegistryError;
