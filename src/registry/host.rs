//! One host: its address, and everything that is remembered about it.

use std::borrow::Cow;
use std::sync::atomic::AtomicBool;
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};
use std::time::Duration;

use http::HeaderMap;
use tokio::sync::{OnceCell, Semaphore};
use url::Url;

use crate::model::{
    Attempt, DOCKER_HUB, Failure, Fault, LoginOrigin, LoginWay, Meaning, Operation, Profile,
    ProfileLogin, RequestKind, Text,
};

use super::access::{
    Auth, Authorization, Forbidden, FoundLogin, Keeper, Logins, Masks, destination, same_origin,
};
use super::limits::{Admission, Lane, Pull, PullBudget, PullLimit, TokenServers};
use super::options::{ClientOptions, HostOptions, RetryOptions};
use super::outage::{Server, ServerMap};
use super::stats::Counters;
use super::transport::{Certificates, Proxies, Transport, is_loopback};
use super::whole_blobs::WholeBlobs;

/// Where Docker Hub's API is.
const DOCKER_HUB_API: &str = "registry-1.docker.io";

/// How many long answers of one host are read at one time.
const LARGE_ANSWERS: usize = 4;

/// How often a mirror is tried: what it does not give is elsewhere, too.
const MIRROR_TRIES: usize = 2;

/// The longest pause that a mirror may ask for, unless somebody said how long it is waited for.
const MIRROR_PAUSE: Duration = Duration::from_secs(10);

/// What a host is to whoever asks it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Role {
    /// The registry that a reference names.
    Registry,
    /// One that may have the same: it is waited for only where somebody said how long.
    Mirror,
}

/// What all hosts of a client share.
#[derive(Debug)]
pub(super) struct Shared {
    pub(super) transport: Transport,
    /// What was sent as a secret.
    pub(super) masks: Arc<Masks>,
    pub(super) servers: ServerMap,
    pub(super) token_servers: TokenServers,
    pub(super) options: ClientOptions,
}

/// One host.
#[derive(Debug)]
pub(super) struct Host {
    /// The name that references use.
    pub(super) name: String,
    /// The address of its API, without `/v2/`.
    pub(super) base: Url,
    pub(super) certificates: Certificates,
    /// Which proxy is gone through for whatever it is asked.
    proxies: Proxies,
    pub(super) shared: Arc<Shared>,
    pub(super) auth: Auth,
    pub(super) admission: Arc<Admission>,
    pub(super) counters: Arc<Counters>,
    /// Where the host itself is.
    own_server: Arc<Server>,
    options: HostOptions,
    role: Role,
    /// What is tried again, and how often.
    pub(super) retry: RetryOptions,
    logins: OnceCell<Logins>,
    /// The temporary password, where the login gets such.
    pub(super) acr: Keeper,
    pull_limit: Mutex<Option<PullLimit>>,
    /// How many pulls this run may make, where somebody said so.
    pull_budget: Option<PullBudget>,
    /// The answer that told that no manifest can be read any more; then none is asked for.
    out_of_pulls: OnceLock<Failure>,
    /// Whether the host has said that it has no referrers API: then it is not asked again.
    pub(super) without_referrers: AtomicBool,
    pub(super) whole_blobs: Arc<WholeBlobs>,
    /// Places for answers that are read as a whole and are long: what is half read takes memory.
    pub(super) large_answers: Semaphore,
}

impl Host {
    /// Makes a host out of its name; the error is about the name.
    pub(super) fn new(
        name: &str,
        options: HostOptions,
        shared: Arc<Shared>,
        role: Role,
    ) -> Result<Self, Text> {
        let base = address(name, options.plain_http)?;
        let start = options
            .starting_concurrency
            .unwrap_or_else(|| Profile::of_host(name).starting_concurrency);
        let options = HostOptions {
            starting_concurrency: Some(start),
            ..options
        }
        .divided(shared.options.machines);
        let start = options.starting_concurrency.unwrap_or(start);
        Ok(Self {
            name: name.to_owned(),
            own_server: shared.servers.of_registry(name, &base),
            base,
            certificates: options.ca_certificates.as_deref().map(Into::into),
            proxies: shared.transport.proxies(options.proxy.as_ref()),
            auth: Auth::default(),
            admission: Arc::new(Admission::new(
                start,
                options.concurrency,
                options.requests_per_second,
            )),
            counters: Arc::default(),
            retry: retry(&shared.options.retry, role, options.patience),
            pull_budget: shared.options.max_pulls.map(PullBudget::new),
            shared,
            options,
            role,
            logins: OnceCell::new(),
            acr: Keeper::default(),
            pull_limit: Mutex::default(),
            out_of_pulls: OnceLock::new(),
            without_referrers: AtomicBool::default(),
            whole_blobs: Arc::default(),
            large_answers: Semaphore::new(LARGE_ANSWERS),
        })
    }

    /// Returns what is known of the server of an address.
    pub(super) fn server(&self, url: &Url) -> Arc<Server> {
        if same_origin(url, &self.base) {
            self.own_server.clone()
        } else {
            self.shared.servers.of(url)
        }
    }

