//! What `apply` and each round of `watch` do alike: make the plans, carry them out, write down what was done.

use std::fmt;
use std::path::Path;
use std::slice;
use std::sync::Arc;

use crate::apply::{ToApply, apply_each, attest};
use crate::model::Failure;
use crate::plan::cost::pulls;
use crate::plan::{Attachment, Report, Run, promotions};
use crate::progress::Progress;
use crate::registry::Client;
use crate::render::{self, Format};
use crate::stick::Written;

use super::args::{ApplyingArgs, GlobalArgs, StickArgs};
use super::client::{announce_writes, warn_of_pulls};
use super::clock;
use super::context::Context;
use super::error::{CliError, CommandError};
use super::exit::Exit;
use super::outputs::{self, Outputs};
use super::progress::{Display, Phase};
use super::session::{Planned, Planning, Scope, plan_pruning};
use super::sticks;
use super::variables::Variable;

/// Adds what was promoted to a file.
fn record(context: &Context, path: &Path, reports: &[Report]) -> Result<(), CliError> {
    let mut lines = String::new();
    for report in reports {
        // A string takes all that is written to it.
        let _ = render::records(&report.promotions, &mut lines);
    }
    outputs::append(context, path, &lines)
}

/// Attaches to each image that was promoted the record of it.
async fn attach(report: &Report, client: &Client) -> Vec<Attachment> {
    let records = report.promotions.iter().map(|promotion| {
        let mut line = String::new();
        let _ = render::records(slice::from_ref(promotion), &mut line);
        (promotion, line.into())
    });
    attest(&report.plan.target, records.collect(), client).await
}

/// Attaches the records of all targets. Who stops a run wants nothing more of it.
async fn attach_all(context: &Context, reports: &mut [Report], client: &Client) {
    for report in reports {
        if report.interrupted {
            continue;
        }
        tokio::select! {
            attachments = attach(report, client) => report.attachments = attachments,
            () = context.stop.made() => report.interrupted = true,
        }
    }
}

/// Returns what is to be told of this run beside what it did.
fn this_run(context: &Context) -> Run {
    let variables = [Variable::GitHubCommit, Variable::GitLabCommit];
    let commit = variables.map(|variable| context.environment.get(variable));
    Run {
        ended: clock::now(),
        commit: commit.into_iter().flatten().next().map(ToOwned::to_owned),
    }
}

/// Judges what was done.
fn exit(reports: &[Report]) -> Exit {
    if reports.iter().any(|report| report.interrupted) {
        return Exit::Interrupted;
    }
    if !reports.iter().all(Report::is_attested) {
        return Exit::Failed;
    }
    Exit::of_reports(reports.iter().map(Report::summary))
}

/// What was done.
pub(super) struct Applied {
    /// What happened to each image, target by target.
    pub(super) reports: Vec<Report>,
    /// The client, which knows what registries said.
    pub(super) client: Client,
    /// How that ends.
    pub(super) exit: Exit,
    on_stick: bool,
    recorded: Result<(), CliError>,
    filled: Option<Result<Written, Failure>>,
}

impl Applied {
    /// Writes what happened to each image, in the form that is asked for.
    pub(super) fn render(
        &self,
        format: Format,
        view: &render::View,
        to: &mut dyn fmt::Write,
    ) -> fmt::Result {
        let view = &render::View {
            on_stick: self.on_stick,
            ..*view
        };
        render::each(&self.reports, format, to, |report, to| {
            render::report(report, format, view, to)
        })
    }

    /// Says what else came of it, once: whether it was recorded, and what a stick holds now.
    pub(super) fn tell_rest(
        &mut self,
        context: &Context,
        stick: &StickArgs,
    ) -> Result<(), CliError> {
        std::mem::replace(&mut self.recorded, Ok(()))?;
        sticks::tell(context, stick, self.filled.take())
    }
}

/// Makes the plans for what the files declare.
pub(super) async fn plan(
    context: &Context,
    global: &GlobalArgs,
    options: &ApplyingArgs,
    stick: &StickArgs,
    outputs: &Outputs<'_>,
) -> Result<Planning, CommandError> {
    let scope = Scope {
        to: &options.to.to,
        locked: options.locked.locked,
        prune: options.prune.prune,
        only: &options.only.only,
        stick: Some(stick),
        ..Scope::default()
    };
    plan_pruning(context, global, scope, outputs).await
}

/// Returns how much has to be done.
pub(super) fn pending(planning: &Planning) -> usize {
    let each = planning.each.iter();
    each.map(|planned| planned.plan.summary().pending()).sum()
}

/// Carries out plans; what is to be printed is left to [`Applied`].
pub(super) async fn carry_out(
    context: &Context,
    options: &ApplyingArgs,
    stick: &StickArgs,
    planning: Planning,
) -> Result<Applied, CommandError> {
    let printer = &context.printer;
    let plans = planning.each.iter().map(|planned| &planned.plan);
    sticks::require_whole(context, &planning.ends, &plans.collect::<Vec<_>>()).await?;
    let progress = Arc::new(Progress::new(pending(&planning)));
    let display = Display::start(printer, &progress, Phase::Copying);
    let Planning {
        each, ends, shard, ..
    } = planning;
    let client = ends.client();
    for planned in &each {
        announce_writes(client, &planned.plan);
    }
    let is_had = |repository: &_, digest: &_| {
        client.keeps_manifest(repository, digest) || ends.has_without_pull(repository, digest)
    };
    let plans = each.iter().map(|planned| &planned.plan);
    warn_of_pulls(printer, client, &pulls(plans, is_had));
    let each = each.into_iter().map(|planned| {
        let Planned {
            plan,
            looked,
            mirror,
        } = planned;
        (ToApply { plan, looked }, mirror.desired)
    });
    let (plans, desired): (Vec<_>, Vec<_>) = each.unzip();
    let stop = context.stop.heed();
    let mut reports = apply_each(plans, &ends, &stop, context.limits, &progress).await;
    let filled = sticks::finish(&ends, &reports).await;
    drop(display);
    let run = this_run(context);
    for (report, desired) in reports.iter_mut().zip(&desired) {
        // What is on a stick is not in the target yet.
        if stick.into.is_none() {
            report.promotions = promotions(report, desired, &run);
        }
        report.shard.clone_from(&shard);
    }
    // What is in the target is recorded, whatever becomes of the rest.
    let records = options.records.as_deref();
    let recorded = records.map(|path| record(context, path, &reports));
    let recorded = recorded.unwrap_or(Ok(()));
    if options.attest {
        attach_all(context, &mut reports, client).await;
    }
    let exit = exit(&reports);
    Ok(Applied {
        reports,
        client: client.clone(),
        exit,
        on_stick: stick.into.is_some(),
        recorded,
        filled,
    })
}
