//! Why there is no temporary password, and what to do about it.

use std::fmt;

use crate::model::{SignInFault, SignInRefusal, SignInService};

/// Where the steps stand that lead to a temporary password.
const GUIDE: &str = "docs/acr.md";

impl fmt::Display for SignInFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Identity(text) => f.write_str(text),
            Self::NotAcr(None) => f.write_str(
                "no temporary password can be had for it: it does not say that it is ACR's",
            ),
            Self::NotAcr(Some(service)) => write!(
                f,
                "no temporary password can be had for it: it calls itself `{service}`, which is \
                 none of ACR's registries"
            ),
            Self::ForeignRealm(host) => write!(
                f,
                "it names `{host}` as the place for logins, which is not ACR's; nothing was sent there"
            ),
            Self::Refused(refusal) => refusal.fmt(f),
            Self::Unanswered { service, host, why } => asked(f, *service, host, why),
            Self::Unusable { service, host, why } => asked(f, *service, host, why),
        }
    }
}

fn asked(
    f: &mut fmt::Formatter<'_>,
    service: SignInService,
    host: &str,
    why: &dyn fmt::Display,
) -> fmt::Result {
    let service = name(service);
    write!(
        f,
        "{service} (`{host}`), asked for a temporary password: {why}"
    )
}

impl fmt::Display for SignInRefusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            service,
            host,
            login,
            status,
            code,
            message,
            request_id,
        } = self;
        let service = name(*service);
        write!(f, "{service} (`{host}`) refused {login} ({status})")?;
        for text in [code, message].into_iter().flatten() {
            write!(f, ": {text}")?;
        }
        match request_id {
            Some(id) => write!(f, " [request {id}]"),
            None => Ok(()),
        }
    }
}

fn name(service: SignInService) -> &'static str {
    match service {
        SignInService::GitHub => "GitHub's OIDC",
        SignInService::Sts => "Alibaba Cloud STS",
        SignInService::EcsMetadata => "the metadata service of ECS",
        SignInService::AcrPersonal | SignInService::AcrEnterprise => "the API of ACR",
    }
}

/// Says what to do about it.
pub(super) fn advice(fault: &SignInFault, registry: &str) -> String {
    match fault {
        SignInFault::Identity(_) => {
            format!("see {GUIDE}: which variables say who asks for a temporary password")
        }
        SignInFault::NotAcr(_) | SignInFault::ForeignRealm(_) => format!(
            "set `registries.{registry}.login: basic`, and a user and a password; `acr` is for \
             registries of Alibaba Cloud alone"
        ),
        SignInFault::Refused(refusal) => next_step(refusal),
        SignInFault::Unanswered { host, .. } => format!(
            "check that `{host}` can be reached from here; a proxy is taken from `HTTPS_PROXY`"
        ),
        SignInFault::Unusable { host, .. } => {
            format!("check that no proxy answers in the place of `{host}`, and try again later")
        }
    }
}

