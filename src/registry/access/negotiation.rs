//! What a request tries to be let in, one thing after the other.

use std::sync::Arc;

use http::StatusCode;
use tokio::sync::OwnedMutexGuard;

use crate::model::{Failure, Fault, Kind, Operation};
use crate::registry::exchange::call::{Access, Call, FailedTry};
use crate::registry::host::Host;

use super::auth::{Authorization, Password};
use super::auth_methods::{Known, Way};
use super::challenge::{self, Challenge, Scheme};
use super::credentials::Login;
use super::scope::Scopes;
use super::token::Token;
use super::token_store::Issuer;

/// How many challenges one request hears: the first, and some in which the registry changes its mind.
const CHALLENGES: usize = 3;

/// How often a registry is asked again for an address that it points to.
const NEW_ADDRESSES: usize = 2;

/// What one request has tried so far to be let in.
#[derive(Debug)]
pub(crate) struct Attempts {
    operation: Operation,
    scopes: Scopes,
    /// The repository that is asked; the others, if there are any, are only read from.
    repository: String,
    /// How it was asked the last time; none as a stranger.
    used: Option<Arc<Way>>,
    challenges: usize,
    renewed: bool,
    introduced: bool,
    /// What a token is to allow besides, as the registry said.
    more: Scopes,
    /// Whether only a token for just this will do.
    pub(crate) own: bool,
    /// Why what others asked for did not do here, so that it was asked as a stranger.
    doubt: Option<Failure>,
    /// Held while it tries a password that has not worked yet.
    trial: Option<OwnedMutexGuard<()>>,
    new_addresses: usize,
}

impl Attempts {
    /// Begins with nothing tried.
    pub(crate) fn new(call: &Call) -> Self {
        let scopes = match &call.access {
            Access::Scopes(scopes) => scopes.clone(),
            Access::Login(_) | Access::Nobody => Scopes::default(),
        };
        Self {
            operation: call.operation.clone(),
            repository: scopes.widest().unwrap_or_default().to_owned(),
            scopes,
            used: None,
            challenges: 0,
            renewed: false,
            introduced: false,
            more: Scopes::default(),
            own: false,
            doubt: None,
            trial: None,
            new_addresses: 0,
        }
    }

    /// Returns the repository that is asked; empty where none is.
    pub(crate) fn repository(&self) -> &str {
        &self.repository
    }

    /// Takes one of the few chances to ask for another address.
    pub(crate) fn new_address(&mut self) -> bool {
        self.new_addresses += 1;
        self.new_addresses <= NEW_ADDRESSES
    }

    /// Takes one of the few chances to do as a challenge says.
    fn obey(&mut self) -> bool {
        self.challenges += 1;
        self.challenges <= CHALLENGES
    }
}

impl Host {
    /// Gets what a request needs to be let in, as far as is known.
    ///
    /// What other repositories ask for is a guess: where it leads to no token, this one is asked itself.
    pub(crate) async fn authorize(
        self: &Arc<Self>,
        attempts: &mut Attempts,
    ) -> Result<Authorization, Failure> {
        attempts.used = None;
        let known = self.auth.state().ways.of(&attempts.repository);
        let (way, is_own) = match known {
            Known::Own(way) => (way, true),
            Known::Others(way) if attempts.doubt.is_none() => (way, false),
            Known::Others(_) | Known::Nothing => return Ok(Authorization::Nothing),
        };
        attempts.used = Some(way.clone());
        match self.authorize_by(&way, attempts).await {
            Err(why) if !is_own => {
                attempts.used = None;
                attempts.doubt = Some(why);
                Ok(Authorization::Nothing)
            }
            done => done,
        }
    }

    async fn authorize_by(
        self: &Arc<Self>,
        way: &Way,
        attempts: &mut Attempts,
    ) -> Result<Authorization, Failure> {
        let Attempts {
            operation,
            scopes,
            repository,
            ..
        } = attempts;
        match &way.scheme {
            Scheme::Open => Ok(Authorization::Nothing),
            Scheme::Basic => {
                let Some((number, login @ Login::Password { .. })) = self.login(repository).await
                else {
                    let text = "it wants a user name and a password, and there are none";
                    return Err(self.error(operation, Fault::Login(text.to_owned())));
                };
                let came_of_it = || self.auth.state().passwords.get(&number).cloned();
                if came_of_it().is_none() && attempts.trial.is_none() {
                    attempts.trial = Some(self.auth.trial.clone().lock_owned().await);
                }
                match came_of_it() {
                    Some(Password::Refused(why)) => Err(why.instead_of(operation)),
                    Some(Password::Worked) => {
                        attempts.trial = None;
                        Ok(Authorization::Login(login.clone()))
                    }
                    None => Ok(Authorization::Login(login.clone())),
                }
            }
            Scheme::Bearer(realm) => {
                // Whoever gets the token may need it.
                attempts.trial = None;
                let issuer = Issuer {
                    realm: realm.clone(),
                    login: self.login(repository).await.map(|(number, _)| number),
                };
                let wanted = self.asked_for(scopes).union(&way.besides);
                let wanted = wanted.union(&attempts.more);
                let token = self.token(&issuer, scopes, &wanted, attempts.own).await;
                token.map(Authorization::Token)
            }
        }
    }

