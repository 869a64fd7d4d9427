//! One token: how it is asked for, what the answer says, how long it is good.

use std::sync::atomic::{AtomicBool, Ordering::Relaxed};
use std::time::{Duration, Instant};

use bytes::Bytes;
use chrono::DateTime;
use http::header::{CONTENT_TYPE, DATE};
use http::{HeaderMap, HeaderValue, Method};
use serde::Deserialize;
use serde_json::Value;

use crate::model::{Operation, Text};
use crate::registry::exchange::{Access, Answer, Body, Call, Read};
use crate::registry::limits::Lane;

use super::{FoundLogin, Realm, Scopes};

/// How long a token lives that does not say so, by the distribution project's specification.
const DEFAULT_LIFE: Duration = Duration::from_secs(60);

/// A token's answer is no longer than this.
const ANSWER_LIMIT: usize = 256 * 1024;

/// Who gives tokens, and as whom it is asked.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(crate) struct Issuer {
    pub(crate) realm: Realm,
    /// The number of the login, among those for the host; none asks anonymously.
    pub(crate) login: Option<usize>,
}

/// A token.
#[derive(Debug)]
pub(crate) struct Token {
    /// It as the value of `Authorization`.
    pub(super) header: HeaderValue,
    pub(super) issuer: Issuer,
    pub(super) scopes: Scopes,
    stale_from: Instant,
    accepted: AtomicBool,
}

impl Token {
    /// Returns the number of the login that got it; none where a stranger did.
    pub(crate) fn login(&self) -> Option<usize> {
        self.issuer.login
    }

    /// Tells whether it is also for other repositories than these.
    pub(crate) fn is_shared(&self, wanted: &Scopes) -> bool {
        self.scopes.repositories().count() > wanted.repositories().count()
    }

    pub(crate) fn is_stale(&self) -> bool {
        Instant::now() >= self.stale_from
    }

    pub(crate) fn accepted(&self) {
        self.accepted.store(true, Relaxed);
    }

    /// Tells whether a registry has accepted it before: a 401 then means that it expired early.
    pub(crate) fn was_accepted(&self) -> bool {
        self.accepted.load(Relaxed)
    }
}

pub(crate) fn get(
    operation: Operation,
    realm: &Realm,
    scopes: &Scopes,
    login: Option<&FoundLogin>,
) -> Call {
    let mut url = realm.url.clone();
    {
        let mut query = url.query_pairs_mut();
        if let Some(service) = &realm.service {
            query.append_pair("service", service);
        }
        for scope in scopes.texts() {
            query.append_pair("scope", &scope);
        }
    }
    Call {
        lane: Lane::Token,
        read: Read::Collect(ANSWER_LIMIT),
        ..Call::new(operation, Method::GET, url, access(login))
    }
}

fn access(login: Option<&FoundLogin>) -> Access {
    login.map_or(Access::Nobody, |login| Access::Login(login.clone()))
}

/// Asks as OAuth 2 does (the distribution project's `docs/spec/auth/oauth.md`).
pub(crate) fn post(
    operation: Operation,
    realm: &Realm,
    scopes: &Scopes,
    login: Option<&FoundLogin>,
    refresh_token: &str,
) -> Call {
    let mut form = url::form_urlencoded::Serializer::new(String::new());
    form.append_pair("grant_type", "refresh_token");
    form.append_pair("client_id", "pusher");
    if let Some(service) = &realm.service {
        form.append_pair("service", service);
    }
    form.append_pair("scope", &scopes.texts().collect::<Vec<_>>().join(" "));
    form.append_pair("refresh_token", refresh_token);
    let form_type = HeaderValue::from_static("application/x-www-form-urlencoded");
    Call {
        lane: Lane::Token,
        read: Read::Collect(ANSWER_LIMIT),
        headers: HeaderMap::from_iter([(CONTENT_TYPE, form_type)]),
        body: Body::Bytes(Bytes::from(form.finish())),
        ..Call::new(operation, Method::POST, realm.url.clone(), access(login))
    }
}

/// What an answer holds; only the token itself must be readable.
#[derive(Default, Deserialize)]
#[serde(default)]
struct Wire {
    token: Value,
    access_token: Value,
    expires_in: Value,
    issued_at: Value,
}

/// Reads a token out of an answer that came at `now`.
pub(crate) fn read(
    answer: &Answer,
    issuer: &Issuer,
    scopes: &Scopes,
    now: Instant,
) -> Result<Token, Text> {
    let wire: Wire = serde_json::from_slice(&answer.body)
        .map_err(|_| answer.unread(text!("the answer is not a token", "回答不是令牌")))?;
    let texts = [&wire.token, &wire.access_token].map(Value::as_str);
    let text = texts.into_iter().flatten().find(|text| !text.is_empty());
    let text = text.ok_or_else(|| text!("the answer holds no token", "回答里没有令牌"))?;
    let mut header = HeaderValue::try_from(format!("Bearer {text}")).map_err(|_| {
        text!(
            "the token has characters that no header can have",
            "令牌里有请求头不能有的字符"
        )
    })?;
    header.set_sensitive(true);
    let life = number(&wire.expires_in)
        .filter(|seconds| *seconds >= 1.0)
        .and_then(|seconds| Duration::try_from_secs_f64(seconds).ok())
        .unwrap_or(DEFAULT_LIFE)
        .min(Duration::from_secs(24 * 3600));
    let left = life.saturating_sub(age(&wire.issued_at, &answer.headers));
    Ok(Token {
        header,
        issuer: issuer.clone(),
        scopes: scopes.clone(),
        stale_from: now + left.saturating_sub(margin(life)),
        accepted: AtomicBool::new(false),
    })
}

