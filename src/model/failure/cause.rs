//! Failures by what can be done about them.

/// The kinds of reasons for which a registry cannot be read or written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Cause {
    /// It wants a login, or refused the one it got (401).
    Unauthorized,
    /// It knows who asks and does not allow it (403).
    Denied,
    /// It asks for fewer requests (429).
    RateLimited,
    /// It was not reached: no such host, connection refused or reset, time-out.
    Unreachable,
    /// It has a fault of its own (5xx).
    Server,
    /// It answered what the specification does not allow, or bytes that are not what it promised.
    Protocol,
    /// It said no, and will say so again: it was understood, and this was asked for wrongly or of the
    /// wrong registry.
    Refused,
}

impl Cause {
    /// Tells whether the same request may work a little later.
    pub fn may_pass(self) -> bool {
        match self {
            Self::RateLimited | Self::Unreachable | Self::Server => true,
            Self::Unauthorized | Self::Denied | Self::Protocol | Self::Refused => false,
        }
    }
}
