//! The exit status of the process.

use std::process::ExitCode;

/// How a command ended.
///
/// A failure outweighs pending changes: whoever reads 2 trusts that everything could be looked at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Exit {
    /// Done, and nothing is pending: 0.
    Done,
    /// An error, or something blocked, unreadable or failed: 1.
    Failed,
    /// Changes are pending: 2.
    Pending,
    /// Stopped by a signal before anything was done: 130.
    Interrupted,
}

impl Exit {
    /// Returns the number that the process ends with.
    pub fn code(self) -> u8 {
        match self {
            Self::Done => 0,
            Self::Failed => 1,
            Self::Pending => 2,
            Self::Interrupted => 130,
        }
    }

    /// Judges a plan: what is blocked outweighs what is pending.
    pub fn of(blocked: bool, pending: bool) -> Self {
        match (blocked, pending) {
            (true, _) => Self::Failed,
            (false, true) => Self::Pending,
            (false, false) => Self::Done,
        }
    }
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        exit.code().into()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn blocked_outweighs_pending() {
        for (blocked, pending, code) in [
            (false, false, 0),
            (false, true, 2),
            (true, false, 1),
            (true, true, 1),
        ] {
            assert_eq!(Exit::of(blocked, pending).code(), code);
        }
    }
}
