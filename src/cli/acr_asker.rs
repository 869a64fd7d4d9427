//! Who asks for temporary passwords of ACR, as the environment says.

use crate::model::{Secret, Text};
use crate::registry::{AccessKey, AcrAsker, Identity, OidcRole, OidcToken, StandIn};

use super::environment::Environment;
use super::error::CliError;
use super::variables::Variable;

/// The name of a session that is given none.
const SESSION_NAME: &str = "pusher";

/// Returns who asks. What is said by halves is an error only where a password is wanted: the variables may be
/// meant for others.
pub fn acr_asker(environment: &Environment) -> Result<AcrAsker, CliError> {
    let variable = Variable::AcrStandIn;
    let stand_in = environment.get(variable).map(|text| {
        StandIn::parse(text).ok_or_else(|| {
            CliError::new(text!(
                "`{variable}` is not an address such as `http://127.0.0.1:4000`",
                "`{variable}` 不是 `http://127.0.0.1:4000` 这样的地址"
            ))
            .hint(text!(
                "it is for tests on this machine: unset it",
                "它只用于在本机做测试：取消这个变量"
            ))
        })
    });
    Ok(AcrAsker {
        identity: identity(environment),
        stand_in: stand_in.transpose()?,
    })
}

/// The first of these that is there: a role through OIDC, whose session can be narrowed; an access key; the role
/// of an instance.
fn identity(environment: &Environment) -> Option<Result<Identity, Text>> {
    let get = |variable| environment.get(variable).map(str::trim);
    let secret = |text: &str| Secret::new(text.to_owned());
    match (get(Variable::RoleArn), get(Variable::OidcProviderArn)) {
        (Some(arn), Some(provider_arn)) => {
            let role = OidcRole {
                arn: arn.to_owned(),
                provider_arn: provider_arn.to_owned(),
                session_name: get(Variable::RoleSessionName)
                    .unwrap_or(SESSION_NAME)
                    .to_owned(),
            };
            return Some(token(environment).map(|token| Identity::Role(role, token)));
        }
        (None, Some(_)) => return Some(Err(half(Variable::OidcProviderArn, Variable::RoleArn))),
        // Others name the role of a key so.
        (_, None) => {}
    }
    match (get(Variable::AccessKeyId), get(Variable::AccessKeySecret)) {
        (Some(id), Some(key)) => Some(Ok(Identity::Key(AccessKey {
            id: id.to_owned(),
            secret: secret(key),
            security_token: get(Variable::SecurityToken).map(secret),
        }))),
        (Some(_), None) => Some(Err(half(Variable::AccessKeyId, Variable::AccessKeySecret))),
        (None, Some(_)) => Some(Err(half(Variable::AccessKeySecret, Variable::AccessKeyId))),
        (None, None) => {
            let role = get(Variable::EcsRole)?;
            Some(Ok(Identity::EcsRole(role.to_owned())))
        }
    }
}

/// Returns where the token is with which a role is taken on.
fn token(environment: &Environment) -> Result<OidcToken, Text> {
    if let Some(path) = environment.get(Variable::OidcTokenFile) {
        return Ok(OidcToken::File(path.into()));
    }
    let (url, request_token) = (Variable::GitHubTokenUrl, Variable::GitHubTokenRequest);
    match (environment.get(url), environment.get(request_token)) {
        (Some(text), Some(token)) => Ok(OidcToken::GitHub {
            url: text
                .parse()
                .map_err(|_| text!("`{url}` is not an address", "`{url}` 不是地址"))?,
            request_token: Secret::new(token.to_owned()),
        }),
        _ if environment.get(Variable::GitHub).is_some() => Err(text!(
            "GitHub gives this job no token for the role: it lacks `permissions: id-token: write`, or \
             is for a pull request from a fork",
            "GitHub 没有给这个任务扮演角色用的令牌：缺少 `permissions: id-token: write`，或者是来自 fork 的 PR"
        )),
        _ => {
            let (role, file) = (Variable::RoleArn, Variable::OidcTokenFile);
            Err(text!(
                "`{role}` is set, and there is no token for it: `{file}` is not set, and this is no \
                 job of GitHub's",
                "设置了 `{role}`，但没有它的令牌：没有设置 `{file}`，这里也不是 GitHub 的任务"
            ))
        }
    }
}

