//! Challenges: how a registry wants to be asked (`WWW-Authenticate`).
//!
//! They are read with patience: registries leave out quotes, put commas too many, and name schemes
//! that nobody here knows.

use http::HeaderMap;
use http::header::WWW_AUTHENTICATE;
use url::Url;

use crate::model::Text;
use crate::registry::exchange::shown;

use super::{Forbidden, Scopes};

/// How a repository wants to be asked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Scheme {
    /// As it is.
    Open,
    /// With user name and password.
    Basic,
    /// With a token from somewhere.
    Bearer(Realm),
}

/// Where tokens come from. Both are always read from a challenge: Aliyun's, for one, are in another
/// region than the registry.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(crate) struct Realm {
    pub(crate) url: Url,
    pub(crate) service: Option<String>,
}

/// What a 401 asks for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Challenge {
    pub(crate) scheme: Scheme,
    /// What the token must allow; empty if the challenge does not say.
    pub(crate) scopes: Scopes,
    /// Whether the token that was sent is good, but not for this.
    pub(crate) insufficient_scope: bool,
}

/// Reads the challenges of a 401 and picks the one to answer: a token before a password.
///
/// `may_log_in` says whether a login may be sent to a realm; one that is forbidden is passed over.
pub(crate) fn read(
    headers: &HeaderMap,
    may_log_in: impl Fn(&Url) -> Result<(), Forbidden>,
) -> Result<Challenge, Text> {
    let values = headers.get_all(WWW_AUTHENTICATE).iter();
    let texts: Vec<_> = values
        .map(|value| String::from_utf8_lossy(value.as_bytes()))
        .collect();
    let offers: Vec<_> = texts.iter().flat_map(|text| offers(text)).collect();
    let find = |scheme: &str| {
        let mut offers = offers.iter();
        offers.find(|offer| offer.scheme.eq_ignore_ascii_case(scheme))
    };
    let bearer = find("Bearer").map(|offer| read_bearer(offer, may_log_in));
    match (bearer, find("Basic"), offers.first()) {
        (Some(Ok(bearer)), _, _) => Ok(bearer),
        (_, Some(_), _) => Ok(Challenge {
            scheme: Scheme::Basic,
            scopes: Scopes::default(),
            insufficient_scope: false,
        }),
        (Some(Err(why)), None, _) => Err(why),
        (None, None, Some(other)) => Err(text!(
            "it asks for a login in a way that is not known here: `{}`",
            "它要求的登录方式这里不支持：`{}`",
            shown(other.scheme).unwrap_or_default()
        )),
        (None, None, None) => Err(text!(
            "it wants a login (401) but does not say how",
            "它要求登录（401），但没有说明怎么登录"
        )),
    }
}

fn read_bearer(
    offer: &Offer<'_>,
    may_log_in: impl Fn(&Url) -> Result<(), Forbidden>,
) -> Result<Challenge, Text> {
    let realm = offer.parameter("realm").unwrap_or_default();
    let url = Url::parse(realm).map_err(|_| {
        text!(
            "it wants a token, but does not name a place to get it from",
            "它要求令牌，但没有说明去哪里取"
        )
    })?;
    may_log_in(&url).map_err(|why| {
        text!(
            "as the place for logins it names {why}",
            "它指定的登录地址是 {why}"
        )
    })?;
    let service = offer
        .parameter("service")
        .filter(|service| !service.is_empty());
    let scopes = offer.parameter("scope").map(Scopes::parse);
    Ok(Challenge {
        scheme: Scheme::Bearer(Realm {
            url,
            service: service.map(str::to_owned),
        }),
        scopes: scopes.unwrap_or_default(),
        insufficient_scope: offer.parameter("error") == Some("insufficient_scope"),
    })
}

/// One challenge of several, as it stands in the header.
#[derive(Debug, PartialEq, Eq)]
struct Offer<'a> {
    scheme: &'a str,
    parameters: Vec<(&'a str, String)>,
}

impl Offer<'_> {
    fn parameter(&self, name: &str) -> Option<&str> {
        let mut parameters = self.parameters.iter();
        let found = parameters.find(|(key, _)| key.eq_ignore_ascii_case(name));
        found.map(|(_, value)| value.as_str())
    }
}

/// Reads the challenges in a header: `SCHEME key="value", key=value, SCHEME …` (RFC 9110, section 11.6.1).
fn offers(text: &str) -> Vec<Offer<'_>> {
    let mut offers: Vec<Offer<'_>> = vec![];
    for item in items(text) {
        let word = item.split([' ', '\t']).next().unwrap_or(item);
        let rest = item[word.len()..].trim_start();
        let begins = !word.contains('=') && !rest.starts_with('=');
        let is_action = matches!(word, "pull" | "push" | "delete" | "*") && rest.is_empty();
        let parameter = match offers
            .last_mut()
            .and_then(|offer| offer.parameters.last_mut())
        {
            // `scope=repository:a:pull,push`, without its quotes.
            Some((_, value)) if is_action => {
                value.push(',');
                value.push_str(word);
                continue;
            }
            _ if begins => {
                offers.push(Offer {
                    scheme: word,
                    parameters: vec![],
                });
                rest
            }
            _ => item,
        };
        if let (Some(offer), Some((key, value))) = (offers.last_mut(), parameter.split_once('=')) {
            offer.parameters.push((key.trim(), unquoted(value.trim())));
        }
    }
    offers
}

