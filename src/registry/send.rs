//! The one path that every request takes: probe, authorisation, limits, exchange, retries, errors. Only who looks whether
//! a host that is away is back goes past it.
//!
//! What was refused for how it was asked is asked once more as `access/after_refusal` says; whether anything else
//! that failed is sent again, and when, is decided in `retry/decide`.

use std::sync::Arc;
use std::time::Duration;

use http::StatusCode;
use tokio::time::{Instant, timeout};

use crate::model::{Failure, Fault, Operation};

use super::access::{Authorization, LoginOutcome, Negotiation, Probe};
use super::exchange::{Access, Answer, Body, Call, FailedTry};
use super::host::Host;
use super::limits::NO_WAIT;
use super::outage::Server;
use super::retry::{Met, Next, RetryCount, Tries, backoff, wants_new_address};

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
        let mut tries = Tries::begin();
        // How many were sent, and the slot of the last one where that was refused for the rate.
        let (mut made, mut slot) = (1, None);
        let options = &self.retry;
        let allowed = options.allowed(self.patience());
        let entered = Instant::now();
        let admission = self.admission(call.lane, &call.url);
        let asked = self.server(&call.url);
        loop {
            self.may_pull(&call.operation)?;
            self.wait_for(&asked, &call.operation).await?;
            let mut authorization = self.authorization(&call.access, &mut negotiation).await?;
            let longest = options.longest_pause;
            let permit = match admission.admit(call.lane, slot.take(), longest).await {
                Ok(permit) => permit,
                Err(left) => {
                    let failure = FailedTry::new(Fault::Paused(left));
                    return Err(self.give_up(&call, failure, &tries, made));
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
            let next = self.next_attempt(&mut failure, &authorization, &mut negotiation);
            // Seldom, so that not every request has room for it.
            if Box::pin(next).await? {
                if matches!(call.body, Body::Spent) {
                    return Err(self.give_up(&call, failure, &tries, made).mended());
                }
                drop(probe.take());
                continue;
            }
            if failure.status.is_some() || failure.redirected {
                self.answered(&negotiation.repository, as_stranger);
                drop(probe.take());
            }
            let has_new_address = wants_new_address(&call, &failure) && negotiation.new_address();
            let met = self.met(&failure, &call, has_new_address);
            // Whoever refuses for the rate answers others meanwhile, if not the same request soon after.
            let since = tries.throttled_since().unwrap_or(begun).min(begun);
            let is_away = self.is_away(&failure, since, made > 1);
            let mut next = match met {
                Met::Final => Next::GiveUp,
                _ if is_away => tries.after(Met::Away, &allowed),
                met => tries.after(met, &allowed),
            };
            if let (Next::WhenBack, Some(server)) = (next, &failure.server) {
                failure.slot = None;
                let waiting = self.wait_out_outage(&call.operation, server, begun, &mut tries);
                // Seldom, so that not every request has room for it.
                let was_away = Box::pin(waiting).await?;
                next = tries.after(if was_away { Met::Back } else { met }, &allowed);
            }
            let wait = match next {
                Next::GiveUp | Next::WhenBack => {
                    if met != Met::Final || failure.is_for_good() {
                        self.lose(&failure, entered, made);
                    }
                    return Err(self.give_up(&call, failure, &tries, made));
                }
                Next::After(failed) => backoff::wait(options, failed),
                Next::Now | Next::InTurn => Duration::ZERO,
            };
            slot = failure.slot.take().filter(|_| next == Next::InTurn);
            let FailedTry { fault, .. } = &failure;
            if next == Next::InTurn {
                tracing::debug!("{}: {} waits its turn: {fault}", self.name, call.operation);
            } else {
                let (name, operation) = (&self.name, &call.operation);
                tracing::debug!("{name}: {operation} again, try {made} failed: {fault}");
            }
            self.counters.retry();
            retries.add_one();
            made += 1;
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
        tries: &mut Tries,
    ) -> Result<bool, Failure> {
        let waiting = Instant::now();
        self.wait_for(server, operation).await?;
        let was_away = server.availability.was_away_since(begun);
        if was_away {
            tries.was_away(waiting.elapsed());
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

    fn met(&self, failure: &FailedTry, call: &Call, has_new_address: bool) -> Met {
        let may_be_a_mistake = self.may_be_a_mistake(failure);
        Met::of_try(failure, call, may_be_a_mistake, has_new_address)
    }

    /// Tells whether a registry that nobody answers at may be a mistake in somebody's file.
    fn may_be_a_mistake(&self, failure: &FailedTry) -> bool {
        failure.server.as_ref().is_some_and(|server| {
            self.is_own(server) && !server.availability.was_reached() && !failure.is_break()
        })
    }

    fn give_up(&self, call: &Call, failure: FailedTry, tries: &Tries, made: usize) -> Failure {
        let unanswered = failure.is_unanswered();
        // What could be sent again as it is was, for as long as that is worth it.
        let is_to_begin_anew = matches!(call.body, Body::Spent) || !call.idempotent;
        let throttled = Some(failure.throttled()).filter(|_| is_to_begin_anew);
        let error = self
            .error(&call.operation, failure.fault)
            .at(failure.elsewhere)
            .after(made)
            .waited(tries.waited())
            .throttled(throttled.unwrap_or_default());
        self.note_out_of_pulls(&error);
        if unanswered && matches!(call.access, Access::Scopes(_)) {
            self.auth.state().methods.is_silent();
        }
        error
    }
}
