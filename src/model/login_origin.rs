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
            Self::Helper { program, named_in } => write_tr!(
                f,
                "`{program}`, named in {named_in}",
                "{named_in} 指定的 `{program}`"
            ),
            Self::UserAndPassword(user, password) => {
                write_tr!(f, "`{user}` and `{password}`", "`{user}` 和 `{password}`")
            }
            Self::MirrorFile(host) => write_tr!(
                f,
                "`registries.{host}` in the mirror file",
                "mirror 文件里的 `registries.{host}`"
            ),
            Self::Acr(identity) => identity.fmt(f),
        }
    }
}

impl fmt::Display for CloudIdentity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::GitHub => tr_word!(
                "GitHub's OIDC and the role in `ALIBABA_CLOUD_ROLE_ARN`",
                "GitHub 的 OIDC 和 `ALIBABA_CLOUD_ROLE_ARN` 里的角色"
            ),
            Self::TokenFile => tr_word!(
                "`ALIBABA_CLOUD_OIDC_TOKEN_FILE` and the role in `ALIBABA_CLOUD_ROLE_ARN`",
                "`ALIBABA_CLOUD_OIDC_TOKEN_FILE` 和 `ALIBABA_CLOUD_ROLE_ARN` 里的角色"
            ),
            Self::AccessKey => tr_word!(
                "the access key in `ALIBABA_CLOUD_ACCESS_KEY_ID`",
                "`ALIBABA_CLOUD_ACCESS_KEY_ID` 里的 AccessKey"
            ),
            Self::SecurityToken => tr_word!(
                "the temporary key in `ALIBABA_CLOUD_ACCESS_KEY_ID` and `ALIBABA_CLOUD_SECURITY_TOKEN`",
                "`ALIBABA_CLOUD_ACCESS_KEY_ID` 和 `ALIBABA_CLOUD_SECURITY_TOKEN` 里的临时密钥"
            ),
            Self::EcsRole => tr_word!(
                "the role of this ECS instance in `ALIBABA_CLOUD_ECS_METADATA`",
                "`ALIBABA_CLOUD_ECS_METADATA` 里这台 ECS 实例的角色"
            ),
            Self::Nothing => tr_word!("the environment", "环境变量"),
        })
    }
}
