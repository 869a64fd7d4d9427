//! Whether a host is there, seen from all requests to it together.
//!
//! A try that fails without an answer may be bad luck, and is made again at once. Where nothing else was
//! answered meanwhile either, the host is away: then no request goes there until it is known to be back,
//! and how long it is waited for is a matter of time, not of tries.

use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::sync::watch;
use tokio::time::Instant;

use crate::model::Fault;

use super::symptom::Symptom;

/// How long a host that never answered is waited for at most: its name or its port may be a mistake.
const FIRST_PATIENCE: Duration = Duration::from_secs(60);

/// Whether one server is there.
#[derive(Debug, Default)]
pub(crate) struct Availability {
    state: Mutex<State>,
    changed: watch::Sender<()>,
}

#[derive(Debug, Default)]
struct State {
    /// Whether anything ever came back from it.
    reached: bool,
    last_answer: Option<Instant>,
    /// When the last outage ended.
    last_return: Option<Instant>,
    now: Now,
}

#[derive(Debug, Default)]
enum Now {
    /// It is there, as far as is known.
    #[default]
    There,
    /// Nothing goes there until it is known to be back.
    Away {
        /// Whether that is more than a guess: it was asked for nothing in particular, and did not answer.
        is_certain: bool,
    },
    /// It was waited for in vain, or was never there.
    Lost(Lost),
}

/// How a host was lost.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Lost {
    /// What the last one met who tried.
    pub(crate) fault: Fault,
    /// The host's name, if it is not the registry itself.
    pub(crate) elsewhere: Option<String>,
    /// How often it was tried.
    pub(crate) tries: usize,
    /// How long it was waited for.
    pub(crate) waited: Duration,
}

/// What a failed try means.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Verdict {
    /// It is the request's own bad luck.
    BadLuck,
    /// The host is away or lost, which is known already.
    Away,
    /// The host is away, and whoever is told so is to find out when it is back.
    Watch,
}

impl Availability {
    /// Waits until requests may go there; an error where the host was waited for in vain.
    pub(crate) async fn wait(&self) -> Result<(), Lost> {
        if let Some(known) = self.known() {
            return known;
        }
        let mut changed = self.changed.subscribe();
        loop {
            if let Some(known) = self.known() {
                return known;
            }
            // It does not end: what is waited for has the other end.
            let _ = changed.changed().await;
        }
    }

    /// Tells whether requests may go there; nothing while the host is away.
    fn known(&self) -> Option<Result<(), Lost>> {
        match &self.state().now {
            Now::There => Some(Ok(())),
            Now::Away { .. } => None,
            Now::Lost(lost) => Some(Err(lost.clone())),
        }
    }

    pub(crate) fn is_there(&self) -> bool {
        matches!(self.state().now, Now::There)
    }

    pub(crate) fn is_lost(&self) -> bool {
        matches!(self.state().now, Now::Lost(_))
    }

    /// Notes an answer of the host's own.
    pub(crate) fn answered(&self) {
        let mut state = self.state();
        state.reached = true;
        state.last_answer = Some(Instant::now());
        self.turn(&mut state, Now::There);
    }

    /// Notes that it was waited for in vain.
    pub(crate) fn lose(&self, lost: Lost) {
        self.turn(&mut self.state(), Now::Lost(lost));
    }

    /// Returns how long it is waited for, of so much patience.
    pub(crate) fn patience(&self, patience: Duration) -> Duration {
        if self.state().reached {
            patience
        } else {
            patience.min(FIRST_PATIENCE)
        }
    }

    /// Notes a try that failed so, and tells what it means. `again` tells whether the same request failed
    /// before.
    pub(crate) fn failed(&self, symptom: Symptom, begun: Instant, again: bool) -> Verdict {
        let mut state = self.state();
        match state.now {
            Now::There => {}
            Now::Away { .. } | Now::Lost(_) => return Verdict::Away,
        }
        let others_were_answered = state.last_answer.is_some_and(|answer| answer >= begun);
        let may_be_a_mistake = symptom == Symptom::Nobody && !state.reached;
        let may_be_bad_luck = symptom == Symptom::NoAnswer && !again;
        if others_were_answered || may_be_a_mistake || may_be_bad_luck {
            return Verdict::BadLuck;
        }
        state.now = Now::Away { is_certain: false };
        Verdict::Watch
    }

    /// Notes that it did not answer to a question for nothing in particular.
    pub(crate) fn is_certain(&self) {
        if let Now::Away { is_certain } = &mut self.state().now {
            *is_certain = true;
        }
    }

    /// Tells whether it was away since then, and came back.
    pub(crate) fn was_away_since(&self, then: Instant) -> bool {
        let last = self.state().last_return;
        last.is_some_and(|back| back >= then)
    }

