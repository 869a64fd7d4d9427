//! Why there is no temporary password, and what to do about it.

use std::fmt;

use crate::model::{SignInFault, SignInRefusal, SignInService};

impl fmt::Display for SignInFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Identity(text) => text.fmt(f),
            Self::NotAcr(None) => write_tr!(
                f,
                "no temporary password can be had for it: it does not say that it is ACR's",
                "取不到它的临时密码：它没有说自己是 ACR 的"
            ),
            Self::NotAcr(Some(service)) => write_tr!(
                f,
                "no temporary password can be had for it: it calls itself `{service}`, which is none of ACR's \
                 registries",
                "取不到它的临时密码：它自称 `{service}`，不是 ACR 的仓库"
            ),
            Self::ForeignRealm(host) => write_tr!(
                f,
                "it names `{host}` as the place for logins, which is not ACR's; nothing was sent there",
                "它说登录要到 `{host}`，那不是 ACR 的；什么都没有发过去"
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
    write_tr!(
        f,
        "{service} (`{host}`), asked for a temporary password: {why}",
        "向 {service}（`{host}`）要临时密码：{why}"
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
        write_tr!(
            f,
            "{service} (`{host}`) refused {login} ({status})",
            "{service}（`{host}`）拒绝了 {login}（{status}）"
        )?;
        match (code, message) {
            (Some(code), Some(message)) => {
                write_tr!(f, ": {code}: {message}", "：{code}: {message}")
            }
            (Some(text), None) | (None, Some(text)) => write_tr!(f, ": {text}", "：{text}"),
            (None, None) => Ok(()),
        }?;
        match request_id {
            Some(id) => write_tr!(f, " [request {id}]", " [请求 {id}]"),
            None => Ok(()),
        }
    }
}

fn name(service: SignInService) -> &'static str {
    match service {
        SignInService::GitHub => tr_word!("GitHub's OIDC", "GitHub 的 OIDC"),
        SignInService::Sts => tr_word!("Alibaba Cloud STS", "STS 服务"),
        SignInService::EcsMetadata => tr_word!("the metadata service of ECS", "ECS 的元数据服务"),
        SignInService::AcrPersonal | SignInService::AcrEnterprise => {
            tr_word!("the API of ACR", "ACR 的 API")
        }
    }
}

/// Says what to do about it.
pub(super) fn advice(fault: &SignInFault, registry: &str) -> String {
    match fault {
        SignInFault::Identity(_) => tr!(
            "see docs/acr.md: which variables say who asks for a temporary password",
            "见 docs/zh/acr.md：由谁去取临时密码，在哪些变量里说明"
        ),
        SignInFault::NotAcr(_) | SignInFault::ForeignRealm(_) => tr!(
            "set `registries.{registry}.login: basic`, and a user and a password; `acr` is for registries of \
             Alibaba Cloud alone",
            "设置 `registries.{registry}.login: basic`，以及用户名和密码；`acr` 只能用于阿里云的仓库"
        ),
        SignInFault::Refused(refusal) => next_step(refusal).to_owned(),
        SignInFault::Unanswered { host, .. } => tr!(
            "check that `{host}` can be reached from here; a proxy is taken from `HTTPS_PROXY`",
            "检查从这里能不能访问 `{host}`；代理取自 `HTTPS_PROXY`"
        ),
        SignInFault::Unusable { host, .. } => tr!(
            "check that no proxy answers in the place of `{host}`, and try again later",
            "检查是不是有代理在替 `{host}` 回答，过一会儿再试"
        ),
    }
}