/// Says what to do about a refusal. The codes are those of RAM, STS and ACR.
fn next_step(refusal: &SignInRefusal) -> String {
    use SignInService::{AcrEnterprise, AcrPersonal, EcsMetadata, GitHub, Sts};
    let code = refusal.code.as_deref().unwrap_or_default();
    let has = |word: &str| code.contains(word);
    let is_one_of = |words: &[&str]| words.iter().any(|word| has(word));
    let text = match refusal.service {
        _ if is_one_of(&["Timestamp", "TimeStamp"]) => {
            "set this machine's clock: its time is not the service's"
        }
        _ if has("Throttling") => "wait a while: too many ask with this account",
        GitHub => {
            "give the job `permissions: id-token: write` (a pull request from a fork gets none)"
        }
        EcsMetadata => {
            "check that `ALIBABA_CLOUD_ECS_METADATA` is the name of the role that this instance has"
        }
        Sts if has("OIDCToken") || has("IDToken") => {
            "check the OIDC provider's issuer, its client ID (`sts.aliyuncs.com` for GitHub) and its \
             fingerprints; where the token has expired, the clock of whoever made it"
        }
        Sts if has("EntityNotExist") => {
            "check `ALIBABA_CLOUD_ROLE_ARN` and `ALIBABA_CLOUD_OIDC_PROVIDER_ARN`: one of them names \
             nothing that is there"
        }
        Sts if is_one_of(&["NoPermission", "Forbidden", "AccessDenied"]) => {
            "check the role's trust policy: its `Federated` principal is the provider, and its \
             conditions on `oidc:aud` and `oidc:sub` fit this repository (docs/acr.md has one)"
        }
        Sts => "check the role and the OIDC provider against docs/acr.md",
        _ if is_one_of(&["InvalidSecurityToken", "SecurityTokenExpired"]) => {
            "get a new temporary key: that in `ALIBABA_CLOUD_SECURITY_TOKEN` has ended, or is not of \
             this access key"
        }
        _ if has("InvalidAccessKeyId") => {
            "check `ALIBABA_CLOUD_ACCESS_KEY_ID`: there is no such key, or it is switched off"
        }
        _ if is_one_of(&["SignatureDoesNotMatch", "IncompleteSignature"]) => {
            "check `ALIBABA_CLOUD_ACCESS_KEY_SECRET`: it is not that of the access key"
        }
        AcrPersonal if has("USER_NOT_EXIST") => {
            "let the RAM user open the ACR console once and set a fixed password there: the Personal \
             Edition knows it only from then on; or ask as a role"
        }
        AcrPersonal | AcrEnterprise
            if is_one_of(&["NoPermission", "Forbidden", "NOT_AUTHORIZED", "PERMISSION"]) =>
        {
            "allow `cr:GetAuthorizationToken` on `*` to whoever asks, in RAM (docs/acr.md has the \
             policies)"
        }
        AcrEnterprise if has("INSTANCE") => {
            "check that the instance is one of this account's, and runs"
        }
        AcrPersonal | AcrEnterprise => {
            "check in RAM that whoever asks may `cr:GetAuthorizationToken` (docs/acr.md has the \
             policies)"
        }
    };
    text.to_owned()
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::model::{CloudIdentity, LoginOrigin};

    fn refusal(service: SignInService, code: &str) -> SignInRefusal {
        SignInRefusal {
            service,
            host: "sts.aliyuncs.com".to_owned(),
            login: Arc::new(LoginOrigin::Acr(CloudIdentity::GitHub)),
            status: 403,
            code: Some(code.to_owned()),
            message: Some("You may not.".to_owned()),
            request_id: Some("ABC-1".to_owned()),
        }
    }

    #[test]
    fn a_refusal_says_who_said_what() {
        assert_eq!(
            refusal(SignInService::Sts, "NoPermission").to_string(),
            "Alibaba Cloud STS (`sts.aliyuncs.com`) refused GitHub's OIDC and the role in \
             `ALIBABA_CLOUD_ROLE_ARN` (403): NoPermission: You may not. [request ABC-1]"
        );
    }

    #[test]
    fn every_refusal_has_a_next_step() {
        use SignInService::{AcrEnterprise, AcrPersonal, EcsMetadata, GitHub, Sts};
        for (service, code, expected) in [
            (GitHub, "", "id-token: write"),
            (EcsMetadata, "", "ALIBABA_CLOUD_ECS_METADATA"),
            (Sts, "NoPermission", "trust policy"),
            (Sts, "EntityNotExist.Role", "ALIBABA_CLOUD_ROLE_ARN"),
            (Sts, "AuthenticationFail.OIDCToken.Invalid", "client ID"),
            (Sts, "InvalidTimeStamp.Expired", "clock"),
            (AcrEnterprise, "IllegalTimestamp", "clock"),
            (AcrEnterprise, "NoPermission", "cr:GetAuthorizationToken"),
            (AcrPersonal, "Forbidden.RAM", "cr:GetAuthorizationToken"),
            (AcrPersonal, "USER_NOT_EXIST", "fixed password"),
            (
                AcrEnterprise,
                "InvalidSecurityToken.Expired",
                "ALIBABA_CLOUD_SECURITY_TOKEN",
            ),
            (
                AcrEnterprise,
                "InvalidAccessKeyId.NotFound",
                "ALIBABA_CLOUD_ACCESS_KEY_ID",
            ),
            (
                AcrPersonal,
                "SignatureDoesNotMatch",
                "ALIBABA_CLOUD_ACCESS_KEY_SECRET",
            ),
            (AcrEnterprise, "INSTANCE_NOT_EXIST", "this account's"),
            (AcrPersonal, "Throttling.User", "wait"),
        ] {
            let told = next_step(&refusal(service, code));
            assert!(told.contains(expected), "{service:?} {code}: {told}");
        }
    }
}
