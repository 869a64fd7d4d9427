//! The tools of a case, interleaved, round by round: what disturbs one disturbs them all.

use std::time::Duration;

use crate::Result;
use crate::identity::Identity;
use crate::images::{self, Named, SOURCE_NAMESPACE, TARGET_NAMESPACE};
use crate::login::{LOGIN, Tokens};
use crate::machine::Load;
use crate::measure;
use crate::registry::{Registry, Setup, memory_folder};
use crate::standing::Standing;
use crate::tools::{Job, Tool};
use crate::way::Ways;

/// One case: what each tool has to do.
pub(crate) struct Contest<'a> {
    pub(crate) program: &'a str,
    pub(crate) images: &'a [Named],
    pub(crate) tools: Vec<Tool>,
    pub(crate) rounds: usize,
    /// For how long a run may last.
    pub(crate) patience: Duration,
    pub(crate) ways: Ways,
    /// Whether the target begins empty, each time; else everything is in place.
    pub(crate) cold: bool,
    /// Who the registries are, if they speak TLS.
    pub(crate) identity: Option<Identity>,
    /// Where tokens come from, if they are wanted.
    pub(crate) tokens: Option<Tokens>,
}

/// What came of a case.
pub(crate) struct Standings {
    pub(crate) all: Vec<Standing>,
    pub(crate) load: Load,
}

impl Standings {
    /// Runs every tool in every round; `run` fails where a tool did not do its job, and adds to a
    /// standing where it did. Only what `pusher` does has to go well.
    pub(crate) async fn gather(
        tools: &[Tool],
        rounds: usize,
        mut run: impl AsyncFnMut(Tool, &mut Standing) -> Result<()>,
    ) -> Result<Self> {
        let mut load = Load::look();
        let new = |tool: &Tool| Standing::new(tool.title());
        let mut all: Vec<_> = tools.iter().map(new).collect();
        for _ in 0..rounds {
            for (tool, standing) in tools.iter().zip(&mut all) {
                if standing.is_done() {
                    continue;
                }
                if let Err(error) = run(*tool, standing).await {
                    if tool.name() == Tool::Pusher.name() {
                        return Err(error);
                    }
                    standing.failure = Some(error.to_string());
                }
                load.look_again();
            }
        }
        Ok(Self { all, load })
    }
}

impl Contest<'_> {
    /// Runs every tool in every round.
    pub(crate) async fn run(&self) -> Result<Standings> {
        let source = self.filled(SOURCE_NAMESPACE).await?;
        let full = if self.cold {
            None
        } else {
            Some(self.filled(TARGET_NAMESPACE).await?)
        };
        Standings::gather(&self.tools, self.rounds, async |tool, standing| {
            let empty = match full {
                Some(_) => None,
                None => Some(self.empty().await?),
            };
            match full.as_ref().or(empty.as_ref()) {
                Some(target) => self.run_once(tool, &source, target, standing).await,
                None => Ok(()),
            }
        })
        .await
    }

    async fn run_once(
        &self,
        tool: Tool,
        source: &Registry,
        target: &Registry,
        standing: &mut Standing,
    ) -> Result<()> {
        let (source_way, target_way) = self.ways.open(source.address, target.address).await?;
        let begin = (source.begin_count().await?, target.begin_count().await?);
        let folder = memory_folder()?;
        let job = Job {
            images: self.images,
            sources: &[source_way.address()?],
            target: target_way.address()?,
            folder: folder.path(),
            identity: self.identity.as_ref(),
            login: self.tokens.as_ref().map(|_| &LOGIN),
        };
        if let Some(tokens) = &self.tokens {
            tokens.forget_requests();
        }
        let usage = measure::run(&tool.program(&job)?, folder.path(), self.patience).await;
        standing.remarks = target_way.remarks();
        if let Some(tokens) = &self.tokens {
            let requests = tokens.requests().to_string();
            standing.remarks.push(("token requests", requests));
        }
        let usage = usage?;
        if let Ways::Thin(thin) = self.ways {
            let share = thin.share(images::bytes(self.images), usage.time);
            standing.remarks.push(("of the width", share));
        }
        if self.counts() {
            let at_source = source.count_since(begin.0).await?;
            standing.requests = Some((at_source, target.count_since(begin.1).await?));
        }
        images::check(self.images, target, TARGET_NAMESPACE).await?;
        standing.add(usage);
        Ok(())
    }

    /// Counting needs logs, and those take time: where time on this machine counts, there are none.
    fn counts(&self) -> bool {
        matches!(self.ways, Ways::Long(_))
    }

    async fn empty(&self) -> Result<Registry> {
        Registry::start(&Setup {
            program: self.program,
            logs: self.counts(),
            identity: self.identity.as_ref(),
            tokens: self.tokens.as_ref(),
        })
        .await
    }

    async fn filled(&self, namespace: &str) -> Result<Registry> {
        let registry = self.empty().await?;
        images::push(self.images, &registry, namespace).await?;
        Ok(registry)
    }
}
