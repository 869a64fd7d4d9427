//! How the rounds of `watch` have gone so far, for whoever asks.

use std::fmt;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use chrono::{DateTime, Utc};
use http::StatusCode;

use crate::render::metrics::{self, Form, Name, SoFar};

/// How rounds have gone so far. What is kept does not grow with them.
pub(super) struct Rounds {
    name: Name<'static>,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    so_far: SoFar,
    /// Whether the last one did everything.
    went_well: Option<bool>,
    /// What is told of the last one.
    page: String,
    /// When something was last seen to move.
    beat: Option<Instant>,
}

/// After how long without a beat nothing moves any more: beats come every few seconds.
const STALLED: Duration = Duration::from_secs(300);

/// What is answered.
pub(super) struct Answer {
    /// Whether it is good news.
    pub(super) status: StatusCode,
    /// What the text is.
    pub(super) content_type: &'static str,
    /// The text.
    pub(super) text: String,
}

impl Rounds {
    /// Begins to count.
    pub(super) fn new(name: Name<'static>) -> Self {
        let state = Mutex::default();
        Self { name, state }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Notes that something moves.
    pub(super) fn beat(&self) {
        self.state().beat = Some(Instant::now());
    }

    /// Notes that a round has begun.
    pub(super) fn begun(&self) {
        self.state().so_far.next = None;
    }

    /// Notes how a round ended, with what `write` tells of it.
    pub(super) fn ended(
        &self,
        went_well: bool,
        at: DateTime<Utc>,
        write: impl FnOnce(&mut dyn fmt::Write) -> fmt::Result,
    ) {
        let mut page = String::new();
        // A string takes all that is written to it.
        let _ = write(&mut page);
        let mut state = self.state();
        state.page = page;
        state.went_well = Some(went_well);
        if went_well {
            state.so_far.done += 1;
            state.so_far.success = Some(at);
        } else {
            state.so_far.failed += 1;
        }
    }

    /// Notes when the next round begins.
    pub(super) fn next(&self, at: DateTime<Utc>) {
        self.state().so_far.next = Some(at);
    }

    /// Answers what is asked for by this path; none where there is nothing of the kind.
    pub(super) fn answer(&self, path: &str, form: Form) -> Option<Answer> {
        let state = self.state();
        let (is_good, content_type, text) = match path {
            "/healthz" => {
                let moves = state.beat.is_some_and(|beat| beat.elapsed() < STALLED);
                let word = if moves { "ok" } else { "stalled" };
                (moves, PLAIN, format!("{word}\n"))
            }
            "/readyz" => {
                let word = match state.went_well {
                    Some(true) => "ok",
                    Some(false) => "failed",
                    None => "first-round",
                };
                (state.went_well == Some(true), PLAIN, format!("{word}\n"))
            }
            "/metrics" => {
                let mut text = state.page.clone();
                let _ = metrics::so_far(&self.name, &state.so_far, form, &mut text);
                (true, form.content_type(), text)
            }
            _ => return None,
        };
        Some(Answer {
            status: if is_good {
                StatusCode::OK
            } else {
                StatusCode::SERVICE_UNAVAILABLE
            },
            content_type,
            text,
        })
    }
}

/// What plain text is.
pub(super) const PLAIN: &str = "text/plain; charset=utf-8";
