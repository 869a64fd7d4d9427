//! `apply`: the plan, carried out.

use std::path::Path;
use std::slice;
use std::sync::Arc;

use crate::apply::{ToApply, apply_each, attest};
use crate::cli::args::{ApplyArgs, ApplyingArgs, GlobalArgs, StickArgs};
use crate::cli::client::{announce_writes, warn_of_pulls};
use crate::cli::clock;
use crate::cli::confirm::confirm;
use crate::cli::context::Context;
use crate::cli::error::{CliError, CommandError};
use crate::cli::exit::Exit;
use crate::cli::metrics::Metrics;
use crate::cli::notices::Notices;
use crate::cli::outputs::{self, Outputs};
use crate::cli::progress::{Display, Phase};
use crate::cli::reading::reading;
use crate::cli::report::answer;
use crate::cli::saved_plan;
use crate::cli::session::{Planned, Planning, Scope, plan_pruning};
use crate::cli::sticks;
use crate::cli::variables::Variable;
use crate::model::listed;
use crate::observe::same_content;
use crate::plan::cost::pulls;
use crate::plan::{Attachment, Cost, Report, Run, promotions};
use crate::progress::Progress;
use crate::registry::Client;
use crate::render::{self, Format};
use crate::stick::Ends;

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

/// Shows what would be done, to who is asked or watches.
async fn show(
    context: &Context,
    global: &GlobalArgs,
    each: &[Planned],
    ends: &Ends,
) -> Result<(), CommandError> {
    let printer = &context.printer;
    let is_mirrored = |repository: &_, digest: &_| {
        ends.given().is_some() || ends.client().is_mirrored(repository, digest)
    };
    let view = render::View {
        style: printer.talk_style(),
        ..printer.view(global.verbose > 0)
    };
    for Planned { plan, mirror, .. } in each {
        let same = reading(context, 0, async |_| same_content(plan, ends).await).await?;
        printer.insist(|to| {
            let cost = Cost::of(plan, None).pulling(pulls([plan], is_mirrored));
            let details = render::Details {
                cost: Some(&cost),
                same_content: Some(&same),
                part: mirror.part(),
                ..render::Details::default()
            };
            render::plan(plan, &details, Format::Human, &view, to)?;
            writeln!(to)
        });
    }
    Ok(())
}

/// What was done.
pub(super) struct Applied {
    /// What happened to each image, target by target.
    pub(super) reports: Vec<Report>,
    /// The client, which knows what registries said.
    pub(super) client: Client,
    /// How that ends.
    pub(super) exit: Exit,
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
fn pending(planning: &Planning) -> usize {
    let each = planning.each.iter();
    each.map(|planned| planned.plan.summary().pending()).sum()
}

/// Shows to a person what would be done, and asks whether it is wanted.
async fn consent(
    context: &Context,
    global: &GlobalArgs,
    options: &ApplyArgs,
    planning: &Planning,
) -> Result<(), CommandError> {
    let printer = &context.printer;
    let is_pending = pending(planning) > 0;
    // Who kept a plan has seen it.
    let asks = is_pending && !options.yes && options.plan.is_none() && printer.can_ask();
    if asks || is_pending && printer.talks_to_a_person() {
        show(context, global, &planning.each, &planning.ends).await?;
    }
    if asks {
        let targets = planning.each.iter().map(|planned| &planned.plan.target);
        let targets = listed(targets);
        let question = match &options.stick.into {
            Some(stick) => {
                let stick = stick.display();
                text!(
                    "Put this onto `{stick}`, for {targets}? [y/N]",
                    "把以上内容写到 `{stick}`，供 {targets} 使用？[y/N]"
                )
            }
            None => text!(
                "Do this to {targets}? [y/N]",
                "对 {targets} 执行以上变更？[y/N]"
            ),
        };
        confirm(context, &question).await?;
    }
    Ok(())
}

/// Carries out plans and prints what happened to each image.
pub(super) async fn carry_out(
    context: &Context,
    global: &GlobalArgs,
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
        each,
        client,
        ends,
        shard,
        ..
    } = planning;
    for planned in &each {
        announce_writes(&client, &planned.plan);
    }
    let is_had = |repository: &_, digest: &_| {
        ends.given().is_some()
            || client.keeps_manifest(repository, digest)
            || client.is_mirrored(repository, digest)
    };
    let plans = each.iter().map(|planned| &planned.plan);
    warn_of_pulls(printer, &client, &pulls(plans, is_had));
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
        attach_all(context, &mut reports, &client).await;
    }
    let on_stick = stick.into.is_some();
    answer(context, global, &options.report, |format, view, to| {
        let view = &render::View { on_stick, ..*view };
        render::each(&reports, format, to, |report, to| {
            render::report(report, format, view, to)
        })
    })?;
    recorded?;
    sticks::tell(context, stick, filled)?;
    let exit = exit(&reports);
    Ok(Applied {
        reports,
        client,
        exit,
    })
}

/// Makes the plan or takes up a saved one, carries it out and prints what happened to each image.
pub(super) async fn run(
    context: &Context,
    global: &GlobalArgs,
    options: &ApplyArgs,
) -> Result<Exit, CommandError> {
    let applying = &options.applying;
    sticks::require_fitting(options)?;
    let context = &context.pushing().within(&applying.bounds);
    let metrics = Metrics::begin(options.metrics.metrics.as_deref());
    let outputs = Outputs::check(context, applying.named().chain(metrics.named()))?;
    let notices = Notices::of(&context.environment)?;
    let planning = match &options.plan {
        Some(path) => saved_plan::take_up(context, global, options, path, &outputs).await?,
        None => plan(context, global, applying, &options.stick, &outputs).await?,
    };
    consent(context, global, options, &planning).await?;
    let is_shard = planning.shard.is_some();
    let applied = carry_out(context, global, applying, &options.stick, planning).await?;
    let Applied {
        reports,
        client,
        exit,
    } = applied;
    metrics.write(context, "apply", exit, &client, |run, _, to| {
        render::metrics::of_reports(run, &reports, to)
    })?;
    // What several machines did is told once, by who merges their reports.
    if !is_shard {
        notices
            .tell(context, "apply", || {
                reports.iter().map(render::notice::of_report).collect()
            })
            .await;
    }
    Ok(exit)
}
