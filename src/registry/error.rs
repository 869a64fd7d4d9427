//! What went wrong with a registry, in one line, and a hint.

use std::fmt;
use std::time::Duration;

use http::StatusCode;

use crate::plan::{Cause, Unreadable};

use super::stats::{Kind, Operation};
use super::trouble::Trouble;

/// What went wrong with a registry: which one, what was tried and how often, what it said.
#[derive(Clone)]
pub struct RegistryError(Box<Inner>);

#[derive(Clone)]
struct Inner {
    host: String,
    operation: Operation,
    detail: Detail,
    tries: usize,
    login_hint: Option<String>,
}

/// What exactly went wrong.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Detail {
    /// The registry refused.
    Status(Refusal),
    /// The registry has said that it wants no more requests for that long.
    Paused(Duration),
    /// There is no login, or the one there is was refused; the text says which.
    Login(String),
    /// No answer came, or not all of it.
    Transport(Trouble),
    /// The answer is not what the specification allows.
    Protocol(String),
    /// Something of the above, at another host that the registry points to.
    Elsewhere(String, Box<Detail>),
}

impl Detail {
    /// Returns what went wrong, wherever.
    pub(super) fn itself(&self) -> &Self {
        match self {
            Self::Elsewhere(_, detail) => detail.itself(),
            detail => detail,
        }
    }

    /// Returns where it went wrong, if that is another host.
    fn place(&self) -> Option<&str> {
        match self {
            Self::Elsewhere(place, _) => Some(place),
            _ => None,
        }
    }
}

/// What a registry said with an error status.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Refusal {
    pub(super) status: StatusCode,
    pub(super) code: Option<String>,
    pub(super) message: Option<String>,
    pub(super) asked: Asked,
    /// Whether this is Docker Hub's limit on pulls, which no second try gets over.
    pub(super) pulls_used_up: bool,
}

/// As whom the registry was asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Asked {
    Anonymously,
    WithLogin,
    WithToken,
}

impl RegistryError {
    pub(super) fn new(host: &str, operation: &Operation, detail: Detail) -> Self {
        Self(Box::new(Inner {
            host: host.to_owned(),
            operation: operation.clone(),
            detail,
            tries: 1,
            login_hint: None,
        }))
    }

    #[must_use]
    pub(super) fn after(mut self, tries: usize) -> Self {
        self.0.tries = tries;
        self
    }

    #[must_use]
    pub(super) fn with_login_hint(mut self, hint: Option<&String>) -> Self {
        self.0.login_hint = hint.cloned();
        self
    }

    /// Says the same about another operation, which was not tried because of it.
    #[must_use]
    pub(super) fn instead_of(mut self, operation: &Operation) -> Self {
        self.0.operation = operation.clone();
        self
    }

    /// Returns the registry's host, as references name it.
    pub fn host(&self) -> &str {
        &self.0.host
    }

    /// Returns the kind of request that went wrong.
    pub fn request(&self) -> Kind {
        self.0.operation.kind
    }

    /// Returns the kind of reason.
    pub fn cause(&self) -> Cause {
        match self.0.detail.itself() {
            Detail::Status(refusal) => match refusal.status.as_u16() {
                401 => Cause::Unauthorized,
                403 => Cause::Denied,
                429 => Cause::RateLimited,
                408 | 500.. => Cause::Server,
                _ => Cause::Protocol,
            },
            Detail::Paused(_) => Cause::RateLimited,
            Detail::Login(_) => Cause::Unauthorized,
            Detail::Transport(_) => Cause::Unreachable,
            Detail::Protocol(_) | Detail::Elsewhere(..) => Cause::Protocol,
        }
    }

    /// Returns the HTTP status, if the registry answered with one that is an error.
    pub fn status(&self) -> Option<u16> {
        match self.0.detail.itself() {
            Detail::Status(refusal) => Some(refusal.status.as_u16()),
            _ => None,
        }
    }

    /// Returns the registry's own error code, such as `DENIED`.
    pub fn code(&self) -> Option<&str> {
        match self.0.detail.itself() {
            Detail::Status(refusal) => refusal.code.as_deref(),
            _ => None,
        }
    }

    /// Returns the registry's own message.
    pub fn message(&self) -> Option<&str> {
        match self.0.detail.itself() {
            Detail::Status(refusal) => refusal.message.as_deref(),
            _ => None,
        }
    }