    /// Tells whether it answered anything since then.
    pub(crate) fn answered_since(&self, then: Instant) -> bool {
        let last = self.state().last_answer;
        last.is_some_and(|answer| answer >= then)
    }

    /// Tells whether anything ever came back from it.
    pub(crate) fn was_reached(&self) -> bool {
        self.state().reached
    }

    /// Notes that something came back, and be it that what is behind it is away.
    pub(crate) fn reached(&self) {
        self.state().reached = true;
    }

    fn turn(&self, state: &mut State, now: Now) {
        if matches!((&state.now, &now), (Now::There, Now::There)) {
            return;
        }
        if matches!(state.now, Now::Away { is_certain: true }) {
            state.last_return = Some(Instant::now());
        }
        state.now = now;
        self.changed.send_replace(());
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{NoAnswer, Text};

    const SECOND: Duration = Duration::from_secs(1);

    fn lost() -> Lost {
        Lost {
            fault: Fault::NoAnswer(NoAnswer::Connect(Text::verbatim("hung"))),
            elsewhere: None,
            tries: 2,
            waited: SECOND,
        }
    }

    /// A host that answered a second ago.
    async fn reached() -> Availability {
        let availability = Availability::default();
        availability.answered();
        tokio::time::sleep(SECOND).await;
        availability
    }

    #[tokio::test(start_paused = true)]
    async fn what_a_failed_try_means() {
        use Symptom::{NoAnswer, NoConnection, Nobody};
        use Verdict::{BadLuck, Watch};
        for (symptom, was_reached, again, expected) in [
            (Nobody, false, false, BadLuck),
            (Nobody, false, true, BadLuck),
            (Nobody, true, false, Watch),
            (NoConnection, false, false, Watch),
            (NoConnection, true, false, Watch),
            (NoAnswer, false, false, BadLuck),
            (NoAnswer, false, true, Watch),
            (NoAnswer, true, false, BadLuck),
            (NoAnswer, true, true, Watch),
        ] {
            let availability = if was_reached {
                reached().await
            } else {
                Availability::default()
            };
            let verdict = availability.failed(symptom, Instant::now(), again);
            assert_eq!(
                verdict, expected,
                "{symptom:?}, reached: {was_reached}, again: {again}"
            );
            assert_eq!(availability.is_there(), expected == BadLuck);
        }
    }

    #[tokio::test(start_paused = true)]
    async fn a_host_that_answered_others_meanwhile_is_there() {
        let availability = reached().await;
        let begun = Instant::now();
        tokio::time::sleep(SECOND).await;
        availability.answered();
        let verdict = availability.failed(Symptom::NoConnection, begun, true);
        assert_eq!(verdict, Verdict::BadLuck);
    }

    #[tokio::test(start_paused = true)]
    async fn one_watches_and_an_answer_to_anyone_ends_it() {
        let availability = reached().await;
        let begun = Instant::now();
        let failed = || availability.failed(Symptom::NoConnection, begun, false);
        assert_eq!([failed(), failed()], [Verdict::Watch, Verdict::Away]);
        availability.is_certain();
        let waiting = async {
            availability.wait().await.unwrap();
            begun.elapsed()
        };
        let answering = async {
            tokio::time::sleep(10 * SECOND).await;
            availability.answered();
        };
        let (waited, ()) = tokio::join!(waiting, answering);
        assert_eq!(waited, 10 * SECOND);
        assert!(availability.was_away_since(begun));
        assert_eq!(availability.wait().await, Ok(()));
    }

    #[tokio::test(start_paused = true)]
    async fn a_guess_that_was_wrong_is_no_outage() {
        let availability = reached().await;
        let begun = Instant::now();
        availability.failed(Symptom::NoConnection, begun, false);
        availability.answered();
        assert!(!availability.was_away_since(begun));
    }

    #[tokio::test(start_paused = true)]
    async fn what_was_waited_for_in_vain_is_lost_until_it_answers() {
        let availability = reached().await;
        availability.failed(Symptom::NoConnection, Instant::now(), false);
        let losing = async { availability.lose(lost()) };
        let (waited, ()) = tokio::join!(availability.wait(), losing);
        assert_eq!(waited, Err(lost()));
        assert_eq!(availability.wait().await, Err(lost()));
        availability.answered();
        assert_eq!(availability.wait().await, Ok(()));
    }

    #[test]
    fn a_host_that_never_answered_is_waited_for_less() {
        let availability = Availability::default();
        assert_eq!(availability.patience(300 * SECOND), FIRST_PATIENCE);
        assert_eq!(availability.patience(SECOND), SECOND);
        availability.reached();
        assert_eq!(availability.patience(300 * SECOND), 300 * SECOND);
    }
}