/// Splits at the commas that are in no quotes; what is empty is left out.
fn items(text: &str) -> impl Iterator<Item = &str> {
    let (mut quoted, mut escaped) = (false, false);
    let items = text.split(move |c: char| {
        match c {
            _ if escaped => escaped = false,
            '\\' if quoted => escaped = true,
            '"' => quoted = !quoted,
            _ => {}
        }
        c == ',' && !quoted
    });
    items.map(str::trim).filter(|item| !item.is_empty())
}

/// Takes the quotes off a value, where it has them.
fn unquoted(value: &str) -> String {
    let Some(quoted) = value.strip_prefix('"') else {
        return value.trim_matches('\'').to_owned();
    };
    let mut text = String::new();
    let mut characters = quoted.chars();
    while let Some(character) = characters.next() {
        match character {
            '"' => break,
            '\\' => text.extend(characters.next()),
            other => text.push(other),
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Language;
    use crate::registry::access::scope::Actions;

    fn parse(values: &[&str]) -> Result<Challenge, Text> {
        let mut headers = HeaderMap::new();
        for value in values {
            headers.append(WWW_AUTHENTICATE, value.parse().unwrap());
        }
        read(&headers, |url| match url.scheme() {
            "https" => Ok(()),
            other => Err(Forbidden::Scheme(other.to_owned())),
        })
    }

    fn realm(values: &[&str]) -> (String, Option<String>) {
        match parse(values).unwrap().scheme {
            Scheme::Bearer(realm) => (realm.url.to_string(), realm.service),
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn reads_realm_service_and_scope() {
        let value = r#"Bearer realm="https://dockerauth.cn-hangzhou.aliyuncs.com/auth",service="registry.aliyuncs.com:cn-beijing:26842",scope="repository:team/app:pull,push""#;
        let challenge = parse(&[value]).unwrap();
        assert_eq!(challenge.scopes, Scopes::one("team/app", Actions::Push));
        let (url, service) = realm(&[value]);
        assert_eq!(url, "https://dockerauth.cn-hangzhou.aliyuncs.com/auth");
        assert_eq!(
            service.as_deref(),
            Some("registry.aliyuncs.com:cn-beijing:26842")
        );
    }

    #[test]
    fn reads_every_way_of_writing_the_same() {
        let push = Scopes::one("team/app", Actions::Push);
        for values in [
            vec![
                r#"Bearer realm="https://a.example.com/t?x=1&y=2",service="s",scope="repository:team/app:pull,push""#,
            ],
            vec![
                r"bearer Realm=https://a.example.com/t?x=1&y=2,Service=s,SCOPE=repository:team/app:pull,push",
            ],
            vec![
                r#"Bearer  realm = "https://a.example.com/t?x=1&y=2" , service='s' ,, scope="repository:team/app:push,pull","#,
            ],
            vec![
                r#"BEARER scope=repository:team/app:pull,push,realm="https://a.example.com/t?x=1&y=2",service="s""#,
            ],
            vec![
                r#"Basic realm="a, b", Bearer realm="https://a.example.com/t?x=1&y=2",service="s",scope="repository:team/app:pull,push""#,
            ],
            vec![
                r#"Negotiate, Custom abc==, Bearer realm="https://a.example.com/t?x=1&y=2",service="\s",scope="repository:team/app:pull,push", Basic realm="x""#,
            ],
            vec![
                "Negotiate",
                r#"Bearer realm="https://a.example.com/t?x=1&y=2",service="s",scope="repository:team/app:*,pull,push",error="insufficient_scope""#,
            ],
        ] {
            let found = parse(&values).unwrap();
            let (url, service) = realm(&values);
            assert_eq!(url, "https://a.example.com/t?x=1&y=2", "{values:?}");
            assert_eq!(service.as_deref(), Some("s"), "{values:?}");
            assert!(found.scopes.covers(&push), "{values:?}: {found:?}");
            assert_eq!(found.insufficient_scope, values[0] == "Negotiate");
        }
        let bare = parse(&[r#"Bearer realm="https://a.example.com/t",scope="""#]).unwrap();
        assert_eq!(bare.scopes, Scopes::default());
    }

    #[test]
    fn prefers_a_token_and_takes_a_password_where_no_token_can_be_got() {
        for values in [
            vec![r#"BASIC realm="x""#],
            vec!["Basic"],
            vec![r#"Bearer realm="ftp://a.example.com""#, "basic realm=x"],
            vec![r#"Bearer service="x", Basic realm="y""#],
        ] {
            assert_eq!(parse(&values).unwrap().scheme, Scheme::Basic, "{values:?}");
        }
    }

    #[test]
    fn says_what_it_cannot_answer() {
        for (values, told) in [
            (vec!["Negotiate"], "`Negotiate`"),
            (vec![], "does not say how"),
            (vec![" , ,"], "does not say how"),
            (vec!["Bearer realm=\""], "does not name a place"),
            (vec!["Bearer realm=\"/token\""], "does not name a place"),
            (
                vec!["Bearer realm=\"file:///etc/passwd\""],
                "a `file` address",
            ),
            (vec!["realm=\"https://a.example.com\""], "does not say how"),
        ] {
            let why = parse(&values).unwrap_err();
            assert!(why.english().contains(told), "{values:?}: {why}");
        }
        let why = parse(&["Bearer realm=\"file:///etc/passwd\""]).unwrap_err();
        assert_eq!(
            Language::Chinese.speak(|| why.to_string()),
            "它指定的登录地址是 `file` 开头的地址"
        );
    }
}
