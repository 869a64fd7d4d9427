//! The sandbox itself: its ports, and what can be put in and looked at without HTTP.

use std::io;
use std::sync::Arc;

use axum::Router;
use bytes::Bytes;
use tokio::sync::watch;
use tokio::task::JoinHandle;

use super::connection::{Peer, Port};
use super::content::Content;
use super::door::Door;
use super::faults::Faults;
use super::log::{Log, Origin};
use super::options::{Options, User};
use super::registry::Registry;
use super::service;
use super::store::StoredManifest;
use crate::model::Digest;

/// An OCI registry on a loopback port of this process. It stops when it is dropped.
pub struct Sandbox {
    registry: Arc<Registry>,
    address: String,
    doors: Vec<(Origin, Door)>,
    stop: watch::Sender<()>,
    ports: Vec<JoinHandle<()>>,
}

impl Sandbox {
    /// Starts a registry on a port that the system chooses.
    #[expect(clippy::unused_async, reason = "ports and tasks need a runtime")]
    pub async fn start(options: Options) -> io::Result<Self> {
        let [door, token_door, storage_door] = [Door::open()?, Door::open()?, Door::open()?];
        let address = door.address();
        let addresses = [&door, &token_door, &storage_door].map(Door::address);
        let registry = Arc::new(Registry::new(options, addresses));
        let (stop, stopped) = watch::channel(());
        let doors = [
            (Origin::Registry, door),
            (Origin::Token, token_door),
            (Origin::Storage, storage_door),
        ];
        let ports = doors.clone().map(|(origin, door)| {
            let port = Port {
                door,
                origin,
                log: registry.log.clone(),
            };
            let router = Router::new()
                .fallback(service::serve)
                .with_state(registry.clone());
            let service = router.into_make_service_with_connect_info::<Peer>();
            let mut stopped = stopped.clone();
            let stop = async move { while stopped.changed().await.is_ok() {} };
            tokio::spawn(async move {
                // It ends by being told to stop; accepting connections does not fail.
                let _ = axum::serve(port, service)
                    .with_graceful_shutdown(stop)
                    .await;
            })
        });
        Ok(Self {
            registry,
            address: address.to_string(),
            doors: doors.into(),
            stop,
            ports: ports.into(),
        })
    }

    /// Stops the registry, and waits until the answers that are under way have left.
    pub async fn stop(self) {
        let Self { stop, ports, .. } = self;
        drop(stop);
        for port in ports {
            let _ = port.await;
        }
    }

    /// Returns `127.0.0.1:PORT`.
    pub fn address(&self) -> &str {
        &self.address
    }

    /// Goes away: connections to a port are refused, and those there are break when they are used.
    pub fn go_away(&self, origin: Origin) {
        for (_, door) in self.doors.iter().filter(|(of, _)| *of == origin) {
            door.close();
        }
    }

    /// Comes back at the same address.
    pub fn come_back(&self, origin: Origin) -> io::Result<()> {
        let mut doors = self.doors.iter().filter(|(of, _)| *of == origin);
        doors.try_for_each(|(_, door)| door.reopen())
    }

    /// Returns the host and port of the token endpoint.
    pub fn token_address(&self) -> String {
        self.registry.token_address.to_string()
    }

    /// Returns the record of requests.
    pub fn log(&self) -> &Log {
        &self.registry.log
    }

    /// Returns the fault plan.
    pub fn faults(&self) -> &Faults {
        &self.registry.faults
    }

    /// Makes every token that was given out invalid, whatever its lifetime.
    pub fn revoke_tokens(&self) {
        self.registry.tokens.revoke();
    }

    /// Lets somebody in for so many tokens, as with a temporary password.
    pub fn let_in(&self, guest: User, tokens: usize) {
        self.registry.tokens.let_in(guest, tokens);
    }

    /// Forgets every upload that is under way.
    pub fn forget_uploads(&self) {
        self.registry.uploads().clear();
    }

    /// Returns how many uploads are under way.
    pub fn uploads(&self) -> usize {
        self.registry.uploads().len()
    }

    /// Puts a blob into a repository and returns its SHA-256 digest.
    pub fn put_blob(&self, repository: &str, content: impl Into<Content>) -> Digest {
        let content = content.into();
        let digest = content.digest();
        self.put_blob_as(repository, &digest, content);
        digest
    }

    /// Puts a blob into a repository under a digest that is not checked.
    pub fn put_blob_as(&self, repository: &str, digest: &Digest, content: impl Into<Content>) {
        self.registry
            .store()
            .put_blob(repository, digest.clone(), content.into());
    }

    /// Puts a manifest into a repository, unchecked, and returns its SHA-256 digest.
    ///
    /// The tag is optional: `put_manifest("app", None, …)`.
    pub fn put_manifest<'a>(
        &self,
        repository: &str,
        tag: impl Into<Option<&'a str>>,
        media_type: &str,
        bytes: impl Into<Bytes>,
    ) -> Digest {
        let manifest = StoredManifest {
            media_type: media_type.to_owned(),
            bytes: bytes.into(),
        };
        let digest = Digest::sha256(&manifest.bytes);
        self.put_manifest_as(repository, &digest, manifest);
        if let Some(tag) = tag.into() {
            self.put_tag(repository, tag, &digest);
        }
        digest
    }

    /// Puts a manifest into a repository under a digest that is not checked.
    pub fn put_manifest_as(&self, repository: &str, digest: &Digest, manifest: StoredManifest) {
        self.registry
            .store()
            .put_manifest(repository, digest.clone(), manifest);
    }

    /// Points a tag at a digest.
    pub fn put_tag(&self, repository: &str, tag: &str, digest: &Digest) {
        self.registry
            .store()
            .put_tag(repository, tag, digest.clone());
    }

    /// Returns the digest that a tag points at.
    pub fn tag(&self, repository: &str, tag: &str) -> Option<Digest> {
        self.registry.store().tag(repository, tag)
    }

    /// Deletes a tag, and tells whether there was one.
    pub fn delete_tag(&self, repository: &str, tag: &str) -> bool {
        self.registry.store().delete_tag(repository, tag)
    }

    /// Returns the tags of a repository in order; none if it was never pushed to.
    pub fn tags(&self, repository: &str) -> Vec<String> {
        self.registry.store().tags(repository).unwrap_or_default()
    }

    /// Returns the names of the repositories that hold a manifest, in order.
    pub fn repositories(&self) -> Vec<String> {
        self.registry.store().repositories()
    }

    /// Returns a manifest by its digest.
    pub fn manifest(&self, repository: &str, digest: &Digest) -> Option<StoredManifest> {
        self.registry.store().manifest(repository, digest).cloned()
    }

    /// Deletes a manifest and the tags that point at it, and tells whether there was one.
    pub fn delete_manifest(&self, repository: &str, digest: &Digest) -> bool {
        self.registry.store().delete_manifest(repository, digest)
    }

    /// Returns a blob of a repository.
    pub fn blob(&self, repository: &str, digest: &Digest) -> Option<Content> {
        self.registry.store().blob(repository, digest).cloned()
    }

    /// Deletes a blob of a repository, and tells whether there was one.
    pub fn delete_blob(&self, repository: &str, digest: &Digest) -> bool {
        self.registry.store().delete_blob(repository, digest)
    }
}
