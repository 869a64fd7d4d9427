//! In which way a registry is to be logged in to.

/// In which way a registry is to be logged in to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum LoginWay {
    /// With what is there: a user and a password, else a temporary password where the registry is ACR.
    #[default]
    Auto,
    /// With a temporary password of ACR, whatever else there is.
    Acr,
    /// With a user and a password alone.
    Basic,
    /// Not at all.
    None,
}
