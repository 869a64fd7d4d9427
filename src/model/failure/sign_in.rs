//! What went wrong on the way to a temporary password.

use std::sync::Arc;

use crate::model::{LoginOrigin, Text};

use super::NoAnswer;

/// Why there is no temporary password.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SignInFault {
    /// The environment says who asks, and not all of it; the text says what is missing.
    Identity(Text),
    /// The registry is none of ACR's: what its challenge names as its service, if anything.
    NotAcr(Option<String>),
    /// It names a place for logins that is not ACR's: this host.
    ForeignRealm(String),
    /// A service said no.
    Refused(SignInRefusal),
    /// A service gave no answer.
    Unanswered {
        /// Which one.
        service: SignInService,
        /// Its host.
        host: String,
        /// Why.
        why: NoAnswer,
    },
    /// A service gave an answer that cannot be used.
    Unusable {
        /// Which one.
        service: SignInService,
        /// Its host.
        host: String,
        /// What is wrong with it, in words that go on after a colon.
        why: Text,
    },
}

/// A refusal on the way to a temporary password.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SignInRefusal {
    /// Who refused.
    pub service: SignInService,
    /// Its host.
    pub host: String,
    /// As whom it was asked.
    pub login: Arc<LoginOrigin>,
    /// The HTTP status.
    pub status: u16,
    /// The service's own code, such as `NoPermission`.
    pub code: Option<String>,
    /// The service's own words.
    pub message: Option<String>,
    /// The name of the request, for whoever looks into it there.
    pub request_id: Option<String>,
}

/// The services that are asked on the way to a temporary password.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum SignInService {
    /// GitHub, for a token that says which workflow asks.
    GitHub,
    /// Alibaba Cloud's service for temporary keys of a role.
    Sts,
    /// The service that tells an ECS instance the temporary keys of its role.
    EcsMetadata,
    /// The API of ACR, the Personal Edition.
    AcrPersonal,
    /// The API of ACR, an instance of the Enterprise Edition.
    AcrEnterprise,
}

impl SignInFault {
    /// Changes the words in it that may be those of others.
    #[must_use]
    pub fn map_words(self, change: &dyn Fn(String) -> String) -> Self {
        match self {
            Self::Refused(refusal) => Self::Refused(SignInRefusal {
                code: refusal.code.map(change),
                message: refusal.message.map(change),
                request_id: refusal.request_id.map(change),
                ..refusal
            }),
            Self::Unanswered { service, host, why } => Self::Unanswered {
                service,
                host,
                why: why.map_words(change),
            },
            Self::Unusable { service, host, why } => Self::Unusable {
                service,
                host,
                why: why.map(|words| change(words.to_owned())),
            },
            Self::NotAcr(service) => Self::NotAcr(service.map(change)),
            Self::Identity(_) | Self::ForeignRealm(_) => self,
        }
    }
}
