//! From who asks to an access key: that of a role comes from STS, that of an ECS instance from the instance.

use std::io::Read as _;
use std::path::Path;
use std::time::SystemTime;

use bytes::Bytes;
use chrono::{DateTime, Utc};
use http::header::{ACCEPT, AUTHORIZATION, CONTENT_TYPE};
use http::{HeaderMap, HeaderName, HeaderValue, Method};
use serde::Deserialize;
use url::Url;
use url::form_urlencoded::Serializer;

use crate::model::{Failure, Secret, SignInFault, SignInService, Text};
use crate::registry::exchange::Answer;

use super::ask::{Asker, Question};
use super::services::At;
use super::sign::sensitive;
use super::{AccessKey, Identity, OidcRole, OidcToken};

/// Whom a token must be meant for that a role trusts.
const AUDIENCE: &str = "sts.aliyuncs.com";
/// For how long a role is taken on: what every role allows.
const SESSION: &str = "3600";
/// For how long an instance's own token is good. It is used at once.
const METADATA_TOKEN: HeaderValue = HeaderValue::from_static("60");
/// No token is longer: STS takes no more.
const LONGEST_TOKEN: u64 = 20_000;

const JSON: HeaderValue = HeaderValue::from_static("application/json");
const FORM: HeaderValue = HeaderValue::from_static("application/x-www-form-urlencoded");

#[derive(Deserialize)]
struct GitHubToken {
    value: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Assumed {
    credentials: WireKey,
}

/// An access key as STS and an instance tell it.
#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct WireKey {
    access_key_id: String,
    access_key_secret: String,
    security_token: String,
}

impl From<WireKey> for AccessKey {
    fn from(key: WireKey) -> Self {
        Self {
            id: key.access_key_id,
            secret: Secret::new(key.access_key_secret),
            security_token: Some(Secret::new(key.security_token)),
        }
    }
}

