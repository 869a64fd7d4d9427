//! The one path that every request takes: probe, authorisation, limits, exchange, retries, errors.
//!
//! Two budgets end it: tries, where the host is there and this request has bad luck, and time, where the
//! host is away or asks for a pause.

use std::sync::Arc;
use std::time::Duration;

use http::{Method, StatusCode};
use tokio::time::{Instant, timeout};

use crate::model::{Failure, Fault, Operation};

use super::access::{Authorization, LoginOutcome, Negotiation, Probe};
use super::exchange::{Access, Answer, Body, Call, FailedTry};
use super::host::Host;
use super::limits::NO_WAIT;
use super::outage::Server;
use super::retry::{RequestTries, RetryCount};

impl Host {
    /// Sends a request until it is answered, or not worth another try.
    ///
    /// The first request to a host finds out how it wants to be asked; the others wait for that,
    /// so that a hundred of them do not make a hundred useless requests. `retries` counts the tries after
    /// the first.
    pub(super) async fn send(
        self: &Arc<Self>,
        mut call: Call,
        retries: &RetryCount,
    ) -> Result<Answer, Failure> {
        let mut negotiation = Negotiation::new(&call);
        let mut probe = self.wait_or_probe(&negotiation.repository).await;
        let mut tries = RequestTries::new();
        let options = &self.shared.options.retry;
        let asked = self.server(&call.url);
        loop {
            self.may_pull(&call.operation)?;
            self.wait_for(&asked, &call.operation).await?;
            let mut authorization = self.authorization(&call.access, &mut negotiation).await?;
            let longest = options.longest_pause;
            let permit = match self.admission.admit(call.lane, longest).await {
                Ok(permit) => permit,
                Err(left) => {
                    let failure = FailedTry::new(Fault::Paused(left), call.idempotent);
                    return Err(self.give_up(&call, failure, &tries));
                }
            };
            // Others may have found out while the request stood in line.
            self.may_pull(&call.operation)?;
            if !asked.availability.is_there() {
                continue;
            }
            // A token may have expired meanwhile, too.
            if authorization.is_stale() {
                authorization = self.authorization(&call.access, &mut negotiation).await?;
            }
            let as_stranger = matches!(authorization, Authorization::Nothing);
            let begun = Instant::now();
            // Apart: whoever waits for its turn needs no room for it.
            let trying = Box::pin(self.try_once(&mut call, &authorization, permit));
            let mut failure = match trying.await {
                Ok(answer) => {
                    let is_hidden = answer.status == StatusCode::NOT_FOUND && as_stranger;
                    if is_hidden && Box::pin(self.after_hiding(&mut negotiation)).await? {
                        drop(probe.take());
                        continue;
                    }
                    self.let_in(&negotiation.repository, &authorization).await;
                    if negotiation.own_token {
                        self.auth.tokens.stop_grouping();
                    }
                    self.answered(&negotiation.repository, as_stranger);
                    return Ok(answer);
                }
                Err(failure) => failure,
            };
            let spent = matches!(call.body, Body::Spent);
            let next = self.next_attempt(&mut failure, &authorization, &mut negotiation);
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
                self.answered(&negotiation.repository, as_stranger);
                drop(probe.take());
            }
            let is_away = self.is_away(&failure, begun, tries.made > 1);
            let again = failure.transient || wants_new_address(&call, &failure, &mut negotiation);
            if !again || spent {
                if failure.is_for_good() {
                    self.lose(&failure, tries.begun, tries.made);
                }
                return Err(self.give_up(&call, failure, &tries));
            }
            // Seldom, so that not every request has room for it.
            let was_away = match &failure.server {
                Some(server) if is_away => {
                    let waiting = self.wait_out_outage(&call.operation, server, begun, &mut tries);
                    Box::pin(waiting).await?
                }
                _ => false,
            };
            let may_be_a_mistake = self.may_be_a_mistake(&failure);
            let again = if was_away && tries.waited < self.patience() {
                Some(Duration::ZERO)
            } else {
                tries.next(options, self.patience(), &failure, may_be_a_mistake)
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
            retries.add_one();
            tries.made += 1;
            tokio::time::sleep(wait).await;
        }
    }

    /// Waits until it is known how to ask, with a connection at hand where that takes its time; whoever gets a
    /// probe is to find out.
    async fn wait_or_probe(&self, repository: &str) -> Option<Probe> {
        if self.auth.is_settled(repository) {
            return None;
        }
        // Seldom, so that not every request has room for it.
        let mut waiting = Box::pin(self.auth.wait_or_probe(repository));
        if let Ok(probe) = timeout(NO_WAIT, &mut waiting).await {
            return probe;
        }
        self.open_ahead(&self.base, self.admission.is_far());
        waiting.await
    }

    /// Waits until a server is there at which a try failed, and tells whether it was away indeed.
    async fn wait_out_outage(
        &self,
        operation: &Operation,
        server: &Server,
        begun: Instant,
        tries: &mut RequestTries,
    ) -> Result<bool, Failure> {
        let waiting = Instant::now();
        self.wait_for(server, operation).await?;
        let was_away = server.availability.was_away_since(begun);
        if was_away {
            tries.waited += waiting.elapsed();
        }
        Ok(was_away)
    }

    async fn authorization(
        self: &Arc<Self>,
        access: &Access,
        negotiation: &mut Negotiation,
    ) -> Result<Authorization, Failure> {
        match access {
            Access::Nobody => Ok(Authorization::Nothing),
            Access::Login(login) => Ok(Authorization::Login(login.clone())),
            Access::Scopes(_) => self.authorize(negotiation).await,
        }
    }

    /// Notes that a request was answered; `as_stranger` tells that it did not say who asks.
    fn answered(&self, repository: &str, as_stranger: bool) {
        if as_stranger && !repository.is_empty() {
            self.auth.state().methods.is_open(repository);
        }
    }

    /// Notes that a request was let in as `authorization` says.
    async fn let_in(&self, repository: &str, authorization: &Authorization) {
        match authorization {
            Authorization::Token(token) => token.accepted(),
            Authorization::Login(_) if !repository.is_empty() => {
                if let Some((number, _)) = self.login(repository).await {
                    self.auth.note(number, LoginOutcome::Worked);
                }
            }
            Authorization::Login(_) | Authorization::Nothing => {}
        }
    }

    /// Tells whether a registry that nobody answers at may be a mistake in somebody's file.
    fn may_be_a_mistake(&self, failure: &FailedTry) -> bool {
        failure.server.as_ref().is_some_and(|server| {
            self.is_own(server) && !server.availability.was_reached() && !failure.is_break()
        })
    }

    fn give_up(&self, call: &Call, failure: FailedTry, tries: &RequestTries) -> Failure {
        let unanswered = failure.is_unanswered();
        let error = self
            .error(&call.operation, failure.fault)
            .at(failure.elsewhere)
            .after(tries.made)
            .waited(tries.waited)
            .paused(failure.paused);
        self.note_out_of_pulls(&error);
        if unanswered && matches!(call.access, Access::Scopes(_)) {
            self.auth.state().methods.is_silent();
        }
        error
    }
}

/// Tells whether the registry is to be asked for the address again that it pointed to: such an address may
/// be signed for a short time, or its host may have lost what was there.
fn wants_new_address(call: &Call, failure: &FailedTry, negotiation: &mut Negotiation) -> bool {
    let status = failure.status;
    let is_refused = status.is_some_and(|status| status.is_client_error());
    let wants = failure.redirected && is_refused && call.method == Method::GET;
    wants && negotiation.new_address()
}
