//! The one path that every request takes: probe, authorisation, limits, exchange, retries, errors.

use std::sync::Arc;

use crate::model::{Failure, Fault};

use super::auth::{Attempts, Probe};
use super::call::{Access, Answer, Body, Call, FailedTry};
use super::host::Host;
use super::{retries, retry};

impl Host {
    /// Sends a request until it is answered, or not worth another try.
    ///
    /// The first request to a host finds out how it wants to be asked; the others wait for that,
    /// so that a hundred of them do not make a hundred useless requests.
    pub(super) async fn send(self: &Arc<Self>, mut call: Call) -> Result<Answer, Failure> {
        let mut probe = self.enter(&mut call).await?;
        let mut attempts = Attempts::default();
        let mut waits = retry::waits(&self.shared.retry);
        let mut tries = 1;
        loop {
            self.may_pull(&call.operation)?;
            let mut authorization = self.authorize(&mut call, &attempts).await?;
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
                authorization = self.authorize(&mut call, &attempts).await?;
            }
            let failure = match self.exchange(&mut call, &authorization, permit).await {
                Ok(answer) => {
                    authorization.accepted();
                    if attempts.own {
                        self.auth.tokens.stop_grouping();
                    }
                    self.answered(&call, &mut probe);
                    return Ok(answer);
                }
                Err(failure) => failure,
            };
            let spent = matches!(call.body, Body::Spent);
            if self.next_attempt(&mut call, &failure, &authorization, &mut attempts)? && !spent {
                probe = None;
                continue;
            }
            let answered = failure.status.is_some();
            if answered {
                self.answered(&call, &mut probe);
            } else if failure.redirected {
                self.auth.reached();
                probe = None;
            }
            let again = failure.transient
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

    async fn enter(&self, call: &mut Call) -> Result<Option<Probe>, Failure> {
        if !matches!(call.access, Access::Scopes(_)) {
            return Ok(None);
        }
        self.auth
            .enter()
            .await
            .map_err(|error| error.instead_of(&call.operation))
    }

    fn answered(&self, call: &Call, probe: &mut Option<Probe>) {
        // Where tokens come from is another host, and says nothing about this one.
        if matches!(call.access, Access::Scopes(_)) {
            self.auth.answered();
        }
        *probe = None;
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
