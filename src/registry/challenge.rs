//! Challenges: how a registry wants to be asked (`WWW-Authenticate`).

use http::HeaderMap;
use http::header::WWW_AUTHENTICATE;
use http_auth::ChallengeRef;
use url::Url;

use super::scope::Scopes;

/// How a host wants to be asked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Scheme {
    /// As it is.
    Open,
    /// With user name and password.
    Basic,
    /// With a token from somewhere.
    Bearer(Realm),
}

/// Where tokens come from. Both are always read from a challenge: Aliyun's, for one, are in another
/// region than the registry.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Realm {
    pub(super) url: Url,
    pub(super) service: Option<String>,
}

/// What a 401 asks for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Challenge {
    pub(super) scheme: Scheme,
    /// What the token must allow; empty if the challenge does not say.
    pub(super) scopes: Scopes,
    /// Whether the token that was sent is good, but not for this.
    pub(super) insufficient_scope: bool,
}

/// Reads the challenges of a 401 and picks the one to answer: a token before a password.
///
/// A realm without TLS would get the login in plain text, so it is refused, unless the registry
/// (`origin`) has no TLS itself.
pub(super) fn read(headers: &HeaderMap, origin: &Url) -> Result<Challenge, String> {
    let values = headers.get_all(WWW_AUTHENTICATE);
    let texts: Vec<&str> = values
        .iter()
        .filter_map(|value| value.to_str().ok())
        .collect();
    let parsed = texts
        .iter()
        .flat_map(|text| http_auth::ChallengeParser::new(text));
    let challenges: Vec<ChallengeRef<'_>> = parsed.filter_map(Result::ok).collect();
    let find = |scheme: &str| {
        challenges
            .iter()
            .find(|found| found.scheme.eq_ignore_ascii_case(scheme))
    };
    if let Some(bearer) = find("Bearer") {
        return read_bearer(bearer, origin);
    }
    if find("Basic").is_some() {
        let scopes = Scopes::default();
        return Ok(Challenge {
            scheme: Scheme::Basic,
            scopes,
            insufficient_scope: false,
        });
    }
    match challenges.first() {
        Some(other) => Err(format!(
            "it asks for a login in a way that is not known here: `{}`",
            other.scheme
        )),
        None => Err("it wants a login (401) but does not say how".to_owned()),
    }
}

fn read_bearer(challenge: &ChallengeRef<'_>, origin: &Url) -> Result<Challenge, String> {
    let parameter = |name: &str| {
        let found = challenge
            .params
            .iter()
            .find(|(key, _)| key.eq_ignore_ascii_case(name));
        found.map(|(_, value)| value.to_unescaped())
    };
    let realm = parameter("realm").unwrap_or_default();
    let url = Url::parse(&realm)
        .map_err(|_| "it wants a token, but does not name a place to get it from".to_owned())?;
    match url.scheme() {
        "https" => {}
        "http" if origin.scheme() == "http" => {}
        _ => {
            let place = url.host_str().unwrap_or("nowhere");
            return Err(format!(
                "it sends logins to `{place}` without TLS; nothing was sent there"
            ));
        }
    }
    let service = parameter("service").filter(|service| !service.is_empty());
    let scopes = parameter("scope")
        .map(|scope| Scopes::parse(&scope))
        .unwrap_or_default();
    let insufficient_scope = parameter("error").is_some_and(|error| error == "insufficient_scope");
    Ok(Challenge {
        scheme: Scheme::Bearer(Realm { url, service }),
        scopes,
        insufficient_scope,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::registry::scope::Actions;

    fn parse(values: &[&str], origin: &str) -> Result<Challenge, String> {
        let pairs = values
            .iter()
            .map(|value| (WWW_AUTHENTICATE, value.parse().unwrap()));
        let mut headers = HeaderMap::new();
        pairs.for_each(|(name, value)| {
            headers.append(name, value);
        });
        read(&headers, &origin.parse().unwrap())
    }

    fn realm(values: &[&str], origin: &str) -> (String, Option<String>) {
        match parse(values, origin).unwrap().scheme {
            Scheme::Bearer(realm) => (realm.url.to_string(), realm.service),
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn reads_realm_service_and_scope() {
        let value = r#"Bearer realm="https://dockerauth.cn-hangzhou.aliyuncs.com/auth",service="registry.aliyuncs.com:cn-beijing:26842",scope="repository:team/app:pull,push""#;
        let challenge = parse(&[value], "https://registry.example.com").unwrap();
        assert_eq!(challenge.scopes, Scopes::one("team/app", Actions::Push));
        let (url, service) = realm(&[value], "https://registry.example.com");
        assert_eq!(url, "https://dockerauth.cn-hangzhou.aliyuncs.com/auth");
        assert_eq!(
            service.as_deref(),
            Some("registry.aliyuncs.com:cn-beijing:26842")
        );
    }

    #[test]
    fn prefers_a_token_wherever_it_stands() {
        let bearer = r#"bearer Realm="https://auth.example.com/token""#;
        for values in [
            vec![r#"Basic realm="x""#, bearer],
            vec![&*format!(r#"Basic realm="a, b", {bearer}"#)],
        ] {
            let (url, service) = realm(&values, "https://registry.example.com");
            assert_eq!(
                (url.as_str(), service),
                ("https://auth.example.com/token", None)
            );
        }
        let basic = parse(&[r#"BASIC realm="x""#], "https://registry.example.com").unwrap();
        assert_eq!(basic.scheme, Scheme::Basic);
    }

    #[test]
    fn refuses_a_realm_without_tls_unless_the_registry_has_none() {
        let bearer = r#"Bearer realm="http://auth.example.com/token""#;
        let error = parse(&[bearer], "https://registry.example.com").unwrap_err();
        assert!(
            error.contains("without TLS") && error.contains("auth.example.com"),
            "{error}"
        );
        assert!(parse(&[bearer], "http://127.0.0.1:5000").is_ok());
        for odd in ["file:///etc/passwd", "ftp://example.com", "/token", ""] {
            let bearer = format!(r#"Bearer realm="{odd}""#);
            assert!(parse(&[&bearer], "http://127.0.0.1:5000").is_err(), "{odd}");
        }
    }

    #[test]
    fn says_what_it_cannot_answer() {
        let origin = "https://registry.example.com";
        assert!(
            parse(&["Negotiate"], origin)
                .unwrap_err()
                .contains("`Negotiate`")
        );
        assert!(parse(&[], origin).unwrap_err().contains("does not say how"));
        assert!(parse(&["Bearer realm=\""], origin).is_err());
    }
}
