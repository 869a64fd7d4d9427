//! The token endpoint: it gives out opaque tokens and remembers what they are good for.

use std::collections::{HashMap, HashSet};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Instant;

use axum::http::{Method, StatusCode};
use axum::response::Response;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};

use super::answer;
use super::options::{Announced, Bearer, User};
use super::refusal::{Code, Refusal};
use super::scope::Scope;

/// The tokens that were given out.
#[derive(Default)]
pub(super) struct Tokens(Mutex<Issued>);

#[derive(Default)]
struct Issued {
    count: usize,
    grants: HashMap<String, Grant>,
    /// The repositories for which there was a token to push.
    made: HashSet<String>,
    /// Who may come in for a while: for how many tokens yet.
    guests: Vec<(User, usize)>,
}

struct Grant {
    scopes: Vec<Scope>,
    until: Instant,
}

impl Tokens {
    /// Returns what a token is good for; `None` if it is unknown or has expired.
    pub(super) fn scopes(&self, token: &str) -> Option<Vec<Scope>> {
        let issued = self.issued();
        let grant = issued.grants.get(token)?;
        (Instant::now() < grant.until).then(|| grant.scopes.clone())
    }

    /// Makes every token so far invalid.
    pub(super) fn revoke(&self) {
        self.issued().grants.clear();
    }

    /// Lets somebody in for so many tokens.
    pub(super) fn let_in(&self, guest: User, tokens: usize) {
        self.issued().guests.push((guest, tokens));
    }

    /// Answers a request for a token: GET with a query, or POST with a form as OAuth 2 has it.
    pub(super) fn answer(
        &self,
        bearer: &Bearer,
        method: &Method,
        parameters: &[(String, String)],
        authorization: Option<&str>,
    ) -> Result<Response, Refusal> {
        let user = if *method == Method::POST {
            Some(by_form(bearer, parameters)?.clone())
        } else {
            self.by_header(bearer, authorization)?
        };
        if user.is_none() && !bearer.anonymous_pull {
            return Err(Refusal::new(Code::Unauthorized));
        }
        let asked = parameters.iter().filter(|(name, _)| name == "scope");
        let asked = asked
            .flat_map(|(_, value)| value.split(' '))
            .filter_map(Scope::parse);
        let asked = asked.take(if bearer.single_scope { 1 } else { usize::MAX });
        let may_write = user.is_some_and(|user: User| !user.read_only);
        let mut scopes: Vec<Scope> = asked
            .filter(|scope| !bearer.denied.contains(&scope.name))
            .map(|mut scope| {
                scope.actions.retain(|action| may_write || action == "pull");
                scope
            })
            .collect();
        let pushes = |scope: &&Scope| scope.actions.iter().any(|action| action == "push");
        let made = scopes.iter().filter(pushes).map(|scope| scope.name.clone());
        self.issued().made.extend(made);
        if bearer.made_by_push {
            scopes.retain(|scope| self.issued().made.contains(&scope.name));
        }
        let token = self.issue(Grant {
            scopes,
            until: Instant::now() + bearer.lifetime,
        });
        Ok(answer::json(StatusCode::OK, &body(bearer, &token)))
    }

    fn by_header(
        &self,
        bearer: &Bearer,
        authorization: Option<&str>,
    ) -> Result<Option<User>, Refusal> {
        let Some(authorization) = authorization else {
            return Ok(None);
        };
        let user = basic_credentials(authorization).and_then(|(name, password)| {
            let is_it = |user: &User| user.name == name && user.password == password;
            let known = bearer.users.iter().find(|user| is_it(user)).cloned();
            known.or_else(|| {
                let mut issued = self.issued();
                let mut guests = issued.guests.iter_mut();
                let (guest, left) = guests.find(|(guest, left)| is_it(guest) && *left > 0)?;
                *left -= 1;
                Some(guest.clone())
            })
        });
        user.map(Some)
            .ok_or_else(|| Refusal::new(Code::Unauthorized))
    }

    fn issue(&self, grant: Grant) -> String {
        let mut issued = self.issued();
        issued.count += 1;
        let token = format!("sandbox-token-{}", issued.count);
        issued.grants.insert(token.clone(), grant);
        token
    }

    fn issued(&self) -> MutexGuard<'_, Issued> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn body(bearer: &Bearer, token: &str) -> Value {
    let name = if bearer.access_token {
        "access_token"
    } else {
        "token"
    };
    let mut body = json!({ name: token });
    match bearer.announced {
        Announced::Lifetime => body["expires_in"] = bearer.lifetime.as_secs().into(),
        Announced::Seconds(seconds) => body["expires_in"] = seconds.into(),
        Announced::Nothing => {}
    }
    body
}

/// Reads the credentials of a form. An identity token stands for a user whose password it is.
fn by_form<'a>(bearer: &'a Bearer, parameters: &[(String, String)]) -> Result<&'a User, Refusal> {
    let value = |wanted: &str| {
        parameters
            .iter()
            .find(|(name, _)| name == wanted)
            .map(|(_, value)| value.as_str())
    };
    let user = bearer.users.iter().find(|user| match value("grant_type") {
        Some("password") => {
            value("username") == Some(&user.name) && value("password") == Some(&user.password)
        }
        Some("refresh_token") => value("refresh_token") == Some(&user.password),
        _ => false,
    });
    user.ok_or_else(|| Refusal::new(Code::Unauthorized))
}

/// Reads the credentials of a `Basic` header.
pub(super) fn basic_credentials(authorization: &str) -> Option<(String, String)> {
    let encoded = authorization.strip_prefix("Basic ")?;
    let decoded = String::from_utf8(STANDARD.decode(encoded.trim()).ok()?).ok()?;
    let (name, password) = decoded.split_once(':')?;
    Some((name.to_owned(), password.to_owned()))
}