    pub(super) fn is_own(&self, server: &Arc<Server>) -> bool {
        Arc::ptr_eq(server, &self.own_server)
    }

    /// Returns the limits for what is asked of an address in a lane: tokens have those of the server that gives
    /// them, whatever else is at its address.
    pub(super) fn admission(&self, lane: Lane, url: &Url) -> Arc<Admission> {
        if lane != Lane::Token {
            return self.admission.clone();
        }
        let HostOptions {
            concurrency,
            requests_per_second,
            ..
        } = self.options;
        let servers = &self.shared.token_servers;
        servers.of(url, concurrency, requests_per_second)
    }

    /// Notes that the host was away: what it refused meanwhile was not for the rate.
    pub(super) fn was_away(&self) {
        self.admission.forget_refusals();
    }

    /// Returns how long whatever is at a server is waited for.
    pub(super) fn patience(&self) -> Duration {
        let usual = match self.role {
            Role::Registry => self.shared.options.timeouts.outage,
            Role::Mirror => Duration::ZERO,
        };
        self.options.patience.unwrap_or(usual)
    }

    /// Returns the address of an endpoint: `/v2/<repository>/<rest>`.
    pub(super) fn endpoint(&self, repository: &str, rest: &str) -> Url {
        let mut url = self.base.clone();
        url.set_path(&format!("/v2/{repository}/{rest}"));
        url
    }

    /// Returns the login for a repository and its number. They are looked for once, and only when the host
    /// asks for one.
    pub(super) async fn login(&self, repository: &str) -> Option<(usize, &FoundLogin)> {
        let logins = match self.logins.get() {
            Some(logins) => logins,
            // Once, so that not every request has room for it.
            None => Box::pin(self.logins.get_or_init(|| self.find_logins())).await,
        };
        logins.of(repository)
    }

    /// Finds the logins, in the order that `docs/acr.md` tells.
    async fn find_logins(&self) -> Logins {
        let HostOptions {
            login,
            login_way,
            session,
            ..
        } = &self.options;
        let asker = &self.shared.options.acr;
        match (login_way, login) {
            (LoginWay::None, _) => return Logins::default(),
            (LoginWay::Acr, _) => return FoundLogin::of_acr(asker, *session).into(),
            (LoginWay::Auto | LoginWay::Basic, Some(login)) => return login.clone().into(),
            (LoginWay::Auto | LoginWay::Basic, None) => {}
        }
        let ClientOptions {
            credentials,
            timeouts,
            ..
        } = &self.shared.options;
        let mut found = credentials.find(&self.name, timeouts.helper).await;
        let is_acr = Profile::of_host(&self.name).login == ProfileLogin::Acr;
        if *login_way == LoginWay::Auto && is_acr && asker.identity.is_some() {
            found.or_for_host(|| FoundLogin::of_acr(asker, *session));
        }
        found
    }

    /// Returns a login that was found, by its number.
    pub(super) fn numbered_login(&self, number: usize) -> Option<&FoundLogin> {
        self.logins.get()?.numbered(number)
    }

    /// Returns where the login comes from with which a request was made.
    pub(super) fn login_origin(&self, authorization: &Authorization) -> Option<Arc<LoginOrigin>> {
        let login = match authorization {
            Authorization::Nothing => None,
            Authorization::Login(login) => Some(login),
            Authorization::Token(token) => self.numbered_login(token.login()?),
        };
        login.map(|login| login.origin.clone())
    }

    /// Tells whether the host may name this realm for logins.
    pub(super) fn may_log_in(&self, realm: &Url) -> Result<(), Forbidden> {
        destination::may_log_in(
            &self.base,
            realm,
            |url| self.is_declared(url),
            |url| {
                self.declared(url)
                    .any(|options| options.plain_http == Some(true))
            },
        )
    }

    /// Tells whether an answer of `from` may point there.
    pub(super) fn may_follow(&self, from: &Url, to: &Url) -> Result<(), Forbidden> {
        destination::may_follow(from, to, |url| self.is_declared(url))
    }

