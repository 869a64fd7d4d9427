//! Tokens: fetched once however many requests wait for one, kept until shortly before they expire.

use std::collections::{HashMap, HashSet};
use std::sync::atomic::{AtomicBool, Ordering::Relaxed};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use bytes::Bytes;
use futures_util::FutureExt as _;
use futures_util::future::{BoxFuture, Shared};
use reqwest::header::{AUTHORIZATION, CONTENT_TYPE, DATE, HeaderMap, HeaderValue};
use reqwest::{Method, RequestBuilder};
use serde::Deserialize;

use super::call::{Access, Answer, Body, Call, Read};
use super::challenge::Realm;
use super::credentials::Login;
use super::error::{Detail, RegistryError};
use super::host::Host;
use super::limits::Lane;
use super::scope::{Actions, Scopes};
use super::stats::{Kind, Operation};

/// How long a token lives that does not say so, by the distribution project's specification.
const DEFAULT_LIFE: Duration = Duration::from_secs(60);

/// How many repositories one token is asked for: its length grows with them, and many servers take
/// no header longer than 8 KiB.
const GROUP_SIZE: usize = 20;

/// A token's answer is no longer than this.
const ANSWER_LIMIT: usize = 256 * 1024;

/// A token.
#[derive(Debug)]
pub(super) struct Token {
    header: HeaderValue,
    scopes: Scopes,
    stale_from: Instant,
    accepted: AtomicBool,
}

impl Token {
    pub(super) fn apply(&self, request: RequestBuilder) -> RequestBuilder {
        request.header(AUTHORIZATION, self.header.clone())
    }

    pub(super) fn scopes(&self) -> &Scopes {
        &self.scopes
    }

    pub(super) fn is_stale(&self) -> bool {
        Instant::now() >= self.stale_from
    }

    pub(super) fn accepted(&self) {
        self.accepted.store(true, Relaxed);
    }

    /// Tells whether a registry has accepted it before: a 401 then means that it expired early.
    pub(super) fn was_accepted(&self) -> bool {
        self.accepted.load(Relaxed)
    }
}

type Fetch = Shared<BoxFuture<'static, Result<Arc<Token>, RegistryError>>>;

/// The tokens of one host.
#[derive(Default)]
pub(super) struct Tokens(Mutex<Store>);

#[derive(Default)]
struct Store {
    /// By each repository that they are for.
    tokens: HashMap<String, Vec<Arc<Token>>>,
    fetches: HashMap<Scopes, Fetch>,
    /// What else to ask for when a token for this repository is asked for.
    groups: HashMap<String, Arc<Scopes>>,
    /// Repositories that a wider token did not open.
    alone: HashSet<String>,
    /// The answer to a login that never worked; asking on with it may lock the account.
    refused: Option<RegistryError>,
    login_worked: bool,
}

impl std::fmt::Debug for Tokens {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Tokens")
    }
}

impl Tokens {
    fn store(&self) -> MutexGuard<'_, Store> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Notes which repositories will be asked for, so that one token can be for several.
    pub(super) fn announce(&self, repositories: &[&str], actions: Actions) {
        let mut store = self.store();
        for group in repositories.chunks(GROUP_SIZE) {
            let scopes = group
                .iter()
                .fold(Scopes::default(), |all, name| all.and(name, actions));
            let scopes = Arc::new(scopes);
            for name in group {
                store.groups.insert((*name).to_owned(), scopes.clone());
            }
        }
    }

    /// Forgets a token that is not accepted any more.
    pub(super) fn forget(&self, token: &Arc<Token>) {
        let mut store = self.store();
        for name in token.scopes.repositories() {
            if let Some(tokens) = store.tokens.get_mut(name) {
                tokens.retain(|kept| !Arc::ptr_eq(kept, token));
            }
        }
    }

    /// Asks for nothing else with these from now on.
    pub(super) fn leave_alone(&self, scopes: &Scopes) {
        let mut store = self.store();
        store.alone.extend(scopes.repositories().map(str::to_owned));
    }

