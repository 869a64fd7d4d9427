//! How a host is asked: the first requests find out, the others wait for them and know.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use futures_util::future::BoxFuture;
use http::header::AUTHORIZATION;
use http::{HeaderMap, HeaderValue, Method, StatusCode};
use tokio::sync::{OnceCell, OwnedMutexGuard};

use crate::model::{Asked, Failure, Kind, Operation};
use crate::registry::exchange::call::{Access, Call};
use crate::registry::host::Host;

use super::auth_methods::{Known, Ways};
use super::challenge::{self, Realm, Scheme};
use super::credentials::Login;
use super::scope::Scopes;
use super::token::Token;
use super::token_store::{Issuer, Tokens};

/// How often a login is tried at the places that tokens come from until it is taken for wrong: some answer
/// many requests with 401, whoever asks; and many refusals may lock an account.
const TRIALS: usize = 3;

/// What is known about how a host wants to be asked.
#[derive(Debug, Default)]
pub(crate) struct Auth {
    state: Mutex<State>,
    probe: Arc<tokio::sync::Mutex<()>>,
    pub(crate) tokens: Tokens,
    /// Held by whoever tries a password that has not worked yet: many refusals may lock an account.
    pub(crate) trial: Arc<tokio::sync::Mutex<()>>,
    /// What the host asks for at `/v2/`, where it was asked that.
    ping: OnceCell<Option<Scheme>>,
}

#[derive(Debug, Default)]
pub(crate) struct State {
    pub(crate) ways: Ways,
    /// Logins by their number: what came of them.
    pub(crate) passwords: HashMap<usize, Password>,
    /// How often a place that tokens come from refused a login that has not worked there, by its number.
    refusals: HashMap<usize, usize>,
}

/// What came of a login.
#[derive(Debug, Clone)]
pub(crate) enum Password {
    Worked,
    /// It never worked; asking on with it may lock the account.
    Refused(Failure),
}

/// The right to be the first; until it is given up, the others wait.
pub(crate) type Probe = OwnedMutexGuard<()>;

impl Auth {
    /// Waits until it is known how to ask; whoever gets a probe is to find out.
    pub(crate) async fn enter(&self, repository: &str) -> Option<Probe> {
        let is_settled = || self.state().ways.is_settled(repository);
        if is_settled() {
            return None;
        }
        let probe = self.probe.clone().lock_owned().await;
        (!is_settled()).then_some(probe)
    }

    pub(crate) fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Notes that a request was answered; `as_stranger` tells that it did not say who asks.
    pub(crate) fn answered(&self, repository: &str, as_stranger: bool) {
        if as_stranger {
            self.state().ways.is_open(repository);
        }
    }

    /// Notes that a request got no answer in all its tries.
    pub(crate) fn unanswered(&self) {
        self.state().ways.is_silent();
    }

    /// Notes what came of a login; one that has worked is not wrong when it is refused later.
    pub(crate) fn note(&self, login: usize, came_of_it: Password) {
        let mut state = self.state();
        match came_of_it {
            Password::Worked => {
                state.passwords.insert(login, Password::Worked);
            }
            refused @ Password::Refused(_) => {
                state.passwords.entry(login).or_insert(refused);
            }
        }
    }

    /// Counts that a place that tokens come from refused a login which has not worked there, and returns how
    /// often that was; an error where it is not to be tried once more.
    pub(crate) fn count_refusal(&self, login: usize) -> Result<usize, usize> {
        let mut state = self.state();
        let refusals = state.refusals.entry(login).or_default();
        *refusals += 1;
        if *refusals < TRIALS {
            Ok(*refusals)
        } else {
            Err(*refusals)
        }
    }

    /// Returns the answer to a login that never worked, wherever it was refused.
    pub(crate) fn refused(&self, issuer: &Issuer) -> Option<Failure> {
        match self.state().passwords.get(&issuer.login?) {
            Some(Password::Refused(why)) => Some(why.clone()),
            _ => None,
        }
    }
}

