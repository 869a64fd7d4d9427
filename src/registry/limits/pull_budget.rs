//! How many pulls one run may make of a host that limits them.

use std::sync::atomic::{AtomicU64, Ordering::Relaxed};

use tokio::sync::{Semaphore, SemaphorePermit};

/// So many pulls, and no more.
#[derive(Debug)]
pub(in crate::registry) struct PullBudget {
    /// How many a run may make.
    pub(in crate::registry) allowed: u64,
    made: AtomicU64,
    /// What is left and not under way; closed when all were made.
    places: Semaphore,
}

/// A pull that is under way. Dropped, it was none.
#[derive(Debug)]
pub(in crate::registry) struct Pull<'a> {
    budget: &'a PullBudget,
    place: SemaphorePermit<'a>,
}

impl PullBudget {
    /// Begins with nothing pulled.
    pub(in crate::registry) fn new(allowed: u64) -> Self {
        let places = usize::try_from(allowed).unwrap_or(usize::MAX);
        let budget = Self {
            allowed,
            made: AtomicU64::new(0),
            places: Semaphore::new(places.min(Semaphore::MAX_PERMITS)),
        };
        budget.close_if_spent();
        budget
    }

    /// Begins a pull, when it is known whether there is one left for it; none if not.
    pub(in crate::registry) async fn begin(&self) -> Option<Pull<'_>> {
        let place = self.places.acquire().await.ok()?;
        Some(Pull {
            budget: self,
            place,
        })
    }

    fn close_if_spent(&self) {
        if self.made.load(Relaxed) >= self.allowed {
            self.places.close();
        }
    }
}

impl Pull<'_> {
    /// Notes that it is one that the registry counts.
    pub(in crate::registry) fn was_made(self) {
        self.place.forget();
        self.budget.made.fetch_add(1, Relaxed);
        self.budget.close_if_spent();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn what_is_no_pull_leaves_its_place_to_others() {
        let budget = PullBudget::new(2);
        let (first, second) = (budget.begin().await.unwrap(), budget.begin().await.unwrap());
        first.was_made();
        let waiting = budget.begin();
        let free = async { drop(second) };
        let (third, ()) = tokio::join!(waiting, free);
        let waiting = budget.begin();
        let spend = async { third.unwrap().was_made() };
        let (none, ()) = tokio::join!(waiting, spend);
        assert!(none.is_none());
        assert!(PullBudget::new(0).begin().await.is_none());
    }
}
