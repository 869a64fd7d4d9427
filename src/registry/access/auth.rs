//! How a host is asked: the first requests find out, the others wait for them and know.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use http::header::AUTHORIZATION;
use http::{HeaderMap, HeaderValue};
use tokio::sync::OnceCell;

use crate::model::{Asked, Failure};

use super::probes::{Probe, Probes};
use super::{FoundLogin, Issuer, KnownMethods, Login, Scheme, Token, TokenStore};

/// What is known about how a host wants to be asked.
#[derive(Debug, Default)]
pub(crate) struct Auth {
    state: Mutex<State>,
    probes: Arc<Probes>,
    pub(crate) tokens: TokenStore,
    /// Held by whoever tries a password that has not worked yet: many refusals may lock an account.
    pub(crate) trial: Arc<tokio::sync::Mutex<()>>,
    /// What the host asks for at `/v2/`, where it was asked that.
    pub(super) ping: OnceCell<Option<Scheme>>,
}

#[derive(Debug, Default)]
pub(crate) struct State {
    pub(crate) methods: KnownMethods,
    /// Logins by their number: what came of them.
    pub(crate) outcomes: HashMap<usize, LoginOutcome>,
    /// How often token servers refused a login that has not worked there, by its number.
    refusals: HashMap<usize, usize>,
}

/// What came of a login.
#[derive(Debug, Clone)]
pub(crate) enum LoginOutcome {
    Worked,
    /// It never worked; asking on with it may lock the account.
    Refused(Failure),
}

impl Auth {
    /// Waits until it is known how to ask; whoever gets a probe is to find out.
    pub(crate) async fn wait_or_probe(&self, repository: &str) -> Option<Probe> {
        let is_settled = || self.is_settled(repository);
        self.probes.begin_unless(repository, is_settled).await
    }

    /// Tells whether it is known how to ask for a repository. Where tokens come from is another host, and says
    /// nothing about this one.
    pub(crate) fn is_settled(&self, repository: &str) -> bool {
        repository.is_empty() || self.state().methods.is_settled(repository)
    }

    pub(crate) fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Notes what came of a login; one that has worked is not wrong when it is refused later.
    pub(crate) fn note(&self, login: usize, came_of_it: LoginOutcome) {
        let mut state = self.state();
        match came_of_it {
            LoginOutcome::Worked => {
                state.outcomes.insert(login, LoginOutcome::Worked);
            }
            refused @ LoginOutcome::Refused(_) => {
                state.outcomes.entry(login).or_insert(refused);
            }
        }
    }

    /// Counts that a token server refused a login which has not worked there, and returns how often that
    /// was.
    pub(crate) fn count_refusal(&self, login: usize) -> usize {
        let mut state = self.state();
        let refusals = state.refusals.entry(login).or_default();
        *refusals += 1;
        *refusals
    }

    /// Returns the answer to a login that never worked, wherever it was refused.
    pub(crate) fn refused(&self, issuer: &Issuer) -> Option<Failure> {
        match self.state().outcomes.get(&issuer.login?) {
            Some(LoginOutcome::Refused(why)) => Some(why.clone()),
            _ => None,
        }
    }
}

/// What a request carries to say who asks.
#[derive(Debug, Clone)]
pub(crate) enum Authorization {
    Nothing,
    Login(FoundLogin),
    Token(Arc<Token>),
}

impl Authorization {
    /// Adds it to the headers of a request.
    pub(crate) fn apply(&self, headers: &mut HeaderMap) {
        let value = match self {
            Self::Login(found) => match &found.login {
                Login::Password { username, password } => basic(username, password.expose()),
                // It goes in the body, to where tokens come from; or what it gets goes there.
                Login::IdentityToken(_) | Login::Acr(_) => None,
            },
            Self::Token(token) => Some(token.header.clone()),
            Self::Nothing => None,
        };
        if let Some(value) = value {
            headers.insert(AUTHORIZATION, value);
        }
    }

    pub(crate) fn asked(&self) -> Asked {
        match self {
            Self::Nothing => Asked::Anonymously,
            Self::Login(_) => Asked::WithLogin,
            Self::Token(token) if token.login().is_none() => Asked::WithStrangersToken,
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