/// Says what to do about a refusal. The codes are those of RAM, STS and ACR.
fn next_step(refusal: &SignInRefusal) -> &'static str {
    use SignInService::{AcrEnterprise, AcrPersonal, EcsMetadata, GitHub, Sts};
    let code = refusal.code.as_deref().unwrap_or_default();
    let has = |word: &str| code.contains(word);
    let is_one_of = |words: &[&str]| words.iter().any(|word| has(word));
    match refusal.service {
        _ if is_one_of(&["Timestamp", "TimeStamp"]) => tr_word!(
            "set this machine's clock: its time is not the service's",
            "校准本机的时钟：它和服务的时间不一致"
        ),
        _ if has("Throttling") => tr_word!(
            "wait a while: too many ask with this account",
            "等一等：这个账号问得太多"
        ),
        GitHub => tr_word!(
            "give the job `permissions: id-token: write` (a pull request from a fork gets none)",
            "给任务加上 `permissions: id-token: write`（来自 fork 的 PR 没有）"
        ),
        EcsMetadata => tr_word!(
            "check that `ALIBABA_CLOUD_ECS_METADATA` is the name of the role that this instance has",
            "检查 `ALIBABA_CLOUD_ECS_METADATA` 是不是这个实例的角色名"
        ),
        Sts if has("OIDCToken") || has("IDToken") => tr_word!(
            "check the OIDC provider's issuer, its client ID (`sts.aliyuncs.com` for GitHub) and its \
             fingerprints; where the token has expired, the clock of whoever made it",
            "检查 OIDC 身份提供商的颁发者、客户端 ID（GitHub 是 `sts.aliyuncs.com`）和指纹；令牌过期的，检查颁发它的机器的时钟"
        ),
        Sts if has("EntityNotExist") => tr_word!(
            "check `ALIBABA_CLOUD_ROLE_ARN` and `ALIBABA_CLOUD_OIDC_PROVIDER_ARN`: one of them names nothing that \
             is there",
            "检查 `ALIBABA_CLOUD_ROLE_ARN` 和 `ALIBABA_CLOUD_OIDC_PROVIDER_ARN`：有一个不存在"
        ),
        Sts if is_one_of(&["NoPermission", "Forbidden", "AccessDenied"]) => tr_word!(
            "check the role's trust policy: its `Federated` principal is the provider, and its conditions on \
             `oidc:aud` and `oidc:sub` fit this repository (docs/acr.md has one)",
            "检查角色的信任策略：`Federated` 要是这个身份提供商，`oidc:aud` 和 `oidc:sub` 的条件要符合这个项目（示例见 \
             docs/zh/acr.md）"
        ),
        Sts => tr_word!(
            "check the role and the OIDC provider against docs/acr.md",
            "对照 docs/zh/acr.md 检查角色和 OIDC 身份提供商"
        ),
        _ if is_one_of(&["InvalidSecurityToken", "SecurityTokenExpired"]) => tr_word!(
            "get a new temporary key: that in `ALIBABA_CLOUD_SECURITY_TOKEN` has ended, or is not of this access \
             key",
            "换一个新的临时密钥：`ALIBABA_CLOUD_SECURITY_TOKEN` 里的失效了，或者和 AccessKey 不是一对"
        ),
        _ if has("InvalidAccessKeyId") => tr_word!(
            "check `ALIBABA_CLOUD_ACCESS_KEY_ID`: there is no such key, or it is switched off",
            "检查 `ALIBABA_CLOUD_ACCESS_KEY_ID`：没有这个密钥，或者它被禁用了"
        ),
        _ if is_one_of(&["SignatureDoesNotMatch", "IncompleteSignature"]) => tr_word!(
            "check `ALIBABA_CLOUD_ACCESS_KEY_SECRET`: it is not that of the access key",
            "检查 `ALIBABA_CLOUD_ACCESS_KEY_SECRET`：它和 AccessKey 不是一对"
        ),
        AcrPersonal if has("USER_NOT_EXIST") => tr_word!(
            "let the RAM user open the ACR console once and set a fixed password there: the Personal Edition knows \
             it only from then on; or ask as a role",
            "用这个 RAM 用户打开一次 ACR 控制台，设置固定密码：之后个人版才认得它；或者改用角色"
        ),
        AcrPersonal | AcrEnterprise
            if is_one_of(&["NoPermission", "Forbidden", "NOT_AUTHORIZED", "PERMISSION"]) =>
        {
            tr_word!(
                "allow `cr:GetAuthorizationToken` on `*` to whoever asks, in RAM (docs/acr.md has the policies)",
                "在 RAM 里允许来者对 `*` 执行 `cr:GetAuthorizationToken`（策略见 docs/zh/acr.md）"
            )
        }
        AcrEnterprise if has("INSTANCE") => tr_word!(
            "check that the instance is one of this account's, and runs",
            "检查实例是不是这个账号的，是不是在运行"
        ),
        AcrPersonal | AcrEnterprise => tr_word!(
            "check in RAM that whoever asks may `cr:GetAuthorizationToken` (docs/acr.md has the policies)",
            "到 RAM 里看来者有没有 `cr:GetAuthorizationToken` 权限（策略见 docs/zh/acr.md）"
        ),
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::model::{CloudIdentity, Language, LoginOrigin};

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
            let chinese = Language::Chinese.speak(|| next_step(&refusal(service, code)));
            assert_ne!(told, chinese);
            assert!(told.contains(expected), "{service:?} {code}: {told}");
        }
    }
}