    /// Says which proxy is gone through to an address: what is asked for this host's sake goes its way, the server
    /// of its tokens and what it points to as well, unless another is said for that host.
    pub(super) fn proxies_to(&self, url: &Url) -> Cow<'_, Proxies> {
        if url.host() != self.base.host() {
            let mut declared = self.declared(url);
            if let Some(choice) = declared.find_map(|options| options.proxy.as_ref()) {
                return Cow::Owned(self.shared.transport.proxies(Some(choice)));
            }
        }
        Cow::Borrowed(&self.proxies)
    }

    pub(super) fn is_declared(&self, url: &Url) -> bool {
        self.declared(url).next().is_some()
    }

    fn declared(&self, url: &Url) -> impl Iterator<Item = &HostOptions> {
        destination::names(url).filter_map(|name| self.shared.options.hosts.get(&name))
    }

    /// Makes a failure; what is in it that was sent as a secret is masked.
    pub(super) fn error(&self, operation: &Operation, fault: Fault) -> Failure {
        let fault = self.shared.masks.hide_in(fault);
        Failure::new(&self.name, Attempt::Request(operation.clone()), fault)
            .of_target(self.options.is_target)
    }

    pub(super) fn protocol_error(&self, operation: &Operation, text: Text) -> Failure {
        self.error(operation, Fault::Protocol(text))
    }

    /// Keeps what an answer says about the limit on pulls.
    pub(super) fn note_rate_limit(&self, headers: &HeaderMap) {
        if let Some(found) = PullLimit::read(headers) {
            *self.pull_limit() = Some(found);
        }
    }

    /// Keeps the answer that told that the limit on pulls is used up.
    pub(super) fn note_out_of_pulls(&self, error: &Failure) {
        let is_out_of_pulls = error.elsewhere.is_none()
            && error.request() == Some(RequestKind::GetManifest)
            && error.meaning() == Some(Meaning::PullsUsedUp);
        if is_out_of_pulls {
            self.out_of_pulls.get_or_init(|| error.clone());
        }
    }

    /// Refuses to read a manifest where the limit on pulls was seen to be used up: it will be for hours,
    /// and a host that is asked on and on may lock the asker out.
    pub(super) fn may_pull(&self, operation: &Operation) -> Result<(), Failure> {
        match self.out_of_pulls.get() {
            Some(error) if operation.kind == RequestKind::GetManifest => {
                Err(error.clone().instead_of(operation))
            }
            _ => Ok(()),
        }
    }

    /// Begins to read a manifest, for which a pull may be counted; none where nobody counts. The error is that all
    /// pulls that this run may make were made.
    ///
    /// Docker Hub's limit is known from its name; what others have of one they say in each answer, so in the one
    /// that told which digest a tag has.
    pub(super) async fn begin_pull(
        &self,
        operation: &Operation,
    ) -> Result<Option<Pull<'_>>, Failure> {
        let is_limited = || {
            let told = *self.pull_limit();
            self.name == DOCKER_HUB || told.is_some_and(PullLimit::is_of_pulls)
        };
        let budget = self.pull_budget.as_ref().filter(|_| is_limited());
        let Some(budget) = budget else {
            return Ok(None);
        };
        let spent = || {
            let allowed = budget.allowed;
            self.error(operation, Fault::PullsSpent { allowed })
        };
        budget.begin().await.map(Some).ok_or_else(spent)
    }

    pub(super) fn pull_limit(&self) -> MutexGuard<'_, Option<PullLimit>> {
        self.pull_limit
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }
}

/// Returns what is tried again at a host, and how often.
fn retry(usual: &RetryOptions, role: Role, patience: Option<Duration>) -> RetryOptions {
    let mut retry = usual.clone();
    if role == Role::Mirror {
        retry.tries = retry.tries.min(MIRROR_TRIES);
        let pause = patience.unwrap_or(MIRROR_PAUSE);
        retry.longest_pause = retry.longest_pause.min(pause);
    }
    retry
}

/// Tells whether a host is asked over plain HTTP, by what is said of it and by its name.
pub fn speaks_plain_http(name: &str, said: Option<bool>) -> bool {
    address(name, said).is_ok_and(|url| url.scheme() == "http")
}

fn address(name: &str, plain_http: Option<bool>) -> Result<Url, Text> {
    let api = if name == DOCKER_HUB {
        DOCKER_HUB_API
    } else {
        name
    };
    let parse = |scheme: &str| {
        let url = Url::parse(&format!("{scheme}://{api}/"));
        url.map_err(|why| {
            text!(
                "`{name}` is not a host name: {why}",
                "`{name}` 不是主机名：{why}"
            )
        })
    };
    let url = parse("https")?;
    let is_bare = url.path() == "/" && url.query().is_none() && url.fragment().is_none();
    if !is_bare || !url.username().is_empty() || url.password().is_some() {
        return Err(text!("`{name}` is not a host name", "`{name}` 不是主机名"));
    }
    if plain_http.unwrap_or_else(|| is_loopback(&url)) {
        return parse("http");
    }
    Ok(url)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn finds_the_address_of_a_host() {
        for (name, plain_http, expected) in [
            ("docker.io", None, "https://registry-1.docker.io/"),
            ("ghcr.io", None, "https://ghcr.io/"),
            ("ghcr.io", Some(true), "http://ghcr.io/"),
            (
                "registry.example.com:5000",
                None,
                "https://registry.example.com:5000/",
            ),
            ("127.0.0.1:5000", None, "http://127.0.0.1:5000/"),
            ("[::1]:5000", None, "http://[::1]:5000/"),
            ("localhost:443", None, "http://localhost:443/"),
            ("localhost:5000", Some(false), "https://localhost:5000/"),
        ] {
            assert_eq!(
                address(name, plain_http).unwrap().as_str(),
                expected,
                "{name}"
            );
        }
        for odd in [
            "",
            "a b",
            "user@host",
            "u:p@host",
            "host/path",
            "host?x",
            "host#x",
            "h:x",
        ] {
            assert!(address(odd, None).is_err(), "{odd}");
        }
    }
}
