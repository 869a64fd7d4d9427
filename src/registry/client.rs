//! One client for many hosts.

use std::collections::HashMap;
use std::sync::{Arc, PoisonError, RwLock};

use bytes::Bytes;

use crate::model::{
    Attempt, Child, Descriptor, Digest, Failure, Fault, NoAnswer, Operation, RawManifest,
    Reference, Repository,
};

use super::access::masks::Masks;
use super::access::scope::Actions;
use super::endpoints::manifest_cache::Recent;
use super::endpoints::upload_session::{
    BlobStream, Deletion, Mount, Pushed, Upload, UploadBody, UploadSession,
};
use super::host::{Host, Shared};
use super::limits::rate_limit::RateLimit;
use super::options::ClientOptions;
use super::outage::servers::Sites;
use super::retry::policy;
use super::stats::Stats;
use super::transport::Transport;
use super::{ReadRegistry, WriteRegistry};

/// Reads and writes registries over HTTP.
///
/// It keeps, for each host, how it wants to be asked, its tokens, its connections and its limits;
/// a clone shares all of that.
#[derive(Debug, Clone)]
pub struct Client(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    shared: Arc<Shared>,
    hosts: RwLock<HashMap<String, Arc<Host>>>,
    recent: Recent,
}

impl Client {
    /// Makes a client; nothing is asked of anyone yet.
    pub fn new(options: ClientOptions) -> Self {
        let ClientOptions {
            hosts,
            credentials,
            retry,
            patience,
            on_outage,
            stop,
        } = options;
        let masks = Arc::<Masks>::default();
        let transport = Transport::new(patience.connect, patience.head, masks.clone());
        let shared = Arc::new(Shared {
            transport,
            credentials,
            retry,
            patience,
            hosts,
            on_outage,
            stop,
            sites: Sites::default(),
            masks,
        });
        Self(Arc::new(Inner {
            shared,
            hosts: RwLock::default(),
            recent: Recent::default(),
        }))
    }

    /// Announces which repositories will be asked for, so that one token can be for several.
    ///
    /// It costs no request, and is a hint alone: where a registry gives no such tokens, or refuses
    /// one of the repositories, each gets a token of its own.
    pub fn announce<'a>(
        &self,
        repositories: impl IntoIterator<Item = &'a Repository>,
        actions: Actions,
    ) {
        let mut by_host: HashMap<&str, Vec<&str>> = HashMap::new();
        for Repository { registry, name } in repositories {
            by_host.entry(registry).or_default().push(name);
        }
        for (registry, mut names) in by_host {
            names.sort_unstable();
            names.dedup();
            if let Ok(host) = self.find_or_make(registry) {
                host.auth.tokens.announce(&names, actions);
            }
        }
    }

    /// Returns what a registry's last answer said about its limit on pulls, if it said anything.
    pub fn rate_limit(&self, registry: &str) -> Option<RateLimit> {
        let hosts = self.0.hosts.read().unwrap_or_else(PoisonError::into_inner);
        hosts.get(registry)?.rate_limit()
    }

    /// Returns what was asked of every host so far.
    pub fn stats(&self) -> Stats {
        let hosts = self.0.hosts.read().unwrap_or_else(PoisonError::into_inner);
        hosts
            .iter()
            .map(|(name, host)| (name.clone(), host.counters.snapshot()))
            .collect()
    }

    /// Tells whether a manifest was read and is kept, so that it need not be read again.
    pub fn keeps_manifest(&self, repository: &Repository, digest: &Digest) -> bool {
        self.recent().get(repository, digest).is_some()
    }

    /// Returns the manifests that were read last.
    pub(super) fn recent(&self) -> &Recent {
        &self.0.recent
    }

    /// Returns what is kept for a host.
    pub(super) fn host(&self, registry: &str, operation: &Operation) -> Result<Arc<Host>, Failure> {
        self.find_or_make(registry).map_err(|text| {
            Failure::new(
                registry,
                Attempt::Request(operation.clone()),
                Fault::NoAnswer(NoAnswer::Setup(text)),
            )
        })
    }

    fn find_or_make(&self, registry: &str) -> Result<Arc<Host>, String> {
        let inner = &self.0;
        if let Some(host) = inner
            .hosts
            .read()
            .unwrap_or_else(PoisonError::into_inner)
            .get(registry)
        {
            return Ok(host.clone());
        }
        let options = inner.shared.hosts.get(registry);
        let options = options.cloned().unwrap_or_default();
        let host = Arc::new(Host::new(registry, options, inner.shared.clone())?);
        let mut hosts = inner.hosts.write().unwrap_or_else(PoisonError::into_inner);
        Ok(hosts.entry(registry.to_owned()).or_insert(host).clone())
    }
}

