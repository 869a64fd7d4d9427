//! Single-flight: a question is asked once for each key, however many want the answer, and it is kept.

use std::collections::HashMap;
use std::hash::Hash;
use std::sync::{Arc, Mutex, PoisonError};

use tokio::sync::OnceCell;

/// Answers by key. Whoever asks first does the work; the others wait for the answer. After a
/// failure the next one who waits tries it again, in its own way.
#[derive(Debug)]
pub struct SingleFlight<K, V> {
    cells: Mutex<HashMap<K, Arc<OnceCell<V>>>>,
}

impl<K, V> Default for SingleFlight<K, V> {
    fn default() -> Self {
        Self {
            cells: Mutex::default(),
        }
    }
}

impl<K: Eq + Hash, V: Clone> SingleFlight<K, V> {
    /// Returns the answer for `key` and whether it was found by this very call.
    pub async fn get<E>(
        &self,
        key: K,
        find: impl AsyncFnOnce() -> Result<V, E>,
    ) -> Result<(V, bool), E> {
        let cell = {
            let mut cells = self.cells.lock().unwrap_or_else(PoisonError::into_inner);
            Arc::clone(cells.entry(key).or_default())
        };
        let mut found_here = false;
        let find = async || {
            found_here = true;
            find().await
        };
        let answer = cell.get_or_try_init(find).await?.clone();
        Ok((answer, found_here))
    }

    /// Returns the answer for `key` if it was found already.
    pub fn known(&self, key: &K) -> Option<V> {
        let cells = self.cells.lock().unwrap_or_else(PoisonError::into_inner);
        cells.get(key)?.get().cloned()
    }

    /// Returns the answer for `key` of a question that is never asked twice, whatever comes of it.
    pub async fn always(&self, key: K, find: impl AsyncFnOnce() -> V) -> V {
        let find = async || Ok::<_, std::convert::Infallible>(find().await);
        match self.get(key, find).await {
            Ok((answer, _)) => answer,
            Err(never) => match never {},
        }
    }
}