    /// Asks for each repository alone from now on; tokens that are good for several stay in use.
    pub(super) fn stop_grouping(&self) {
        self.store().groups.clear();
    }
}

impl Store {
    fn find(&mut self, wanted: &Scopes, own: bool) -> Option<Arc<Token>> {
        let own = own || self.is_alone(wanted);
        let tokens = self.tokens.get_mut(wanted.repositories().next()?)?;
        tokens.retain(|token| !token.is_stale());
        let fits =
            |token: &&Arc<Token>| token.scopes == *wanted || !own && token.scopes.covers(wanted);
        tokens.iter().find(fits).cloned()
    }

    fn is_alone(&self, wanted: &Scopes) -> bool {
        wanted.repositories().any(|name| self.alone.contains(name))
    }

    /// Widens what is wanted to what was announced together with it.
    fn widen(&self, wanted: &Scopes) -> Scopes {
        if self.is_alone(wanted) {
            return wanted.clone();
        }
        // A mount needs two repositories; the group of the one that is written to will do.
        let group = wanted.widest().and_then(|name| self.groups.get(name));
        group.map_or_else(|| wanted.clone(), |group| wanted.clone().union(group))
    }

    fn keep(&mut self, token: &Arc<Token>) {
        for name in token.scopes.repositories() {
            self.tokens
                .entry(name.to_owned())
                .or_default()
                .push(token.clone());
        }
    }
}

impl Host {
    /// Returns a token for `wanted`, or for more than that unless it has to be its `own`.
    pub(super) async fn token(
        self: &Arc<Self>,
        realm: &Realm,
        wanted: &Scopes,
        own: bool,
    ) -> Result<Arc<Token>, RegistryError> {
        loop {
            let (asked, fetch) = {
                let mut store = self.auth.tokens.store();
                if let Some(token) = store.find(wanted, own) {
                    return Ok(token);
                }
                if let Some(error) = &store.refused {
                    return Err(error.clone());
                }
                let asked = if own {
                    wanted.clone()
                } else {
                    store.widen(wanted)
                };
                let fetch = store.fetches.entry(asked.clone()).or_insert_with(|| {
                    let (host, realm, asked) = (self.clone(), realm.clone(), asked.clone());
                    async move { host.fetch(realm, asked).await }
                        .boxed()
                        .shared()
                });
                (asked, fetch.clone())
            };
            match fetch.await {
                Ok(token) => return Ok(token),
                // One repository that is not allowed can spoil the token for all the others.
                Err(error) if asked != *wanted && error.status().is_some_and(is_refusal) => {
                    self.auth.tokens.leave_alone(&asked);
                }
                Err(error) => return Err(error),
            }
        }
    }

    /// Fetches a token, whether those who wait for it go on waiting or not: one that is half
    /// fetched would keep its place in the lane.
    fn fetch(
        self: Arc<Self>,
        realm: Realm,
        scopes: Scopes,
    ) -> impl Future<Output = Result<Arc<Token>, RegistryError>> + Send + 'static {
        let operation = Operation::new(Kind::Token, scopes.words());
        let host = self.clone();
        let fetch: BoxFuture<'static, _> = Box::pin(async move {
            let fetched = self.request_token(&realm, &scopes).await;
            let mut store = self.auth.tokens.store();
            store.fetches.remove(&scopes);
            if let Ok(token) = &fetched {
                store.keep(token);
            }
            fetched
        });
        let fetch = tokio::spawn(fetch);
        async move {
            let ended = fetch.await;
            ended.unwrap_or_else(|_| Err(host.protocol_error(&operation, "it was broken off")))
        }
    }

    async fn request_token(
        self: &Arc<Self>,
        realm: &Realm,
        scopes: &Scopes,
    ) -> Result<Arc<Token>, RegistryError> {
        let login = self.login().await;
        let login_worked = self.auth.tokens.store().login_worked;
        let operation = Operation::new(Kind::Token, scopes.words());
        let mut call = match login {
            Some(Login::IdentityToken(token)) => post(operation, realm, scopes, token.expose()),
            _ => get(operation, realm, scopes, login),
        };
        // Some servers answer many token requests with 401; a login that worked is not wrong now.
        call.retry_unauthorized = login_worked;
        let operation = call.operation.clone();
        let answered = self.send(call).await;
        if login.is_some() {
            let mut store = self.auth.tokens.store();
            match &answered {
                Ok(_) => store.login_worked = true,
                Err(error) if error.status() == Some(401) && !login_worked => {
                    store.refused = Some(error.clone());
                }
                Err(_) => {}
            }
        }
        let token = read(&answered?, scopes, Instant::now())
            .map_err(|text| self.error(&operation, Detail::Protocol(text)))?;
        Ok(Arc::new(token))
    }
}

