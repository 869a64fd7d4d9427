//! Who may do what: checks credentials, and says what is missing.

use axum::http::{HeaderMap, Method, header};
use serde_json::json;

use super::options::{Auth, User};
use super::refusal::{Code, Refusal};
use super::route::{Endpoint, Route};
use super::scope::Scope;
use super::tokens::{Tokens, basic_credentials};

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
    fn a_mount_needs_pull_at_its_source() {
        let route = Route::parse("/v2/a/blobs/uploads/").unwrap();
        let needs = needs(&Method::POST, &route, Some("b"));
        let text: Vec<String> = needs.iter().map(ToString::to_string).collect();
        assert_eq!(text, ["repository:a:pull,push", "repository:b:pull"]);
    }
}
