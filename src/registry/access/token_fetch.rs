//! How a token comes about: one that is there, one that is under way, or one that is asked for.

use std::pin::pin;
use std::sync::Arc;
use std::time::Instant;

use futures_util::FutureExt as _;
use futures_util::future::BoxFuture;
use tokio::sync::OwnedMutexGuard;
use tokio::time::timeout;

use crate::model::{Failure, Fault, Operation, RequestKind};
use crate::registry::exchange::{Call, RetryOn};
use crate::registry::host::Host;
use crate::registry::limits::{NO_WAIT, TOKENS};
use crate::registry::retry::{Met, Next, RetryCount, Spent, backoff, decide};

use super::acr::{CurrentLogin, Password};
use super::{FoundLogin, Issuer, Login, LoginOutcome, Scopes, Token, token};

/// How many temporary passwords that nobody got a token with are refused until it is taken for one request
/// too many: others may use up a new one, and what they got may still be on its way.
const UNPROVED: usize = 3;

impl Host {
    /// Returns a token for `wanted`, or for more than that unless it has to be its `own`.
    ///
    /// `scopes` names the repositories as their paths do, `wanted` as the registry calls them in its challenge.
    pub(crate) async fn token(
        self: &Arc<Self>,
        issuer: &Issuer,
        scopes: &Scopes,
        wanted: &Scopes,
        own: bool,
    ) -> Result<Arc<Token>, Failure> {
        match self.held(issuer, scopes, wanted, own) {
            Some(held) => held,
            // Seldom, so that not every request has room for it.
            None => Box::pin(self.get_token(issuer, scopes, wanted, own)).await,
        }
    }

    /// Returns a token that is there, or the reason for which none is asked for any more.
    fn held(
        &self,
        issuer: &Issuer,
        scopes: &Scopes,
        wanted: &Scopes,
        own: bool,
    ) -> Option<Result<Arc<Token>, Failure>> {
        let mut state = self.auth.tokens.state();
        let own = own || state.is_alone(scopes);
        let kept = state.issued(issuer);
        if let Some(token) = kept.find(wanted, own) {
            return Some(Ok(token));
        }
        let refused = kept.refused.clone();
        refused.or_else(|| self.auth.refused(issuer)).map(Err)
    }

    /// Returns the right to try a login that has not worked yet with this issuer; none is needed for one
    /// that has. The others wait: many refusals may lock an account. That holds for the host: one that names
    /// another token server for each repository gets no login for each, either.
    async fn trial(&self, issuer: &Issuer) -> Option<OwnedMutexGuard<()>> {
        let is_settled =
            || issuer.login.is_none() || self.auth.tokens.state().issued(issuer).worked;
        if is_settled() {
            return None;
        }
        let mut trying = pin!(self.auth.trial.clone().lock_owned());
        let trial = if let Ok(trial) = timeout(NO_WAIT, &mut trying).await {
            trial
        } else {
            self.open_ahead(&issuer.realm.url, TOKENS);
            trying.await
        };
        (!is_settled()).then_some(trial)
    }

    async fn get_token(
        self: &Arc<Self>,
        issuer: &Issuer,
        scopes: &Scopes,
        wanted: &Scopes,
        own: bool,
    ) -> Result<Arc<Token>, Failure> {
        loop {
            let trial = self.trial(issuer).await;
            let group = {
                let mut state = self.auth.tokens.state();
                let may_share = trial.is_none() || !state.issued(issuer).refused_together;
                state.group(scopes).filter(|_| !own && may_share)
            };
            let asked = match &group {
                Some(group) => wanted.clone().union(&self.sharing(group, issuer).await),
                None => wanted.clone(),
            };
            // Another may have got it meanwhile.
            if let Some(held) = self.held(issuer, scopes, wanted, own) {
                return held;
            }
            let is_joint = asked != *wanted;
            let fetch = {
                let mut state = self.auth.tokens.state();
                let fetches = &mut state.issued(issuer).fetches;
                let fetch = fetches.entry(asked.clone()).or_insert_with(|| {
                    let (host, issuer, asked) = (self.clone(), issuer.clone(), asked.clone());
                    async move { host.fetch(issuer, asked, is_joint, trial).await }
                        .boxed()
                        .shared()
                });
                fetch.clone()
            };
            match fetch.await {
                Ok(token) => return Ok(token),
                Err(error) => match group {
                    // One repository that is not allowed can spoil the token for all the others, and
                    // some servers know no token that is for several.
                    Some(group) if is_joint && error.is_answer() => {
                        self.auth.tokens.leave_alone(&group);
                    }
                    _ => return Err(error),
                },
            }
        }
    }

    /// Returns what an issuer can be asked for together.
    async fn sharing(&self, group: &Scopes, issuer: &Issuer) -> Scopes {
        let mut sharing = Scopes::default();
        for (name, actions) in group.repositories() {
            let login = self.login(name).await.map(|(number, _)| number);
            if login == issuer.login && self.auth.state().methods.may_share(name, &issuer.realm) {
                sharing = sharing.union(
                    &self
                        .auth
                        .state()
                        .methods
                        .asked_for(&Scopes::one(name, actions)),
                );
            }
        }
        sharing
    }