/// What a request carries to say who asks.
#[derive(Debug, Clone)]
pub(crate) enum Authorization {
    Nothing,
    Login(Login),
    Token(Arc<Token>),
}

impl Authorization {
    /// Adds it to the headers of a request.
    pub(crate) fn apply(&self, headers: &mut HeaderMap) {
        let value = match self {
            Self::Login(Login::Password { username, password }) => {
                basic(username, password.expose())
            }
            Self::Token(token) => Some(token.header().clone()),
            Self::Nothing | Self::Login(Login::IdentityToken(_)) => None,
        };
        if let Some(value) = value {
            headers.insert(AUTHORIZATION, value);
        }
    }

    pub(crate) fn asked(&self) -> Asked {
        match self {
            Self::Nothing => Asked::Anonymously,
            Self::Login(_) => Asked::WithLogin,
            Self::Token(token) if token.issuer().login.is_none() => Asked::WithStrangersToken,
            Self::Token(_) => Asked::WithToken,
        }
    }

    pub(crate) fn is_stale(&self) -> bool {
        matches!(self, Self::Token(token) if token.is_stale())
    }
}

/// Says who asks by name and password (RFC 7617).
fn basic(username: &str, password: &str) -> Option<HeaderValue> {
    let encoded = STANDARD.encode(format!("{username}:{password}"));
    let mut value = HeaderValue::try_from(format!("Basic {encoded}")).ok()?;
    value.set_sensitive(true);
    Some(value)
}

impl Host {
    /// Says in the registry's own words what a token is to allow.
    pub(crate) fn asked_for(&self, scopes: &Scopes) -> Scopes {
        let state = self.auth.state();
        let each = scopes
            .repositories()
            .map(|(name, actions)| match state.ways.of(name) {
                Known::Own(way) => way.scopes(name, actions),
                Known::Others(_) | Known::Nothing => Scopes::one(name, actions),
            });
        each.fold(Scopes::default(), |all, one| all.union(&one))
    }

    /// Tells whether a repository may get its token from there.
    pub(crate) fn may_share(&self, repository: &str, realm: &Realm) -> bool {
        match self.auth.state().ways.of(repository) {
            Known::Own(way) => way.scheme == Scheme::Bearer(realm.clone()),
            Known::Others(_) | Known::Nothing => true,
        }
    }

    /// Tells whether there is a login for a repository that never asked for one.
    pub(crate) async fn has_unused_login(&self, repository: &str) -> bool {
        let asks = match self.auth.state().ways.of(repository) {
            Known::Own(way) | Known::Others(way) => way.scheme != Scheme::Open,
            Known::Nothing => false,
        };
        !asks && self.login(repository).await.is_some()
    }

    /// Notes that a request was let in as `authorization` says.
    pub(crate) async fn let_in(&self, repository: &str, authorization: &Authorization) {
        match authorization {
            Authorization::Token(token) => token.accepted(),
            Authorization::Login(_) if !repository.is_empty() => {
                if let Some((number, _)) = self.login(repository).await {
                    self.auth.note(number, Password::Worked);
                }
            }
            Authorization::Login(_) | Authorization::Nothing => {}
        }
    }

    /// Returns how the host wants a login at `/v2/`, if it wants one there.
    pub(crate) fn ping(self: &Arc<Self>) -> BoxFuture<'_, Option<Scheme>> {
        let ask = || async {
            let operation = Operation::new(Kind::Ping, "");
            let mut call = Call::new(operation, Method::GET, self.root(), Access::Nobody);
            call.accept = &[401];
            let answer = self.send(call).await?;
            let challenge = challenge::read(&answer.headers, |realm| self.may_log_in(realm));
            let challenge = challenge
                .ok()
                .filter(|_| answer.status == StatusCode::UNAUTHORIZED);
            Ok::<_, Failure>(challenge.map(|challenge| challenge.scheme))
        };
        Box::pin(async move { self.auth.ping.get_or_try_init(ask).await.ok()?.clone() })
    }
}