    /// Tells whether the registry itself said, to who read a manifest, that its limit on pulls is used up.
    pub(super) fn is_out_of_pulls(&self) -> bool {
        self.request() == Kind::GetManifest
            && matches!(&self.0.detail, Detail::Status(refusal) if refusal.pulls_used_up)
    }

    /// Returns how often it was tried.
    pub fn tries(&self) -> usize {
        self.0.tries
    }

    /// Tells what to do about it, where that can be known.
    pub fn hint(&self) -> Option<String> {
        let host = &self.0.host;
        match self.0.detail.itself() {
            Detail::Status(refusal) if refusal.status == StatusCode::UNAUTHORIZED => {
                Some(self.login_hint())
            }
            Detail::Status(refusal) if refusal.status == StatusCode::FORBIDDEN => {
                Some(format!("check that the account for `{host}` may do this"))
            }
            Detail::Status(refusal) if refusal.pulls_used_up => Some(self.login_hint()),
            Detail::Status(refusal) if refusal.wants_tls() => Some(format!(
                "`{host}` speaks https: set `registries.{host}.plain-http: false`"
            )),
            Detail::Login(_) => Some(self.login_hint()),
            Detail::Transport(trouble) => trouble.hint(self.0.detail.place().unwrap_or(host), host),
            _ => None,
        }
    }

    fn login_hint(&self) -> String {
        let host = &self.0.host;
        self.0.login_hint.clone().unwrap_or_else(|| {
            format!(
                "log in with `docker login {host}`, or set `username` and `password` under \
                 `registries.{host}` in the mirror file"
            )
        })
    }
}

impl fmt::Display for RegistryError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Inner {
            host,
            operation,
            detail,
            tries,
            login_hint: _,
        } = &*self.0;
        write!(f, "cannot {operation} at `{host}`: {detail}")?;
        if *tries > 1 {
            write!(f, ", tried {tries} times")?;
        }
        Ok(())
    }
}

impl fmt::Debug for RegistryError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "RegistryError({self})")
    }
}

impl std::error::Error for RegistryError {}

impl fmt::Display for Detail {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Status(refusal) => refusal.fmt(f),
            Self::Paused(left) => {
                write!(f, "it asks for a pause, come back in {}", minutes(*left))
            }
            Self::Transport(trouble) => trouble.fmt(f),
            Self::Elsewhere(place, detail) => write!(f, "`{place}`, where it points to: {detail}"),
            Self::Login(text) | Self::Protocol(text) => f.write_str(text),
        }
    }
}

fn minutes(time: Duration) -> String {
    match time.as_secs() {
        seconds @ ..120 => format!("{} s", seconds.max(1)),
        seconds @ ..7200 => format!("{} min", seconds.div_ceil(60)),
        seconds => format!("{} h {} min", seconds / 3600, seconds % 3600 / 60),
    }
}

impl Refusal {
    /// Tells whether a server that speaks TLS was spoken to in plain http.
    fn wants_tls(&self) -> bool {
        self.status == StatusCode::BAD_REQUEST
            && self
                .message
                .as_ref()
                .is_some_and(|message| message.contains("HTTPS server"))
    }
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            status,
            code,
            message,
            asked,
            pulls_used_up,
        } = self;
        match (status.as_u16(), asked) {
            // Docker Hub and others do not tell strangers whether a repository exists.
            (401, Asked::WithToken) => {
                f.write_str("it does not exist, or you are not allowed to see it (401)")
            }
            (401, Asked::WithLogin) => f.write_str("the login was refused (401)"),
            (401, Asked::Anonymously) => f.write_str("it wants a login (401)"),
            (403, _) => f.write_str("not allowed (403)"),
            (429, _) if *pulls_used_up => f.write_str("its limit on pulls is used up (429)"),
            (429, _) => f.write_str("too many requests (429)"),
            _ => write!(f, "it answered {status}"),
        }?;
        match (code, message) {
            (Some(code), Some(message)) => write!(f, ": {code}: {message}"),
            (Some(text), None) | (None, Some(text)) => write!(f, ": {text}"),
            (None, None) => Ok(()),
        }
    }
}

impl From<RegistryError> for Unreadable {
    fn from(error: RegistryError) -> Self {
        Self {
            cause: error.cause(),
            message: error.to_string(),
            hint: error.hint(),
        }
    }
}
