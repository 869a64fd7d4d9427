//! What a request tries next after a refusal.

use std::sync::Arc;

use futures_util::future::BoxFuture;
use http::StatusCode;

use crate::model::{Failure, Fault, RequestKind};
use crate::registry::exchange::FailedTry;
use crate::registry::host::Host;
use crate::registry::retry::RetryCount;

use super::{
    AuthMethod, Authorization, Challenge, Known, LoginOutcome, Negotiation, Scheme, Token,
    challenge,
};

impl Host {
    /// Decides what to try next after a refusal: true to ask again, false to give up.
    pub(crate) async fn next_attempt(
        self: &Arc<Self>,
        failure: &mut FailedTry,
        authorization: &Authorization,
        negotiation: &mut Negotiation,
    ) -> Result<bool, Failure> {
        // What another host says after a redirect must not decide where logins go, and who is asked for a
        // token has been told all there is to tell.
        if !failure.at_registry || negotiation.repository.is_empty() {
            return Ok(false);
        }
        match (failure.status, authorization) {
            (Some(StatusCode::UNAUTHORIZED), _) => {
                self.after_challenge(failure, authorization, negotiation)
                    .await
            }
            (Some(StatusCode::FORBIDDEN), Authorization::Token(token)) => {
                Ok(self.leave_alone(token, negotiation))
            }
            (Some(StatusCode::FORBIDDEN | StatusCode::NOT_FOUND), Authorization::Nothing) => {
                let again = self.after_hiding(negotiation).await?;
                if !again && self.has_unused_login(&negotiation.repository).await {
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
        negotiation: &mut Negotiation,
    ) -> Result<bool, Failure> {
        if let Some(why) = negotiation.others_failure.take() {
            // With what others ask for it might have said something else.
            return Err(why.instead_of(&negotiation.operation));
        }
        let has_login = self.login(&negotiation.repository).await.is_some();
        Ok(has_login && self.ask_host(negotiation).await)
    }

    /// Tells whether there is a login for a repository that never asked for one.
    pub(crate) async fn has_unused_login(&self, repository: &str) -> bool {
        let asks = match self.auth.state().methods.of(repository) {
            Known::Own(method) | Known::Others(method) => method.scheme != Scheme::Open,
            Known::Nothing => false,
        };
        !asks && self.login(repository).await.is_some()
    }

    async fn after_challenge(
        self: &Arc<Self>,
        failure: &FailedTry,
        authorization: &Authorization,
        negotiation: &mut Negotiation,
    ) -> Result<bool, Failure> {
        let challenge = challenge::read(&failure.headers, |realm| self.may_log_in(realm));
        let is_known = match (&challenge, &negotiation.method) {
            (Ok(challenge), Some(used)) => used.is_known(challenge, &negotiation.repository),
            // It does not say again what it wants.
            (Err(_), Some(_)) => true,
            (_, None) => false,
        };
        match (challenge, authorization) {
            (challenge, Authorization::Token(token)) if is_known => {
                Ok(self.after_refused_token(token, challenge.ok().as_ref(), negotiation))
            }
            (_, Authorization::Login(_)) if is_known => {
                self.after_refused_password(failure, negotiation).await;
                Ok(false)
            }
            (Ok(challenge), _) => self.follow_challenge(&challenge, negotiation),
            // The host itself may say how.
            (Err(_), _) if self.ask_host(negotiation).await => Ok(true),
            (Err(text), _) => {
                self.auth.state().methods.is_open(&negotiation.repository);
                Err(self.error(&negotiation.operation, Fault::Login(text)))
            }
        }
    }

    /// Notes that a repository wants to be asked in another way than it was.
    fn follow_challenge(
        &self,
        challenge: &Challenge,
        negotiation: &mut Negotiation,
    ) -> Result<bool, Failure> {
        let method = AuthMethod::of(challenge, &negotiation.repository);
        let mut state = self.auth.state();
        let before = state.methods.of(&negotiation.repository);
        state.methods.asks(&negotiation.repository, method.clone());
        match (negotiation.others_failure.take(), before) {
            // It asks for what others ask for, so what came of that is true here, too.
            (Some(why), Known::Others(others)) if *others == method => {
                Err(why.instead_of(&negotiation.operation))
            }
            _ => Ok(negotiation.may_follow_challenge()),
        }
    }

    fn after_refused_token(
        &self,
        token: &Arc<Token>,
        challenge: Option<&Challenge>,
        negotiation: &mut Negotiation,
    ) -> bool {
        let is_too_little = challenge.is_some_and(|challenge| challenge.insufficient_scope);
        if !is_too_little && token.was_accepted() && !negotiation.renewed {
            // It ended early.
            self.auth.tokens.forget(token);
            negotiation.renewed = true;
            return true;
        }
        if self.leave_alone(token, negotiation) {
            return true;
        }
        if !is_too_little {
            self.auth.tokens.forget(token);
        }
        // The registry may know better what it takes.
        if let Some(Challenge { scopes, .. }) = challenge
            && !token.scopes.covers(scopes)
        {
            negotiation.more_scopes = std::mem::take(&mut negotiation.more_scopes).union(scopes);
            return negotiation.may_follow_challenge();
        }
        // A new token, too, may be refused for a moment. Whoever writes would lose an image by that; whoever
        // reads often has no right to, which is not worth asking twice.
        let kind = negotiation.operation.kind;
        let is_needed = kind.is_write() && kind != RequestKind::MountBlob;
        let again = is_needed && !is_too_little && !negotiation.renewed;
        negotiation.renewed |= again;
        again
    }

    /// Asks for a token for just this, where one that is for others as well did not do.
    fn leave_alone(&self, token: &Token, negotiation: &mut Negotiation) -> bool {
        if negotiation.own_token
            || !token.is_shared(&self.auth.state().methods.asked_for(&negotiation.scopes))
        {
            return false;
        }
        self.auth.tokens.leave_alone(&negotiation.scopes);
        negotiation.own_token = true;
        true
    }

    /// Notes that a password is wrong, unless it was right before: then it is just not good for this.
    async fn after_refused_password(&self, failure: &FailedTry, negotiation: &Negotiation) {
        if let Some((number, _)) = self.login(&negotiation.repository).await {
            let why = self.error(&negotiation.operation, failure.fault.clone());
            self.auth.note(number, LoginOutcome::Refused(why));
        }
    }

    /// Asks the host itself, at `/v2/`, how it wants to be asked: true if it says so.
    async fn ask_host(self: &Arc<Self>, negotiation: &mut Negotiation) -> bool {
        if negotiation.repository.is_empty() || std::mem::replace(&mut negotiation.host_asked, true)
        {
            return false;
        }
        let Some(scheme) = self.ping().await else {
            return false;
        };
        let mut state = self.auth.state();
        if matches!(state.methods.of(&negotiation.repository), Known::Own(_)) {
            return false;
        }
        state.methods.all_ask(AuthMethod::of_all(scheme));
        true
    }

    /// Returns how the host wants a login at `/v2/`, if it wants one there.
    fn ping(self: &Arc<Self>) -> BoxFuture<'_, Option<Scheme>> {
        let ask = || async {
            Ok::<_, Failure>(
                self.at_door(&RetryCount::default())
                    .await?
                    .scheme
                    .ok()
                    .flatten(),
            )
        };
        Box::pin(async move { self.auth.ping.get_or_try_init(ask).await.ok()?.clone() })
    }
}
