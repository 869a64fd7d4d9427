//! The tools of a case, interleaved, round by round: what disturbs one disturbs them all.

use std::net::SocketAddr;
use std::time::Duration;

use crate::Result;
use crate::identity::Identity;
use crate::images::{self, Named, SOURCE_NAMESPACE, TARGET_NAMESPACE};
use crate::measure::{self, Usage};
use crate::proxy::Proxy;
use crate::registry::{Registry, Requests, memory_folder};
use crate::tools::{Job, Tool};

/// A run that takes longer than this is not repeated.
const LONG: Duration = Duration::from_secs(60);

/// One case: what each tool has to do.
pub(crate) struct Contest<'a> {
    pub(crate) images: &'a [Named],
    pub(crate) tools: Vec<Tool>,
    pub(crate) rounds: usize,
    /// How far away both registries are.
    pub(crate) round_trip: Duration,
    /// Whether the target begins empty, each time; else everything is in place.
    pub(crate) cold: bool,
    /// Who the registries are, if they speak TLS.
    pub(crate) identity: Option<Identity>,
    pub(crate) at_once: usize,
}

/// What came of one tool.
pub(crate) struct Standing {
    pub(crate) name: String,
    pub(crate) requests: Option<(Requests, Requests)>,
    runs: Vec<Usage>,
}

impl Contest<'_> {
    /// Runs every tool in every round.
    pub(crate) async fn run(&self) -> Result<Vec<Standing>> {
        let source = self.filled(SOURCE_NAMESPACE).await?;
        let full = if self.cold {
            None
        } else {
            Some(self.filled(TARGET_NAMESPACE).await?)
        };
        let mut standings: Vec<_> = self.tools.iter().map(|tool| self.standing(*tool)).collect();
        for _ in 0..self.rounds {
            for (tool, standing) in self.tools.iter().zip(&mut standings) {
                if standing.runs.iter().any(|run| run.time > LONG) {
                    continue;
                }
                let empty = match full {
                    Some(_) => None,
                    None => Some(self.empty().await?),
                };
                if let Some(target) = full.as_ref().or(empty.as_ref()) {
                    self.run_once(*tool, &source, target, standing).await?;
                }
            }
        }
        Ok(standings)
    }

    async fn run_once(
        &self,
        tool: Tool,
        source: &Registry,
        target: &Registry,
        standing: &mut Standing,
    ) -> Result<()> {
        let (source_way, target_way) = (self.way(source).await?, self.way(target).await?);
        let begin = (source.begin_count().await?, target.begin_count().await?);
        let folder = memory_folder()?;
        let job = Job {
            images: self.images,
            source: source_way.address(),
            target: target_way.address(),
            folder: folder.path(),
            at_once: self.at_once,
            identity: self.identity.as_ref(),
        };
        let usage = measure::run(&tool.program(&job)?, folder.path()).await?;
        standing.runs.push(usage);
        if self.counts() {
            let at_source = source.count_since(begin.0).await?;
            standing.requests = Some((at_source, target.count_since(begin.1).await?));
        }
        images::check(self.images, target, TARGET_NAMESPACE)
            .await
            .map_err(|error| format!("after {}: {error}", tool.name()).into())
    }

    /// Counting needs logs, and those take time: where time on this machine counts, there are none.
    fn counts(&self) -> bool {
        !self.round_trip.is_zero()
    }

    async fn empty(&self) -> Result<Registry> {
        Registry::start(self.counts(), self.identity.as_ref()).await
    }

    async fn filled(&self, namespace: &str) -> Result<Registry> {
        let registry = self.empty().await?;
        images::push(self.images, &registry, namespace).await?;
        Ok(registry)
    }

    async fn way(&self, registry: &Registry) -> Result<Way> {
        if self.round_trip.is_zero() {
            return Ok(Way::Direct(registry.address));
        }
        let proxy = Proxy::open(registry.address, self.round_trip).await?;
        Ok(Way::Long(proxy))
    }

    fn standing(&self, tool: Tool) -> Standing {
        Standing {
            name: tool.title(self.at_once),
            requests: None,
            runs: Vec::new(),
        }
    }
}

/// The way to a registry.
enum Way {
    Direct(SocketAddr),
    Long(Proxy),
}

impl Way {
    fn address(&self) -> SocketAddr {
        match self {
            Self::Direct(address) => *address,
            Self::Long(proxy) => proxy.address,
        }
    }
}

impl Standing {
    pub(crate) fn runs(&self) -> usize {
        self.runs.len()
    }

    /// Returns the median of the times.
    pub(crate) fn time(&self) -> Duration {
        self.median(|run| run.time)
    }

    pub(crate) fn least(&self) -> Duration {
        let times = self.runs.iter().map(|run| run.time);
        times.min().unwrap_or_default()
    }

    pub(crate) fn most(&self) -> Duration {
        let times = self.runs.iter().map(|run| run.time);
        times.max().unwrap_or_default()
    }

    /// Returns the median of the processor times.
    pub(crate) fn cpu(&self) -> Duration {
        self.median(|run| run.cpu)
    }

    /// Returns the most memory that any run took.
    pub(crate) fn peak(&self) -> u64 {
        let peaks = self.runs.iter().map(|run| run.peak);
        peaks.max().unwrap_or_default()
    }

    fn median(&self, of: impl Fn(&Usage) -> Duration) -> Duration {
        let mut all: Vec<Duration> = self.runs.iter().map(of).collect();
        all.sort_unstable();
        all.get(all.len() / 2).copied().unwrap_or_default()
    }
}
