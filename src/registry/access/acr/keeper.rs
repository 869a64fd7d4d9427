//! The temporary password of a registry that is in use, and its end.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering::Relaxed};
use std::time::Duration;

use tokio::sync::Mutex;
use tokio::time::Instant;

use crate::model::{Failure, Secret};

/// A temporary password.
#[derive(Debug)]
pub(crate) struct Password {
    pub(super) username: String,
    pub(super) secret: Secret,
    /// From when on a new one is got: at four fifths of its life.
    renewal: Instant,
    end: Instant,
    /// Whether it got somebody a token.
    worked: AtomicBool,
}

impl Password {
    pub(super) fn new(username: String, secret: Secret, life: Duration, now: Instant) -> Self {
        Self {
            username,
            secret,
            renewal: now + life * 4 / 5,
            end: now + life,
            worked: AtomicBool::new(false),
        }
    }

    /// Notes that it got somebody a token.
    pub(in crate::registry::access) fn worked(&self) {
        self.worked.store(true, Relaxed);
    }

    /// Tells whether it was good: where it is refused now, it ended.
    pub(in crate::registry::access) fn was_good(&self) -> bool {
        self.worked.load(Relaxed)
    }
}

/// Keeps a registry's password; whoever needs one waits for whoever gets it.
#[derive(Debug, Default)]
pub(crate) struct Keeper(Mutex<State>);

#[derive(Debug, Default)]
struct State {
    kept: Option<Arc<Password>>,
    /// Why there is none, and since when: those who waited for it are told the same.
    failed: Option<(Instant, Failure)>,
    /// When to try again where a password that is still good could not be renewed.
    next_try: Option<Instant>,
}

impl Keeper {
    /// Returns the password that is in use, and replaces it with what `get` gets when its time comes. One that
    /// cannot be replaced yet is used until its end.
    pub(super) async fn password(
        &self,
        get: impl Future<Output = Result<Password, Failure>>,
    ) -> Result<Arc<Password>, Failure> {
        let asked = Instant::now();
        let mut state = self.0.lock().await;
        let now = Instant::now();
        if let Some(kept) = &state.kept
            && now < state.next_try.unwrap_or(kept.renewal)
            && now < kept.end
        {
            return Ok(kept.clone());
        }
        if let Some((when, why)) = &state.failed
            && *when > asked
        {
            return Err(why.clone());
        }
        let got = get.await;
        let now = Instant::now();
        state.next_try = None;
        match (got, &state.kept) {
            (Ok(password), _) => {
                let password = Arc::new(password);
                state.kept = Some(password.clone());
                Ok(password)
            }
            (Err(why), Some(kept)) if now < kept.end => {
                tracing::debug!("{why}; the temporary password that is there is used on");
                let kept = kept.clone();
                state.next_try = Some(now + (kept.end - now) / 4);
                Ok(kept)
            }
            (Err(why), _) => {
                state.kept = None;
                state.failed = Some((now, why.clone()));
                Err(why)
            }
        }
    }

    /// Forgets a password that ended before its time.
    pub(in crate::registry::access) async fn forget(&self, password: &Arc<Password>) {
        let mut state = self.0.lock().await;
        if state
            .kept
            .as_ref()
            .is_some_and(|kept| Arc::ptr_eq(kept, password))
        {
            state.kept = None;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Cause;

    const HOUR: Duration = Duration::from_secs(3600);

    fn password(name: &str) -> Password {
        let secret = Secret::new("secret".to_owned());
        Password::new(name.to_owned(), secret, HOUR, Instant::now())
    }

    async fn user(keeper: &Keeper, new: Result<Password, Failure>) -> Result<String, Failure> {
        let got = keeper.password(async { new }).await;
        got.map(|password| password.username.clone())
    }

    #[tokio::test(start_paused = true)]
    async fn a_password_is_renewed_at_four_fifths_of_its_life() {
        let keeper = Keeper::default();
        assert_eq!(user(&keeper, Ok(password("one"))).await.unwrap(), "one");
        tokio::time::advance(Duration::from_secs(2879)).await;
        assert_eq!(user(&keeper, Ok(password("two"))).await.unwrap(), "one");
        tokio::time::advance(Duration::from_secs(1)).await;
        let failure = || Err(Failure::for_test(Cause::Unreachable));
        assert_eq!(
            user(&keeper, failure()).await.unwrap(),
            "one",
            "until its end"
        );
        assert_eq!(
            user(&keeper, Ok(password("two"))).await.unwrap(),
            "one",
            "not at once"
        );
        tokio::time::advance(Duration::from_secs(180)).await;
        assert_eq!(user(&keeper, Ok(password("two"))).await.unwrap(), "two");
        tokio::time::advance(HOUR).await;
        assert!(user(&keeper, failure()).await.is_err(), "it ended");
        assert_eq!(user(&keeper, Ok(password("three"))).await.unwrap(), "three");
        let three = keeper
            .password(async { Ok(password("four")) })
            .await
            .unwrap();
        keeper.forget(&three).await;
        assert_eq!(user(&keeper, Ok(password("four"))).await.unwrap(), "four");
        keeper.forget(&three).await;
        assert_eq!(user(&keeper, Ok(password("five"))).await.unwrap(), "four");
    }

    #[tokio::test(start_paused = true)]
    async fn one_gets_it_and_the_others_are_told_what_came_of_it() {
        let keeper = Keeper::default();
        let fails = keeper.password(async {
            tokio::time::sleep(Duration::from_secs(1)).await;
            Err(Failure::for_test(Cause::Unauthorized))
        });
        let waits = keeper.password(async { unreachable!("it was asked for already") });
        let (one, other) = tokio::join!(fails, waits);
        assert!(one.is_err() && other.is_err());
        assert_eq!(user(&keeper, Ok(password("later"))).await.unwrap(), "later");
    }
}
