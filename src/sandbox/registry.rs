//! What all requests share: what the registry holds, and where its ports are.

use std::collections::HashMap;
use std::net::SocketAddr;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};

use crate::model::Digest;

use super::faults::Faults;
use super::log::{Log, Origin};
use super::options::{Auth, Bearer, Options};
use super::session::Session;
use super::store::Store;
use super::throttle::Gate;
use super::tokens::Tokens;

/// What all requests share.
pub(super) struct Registry {
    pub(super) options: Options,
    pub(super) log: Log,
    pub(super) faults: Faults,
    pub(super) tokens: Tokens,
    store: Mutex<Store>,
    uploads: Mutex<HashMap<String, Session>>,
    upload_count: AtomicU64,
    address: SocketAddr,
    pub(super) token_address: SocketAddr,
    storage_address: SocketAddr,
    gate: Gate,
    token_gate: Gate,
}

impl Registry {
    /// Begins empty, with its ports at these addresses: its own, the tokens' and the storage's.
    pub(super) fn new(options: Options, [address, token, storage]: [SocketAddr; 3]) -> Self {
        let of_tokens = match &options.auth {
            Auth::Bearer(bearer) => bearer.throttle.clone(),
            Auth::Open | Auth::Basic(_) => None,
        };
        Self {
            gate: Gate::new(options.throttle.clone()),
            token_gate: Gate::new(of_tokens),
            options,
            log: Log::default(),
            faults: Faults::default(),
            tokens: Tokens::default(),
            store: Mutex::default(),
            uploads: Mutex::default(),
            upload_count: AtomicU64::new(1),
            address,
            token_address: token,
            storage_address: storage,
        }
    }

    pub(super) fn store(&self) -> MutexGuard<'_, Store> {
        self.store.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn uploads(&self) -> MutexGuard<'_, HashMap<String, Session>> {
        self.uploads.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Returns the gate before a port; storage takes whatever comes.
    pub(super) fn gate(&self, origin: Origin) -> Option<&Gate> {
        match origin {
            Origin::Registry => Some(&self.gate),
            Origin::Token => Some(&self.token_gate),
            Origin::Storage => None,
        }
    }

    pub(super) fn open_upload(&self, session: Session) -> String {
        let number = self.upload_count.fetch_add(1, Ordering::SeqCst);
        let id = format!("00000000-0000-4000-8000-{number:012x}");
        self.uploads().insert(id.clone(), session);
        id
    }

    /// Returns what a `Location` header says for a path of the registry.
    pub(super) fn location(&self, path: &str) -> String {
        if self.options.relative_locations {
            return path.to_owned();
        }
        format!("http://{}{path}", self.address)
    }

    pub(super) fn storage_location(&self, name: &str, digest: &Digest) -> String {
        let host = self.storage_address;
        format!("http://{host}/storage/{name}?digest={digest}&signature=sandbox")
    }

    pub(super) fn realm(&self) -> String {
        match &self.options.auth {
            Auth::Bearer(Bearer {
                realm: Some(realm), ..
            }) => realm.clone(),
            _ => format!("http://{}/token", self.token_address),
        }
    }
}