fn is_refusal(status: u16) -> bool {
    (400..500).contains(&status) && status != 429
}

fn get(operation: Operation, realm: &Realm, scopes: &Scopes, login: Option<&Login>) -> Call {
    let mut url = realm.url.clone();
    {
        let mut query = url.query_pairs_mut();
        if let Some(service) = &realm.service {
            query.append_pair("service", service);
        }
        for scope in scopes.texts() {
            query.append_pair("scope", &scope);
        }
    }
    let access = login.map_or(Access::Nobody, |login| Access::Login(login.clone()));
    Call {
        lane: Lane::Token,
        read: Read::Collect(ANSWER_LIMIT),
        ..Call::new(operation, Method::GET, url, access)
    }
}

/// Asks as OAuth 2 does (the distribution project's `docs/spec/auth/oauth.md`).
fn post(operation: Operation, realm: &Realm, scopes: &Scopes, refresh_token: &str) -> Call {
    let mut form = url::form_urlencoded::Serializer::new(String::new());
    form.append_pair("grant_type", "refresh_token");
    form.append_pair("client_id", "pusher");
    if let Some(service) = &realm.service {
        form.append_pair("service", service);
    }
    form.append_pair("scope", &scopes.texts().collect::<Vec<_>>().join(" "));
    form.append_pair("refresh_token", refresh_token);
    let form_type = HeaderValue::from_static("application/x-www-form-urlencoded");
    Call {
        lane: Lane::Token,
        read: Read::Collect(ANSWER_LIMIT),
        headers: HeaderMap::from_iter([(CONTENT_TYPE, form_type)]),
        body: Body::Bytes(Bytes::from(form.finish())),
        ..Call::new(operation, Method::POST, realm.url.clone(), Access::Nobody)
    }
}

#[derive(Deserialize)]
struct Wire {
    token: Option<String>,
    access_token: Option<String>,
    expires_in: Option<f64>,
    issued_at: Option<String>,
}

fn read(answer: &Answer, scopes: &Scopes, now: Instant) -> Result<Token, String> {
    let wire: Wire =
        serde_json::from_slice(&answer.body).map_err(|_| "the answer is not a token".to_owned())?;
    let is_there = |text: &String| !text.is_empty();
    let text = wire
        .token
        .filter(is_there)
        .or(wire.access_token.filter(is_there));
    let text = text.ok_or("the answer holds no token")?;
    let mut header = HeaderValue::try_from(format!("Bearer {text}"))
        .map_err(|_| "the token has characters that no header can have")?;
    header.set_sensitive(true);
    let life = wire
        .expires_in
        .filter(|seconds| *seconds >= 1.0)
        .unwrap_or_default();
    let life = Duration::try_from_secs_f64(life)
        .ok()
        .filter(|life| !life.is_zero());
    let life = life
        .unwrap_or(DEFAULT_LIFE)
        .min(Duration::from_secs(24 * 3600));
    let left = life.saturating_sub(age(wire.issued_at.as_deref(), &answer.headers));
    Ok(Token {
        header,
        scopes: scopes.clone(),
        stale_from: now + left.saturating_sub(margin(life)),
        accepted: AtomicBool::new(false),
    })
}

/// How long before its end a token is not used any more: a request may wait on its way.
fn margin(life: Duration) -> Duration {
    (life / 5).min(Duration::from_secs(15))
}

