//! The one path that every request takes: probe, authorisation, limits, exchange, retries, errors.
//!
//! Two budgets end it: tries, where the host is there and this request has bad luck, and time, where the
//! host is away or asks for a pause.

use std::sync::Arc;
use std::time::Duration;

use http::{Method, StatusCode};
use tokio::time::Instant;

use crate::model::{Failure, Fault, Operation};

use super::access::auth::{Authorization, Probe};
use super::access::negotiation::Attempts;
use super::exchange::call::{Access, Answer, Body, Call, FailedTry};
use super::host::Host;
use super::outage::servers::Site;
use super::retries;
use super::retry::budget::Tries;

impl Host {
    /// Sends a request until it is answered, or not worth another try.
    ///
    /// The first request to a host finds out how it wants to be asked; the others wait for that,
    /// so that a hundred of them do not make a hundred useless requests.
    pub(super) async fn send(self: &Arc<Self>, mut call: Call) -> Result<Answer, Failure> {
        let mut attempts = Attempts::new(&call);
        let mut probe = self.enter(attempts.repository()).await;
        let mut tries = Tries::new();
        let asked = self.site(&call.url);
        loop {
            self.may_pull(&call.operation)?;
            self.reach(&asked, &call.operation).await?;
            let mut authorization = self.authorization(&call.access, &mut attempts).await?;
            let longest = self.shared.retry.longest_pause;
            let permit = match self.limits.admit(call.lane, longest).await {
                Ok(permit) => permit,
                Err(left) => {
                    let failure = FailedTry::without_answer(Fault::Paused(left), call.once);
                    return Err(self.give_up(&call, failure, &tries));
                }
            };
            // Others may have found out while the request stood in line.
            self.may_pull(&call.operation)?;
            if !asked.presence.is_there() {
                continue;
            }
            // A token may have expired meanwhile, too.
            if authorization.is_stale() {
                authorization = self.authorization(&call.access, &mut attempts).await?;
            }
            let as_stranger = matches!(authorization, Authorization::Nothing);
            let begun = Instant::now();
            // Apart: whoever waits for its turn needs no room for it.
            let exchange = Box::pin(self.exchange(&mut call, &authorization, permit));
            let mut failure = match exchange.await {
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
            let next = self.next_attempt(&mut failure, &authorization, &mut attempts);
            // Seldom, so that not every request has room for it.
            if Box::pin(next).await? {
                if spent {
                    return Err(self.give_up(&call, failure, &tries).mended());
                }
                drop(probe.take());
                continue;
            }
            let answered = failure.status.is_some();
            if answered || failure.redirected {
                self.answered(attempts.repository(), as_stranger);
                drop(probe.take());
            }
            let is_away = self.is_away(&failure, begun, tries.made > 1);
            let again = failure.transient || wants_new_address(&call, &failure, &mut attempts);
            if !again || spent {
                if failure.is_for_good() {
                    self.lose(&failure, tries.begun, tries.made);
                }
                return Err(self.give_up(&call, failure, &tries));
            }
            // Seldom, so that not every request has room for it.
            let was_away = match &failure.site {
                Some(site) if is_away => {
                    let waiting = self.wait(&call.operation, site, begun, &mut tries);
                    Box::pin(waiting).await?
                }
                _ => false,
            };
            let may_be_a_mistake = self.may_be_a_mistake(&failure);
            let again = if was_away && tries.waited < self.patience() {
                Some(Duration::ZERO)
            } else {
                tries.next(
                    &self.shared.retry,
                    self.patience(),
                    &failure,
                    may_be_a_mistake,
                )
            };
            let Some(wait) = again else {
                self.lose(&failure, tries.begun, tries.made);
                return Err(self.give_up(&call, failure, &tries));
            };
            tracing::debug!(
                "{}: {} again, try {} failed: {}",
                self.name,
                call.operation,
                tries.made,
                failure.fault
            );
            self.counters.retry();
            retries::note();
            tries.made += 1;
            tokio::time::sleep(wait).await;
        }
    }

    /// Waits until a site is there at which a try failed, and tells whether it was away indeed.
    async fn wait(
        &self,
        operation: &Operation,
        site: &Site,
        begun: Instant,
        tries: &mut Tries,
    ) -> Result<bool, Failure> {
        let waiting = Instant::now();
        self.reach(site, operation).await?;
        let was_away = site.presence.was_away_since(begun);
        if was_away {
            tries.waited += waiting.elapsed();
        }
        Ok(was_away)
    }

    async fn enter(&self, repository: &str) -> Option<Probe> {
        // Where tokens come from is another host, and says nothing about this one.
        if repository.is_empty() {
            return None;
        }
        self.auth.enter(repository).await
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

    /// Tells whether a registry that nobody answers at may be a mistake in somebody's file.
    fn may_be_a_mistake(&self, failure: &FailedTry) -> bool {
        failure.site.as_ref().is_some_and(|site| {
            self.is_own(site) && !site.presence.was_reached() && !failure.is_break()
        })
    }

    fn give_up(&self, call: &Call, failure: FailedTry, tries: &Tries) -> Failure {
        let unanswered = failure.is_unanswered();
        let error = self
            .error(&call.operation, failure.fault)
            .at(failure.elsewhere)
            .after(tries.made)
            .waited(tries.waited)
            .paused(failure.paused);
        self.note_out_of_pulls(&error);
        if unanswered && matches!(call.access, Access::Scopes(_)) {
            self.auth.unanswered();
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
