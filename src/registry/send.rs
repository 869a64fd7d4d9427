//! The one path that every request takes: probe, authorisation, limits, exchange, retries, errors.

use std::sync::Arc;

use http::{Method, StatusCode};

use crate::model::{Failure, Fault, Operation};

use super::attempts::Attempts;
use super::auth::{Authorization, Probe};
use super::call::{Access, Answer, Body, Call, FailedTry};
use super::host::Host;
use super::{retries, retry};

impl Host {
    /// Sends a request until it is answered, or not worth another try.
    ///
    /// The first request to a host finds out how it wants to be asked; the others wait for that,
    /// so that a hundred of them do not make a hundred useless requests.
    pub(super) async fn send(self: &Arc<Self>, mut call: Call) -> Result<Answer, Failure> {
        let mut attempts = Attempts::new(&call);
        let mut probe = self.enter(&call.operation, attempts.repository()).await?;
        let mut waits = retry::waits(&self.shared.retry);
        let mut tries = 1;
        loop {
            self.may_pull(&call.operation)?;
            let mut authorization = self.authorization(&call.access, &mut attempts).await?;
            let longest = self.shared.retry.longest_pause;
            let permit = match self.limits.admit(call.lane, longest).await {
                Ok(permit) => permit,
                Err(left) => {
                    let failure = FailedTry::without_answer(Fault::Paused(left), call.once);
                    return Err(self.give_up(&call, failure, tries));
                }
            };
            // Others may have found out while the request stood in line.
            self.may_pull(&call.operation)?;
            // A token may have expired meanwhile, too.
            if authorization.is_stale() {
                authorization = self.authorization(&call.access, &mut attempts).await?;
            }
            let as_stranger = matches!(authorization, Authorization::Nothing);
            // Apart: whoever waits for its turn needs no room for it.
            let exchange = Box::pin(self.exchange(&mut call, &authorization, permit));
            let failure = match exchange.await {
                Ok(answer) => {
                    let is_hidden = answer.status == StatusCode::NOT_FOUND && as_stranger;
                    if is_hidden && Box::pin(self.after_hiding(&mut attempts)).await? {
                        drop(probe.take());
                        continue;
                    }
                    self.let_in(attempts.repository(), &authorization).await;
                    if attempts.own {
                        self.auth.tokens.stop_grouping();
                    }
                    self.answered(attempts.repository(), as_stranger);
                    return Ok(answer);
                }
                Err(failure) => failure,
            };
            let spent = matches!(call.body, Body::Spent);
            let next = self.next_attempt(&failure, &authorization, &mut attempts);
            // Seldom, so that not every request has room for it.
            if Box::pin(next).await? {
                if spent {
                    return Err(self.give_up(&call, failure, tries).mended());
                }
                drop(probe.take());
                continue;
            }
            let answered = failure.status.is_some();
            if answered || failure.redirected {
                self.answered(attempts.repository(), as_stranger);
                drop(probe.take());
            }
            let again = (failure.transient || wants_new_address(&call, &failure, &mut attempts))
                && !spent
                && (answered || !self.auth.is_hopeless(&failure, tries));
            let Some(wait) = again.then(|| waits.next()).flatten() else {
                return Err(self.give_up(&call, failure, tries));
            };
            tracing::debug!(
                "{}: {} again, try {} failed: {}",
                self.name,
                call.operation,
                tries,
                failure.fault
            );
            self.counters.retry();
            retries::note();
            tries += 1;
            if !failure.paused && !failure.is_unread() {
                tokio::time::sleep(wait).await;
            }
        }
    }

    async fn enter(
        &self,
        operation: &Operation,
        repository: &str,
    ) -> Result<Option<Probe>, Failure> {
        // Where tokens come from is another host, and says nothing about this one.
        if repository.is_empty() {
            return Ok(None);
        }
        let entered = self.auth.enter(repository).await;
        entered.map_err(|error| error.instead_of(operation))
    }

    async fn authorization(
        self: &Arc<Self>,
        access: &Access,
        attempts: &mut Attempts,
    ) -> Result<Authorization, Failure> {
        match access {
            Access::Nobody => Ok(Authorization::Nothing),
            Access::Login(login) => Ok(Authorization::Login(login.clone())),
            Access::Scopes(_) => self.authorize(attempts).await,
        }
    }

    fn answered(&self, repository: &str, as_stranger: bool) {
        if !repository.is_empty() {
            self.auth.answered(repository, as_stranger);
        }
    }

    fn give_up(&self, call: &Call, failure: FailedTry, tries: usize) -> Failure {
        let unanswered = failure.is_unanswered();
        let error = self
            .error(&call.operation, failure.fault)
            .at(failure.elsewhere)
            .after(tries);
        self.note_out_of_pulls(&error);
        if unanswered && matches!(call.access, Access::Scopes(_)) {
            self.auth.unanswered(&error);
        }
        error
    }
}

/// Tells whether the registry is to be asked for the address again that it pointed to: such an address may
/// be signed for a short time, or its host may have lost what was there.
fn wants_new_address(call: &Call, failure: &FailedTry, attempts: &mut Attempts) -> bool {
    let status = failure.status;
    let is_refused = status.is_some_and(|status| status.is_client_error());
    let wants = failure.redirected && is_refused && call.method == Method::GET;
    wants && attempts.new_address()
}