/// How old a token already is: a server may hand out one that it made earlier.
///
/// Both times are the server's own, so its clock may be wrong.
fn age(issued_at: Option<&str>, headers: &HeaderMap) -> Duration {
    let age = || {
        let issued: jiff::Timestamp = issued_at?.parse().ok()?;
        let date = httpdate::parse_http_date(headers.get(DATE)?.to_str().ok()?).ok()?;
        let date = jiff::Timestamp::try_from(date).ok()?;
        Duration::try_from(date - issued).ok()
    };
    age().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn token(body: &str, date: Option<&str>) -> Result<Duration, String> {
        let mut headers = HeaderMap::new();
        if let Some(date) = date {
            headers.insert(DATE, date.parse().unwrap());
        }
        let answer = Answer::for_test(headers, body);
        let now = Instant::now();
        read(&answer, &Scopes::default(), now).map(|token| token.stale_from - now)
    }

    #[test]
    fn reads_both_names_and_the_life() {
        let seconds = Duration::from_secs;
        for (body, expected) in [
            (r#"{"token":"t"}"#, 48),
            (r#"{"access_token":"t","expires_in":300}"#, 285),
            (r#"{"token":"","access_token":"t","expires_in":300.0}"#, 285),
            (r#"{"token":"t","expires_in":10}"#, 8),
            (r#"{"token":"t","expires_in":0}"#, 48),
            (r#"{"token":"t","expires_in":-5}"#, 48),
            (r#"{"token":"t","expires_in":null}"#, 48),
        ] {
            assert_eq!(token(body, None), Ok(seconds(expected)), "{body}");
        }
        for body in ["", "{}", r#"{"token":""}"#, r#"{"token":"a\nb"}"#, "[]"] {
            assert!(token(body, None).is_err(), "{body}");
        }
        let debug = format!(
            "{:?}",
            read(
                &Answer::for_test(HeaderMap::new(), r#"{"token":"s3cret"}"#),
                &Scopes::default(),
                Instant::now()
            )
        );
        assert!(!debug.contains("s3cret"), "{debug}");
    }

    #[test]
    fn counts_the_age_of_a_token_by_the_servers_own_clock() {
        let body = r#"{"token":"t","expires_in":100,"issued_at":"2015-10-21T07:28:00Z"}"#;
        let left = |date| token(body, Some(date)).unwrap().as_secs();
        assert_eq!(left("Wed, 21 Oct 2015 07:28:30 GMT"), 55);
        assert_eq!(left("Wed, 21 Oct 2015 07:27:00 GMT"), 85, "from the future");
        assert_eq!(left("Wed, 21 Oct 2015 08:27:00 GMT"), 0);
        assert_eq!(
            token(body, None).unwrap().as_secs(),
            85,
            "no clock to compare with"
        );
    }

    #[test]
    fn asks_for_what_was_announced_together() {
        let tokens = Tokens::default();
        let names: Vec<String> = (0..30).map(|number| format!("r{number:02}")).collect();
        let names: Vec<&str> = names.iter().map(String::as_str).collect();
        tokens.announce(&names, Actions::Push);
        let widened = |scopes: &Scopes| tokens.store().widen(scopes);
        assert_eq!(
            widened(&Scopes::one("r00", Actions::Pull))
                .repositories()
                .count(),
            20
        );
        assert_eq!(
            widened(&Scopes::one("r29", Actions::Push))
                .repositories()
                .count(),
            10
        );
        let other = Scopes::one("other", Actions::Pull);
        assert_eq!(widened(&other), other);
        let mount = Scopes::one("r29", Actions::Push).and("base", Actions::Pull);
        assert!(widened(&mount).covers(&mount));
        tokens.leave_alone(&Scopes::one("r01", Actions::Pull));
        let alone = Scopes::one("r01", Actions::Pull);
        assert_eq!(widened(&alone), alone);
        tokens.stop_grouping();
        assert_eq!(
            widened(&Scopes::one("r00", Actions::Pull))
                .repositories()
                .count(),
            1
        );
    }
}
