//! The tokens of a host: fetched once however many requests wait for one, kept until shortly before
//! they expire, and each for several repositories where that can be.

use std::collections::{HashMap, HashSet};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Instant;

use futures_util::FutureExt as _;
use futures_util::future::{BoxFuture, Shared};

use crate::model::{Failure, Fault, Kind, Operation};

use super::challenge::Realm;
use super::credentials::Login;
use super::host::Host;
use super::scope::{Actions, Scopes};
use super::token::{self, Token};

/// How many repositories one token is asked for: its length grows with them, and many servers take
/// no header longer than 8 KiB.
const GROUP_SIZE: usize = 20;

type Fetch = Shared<BoxFuture<'static, Result<Arc<Token>, Failure>>>;

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
    refused: Option<Failure>,
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
        for name in token.scopes().repositories() {
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
        let fits = |token: &&Arc<Token>| {
            token.scopes().covers(wanted) && !(own && token.is_shared(wanted))
        };
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
        for name in token.scopes().repositories() {
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
    ) -> Result<Arc<Token>, Failure> {
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
    ) -> impl Future<Output = Result<Arc<Token>, Failure>> + Send + 'static {
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
    ) -> Result<Arc<Token>, Failure> {
        let login = self.login().await;
        let login_worked = self.auth.tokens.store().login_worked;
        let operation = Operation::new(Kind::Token, scopes.words());
        let mut call = match login {
            Some(Login::IdentityToken(token)) => {
                token::post(operation, realm, scopes, token.expose())
            }
            _ => token::get(operation, realm, scopes, login),
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
        let token = token::read(&answered?, scopes, Instant::now())
            .map_err(|text| self.error(&operation, Fault::Protocol(text)))?;
        Ok(Arc::new(token))
    }
}

fn is_refusal(status: u16) -> bool {
    (400..500).contains(&status) && status != 429
}

#[cfg(test)]
mod tests {
    use super::*;

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