fn half(set: Variable, missing: Variable) -> Text {
    text!(
        "`{set}` is set and `{missing}` is not",
        "设置了 `{set}`，没有设置 `{missing}`"
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    const ROLE: [(&str, &str); 2] = [
        ("ALIBABA_CLOUD_ROLE_ARN", "acs:ram::1:role/mirror"),
        (
            "ALIBABA_CLOUD_OIDC_PROVIDER_ARN",
            "acs:ram::1:oidc-provider/github",
        ),
    ];
    const KEY: [(&str, &str); 2] = [
        ("ALIBABA_CLOUD_ACCESS_KEY_ID", "id"),
        ("ALIBABA_CLOUD_ACCESS_KEY_SECRET", "secret"),
    ];
    const GITHUB: [(&str, &str); 2] = [
        (
            "ACTIONS_ID_TOKEN_REQUEST_URL",
            "https://token.example.com/?a=1",
        ),
        ("ACTIONS_ID_TOKEN_REQUEST_TOKEN", "request"),
    ];
    const FILE: (&str, &str) = ("ALIBABA_CLOUD_OIDC_TOKEN_FILE", "/token");
    const ECS: (&str, &str) = ("ALIBABA_CLOUD_ECS_METADATA", "role");

    /// Says who asks, in a word or in the words of the error.
    fn told(pairs: &[(&str, &str)]) -> String {
        let own = |(name, value): &(&str, &str)| ((*name).to_owned(), (*value).to_owned());
        let environment = pairs.iter().map(own).collect();
        match identity(&environment) {
            None => "nobody".to_owned(),
            Some(Err(why)) => why.to_string(),
            Some(Ok(Identity::Role(_, OidcToken::File(_)))) => "file".to_owned(),
            Some(Ok(Identity::Role(_, OidcToken::GitHub { .. }))) => "github".to_owned(),
            Some(Ok(Identity::Key(key))) if key.security_token.is_some() => "sts".to_owned(),
            Some(Ok(Identity::Key(_))) => "key".to_owned(),
            Some(Ok(Identity::EcsRole(_))) => "ecs".to_owned(),
        }
    }

    #[test]
    fn the_first_that_is_there_asks() {
        let github = [ROLE, GITHUB].concat();
        let file = [&github[..], &[FILE]].concat();
        let all = [&file[..], &KEY, &[ECS]].concat();
        let token = ("ALIBABA_CLOUD_SECURITY_TOKEN", "token");
        let on_github = [&ROLE[..], &[("GITHUB_ACTIONS", "true")]].concat();
        for (pairs, expected) in [
            (&[][..], "nobody"),
            (&all, "file"),
            (&file, "file"),
            (&github, "github"),
            (&[&KEY[..], &[ECS]].concat(), "key"),
            (&[&KEY[..], &[token]].concat(), "sts"),
            (&[&KEY[..], &ROLE[..1]].concat(), "key"),
            (&[ECS], "ecs"),
            (&ROLE[..1], "nobody"),
            (&[("ALIBABA_CLOUD_ACCESS_KEY_ID", "")], "nobody"),
            (&GITHUB, "nobody"),
            (
                &on_github,
                "GitHub gives this job no token for the role: it lacks `permissions: id-token: \
                 write`, or is for a pull request from a fork",
            ),
            (
                &ROLE,
                "`ALIBABA_CLOUD_ROLE_ARN` is set, and there is no token for it: \
                 `ALIBABA_CLOUD_OIDC_TOKEN_FILE` is not set, and this is no job of GitHub's",
            ),
            (
                &ROLE[1..],
                "`ALIBABA_CLOUD_OIDC_PROVIDER_ARN` is set and `ALIBABA_CLOUD_ROLE_ARN` is not",
            ),
            (
                &KEY[..1],
                "`ALIBABA_CLOUD_ACCESS_KEY_ID` is set and `ALIBABA_CLOUD_ACCESS_KEY_SECRET` is not",
            ),
        ] {
            assert_eq!(told(pairs), expected, "{pairs:?}");
        }
    }

    #[test]
    fn a_stand_in_elsewhere_is_an_error() {
        let asker = |address: &str| {
            let pair = ("PUSHER_ACR_STAND_IN".to_owned(), address.to_owned());
            acr_asker(&[pair].into_iter().collect())
        };
        assert!(asker("http://127.0.0.1:4000").unwrap().stand_in.is_some());
        for elsewhere in ["https://sts.example.com", "http://10.0.0.1", "on"] {
            assert!(asker(elsewhere).is_err(), "{elsewhere}");
        }
    }
}
