//! How often what somebody asked for had to be tried again.

use std::cell::Cell;
use std::future::Future;

tokio::task_local! {
    static RETRIES: Cell<u64>;
}

/// Does `work`, and counts what had to be tried again in it: the requests that the client sent
/// more than once, and what the caller [notes](note).
///
/// What `work` spawns is not counted.
pub async fn count<T>(work: impl Future<Output = T>) -> (T, u64) {
    let counted = async {
        let done = work.await;
        (done, RETRIES.with(Cell::get))
    };
    RETRIES.scope(Cell::new(0), counted).await
}

/// Notes one more try, if anybody counts.
pub fn note() {
    add(1);
}

/// Notes what was counted elsewhere, if anybody counts here.
pub fn add(more: u64) {
    let _ = RETRIES.try_with(|retries| retries.set(retries.get() + more));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn counts_what_each_one_did_and_no_other() {
        let tries = |times: u64| async move {
            for _ in 0..times {
                note();
                tokio::task::yield_now().await;
            }
            times
        };
        let both = futures_util::future::join(count(tries(3)), count(tries(1)));
        assert_eq!(both.await, ((3, 3), (1, 1)));
        note();
        assert_eq!(count(tries(0)).await, (0, 0));
    }
}
