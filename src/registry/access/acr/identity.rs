//! Who asks.

use std::path::PathBuf;

use url::Url;

use crate::model::{CloudIdentity, Secret, Text};

use super::StandIn;

/// Who asks for temporary passwords, and where.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct AcrAsker {
    /// Who asks, if anybody does; an error says why that cannot be told.
    pub identity: Option<Result<Identity, Text>>,
    /// What answers in the place of the services, if anything.
    pub stand_in: Option<StandIn>,
}

impl AcrAsker {
    /// Returns the sort of identity.
    pub(in crate::registry) fn kind(&self) -> CloudIdentity {
        match &self.identity {
            Some(Ok(identity)) => identity.kind(),
            Some(Err(_)) | None => CloudIdentity::Nothing,
        }
    }
}

/// Who asks for a temporary password.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Identity {
    /// A role, to whoever has a token that it trusts.
    Role(OidcRole, OidcToken),
    /// Whoever has an access key.
    Key(AccessKey),
    /// The role with this name, which an ECS instance has.
    EcsRole(String),
}

/// A role that trusts an OIDC provider.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OidcRole {
    /// The role's ARN.
    pub arn: String,
    /// The provider's ARN.
    pub provider_arn: String,
    /// The name under which the session is in the audit log.
    pub session_name: String,
}

/// Where the token is that the role trusts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum OidcToken {
    /// In a file, which is written anew from time to time.
    File(PathBuf),
    /// At GitHub, for the job that runs.
    GitHub {
        /// Where to ask.
        url: Url,
        /// What shows that it is this job.
        request_token: Secret,
    },
}

/// An access key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AccessKey {
    /// Its name, which is no secret.
    pub id: String,
    /// What it signs with.
    pub secret: Secret,
    /// What a temporary one comes with.
    pub security_token: Option<Secret>,
}

impl Identity {
    /// Returns the sort of identity.
    fn kind(&self) -> CloudIdentity {
        match self {
            Self::Role(_, OidcToken::GitHub { .. }) => CloudIdentity::GitHub,
            Self::Role(_, OidcToken::File(_)) => CloudIdentity::TokenFile,
            Self::Key(key) if key.security_token.is_some() => CloudIdentity::SecurityToken,
            Self::Key(_) => CloudIdentity::AccessKey,
            Self::EcsRole(_) => CloudIdentity::EcsRole,
        }
    }
}
