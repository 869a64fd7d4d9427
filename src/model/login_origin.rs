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
    /// ACR, which gave a temporary password to whoever this is.
    Acr(CloudIdentity),
}

/// What somebody is known by at Alibaba Cloud.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum CloudIdentity {
    /// A job of GitHub's, in a role.
    GitHub,
    /// A token in a file, in a role (RRSA).
    TokenFile,
    /// An access key.
    AccessKey,
    /// A temporary access key.
    SecurityToken,
    /// The role of an ECS instance.
    EcsRole,
    /// Nothing that could be used.
    Nothing,
}

impl fmt::Display for LoginOrigin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::File(path) => write!(f, "`{}`", path.display()),
            Self::Variable(name) => write!(f, "`{name}`"),
            Self::Helper { program, named_in } => write!(f, "`{program}`, named in {named_in}"),
            Self::UserAndPassword(user, password) => write!(f, "`{user}` and `{password}`"),
            Self::MirrorFile(host) => write!(f, "`registries.{host}` in the mirror file"),
            Self::Acr(identity) => match identity {
                CloudIdentity::GitHub => {
                    f.write_str("GitHub's OIDC and the role in `ALIBABA_CLOUD_ROLE_ARN`")
                }
                CloudIdentity::TokenFile => f.write_str(
                    "`ALIBABA_CLOUD_OIDC_TOKEN_FILE` and the role in `ALIBABA_CLOUD_ROLE_ARN`",
                ),
                CloudIdentity::AccessKey => {
                    f.write_str("the access key in `ALIBABA_CLOUD_ACCESS_KEY_ID`")
                }
                CloudIdentity::SecurityToken => f.write_str(
                    "the temporary key in `ALIBABA_CLOUD_ACCESS_KEY_ID` and \
                     `ALIBABA_CLOUD_SECURITY_TOKEN`",
                ),
                CloudIdentity::EcsRole => {
                    f.write_str("the role of this ECS instance in `ALIBABA_CLOUD_ECS_METADATA`")
                }
                CloudIdentity::Nothing => f.write_str("the environment"),
            },
        }
    }
}
