//! stub
use crate::plan::*;
/// stub
#[derive(Debug, Clone, thiserror::Error)]
#[error("stub")]
pub struct RegistryError;
impl RegistryError {
    /// stub
    pub fn cause(&self) -> Cause {
        Cause::Server
    }
}
impl From<RegistryError> for Unreadable {
    fn from(_: RegistryError) -> Self {
        Unreadable {
            cause: Cause::Server,
            message: String::new(),
        }
    }
}
