//! What a client is told about hosts, retries and timeouts.

use std::collections::HashMap;
use std::fmt;
use std::num::NonZeroUsize;
use std::sync::Arc;
use std::time::Duration;

use tokio::sync::watch;

use crate::model::{LoginWay, MirrorNotice, MirrorPlace, Outage, ProxyChoice};

use super::access::{AcrAsker, Credentials, FoundLogin, RoleAccess};
use super::retry::Allowed;

/// Everything a client is told.
#[derive(Debug, Clone, Default)]
pub struct ClientOptions {
    /// What is known about single hosts, by the name that references use (`docker.io`).
    pub hosts: HashMap<String, HostOptions>,
    /// Where logins are found that [`HostOptions::login`] does not give.
    pub credentials: Credentials,
    /// Who gets temporary passwords of ACR's registries.
    pub acr: AcrAsker,
    /// What is tried again, and how often.
    pub retry: RetryOptions,
    /// How long to wait for what.
    pub timeouts: Timeouts,
    /// Who is told of hosts that are away.
    pub on_outage: OnOutage,
    /// Who is told of mirrors that are not asked any more.
    pub on_mirror: OnMirror,
    /// How many machines do a part of the same at once: what hosts allow is divided by that.
    pub machines: Option<NonZeroUsize>,
    /// How many pulls a run may make of each host that limits them.
    pub max_pulls: Option<u64>,
    /// Turns true when hosts that are away are not to be waited for any more.
    pub stop: Option<watch::Receiver<bool>>,
}

/// Who is told of hosts that are away.
pub type OnOutage = Tell<Outage>;

/// Who is told of mirrors that are not asked any more.
pub type OnMirror = Tell<MirrorNotice>;

/// Who is told of something.
pub struct Tell<T>(Option<Arc<Told<T>>>);

type Told<T> = dyn Fn(&T) + Send + Sync;

impl<T> Tell<T> {
    /// Tells whoever `tell` tells.
    pub fn new(tell: impl Fn(&T) + Send + Sync + 'static) -> Self {
        Self(Some(Arc::new(tell)))
    }

    pub(super) fn tell(&self, what: &T) {
        if let Some(tell) = &self.0 {
            tell(what);
        }
    }
}

impl<T> Clone for Tell<T> {
    fn clone(&self) -> Self {
        Self(self.0.clone())
    }
}

impl<T> Default for Tell<T> {
    fn default() -> Self {
        Self(None)
    }
}

impl<T> fmt::Debug for Tell<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Tell")
    }
}

/// What is known about one host.
#[derive(Debug, Clone, Default)]
pub struct HostOptions {
    /// The most requests of a sort (control, download, upload, token) that are under way at once; eight for
    /// tokens, even where more is said.
    pub concurrency: Option<usize>,
    /// How many downloads, and how many uploads, are under way at once when a run begins; four times as many
    /// downloads where the host is far away. Control requests begin with twice as many, and with sixteen times
    /// as many where it is far. The limit finds itself from there.
    pub starting_concurrency: Option<usize>,
    /// The most requests a second.
    pub requests_per_second: Option<f64>,
    /// How long it is waited for when it is away, if not as long as [`Timeouts::outage`].
    pub patience: Option<Duration>,
    /// Whether the host speaks plain http; if not said, loopback hosts do.
    pub plain_http: Option<bool>,
    /// The proxy to go through, if not the one that the environment names.
    pub proxy: Option<ProxyChoice>,
    /// Certificates in PEM form that are trusted beside the system's own.
    pub ca_certificates: Option<Vec<u8>>,
    /// The login, before any that is found elsewhere.
    pub login: Option<FoundLogin>,
    /// In which way it is to be logged in to.
    pub login_way: LoginWay,
    /// What a temporary password of it is to allow, if it is one of ACR's.
    pub session: RoleAccess,
    /// Other places that have what it holds: what is asked for by digest is asked of these first, in order.
    pub mirrors: Vec<MirrorPlace>,
    /// Whether it is the target of the run: what fails there says so.
    pub is_target: bool,
}

impl HostOptions {
    /// Leaves of what the host allows what one of several machines may have of it; one request at least.
    pub(super) fn divided(self, machines: Option<NonZeroUsize>) -> Self {
        let Some(machines) = machines else {
            return self;
        };
        let part = |limit: usize| (limit / machines).max(1);
        // Nobody starts so many that it is not exact.
        let count = u16::try_from(machines.get()).map_or(f64::from(u16::MAX), f64::from);
        Self {
            concurrency: self.concurrency.map(part),
            starting_concurrency: self.starting_concurrency.map(part),
            requests_per_second: self.requests_per_second.map(|rate| rate / count),
            ..self
        }
    }
}

/// What is tried again, and how often.
#[derive(Debug, Clone)]
pub struct RetryOptions {
    /// How often a request is tried in all.
    pub tries: usize,
    /// The wait before the second try; it doubles from there, with jitter.
    pub first_wait: Duration,
    /// The longest wait between two tries.
    pub longest_wait: Duration,
    /// The longest pause that a registry may ask for; beyond it, requests fail and say when to come
    /// back. It may refuse a request for the rate for as long.
    pub longest_pause: Duration,
}

impl Default for RetryOptions {
    fn default() -> Self {
        Self {
            tries: 5,
            first_wait: Duration::from_millis(300),
            longest_wait: Duration::from_secs(15),
            longest_pause: Duration::from_secs(5 * 60),
        }
    }
}

impl RetryOptions {
    /// Returns what may be spent on one request, where a host that is away is waited for this long.
    pub(super) fn allowed(&self, away: Duration) -> Allowed {
        Allowed {
            tries: self.tries,
            throttled: self.longest_pause,
            away,
        }
    }
}

/// How long to wait for what. No request has a limit on its total time.
#[derive(Debug, Clone)]
pub struct Timeouts {
    /// For a connection. Where they hang, they do so in bursts, and the next one may come about at once.
    pub connect: Duration,
    /// For the head of an answer.
    pub answer: Duration,
    /// For the same, once it comes bit by bit.
    pub head: Duration,
    /// For the next byte of a body, either way.
    pub stall: Duration,
    /// How fast an answer comes at least that is read as a whole. Many may share a slow line.
    pub whole: LeastRate,
    /// How fast a blob comes at least. Over a line of 100 kbit/s a dozen come three times as fast.
    pub blob: LeastRate,
    /// For the answer to a blob that was sent completely: some registries check it only then.
    pub commit: Duration,
    /// For a credential helper.
    pub helper: Duration,
    /// For a host that is away: all requests to it together, from the first one that met that.
    pub outage: Duration,
}

/// So many bytes in so much time in which they are waited for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LeastRate {
    /// The bytes.
    pub bytes: u64,
    /// The time.
    pub time: Duration,
}

impl Default for Timeouts {
    fn default() -> Self {
        Self {
            connect: Duration::from_secs(10),
            answer: Duration::from_secs(60),
            head: Duration::from_secs(20),
            stall: Duration::from_secs(60),
            whole: LeastRate {
                bytes: 1024,
                time: Duration::from_secs(30),
            },
            blob: LeastRate {
                bytes: 16 * 1024,
                time: Duration::from_secs(60),
            },
            commit: Duration::from_secs(10 * 60),
            helper: Duration::from_secs(30),
            outage: Duration::from_secs(5 * 60),
        }
    }
}