    /// Decides what to try next after a refusal: true to ask again, false to give up.
    pub(crate) async fn next_attempt(
        self: &Arc<Self>,
        failure: &mut FailedTry,
        authorization: &Authorization,
        attempts: &mut Attempts,
    ) -> Result<bool, Failure> {
        // What another host says after a redirect must not decide where logins go, and who is asked for a
        // token has been told all there is to tell.
        if !failure.at_registry || attempts.repository.is_empty() {
            return Ok(false);
        }
        match (failure.status, authorization) {
            (Some(StatusCode::UNAUTHORIZED), _) => {
                self.after_challenge(failure, authorization, attempts).await
            }
            (Some(StatusCode::FORBIDDEN), Authorization::Token(token)) => {
                Ok(self.leave_alone(token, attempts))
            }
            (Some(StatusCode::FORBIDDEN | StatusCode::NOT_FOUND), Authorization::Nothing) => {
                let again = self.after_hiding(attempts).await?;
                if !again && self.has_unused_login(&attempts.repository).await {
                    failure.login_was_not_used();
                }
                Ok(again)
            }
            _ => Ok(false),
        }
    }

    /// Decides what to try next where a stranger is told that there is nothing, or that it may not look.
    pub(crate) async fn after_hiding(
        self: &Arc<Self>,
        attempts: &mut Attempts,
    ) -> Result<bool, Failure> {
        if let Some(why) = attempts.doubt.take() {
            // With what others ask for it might have said something else.
            return Err(why.instead_of(&attempts.operation));
        }
        let has_login = self.login(&attempts.repository).await.is_some();
        Ok(has_login && self.introduce(attempts).await)
    }

    async fn after_challenge(
        self: &Arc<Self>,
        failure: &FailedTry,
        authorization: &Authorization,
        attempts: &mut Attempts,
    ) -> Result<bool, Failure> {
        let challenge = challenge::read(&failure.headers, |realm| self.may_log_in(realm));
        let is_known = match (&challenge, &attempts.used) {
            (Ok(challenge), Some(used)) => used.is_known(challenge, &attempts.repository),
            // It does not say again what it wants.
            (Err(_), Some(_)) => true,
            (_, None) => false,
        };
        match (challenge, authorization) {
            (challenge, Authorization::Token(token)) if is_known => {
                Ok(self.after_refused_token(token, challenge.ok().as_ref(), attempts))
            }
            (_, Authorization::Login(_)) if is_known => {
                self.after_refused_password(failure, attempts).await;
                Ok(false)
            }
            (Ok(challenge), _) => self.hear(&challenge, attempts),
            // The host itself may say how.
            (Err(_), _) if self.introduce(attempts).await => Ok(true),
            (Err(text), _) => {
                self.auth.answered(&attempts.repository, true);
                Err(self.error(&attempts.operation, Fault::Login(text)))
            }
        }
    }

    /// Notes that a repository wants to be asked in another way than it was.
    fn hear(&self, challenge: &Challenge, attempts: &mut Attempts) -> Result<bool, Failure> {
        let way = Way::of(challenge, &attempts.repository);
        let mut state = self.auth.state();
        let before = state.ways.of(&attempts.repository);
        state.ways.asks(&attempts.repository, way.clone());
        match (attempts.doubt.take(), before) {
            // It asks for what others ask for, so what came of that is true here, too.
            (Some(why), Known::Others(others)) if *others == way => {
                Err(why.instead_of(&attempts.operation))
            }
            _ => Ok(attempts.obey()),
        }
    }

    fn after_refused_token(
        &self,
        token: &Arc<Token>,
        challenge: Option<&Challenge>,
        attempts: &mut Attempts,
    ) -> bool {
        let is_too_little = challenge.is_some_and(|challenge| challenge.insufficient_scope);
        if !is_too_little && token.was_accepted() && !attempts.renewed {
            // It ended early.
            self.auth.tokens.forget(token);
            attempts.renewed = true;
            return true;
        }
        if self.leave_alone(token, attempts) {
            return true;
        }
        if !is_too_little {
            self.auth.tokens.forget(token);
        }
        // The registry may know better what it takes.
        if let Some(Challenge { scopes, .. }) = challenge
            && !token.scopes().covers(scopes)
        {
            attempts.more = std::mem::take(&mut attempts.more).union(scopes);
            return attempts.obey();
        }
        // A new token, too, may be refused for a moment. Whoever writes would lose an image by that; whoever
        // reads often has no right to, which is not worth asking twice.
        let kind = attempts.operation.kind;
        let is_needed = kind.is_write() && kind != Kind::MountBlob;
        let again = is_needed && !is_too_little && !attempts.renewed;
        attempts.renewed |= again;
        again
    }

    /// Asks for a token for just this, where one that is for others as well did not do.
    fn leave_alone(&self, token: &Token, attempts: &mut Attempts) -> bool {
        if attempts.own || !token.is_shared(&self.asked_for(&attempts.scopes)) {
            return false;
        }
        self.auth.tokens.leave_alone(&attempts.scopes);
        attempts.own = true;
        true
    }

    /// Notes that a password is wrong, unless it was right before: then it is just not good for this.
    async fn after_refused_password(&self, failure: &FailedTry, attempts: &Attempts) {
        if let Some((number, _)) = self.login(&attempts.repository).await {
            let why = self.error(&attempts.operation, failure.fault.clone());
            self.auth.note(number, Password::Refused(why));
        }
    }

    /// Asks the host itself, at `/v2/`, how it wants to be asked: true if it says so.
    async fn introduce(self: &Arc<Self>, attempts: &mut Attempts) -> bool {
        if attempts.repository.is_empty() || std::mem::replace(&mut attempts.introduced, true) {
            return false;
        }
        let Some(scheme) = self.ping().await else {
            return false;
        };
        let mut state = self.auth.state();
        if matches!(state.ways.of(&attempts.repository), Known::Own(_)) {
            return false;
        }
        state.ways.all_ask(Way::of_all(scheme));
        true
    }
}