    /// Fetches a token, whether those who wait for it go on waiting or not: one that is half
    /// fetched would keep its slot in the lane.
    fn fetch(
        self: Arc<Self>,
        issuer: Issuer,
        scopes: Scopes,
        is_joint: bool,
        trial: Option<OwnedMutexGuard<()>>,
    ) -> impl Future<Output = Result<Arc<Token>, Failure>> + Send + 'static {
        let operation = Operation::new(RequestKind::Token, scopes.words());
        let host = self.clone();
        let fetch: BoxFuture<'static, _> = Box::pin(async move {
            let fetched = self.request_token(&issuer, &scopes, is_joint).await;
            drop(trial);
            let mut state = self.auth.tokens.state();
            let kept = state.issued(&issuer);
            kept.fetches.remove(&scopes);
            if let Ok(token) = &fetched {
                kept.keep(token);
            }
            fetched
        });
        let fetch = tokio::spawn(fetch);
        async move {
            let ended = fetch.await;
            ended.unwrap_or_else(|_| {
                Err(host.protocol_error(&operation, text!("it was broken off", "它被中断了")))
            })
        }
    }

    async fn request_token(
        self: &Arc<Self>,
        issuer: &Issuer,
        scopes: &Scopes,
        is_joint: bool,
    ) -> Result<Arc<Token>, Failure> {
        let operation = Operation::new(RequestKind::Token, scopes.words());
        let mut refused: Vec<Arc<Password>> = Vec::new();
        let answer = loop {
            let login = self.login_now(issuer, &operation).await?;
            let mut call = self.token_call(operation.clone(), issuer, scopes, login.as_ref());
            // Each alone is the better second try.
            if is_joint {
                call.retry_on = RetryOn::Overload;
            }
            let temporary = login.and_then(|login| login.temporary);
            // A temporary password that was good is rather at its end than one request too many.
            let unproved = refused.iter().filter(|password| !password.was_good());
            let may_have_ended = call.retry_unauthorized && unproved.count() < UNPROVED;
            call.retry_unauthorized &= temporary.is_none() || !may_have_ended;
            match self.send(call, &RetryCount::default()).await {
                Err(refusal) if refusal.status() == Some(401) => {
                    if let Some(password) = temporary.filter(|_| may_have_ended) {
                        tracing::debug!("{}: {refusal}; renewing the password", self.name);
                        self.acr.forget(&password).await;
                        refused.push(password);
                        continue;
                    }
                    self.after_refused_login(issuer, refusal, is_joint).await?;
                }
                answered => {
                    let answer = answered?;
                    if let Some(password) = temporary {
                        password.worked();
                    }
                    break answer;
                }
            }
        };
        if let Some(number) = issuer.login {
            self.auth.tokens.state().issued(issuer).worked = true;
            self.auth.note(number, LoginOutcome::Worked);
        }
        let token = token::read(&answer, issuer, scopes, Instant::now())
            .map_err(|text| self.error(&operation, Fault::Damaged(text)))?;
        Ok(Arc::new(token))
    }

    /// Returns the login to ask an issuer with. Why there is none is known from then on, and nobody asks for
    /// it again.
    async fn login_now(
        self: &Arc<Self>,
        issuer: &Issuer,
        operation: &Operation,
    ) -> Result<Option<CurrentLogin>, Failure> {
        // Apart, and seldom of any size: only a temporary login has to be got.
        let login = Box::pin(self.current_login(issuer, operation)).await;
        if let Err(why) = &login
            && why.is_answer()
        {
            self.auth.tokens.state().issued(issuer).refused = Some(why.clone());
        }
        login
    }

    fn token_call(
        &self,
        operation: Operation,
        issuer: &Issuer,
        scopes: &Scopes,
        login: Option<&CurrentLogin>,
    ) -> Call {
        let login = login.map(|current| &current.login);
        let realm = &issuer.realm;
        let mut call = match login {
            Some(FoundLogin {
                login: Login::IdentityToken(token),
                ..
            }) => {
                self.shared.masks.add(token.expose());
                token::post(operation, realm, scopes, login, token.expose())
            }
            _ => token::get(operation, realm, scopes, login),
        };
        // Some servers answer many token requests with 401; a login that worked is not wrong now.
        call.retry_unauthorized = self.auth.tokens.state().issued(issuer).worked;
        call
    }

    /// Waits where the login is worth another trial, which all others of this host wait for; the error is
    /// that there is to be none.
    async fn after_refused_login(
        &self,
        issuer: &Issuer,
        refusal: Failure,
        is_joint: bool,
    ) -> Result<(), Failure> {
        let Some(number) = issuer.login else {
            return Err(refusal);
        };
        let options = &self.retry;
        let failed = {
            let mut state = self.auth.tokens.state();
            let kept = state.issued(issuer);
            // That there is no token for several together need not be the login.
            kept.refused_together |= is_joint;
            if kept.worked {
                return Err(refusal);
            }
            let spent = Spent {
                counted: self.auth.count_refusal(number),
                ..Spent::default()
            };
            let allowed = options.allowed(self.patience());
            let Next::After(failed) = decide(Met::LoginRefused, &spent, &allowed) else {
                let refusal = refusal.after(spent.counted);
                kept.refused = Some(refusal.clone());
                let outcome = LoginOutcome::Refused(refusal.clone());
                self.auth.note(number, outcome);
                return Err(refusal);
            };
            failed
        };
        let wait = backoff::wait(options, failed);
        tracing::debug!("{}: {refusal}; trying the login again", self.name);
        tokio::time::sleep(wait).await;
        if is_joint { Err(refusal) } else { Ok(()) }
    }
}
