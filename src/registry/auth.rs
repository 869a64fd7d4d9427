//! How a host is asked: the first request finds out, the others wait for it and know.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};
use std::sync::{Mutex, PoisonError};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use http::header::AUTHORIZATION;
use http::{HeaderMap, HeaderValue, StatusCode};
use tokio::sync::OwnedMutexGuard;

use crate::model::{Asked, Failure, Fault};

use super::call::{Access, Call, FailedTry};
use super::challenge::{self, Scheme};
use super::credentials::Login;
use super::host::Host;
use super::token::Token;
use super::tokens::Tokens;

/// After that many requests in a row that no answer came to, tries are not repeated any more.
const HOPELESS: usize = 3;

/// How often the first request to a host is tried while nothing at all comes back.
const FIRST_TRIES: usize = 3;

/// What is known about how a host wants to be asked.
#[derive(Debug, Default)]
pub(super) struct Auth {
    known: Mutex<Known>,
    probe: Arc<tokio::sync::Mutex<()>>,
    unanswered: AtomicUsize,
    pub(super) tokens: Tokens,
}

#[derive(Debug, Default, Clone)]
enum Known {
    #[default]
    Nothing,
    Scheme(Arc<Scheme>),
    /// The host was never reached, for this reason.
    Down(Failure),
}

/// The right to be the first; until it is given up, the others wait.
pub(super) type Probe = OwnedMutexGuard<()>;

impl Auth {
    /// Waits until it is known how to ask; whoever gets a probe is to find out.
    ///
    /// A host that the first request did not reach after all its tries is not asked again: each of
    /// a thousand images would wait as long.
    pub(super) async fn enter(&self) -> Result<Option<Probe>, Failure> {
        if let Known::Scheme(_) = self.known() {
            return Ok(None);
        }
        let probe = self.probe.clone().lock_owned().await;
        match self.known() {
            Known::Nothing => Ok(Some(probe)),
            Known::Scheme(_) => Ok(None),
            Known::Down(error) => Err(error),
        }
    }

    fn known(&self) -> Known {
        self.known
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
    }

    fn learn(&self, known: Known) {
        *self.known.lock().unwrap_or_else(PoisonError::into_inner) = known;
    }

    /// Notes that a request was answered.
    pub(super) fn answered(&self) {
        self.unanswered.store(0, Relaxed);
        self.reached();
    }

    /// Notes that the host itself was reached, and did not ask who it was.
    pub(super) fn reached(&self) {
        if matches!(self.known(), Known::Nothing) {
            self.learn(Known::Scheme(Arc::new(Scheme::Open)));
        }
    }

    /// Notes that a request got no answer in all its tries.
    pub(super) fn unanswered(&self, error: &Failure) {
        self.unanswered.fetch_add(1, Relaxed);
        if matches!(self.known(), Known::Nothing) {
            self.learn(Known::Down(error.clone()));
        }
    }

    /// Tells whether a try that got no answer is not worth another.
    ///
    /// A connection that breaks was one: on some ways across borders the next may hold.
    pub(super) fn is_hopeless(&self, failure: &FailedTry, tries: usize) -> bool {
        let never_reached = matches!(self.known(), Known::Nothing);
        never_reached && !failure.is_break() && tries >= FIRST_TRIES
            || self.unanswered.load(Relaxed) >= HOPELESS
    }
}

/// What a request carries to say who asks.
#[derive(Debug, Clone)]
pub(super) enum Authorization {
    Nothing,
    Login(Login),
    Token(Arc<Token>),
}

impl Authorization {
    /// Adds it to the headers of a request.
    pub(super) fn apply(&self, headers: &mut HeaderMap) {
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

    pub(super) fn asked(&self) -> Asked {
        match self {
            Self::Nothing => Asked::Anonymously,
            Self::Login(_) => Asked::WithLogin,
            Self::Token(_) => Asked::WithToken,
        }
    }

    /// Notes that it was accepted.
    pub(super) fn accepted(&self) {
        if let Self::Token(token) = self {
            token.accepted();
        }
    }

    pub(super) fn is_stale(&self) -> bool {
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

/// What one request has tried so far to be let in.
#[derive(Debug, Default)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "each is a thing that is tried once"
)]
pub(super) struct Attempts {
    asked: bool,
    renewed: bool,
    widened: bool,
    /// Whether only a token for just this will do.
    pub(super) own: bool,
}

impl Host {
    /// Gets what a request needs to be let in, as far as is known.
    pub(super) async fn authorize(
        self: &Arc<Self>,
        call: &mut Call,
        attempts: &Attempts,
    ) -> Result<Authorization, Failure> {
        let scopes = match &call.access {
            Access::Nobody => return Ok(Authorization::Nothing),
            Access::Login(login) => return Ok(Authorization::Login(login.clone())),
            Access::Scopes(scopes) => scopes,
        };
        let Known::Scheme(scheme) = self.auth.known() else {
            return Ok(Authorization::Nothing);
        };
        match &*scheme {
            Scheme::Open => Ok(Authorization::Nothing),
            Scheme::Basic => {
                if let Some(login @ Login::Password { .. }) = self.login().await {
                    return Ok(Authorization::Login(login.clone()));
                }
                let text = "it wants a user name and a password, and there are none";
                Err(self.error(&call.operation, Fault::Login(text.to_owned())))
            }
            Scheme::Bearer(realm) => self
                .token(realm, scopes, attempts.own)
                .await
                .map(Authorization::Token),
        }
    }

    /// Decides what to try next after a 401 or 403: true to ask again, false to give up.
    pub(super) fn next_attempt(
        &self,
        call: &mut Call,
        failure: &FailedTry,
        authorization: &Authorization,
        attempts: &mut Attempts,
    ) -> Result<bool, Failure> {
        let Access::Scopes(scopes) = &mut call.access else {
            return Ok(false);
        };
        // What another host says after a redirect must not decide where logins go.
        if !failure.at_registry {
            return Ok(false);
        }
        match (failure.status, authorization) {
            (Some(StatusCode::UNAUTHORIZED), Authorization::Nothing) => {
                let challenge = challenge::read(&failure.headers, &self.base)
                    .map_err(|text| self.error(&call.operation, Fault::Login(text)))?;
                self.auth.learn(Known::Scheme(Arc::new(challenge.scheme)));
                Ok(!std::mem::replace(&mut attempts.asked, true))
            }
            (Some(StatusCode::UNAUTHORIZED), Authorization::Token(token)) => {
                let challenge = challenge::read(&failure.headers, &self.base).ok();
                let insufficient = challenge
                    .as_ref()
                    .is_some_and(|found| found.insufficient_scope);
                if token.was_accepted() && !insufficient && !attempts.renewed {
                    self.auth.tokens.forget(token);
                    attempts.renewed = true;
                    return Ok(true);
                }
                if token.is_shared(scopes) && !attempts.own {
                    self.auth.tokens.leave_alone(scopes);
                    attempts.own = true;
                    return Ok(true);
                }
                self.auth.tokens.forget(token);
                // The registry may know better what it takes.
                let more = challenge.map(|found| found.scopes).unwrap_or_default();
                if !scopes.covers(&more) && !attempts.widened {
                    *scopes = std::mem::take(scopes).union(&more);
                    attempts.widened = true;
                    return Ok(true);
                }
                Ok(false)
            }
            (Some(StatusCode::FORBIDDEN), Authorization::Token(token))
                if token.is_shared(scopes) && !attempts.own =>
            {
                self.auth.tokens.leave_alone(scopes);
                attempts.own = true;
                Ok(true)
            }
            _ => Ok(false),
        }
    }
}
