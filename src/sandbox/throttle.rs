//! What is too much at a time: a gate before a port that lets so many requests in and refuses the others.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, SystemTime};

use tokio::time::Instant;

use super::faults::Effect;

/// How much a port takes, and what it says to more.
#[derive(Debug, Clone, PartialEq)]
pub struct Throttle {
    /// How much it takes.
    pub takes: Takes,
    /// What whatever is more meets.
    pub refusal: Refusal,
}

/// How much a port takes.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Takes {
    /// So many requests at once, each until its answer has left.
    AtOnce(usize),
    /// So many requests a second, and as many as the burst after a rest.
    PerSecond {
        /// How many a second.
        rate: f64,
        /// How many at once after a rest.
        burst: f64,
    },
}

/// What a request meets that is too much.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Refusal {
    /// An answer with this status.
    Status(u16),
    /// The same, and in it how long to stay away, in seconds.
    Seconds(u16, u64),
    /// The same, and in it until when to stay away.
    Date(u16, u64),
    /// A connection that is reset.
    Reset,
}

impl Refusal {
    fn effect(self) -> Effect {
        match self {
            Self::Status(status) => Effect::status(status),
            Self::Seconds(status, seconds) => {
                Effect::status(status).header("Retry-After", &seconds.to_string())
            }
            Self::Date(status, seconds) => {
                let now = SystemTime::now();
                let then = httpdate::fmt_http_date(now + Duration::from_secs(seconds));
                Effect::status(status)
                    .header("Retry-After", &then)
                    .header("Date", &httpdate::fmt_http_date(now))
            }
            Self::Reset => Effect::Reset,
        }
    }
}

/// The gate of one port; copies are the same one.
#[derive(Debug, Clone)]
pub(super) struct Gate {
    throttle: Option<Throttle>,
    state: Arc<Mutex<State>>,
}

#[derive(Debug)]
struct State {
    inside: usize,
    /// What is left of the burst, and when that was so.
    left: f64,
    since: Instant,
}

/// A place inside, until it is dropped.
#[derive(Debug)]
pub(super) struct Place(Arc<Mutex<State>>);

impl Gate {
    pub(super) fn new(throttle: Option<Throttle>) -> Self {
        let left = match throttle {
            Some(Throttle {
                takes: Takes::PerSecond { burst, .. },
                ..
            }) => burst,
            _ => 0.0,
        };
        Self {
            throttle,
            state: Arc::new(Mutex::new(State {
                inside: 0,
                left,
                since: Instant::now(),
            })),
        }
    }

    /// Lets a request in, or says what it meets instead.
    pub(super) fn enter(&self) -> Result<Place, Effect> {
        let mut state = lock(&self.state);
        let lets_in = match self.throttle.as_ref().map(|throttle| throttle.takes) {
            None => true,
            Some(Takes::AtOnce(most)) => state.inside < most,
            Some(Takes::PerSecond { rate, burst }) => state.take(rate, burst),
        };
        match &self.throttle {
            Some(throttle) if !lets_in => Err(throttle.refusal.effect()),
            _ => {
                state.inside += 1;
                Ok(Place(self.state.clone()))
            }
        }
    }
}

impl State {
    fn take(&mut self, rate: f64, burst: f64) -> bool {
        let now = Instant::now();
        let more = (now - self.since).as_secs_f64() * rate;
        self.since = now;
        self.left = (self.left + more).min(burst);
        let takes = self.left >= 1.0;
        if takes {
            self.left -= 1.0;
        }
        takes
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        lock(&self.0).inside -= 1;
    }
}

fn lock(state: &Mutex<State>) -> MutexGuard<'_, State> {
    state.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn so_many_are_inside_at_once() {
        let gate = Gate::new(Some(Throttle {
            takes: Takes::AtOnce(2),
            refusal: Refusal::Seconds(429, 3),
        }));
        let (one, _two) = (gate.enter().unwrap(), gate.enter().unwrap());
        let refused = Effect::status(429).header("Retry-After", "3");
        assert_eq!(gate.enter().unwrap_err(), refused);
        drop(one);
        assert!(gate.enter().is_ok());
    }

    #[tokio::test(start_paused = true)]
    async fn so_many_a_second_and_a_burst_after_a_rest() {
        let gate = Gate::new(Some(Throttle {
            takes: Takes::PerSecond {
                rate: 10.0,
                burst: 3.0,
            },
            refusal: Refusal::Reset,
        }));
        let enter = || (0..9).filter(|_| gate.enter().is_ok()).count();
        assert_eq!(enter(), 3);
        tokio::time::sleep(Duration::from_millis(201)).await;
        assert_eq!(enter(), 2);
        tokio::time::sleep(Duration::from_secs(9)).await;
        assert_eq!(enter(), 3);
    }
}