impl ReadRegistry for Client {
    async fn head_manifest(&self, reference: &Reference) -> Result<Option<Descriptor>, Failure> {
        self.sensible(|| self.head_manifest_of(reference)).await
    }

    async fn get_manifest(&self, reference: &Reference) -> Result<Option<RawManifest>, Failure> {
        self.sensible(|| self.get_manifest_of(reference)).await
    }

    async fn get_blob(
        &self,
        repository: &Repository,
        blob: &Descriptor,
    ) -> Result<Option<Bytes>, Failure> {
        self.sensible(|| self.get_small_blob(repository, blob))
            .await
    }

    async fn open_blob(
        &self,
        repository: &Repository,
        blob: &Descriptor,
        offset: u64,
    ) -> Result<BlobStream, Failure> {
        self.sensible(|| self.stream_blob(repository, blob, offset))
            .await
    }

    async fn has_blob(&self, repository: &Repository, digest: &Digest) -> bool {
        self.head_blob(repository, digest).await
    }

    async fn knows_repository(&self, repository: &Repository) -> Result<bool, Failure> {
        self.sensible(|| self.has_repository(repository)).await
    }

    async fn list_tags(&self, repository: &Repository) -> Result<Option<Vec<String>>, Failure> {
        self.sensible(|| self.tags_of(repository)).await
    }

    async fn list_referrers(
        &self,
        repository: &Repository,
        digest: &Digest,
    ) -> Result<Option<Vec<Child>>, Failure> {
        self.sensible(|| self.referrers_of(repository, digest))
            .await
    }

    async fn hides_behind_login(&self, repository: &Repository) -> bool {
        match self.find_or_make(&repository.registry) {
            Ok(host) => host.has_unused_login(&repository.name).await,
            Err(_) => false,
        }
    }

    async fn rest(&self, breaks: usize) {
        tokio::time::sleep(policy::wait(&self.0.shared.retry, breaks)).await;
    }
}

impl WriteRegistry for Client {
    async fn put_manifest(
        &self,
        reference: &Reference,
        manifest: &RawManifest,
    ) -> Result<Pushed, Failure> {
        self.sensible(|| self.push_manifest(reference, manifest))
            .await
    }

    async fn delete_manifest(&self, reference: &Reference) -> Result<Deletion, Failure> {
        self.sensible(|| self.remove_manifest(reference)).await
    }

    async fn start_upload(
        &self,
        repository: &Repository,
        mount: Option<&Mount>,
    ) -> Result<Upload, Failure> {
        self.sensible(|| self.mount_or_open(repository, mount))
            .await
    }

    async fn finish_upload(
        &self,
        session: &mut UploadSession,
        digest: &Digest,
        length: u64,
        body: UploadBody,
    ) -> Result<(), Failure> {
        self.finish(session, digest, length, body).await
    }

    async fn append_upload(
        &self,
        session: &mut UploadSession,
        offset: u64,
        length: u64,
        body: UploadBody,
    ) -> Result<(), Failure> {
        self.append(session, offset, length, body).await
    }

    async fn upload_offset(&self, session: &mut UploadSession) -> Result<Option<u64>, Failure> {
        self.offset_of(session).await
    }

    async fn cancel_upload(&self, session: &UploadSession) -> Result<(), Failure> {
        self.cancel(session).await
    }
}
