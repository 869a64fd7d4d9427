//! The wish that a run stops, or the end of its time: what is large ends at once, and what moves a tag has a few seconds.

use std::future::Future;
use std::sync::OnceLock;
use std::time::Duration;

use tokio::sync::watch;
use tokio::time::{Instant, sleep_until};

use crate::plan::{Bound, NotDone, Outcome};

use super::bounds::Limits;

/// How long the answers that are still wanted are waited for: whoever stops a job ends it for good soon
/// after, some within ten seconds.
const GRACE: Duration = Duration::from_secs(3);

/// Whether a run is to stop, and since when.
pub(super) struct Stop {
    asked: watch::Receiver<bool>,
    /// When it is to stop anyway.
    limits: Limits,
    since: OnceLock<Instant>,
}

impl Stop {
    pub(super) fn new(asked: watch::Receiver<bool>, limits: Limits) -> Self {
        Self {
            asked,
            limits,
            since: OnceLock::new(),
        }
    }

    pub(super) fn was_asked(&self) -> bool {
        *self.asked.borrow() || self.limits.is_over(Instant::now())
    }

    /// Returns when someone asks the run to stop, or its time is over; never, if neither can be.
    pub(super) async fn asked(&self) {
        let mut asked = self.asked.clone();
        let asked = async {
            if asked.wait_for(|stop| *stop).await.is_err() {
                std::future::pending::<()>().await;
            }
        };
        tokio::select! {
            () = asked => {}
            () = self.limits.over() => {}
        }
        self.since.get_or_init(Instant::now);
    }

    /// Says what becomes of what was not finished before the stop.
    pub(super) fn outcome(&self) -> Outcome {
        if *self.asked.borrow() {
            Outcome::not_done(NotDone::Stopped)
        } else {
            Outcome::left(Bound::Deadline, None)
        }
    }

    /// Waits for an answer that moves no tag, but not for long once the run is to stop.
    pub(super) async fn or<T>(&self, answer: impl Future<Output = T>) -> Result<T, Outcome> {
        let overdue = async {
            self.asked().await;
            let since = *self.since.get_or_init(Instant::now);
            sleep_until(since + GRACE).await;
        };
        tokio::select! {
            answer = answer => Ok(answer),
            () = overdue => Err(self.outcome()),
        }
    }

    /// Waits in the same way for the answer to a request that moves a tag or deletes it.
    pub(super) async fn or_unanswered<T>(
        &self,
        answer: impl Future<Output = T>,
    ) -> Result<T, Outcome> {
        let unanswered = |_| Outcome::not_done(NotDone::Unanswered);
        self.or(answer).await.map_err(unanswered)
    }
}
