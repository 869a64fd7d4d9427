//! One client for many hosts.

use std::collections::HashMap;
use std::sync::{Arc, PoisonError, RwLock, RwLockReadGuard};

use crate::model::{
    Attempt, Digest, Failure, Fault, MirrorNotice, NoAnswer, Operation, Repository, Text,
};

use super::access::{Actions, Masks};
use super::endpoints::ManifestCache;
use super::exchange::{Answer, Call};
use super::host::{Host, Role, Shared};
use super::limits::{PullLimit, TokenServers};
use super::mirrors::{Mirror, MirrorMap};
use super::options::{ClientOptions, RetryOptions, Timeouts};
use super::outage::ServerMap;
use super::retry::RetryCount;
use super::stats::Stats;
use super::transport::Transport;

/// Reads and writes registries over HTTP.
///
/// It keeps, for each host, how it wants to be asked, its tokens, its connections and its limits;
/// a clone shares all of that.
#[derive(Debug, Clone)]
pub struct Client {
    inner: Arc<Inner>,
    /// What is tried again for whoever has this clone.
    pub(super) retries: RetryCount,
    /// What the hosts are to whoever has this clone.
    role: Role,
}

#[derive(Debug)]
struct Inner {
    shared: Arc<Shared>,
    hosts: RwLock<HostMap>,
    /// The same of hosts that are asked as mirrors.
    mirror_hosts: RwLock<HostMap>,
    mirrors: MirrorMap,
    manifest_cache: ManifestCache,
}

type HostMap = HashMap<String, Arc<Host>>;

impl Client {
    /// Makes a client; nothing is asked of anyone yet.
    pub fn new(options: ClientOptions) -> Self {
        let masks = Arc::<Masks>::default();
        let Timeouts { connect, head, .. } = options.timeouts;
        let mirrors = Mirror::map(&options.hosts);
        let shared = Shared {
            transport: Transport::new(connect, head, masks.clone()),
            masks,
            servers: ServerMap::default(),
            token_servers: TokenServers::default(),
            options,
        };
        let inner = Inner {
            shared: Arc::new(shared),
            hosts: RwLock::default(),
            mirror_hosts: RwLock::default(),
            mirrors,
            manifest_cache: ManifestCache::default(),
        };
        Self {
            inner: Arc::new(inner),
            retries: RetryCount::default(),
            role: Role::Registry,
        }
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
        if self.role == Role::Registry && actions == Actions::Pull {
            self.announce_to_mirrors(&by_host);
        }
        for (registry, mut names) in by_host {
            names.sort_unstable();
            names.dedup();
            if let Ok(host) = self.find_or_make(registry) {
                host.auth.tokens.announce(&names, actions);
            }
        }
    }

    fn announce_to_mirrors(&self, by_host: &HashMap<&str, Vec<&str>>) {
        for (registry, names) in by_host {
            for mirror in self.mirrors(registry) {
                let there = names.iter().map(|name| mirror.place.repository(name));
                let there: Vec<_> = there.collect();
                self.at_mirrors().announce(&there, Actions::Pull);
            }
        }
    }

    /// Returns what a registry's last answer said about its limit on pulls, if it said anything.
    pub fn pull_limit(&self, registry: &str) -> Option<PullLimit> {
        *self.hosts().get(registry)?.pull_limit()
    }

    /// Returns what was asked of every host so far.
    pub fn stats(&self) -> Stats {
        let mut stats = Stats::new();
        for hosts in [&self.inner.hosts, &self.inner.mirror_hosts] {
            let hosts = hosts.read().unwrap_or_else(PoisonError::into_inner);
            for (name, host) in hosts.iter() {
                let of_host = stats.entry(name.clone()).or_default();
                of_host.add(host.counters.snapshot());
            }
        }
        stats
    }

    /// Tells whether a manifest was read and is kept, so that it need not be read again.
    pub fn keeps_manifest(&self, repository: &Repository, digest: &Digest) -> bool {
        self.manifest_cache().get(repository, digest).is_some()
    }

    /// Returns the manifests that were read last.
    pub(super) fn manifest_cache(&self) -> &ManifestCache {
        &self.inner.manifest_cache
    }

    /// Returns the same client for what is asked of mirrors.
    pub(super) fn at_mirrors(&self) -> Self {
        let mut mirrors = self.clone();
        mirrors.role = Role::Mirror;
        mirrors
    }

    /// Returns the mirrors of a registry, in the order in which they are asked; a mirror has none.
    pub(super) fn mirrors(&self, registry: &str) -> &[Arc<Mirror>] {
        match self.role {
            Role::Registry => self.inner.mirrors.get(registry).map_or(&[], |all| all),
            Role::Mirror => &[],
        }
    }

    /// Tells of a mirror that is not asked any more.
    pub(super) fn tell_of(&self, notice: &MirrorNotice) {
        self.inner.shared.options.on_mirror.tell(notice);
    }

    /// Sends a request, and counts what of it had to be tried again.
    pub(super) async fn send(&self, host: &Arc<Host>, call: Call) -> Result<Answer, Failure> {
        host.send(call, &self.retries).await
    }

    /// Returns what all hosts share.
    pub(super) fn shared(&self) -> &Arc<Shared> {
        &self.inner.shared
    }

    /// Returns what is tried again, and how often.
    pub(super) fn retry(&self) -> &RetryOptions {
        &self.inner.shared.options.retry
    }

    /// Returns what is kept for a host.
    pub(super) fn host(&self, registry: &str, operation: &Operation) -> Result<Arc<Host>, Failure> {
        self.find_or_make(registry).map_err(|text| {
            let attempt = Attempt::Request(operation.clone());
            Failure::new(registry, attempt, Fault::NoAnswer(NoAnswer::Setup(text)))
        })
    }

    fn host_map(&self) -> &RwLock<HostMap> {
        match self.role {
            Role::Registry => &self.inner.hosts,
            Role::Mirror => &self.inner.mirror_hosts,
        }
    }

    fn hosts(&self) -> RwLockReadGuard<'_, HostMap> {
        let hosts = self.host_map().read();
        hosts.unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn find_or_make(&self, registry: &str) -> Result<Arc<Host>, Text> {
        let inner = &self.inner;
        let known = self.hosts().get(registry).cloned();
        if let Some(host) = known {
            return Ok(host);
        }
        let options = inner.shared.options.hosts.get(registry);
        let options = options.cloned().unwrap_or_default();
        let shared = inner.shared.clone();
        let host = Arc::new(Host::new(registry, options, shared, self.role)?);
        let hosts = self.host_map().write();
        let mut hosts = hosts.unwrap_or_else(PoisonError::into_inner);
        Ok(hosts.entry(registry.to_owned()).or_insert(host).clone())
    }
}