/// How long before its end a token is not used any more: a request may wait on its way.
fn margin(life: Duration) -> Duration {
    (life / 5).min(Duration::from_secs(15))
}

/// Reads a number, which some write as a text.
fn number(value: &Value) -> Option<f64> {
    value
        .as_f64()
        .or_else(|| value.as_str()?.trim().parse().ok())
}

/// How old a token already is: a server may hand out one that it made earlier.
///
/// Both times are the server's own, so its clock may be wrong.
fn age(issued_at: &Value, headers: &HeaderMap) -> Duration {
    let age = || {
        let date = issued_at.as_str().map(DateTime::parse_from_rfc3339);
        let issued = if let Some(Ok(date)) = date {
            date.to_utc()
        } else {
            // Some count the seconds since 1970.
            let since = Duration::try_from_secs_f64(number(issued_at)?).ok()?;
            DateTime::from_timestamp(since.as_secs().try_into().ok()?, since.subsec_nanos())?
        };
        let now = httpdate::parse_http_date(headers.get(DATE)?.to_str().ok()?).ok()?;
        (DateTime::from(now) - issued).to_std().ok()
    };
    age().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn token(body: &str, date: Option<&str>) -> Result<Duration, Text> {
        let mut headers = HeaderMap::new();
        if let Some(date) = date {
            headers.insert(DATE, date.parse().unwrap());
        }
        let answer = Answer::for_test(issuer().realm.url, headers, body.as_bytes());
        let now = Instant::now();
        read(&answer, &issuer(), &Scopes::default(), now).map(|token| token.stale_from - now)
    }

    fn issuer() -> Issuer {
        let realm = Realm {
            url: "https://auth.example.com/token".parse().unwrap(),
            service: None,
        };
        Issuer { realm, login: None }
    }

    #[test]
    fn reads_both_names_and_the_life() {
        let seconds = Duration::from_secs;
        for (body, expected) in [
            (r#"{"token":"t"}"#, 48),
            (r#"{"access_token":"t","expires_in":300}"#, 285),
            (r#"{"token":"","access_token":"t","expires_in":300.0}"#, 285),
            (r#"{"token":"t","expires_in":10}"#, 8),
            (r#"{"token":"t","expires_in":0}"#, 48),
            (r#"{"token":"t","expires_in":-5}"#, 48),
            (r#"{"token":"t","expires_in":null}"#, 48),
            (r#"{"token":"t","expires_in":"300"}"#, 285),
            (
                r#"{"token":"t","expires_in":"soon","issued_at":"long ago"}"#,
                48,
            ),
            (r#"{"token":"t","expires_in":[300],"issued_at":{}}"#, 48),
            (r#"{"token":null,"access_token":"t","expires_in":300}"#, 285),
            (r#"{"token":7,"access_token":"t"}"#, 48),
        ] {
            assert_eq!(token(body, None), Ok(seconds(expected)), "{body}");
        }
        for body in [
            "",
            "{}",
            r#"{"token":""}"#,
            r#"{"token":"a\nb"}"#,
            "[]",
            r#"{"token":7}"#,
        ] {
            assert!(token(body, None).is_err(), "{body}");
        }
        let url = issuer().realm.url;
        let answer = Answer::for_test(url, HeaderMap::new(), br#"{"token":"s3cret"}"#);
        let token = read(&answer, &issuer(), &Scopes::default(), Instant::now());
        let debug = format!("{token:?}");
        assert!(!debug.contains("s3cret"), "{debug}");
    }

    #[test]
    fn counts_the_age_of_a_token_by_the_servers_own_clock() {
        let body = r#"{"token":"t","expires_in":100,"issued_at":"2015-10-21T07:28:00Z"}"#;
        let left = |date| token(body, Some(date)).unwrap().as_secs();
        assert_eq!(left("Wed, 21 Oct 2015 07:28:30 GMT"), 55);
        assert_eq!(left("Wed, 21 Oct 2015 07:27:00 GMT"), 85, "from the future");
        assert_eq!(left("Wed, 21 Oct 2015 08:27:00 GMT"), 0);
        assert_eq!(
            token(body, None).unwrap().as_secs(),
            85,
            "no clock to compare with"
        );
        // Times that no clock shows.
        for issued in ["1e300", "1e15", "-1", r#""0000-01-01T00:00:00Z""#] {
            let body = format!(r#"{{"token":"t","expires_in":100,"issued_at":{issued}}}"#);
            let left = token(&body, Some("Wed, 21 Oct 2015 07:28:30 GMT")).unwrap();
            let wanted = if issued.contains("0000") { 0 } else { 85 };
            assert_eq!(left.as_secs(), wanted, "{issued}");
        }
        for issued in ["1445412480", r#""1445412480""#] {
            let body = format!(r#"{{"token":"t","expires_in":100,"issued_at":{issued}}}"#);
            let left = token(&body, Some("Wed, 21 Oct 2015 07:28:30 GMT")).unwrap();
            assert_eq!(left.as_secs(), 55, "{issued}");
        }
    }
}