impl Asker<'_> {
    /// Gets the access key that signs the request for a password.
    pub(super) async fn access_key(&self) -> Result<AccessKey, Failure> {
        let why = |text| self.fail(SignInFault::Identity(text));
        let nobody = || {
            why(text!(
                "nothing in the environment says who asks for a temporary password",
                "环境变量里没有说明谁来取临时密码"
            ))
        };
        let identity = self.who.identity.as_ref().ok_or_else(nobody)?;
        let key = match identity.as_ref().map_err(|text| why(text.clone()))? {
            Identity::Key(key) => key.clone(),
            Identity::Role(role, token) => {
                let token = match token {
                    OidcToken::File(path) => self.token_in(path).await?,
                    OidcToken::GitHub { url, request_token } => {
                        self.token_of_github(url, request_token).await?
                    }
                };
                self.assume(role, &token).await?
            }
            Identity::EcsRole(name) => self.key_of_instance(name).await?,
        };
        let masks = &self.host.shared.masks;
        masks.add(key.secret.expose());
        if let Some(token) = &key.security_token {
            masks.add(token.expose());
        }
        Ok(key)
    }

    async fn token_in(&self, path: &Path) -> Result<String, Failure> {
        let file = path.to_owned();
        let read = move || {
            let mut bytes = Vec::new();
            let file = std::fs::File::open(file)?;
            // A byte more tells that there is more; it may end in the middle of a character.
            file.take(LONGEST_TOKEN + 1).read_to_end(&mut bytes)?;
            Ok::<_, std::io::Error>(bytes)
        };
        let read = tokio::task::spawn_blocking(read).await;
        let why = match read {
            Ok(Ok(bytes)) => match token(&bytes) {
                Ok(token) => return Ok(token.to_owned()),
                Err(why) => why,
            },
            Ok(Err(error)) => text!("it cannot be read: {error}", "读不了它：{error}"),
            Err(_) => text!("reading it broke off", "读到一半中断了"),
        };
        let path = path.display();
        let text = text!(
            "`ALIBABA_CLOUD_OIDC_TOKEN_FILE` names `{path}`: {why}",
            "`ALIBABA_CLOUD_OIDC_TOKEN_FILE` 指向 `{path}`：{why}"
        );
        Err(self.fail(SignInFault::Identity(text)))
    }

    /// Asks GitHub for a token of this job. It lives for minutes, so it is asked for each time.
    async fn token_of_github(&self, url: &Url, request_token: &Secret) -> Result<String, Failure> {
        let request_token = request_token.expose();
        self.host.shared.masks.add(request_token);
        let mut url = url.clone();
        url.query_pairs_mut().append_pair("audience", AUDIENCE);
        let make = || {
            let login = sensitive(&format!("Bearer {request_token}"))?;
            Some(Question {
                method: Method::GET,
                url: url.clone(),
                headers: HeaderMap::from_iter([(ACCEPT, JSON), (AUTHORIZATION, login)]),
                body: Bytes::new(),
            })
        };
        let answer = self.ask(SignInService::GitHub, make).await?;
        let read: GitHubToken = self.read(SignInService::GitHub, &answer)?;
        Ok(read.value)
    }

    /// Takes a role on, with no more rights than what is to be done needs. Nobody signs that: the token says
    /// who asks.
    async fn assume(&self, role: &OidcRole, token: &str) -> Result<AccessKey, Failure> {
        self.host.shared.masks.add(token);
        let url = self.service(&At::Sts)?;
        let policy = self.session.policy();
        let body = Serializer::new(String::new())
            .append_pair("RoleArn", &role.arn)
            .append_pair("OIDCProviderArn", &role.provider_arn)
            .append_pair("OIDCToken", token)
            .append_pair("RoleSessionName", &role.session_name)
            .append_pair("DurationSeconds", SESSION)
            .append_pair("Policy", &policy)
            .finish();
        let body = Bytes::from(body);
        let make = || {
            let mut url = url.clone();
            let now = DateTime::<Utc>::from(SystemTime::now());
            let now = now.format("%Y-%m-%dT%H:%M:%SZ").to_string();
            url.query_pairs_mut()
                .append_pair("Action", "AssumeRoleWithOIDC")
                .append_pair("Format", "JSON")
                .append_pair("Timestamp", &now)
                .append_pair("Version", "2015-04-01");
            Some(Question {
                method: Method::POST,
                url,
                headers: HeaderMap::from_iter([(ACCEPT, JSON), (CONTENT_TYPE, FORM)]),
                body: body.clone(),
            })
        };
        let answer = self.ask(SignInService::Sts, make).await?;
        let read: Assumed = self.read(SignInService::Sts, &answer)?;
        Ok(read.credentials.into())
    }

    /// Asks the instance that this runs on, as its second version wants it: with a token of its own, so that
    /// nothing that is led there by an address alone gets anything.
    async fn key_of_instance(&self, role: &str) -> Result<AccessKey, Failure> {
        let service = SignInService::EcsMetadata;
        let mut url = self.service(&At::EcsMetadata)?;
        url.set_path("/latest/api/token");
        let life = HeaderName::from_static("x-aliyun-ecs-metadata-token-ttl-seconds");
        let make = || {
            Some(Question {
                method: Method::PUT,
                url: url.clone(),
                headers: HeaderMap::from_iter([(life.clone(), METADATA_TOKEN)]),
                body: Bytes::new(),
            })
        };
        let token = self.ask(service, make).await?;
        let token = String::from_utf8_lossy(&token.body).trim().to_owned();
        self.host.shared.masks.add(&token);
        url.set_path("/latest/meta-data/ram/security-credentials/");
        if let Ok(mut path) = url.path_segments_mut() {
            path.pop_if_empty().push(role);
        }
        let name = HeaderName::from_static("x-aliyun-ecs-metadata-token");
        let make = || {
            Some(Question {
                method: Method::GET,
                url: url.clone(),
                headers: HeaderMap::from_iter([(name.clone(), sensitive(&token)?)]),
                body: Bytes::new(),
            })
        };
        let answer = self.ask(service, make).await?;
        let key: WireKey = self.read(service, &answer)?;
        Ok(key.into())
    }

    /// Returns where a service is.
    pub(super) fn service(&self, at: &At<'_>) -> Result<Url, Failure> {
        let url = at.url(self.who.stand_in.as_ref());
        url.map_err(|error| self.fail(SignInFault::Identity(Text::verbatim(error.to_string()))))
    }

    /// Reads an answer. What is wrong with it is told without a word of it: it holds secrets.
    pub(super) fn read<'b, T: Deserialize<'b>>(
        &self,
        service: SignInService,
        answer: &'b Answer,
    ) -> Result<T, Failure> {
        serde_json::from_slice(&answer.body).map_err(|_| {
            let host = answer.url.host_str().unwrap_or_default();
            self.unusable(
                service,
                host,
                text!("its answer is not what it should be", "它的回答不符合约定"),
            )
        })
    }
}

/// Reads what a token file begins with, up to a byte more than a token may have.
fn token(bytes: &[u8]) -> Result<&str, Text> {
    if bytes.len() as u64 > LONGEST_TOKEN {
        return Err(text!(
            "it is longer than {LONGEST_TOKEN} bytes, and no token is",
            "它超过 {LONGEST_TOKEN} 字节，令牌没有这么长的"
        ));
    }
    let text = std::str::from_utf8(bytes)
        .map_err(|error| text!("it cannot be read: {error}", "读不了它：{error}"))?;
    match text.trim() {
        "" => Err(text!("it is empty", "它是空的")),
        token => Ok(token),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_file_that_is_too_long_is_not_cut() {
        let longest = usize::try_from(LONGEST_TOKEN).unwrap();
        let fits = "a".repeat(longest);
        assert_eq!(token(fits.as_bytes()), Ok(&*fits));
        assert_eq!(token(b" a.b.c\n"), Ok("a.b.c"));
        // The last byte read is half a character.
        let cut = format!("{fits}é");
        for (bytes, why) in [
            (&cut.as_bytes()[..=longest], "it is longer than 20000 bytes"),
            (b" \n", "it is empty"),
            (b"\xff", "it cannot be read: "),
        ] {
            let refused = token(bytes).unwrap_err();
            assert!(refused.english().starts_with(why), "{refused:?}");
        }
    }
}
