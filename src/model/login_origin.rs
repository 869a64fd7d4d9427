//! Where a login comes from.

use std::fmt;
use std::path::PathBuf;

/// Where a login comes from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum LoginOrigin {
    /// A file that `docker login` or `podman login` wrote.
    File(PathBuf),
    /// A variable of the environment that holds what such a file does.
    Variable(&'static str),
    /// A program that keeps logins.
    Helper {
        /// Its name.
        program: String,
        /// What names it.
        named_in: Box<Self>,
    },
    /// Two variables of the environment.
    UserAndPassword(&'static str, &'static str),
    /// What the mirror file says about this host.
    MirrorFile(String),
}

impl fmt::Display for LoginOrigin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::File(path) => write!(f, "`{}`", path.display()),
            Self::Variable(name) => write!(f, "`{name}`"),
            Self::Helper { program, named_in } => write!(f, "`{program}`, named in {named_in}"),
            Self::UserAndPassword(user, password) => write!(f, "`{user}` and `{password}`"),
            Self::MirrorFile(host) => write!(f, "`registries.{host}` in the mirror file"),
        }
    }
}
