//! Who may do what: checks credentials, and says what is missing.

use axum::http::{HeaderMap, Method, header};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::json;

use super::options::{Auth, User};
use super::refusal::{Code, Refusal};
use super::route::{Endpoint, Route};
use super::tokens::Tokens;

/// `repository:NAME:ACTION,ACTION`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Scope {
    pub(super) name: String,
    pub(super) actions: Vec<String>,
}

impl Scope {
    fn new(name: &str, actions: &[&str]) -> Self {
        let actions = actions.iter().map(|&action| action.to_owned()).collect();
        Self {
            name: name.to_owned(),
            actions,
        }
    }

    /// Reads a repository scope; other kinds give no access here.
    pub(super) fn parse(text: &str) -> Option<Self> {
        let (name, actions) = text.strip_prefix("repository:")?.rsplit_once(':')?;
        Some(Self::new(name, &actions.split(',').collect::<Vec<_>>()))
    }

    fn is_within(&self, granted: &[Self]) -> bool {
        self.actions.iter().all(|action| {
            granted
                .iter()
                .any(|scope| scope.name == self.name && scope.actions.contains(action))
        })
    }
}

impl std::fmt::Display for Scope {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "repository:{}:{}", self.name, self.actions.join(","))
    }
}

/// Returns the scopes that a request needs.
pub(super) fn needs(method: &Method, route: &Route, mount_from: Option<&str>) -> Vec<Scope> {
    let Route::Repository { name, endpoint } = route else {
        return Vec::new();
    };
    let actions: &[&str] = match *method {
        Method::GET | Method::HEAD => &["pull"],
        Method::DELETE => &["delete"],
        _ => &["pull", "push"],
    };
    let mut needs = vec![Scope::new(name, actions)];
    if *endpoint == Endpoint::Uploads {
        needs.extend(mount_from.map(|from| Scope::new(from, &["pull"])));
    }
    needs
}

/// Lets a request in, or answers with 401 and a challenge.
pub(super) fn admit(
    auth: &Auth,
    tokens: &Tokens,
    realm: &str,
    headers: &HeaderMap,
    needs: &[Scope],
) -> Result<(), Refusal> {
    let given = headers
        .get(header::AUTHORIZATION)
        .and_then(|value| value.to_str().ok());
    match auth {
        Auth::Open => Ok(()),
        Auth::Basic(users) => match given.and_then(basic_credentials) {
            Some((name, password)) if is_user(users, &name, &password) => Ok(()),
            _ => Err(refused(needs).with(header::WWW_AUTHENTICATE, "Basic realm=\"sandbox\"")),
        },
        Auth::Bearer(bearer) => {
            let token = given.and_then(|value| value.strip_prefix("Bearer "));
            let granted = token.map(|token| tokens.scopes(token));
            let error = match granted {
                None => "",
                Some(None) => ",error=\"invalid_token\"",
                Some(Some(granted)) if needs.iter().all(|scope| scope.is_within(&granted)) => {
                    return Ok(());
                }
                Some(Some(_)) => ",error=\"insufficient_scope\"",
            };
            let mut challenge = format!("Bearer realm=\"{realm}\",service=\"{}\"", bearer.service);
            if !needs.is_empty() {
                let scopes: Vec<String> = needs.iter().map(ToString::to_string).collect();
                challenge = format!("{challenge},scope=\"{}\"", scopes.join(" "));
            }
            Err(refused(needs).with(header::WWW_AUTHENTICATE, &(challenge + error)))
        }
    }
}

/// Reads the credentials of a `Basic` header.
pub(super) fn basic_credentials(authorization: &str) -> Option<(String, String)> {
    let encoded = authorization.strip_prefix("Basic ")?;
    let decoded = String::from_utf8(STANDARD.decode(encoded.trim()).ok()?).ok()?;
    let (name, password) = decoded.split_once(':')?;
    Some((name.to_owned(), password.to_owned()))
}

fn is_user(users: &[User], name: &str, password: &str) -> bool {
    users
        .iter()
        .any(|user| user.name == name && user.password == password)
}

fn refused(needs: &[Scope]) -> Refusal {
    let actions = needs
        .iter()
        .flat_map(|scope| scope.actions.iter().map(|a| (&scope.name, a)));
    let details: Vec<_> = actions
        .map(|(name, action)| {
            json!({ "Type": "repository", "Class": "", "Name": name, "Action": action })
        })
        .collect();
    if details.is_empty() {
        return Refusal::new(Code::Unauthorized);
    }
    Refusal::detailed(Code::Unauthorized, details.into())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn scopes_round_trip_and_cover() {
        let scope = Scope::parse("repository:a/b:pull,push").unwrap();
        assert_eq!(scope.to_string(), "repository:a/b:pull,push");
        assert!(Scope::new("a/b", &["push"]).is_within(std::slice::from_ref(&scope)));
        assert!(!Scope::new("a", &["pull"]).is_within(std::slice::from_ref(&scope)));
        assert!(!scope.is_within(&[Scope::new("a/b", &["pull"])]));
        assert_eq!(Scope::parse("registry:catalog:*"), None);
    }

    #[test]
    fn a_mount_needs_pull_at_its_source() {
        let route = Route::parse("/v2/a/blobs/uploads/").unwrap();
        let needs = needs(&Method::POST, &route, Some("b"));
        let text: Vec<String> = needs.iter().map(ToString::to_string).collect();
        assert_eq!(text, ["repository:a:pull,push", "repository:b:pull"]);
    }
}
