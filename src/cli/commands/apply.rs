//! `apply`: the plan, carried out.

use crate::cli::applying::{Applied, carry_out, pending, plan};
use crate::cli::args::{ApplyArgs, GlobalArgs};
use crate::cli::confirm::confirm;
use crate::cli::context::Context;
use crate::cli::error::CommandError;
use crate::cli::exit::Exit;
use crate::cli::metrics::Metrics;
use crate::cli::notices::Notices;
use crate::cli::outputs::Outputs;
use crate::cli::reading::reading;
use crate::cli::report::answer;
use crate::cli::saved_plan;
use crate::cli::session::{Planned, Planning};
use crate::cli::sticks;
use crate::model::listed;
use crate::observe::same_content;
use crate::plan::Cost;
use crate::plan::cost::pulls;
use crate::render::{self, Format};
use crate::stick::Ends;

/// Shows what would be done, to who is asked or watches.
async fn show(
    context: &Context,
    global: &GlobalArgs,
    each: &[Planned],
    ends: &Ends,
) -> Result<(), CommandError> {
    let printer = &context.printer;
    let is_had = |repository: &_, digest: &_| ends.has_without_pull(repository, digest);
    let view = render::View {
        style: printer.talk_style(),
        ..printer.view(global.verbose > 0)
    };
    for Planned { plan, mirror, .. } in each {
        let same = reading(context, 0, async |_| same_content(plan, ends).await).await?;
        printer.insist(|to| {
            let cost = Cost::of(plan, None).pulling(pulls([plan], is_had));
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
    let mut applied = carry_out(context, applying, &options.stick, planning).await?;
    answer(context, global, &applying.report, |format, view, to| {
        applied.render(format, view, to)
    })?;
    // What comes after it is told and kept whatever became of this.
    let rest = applied.tell_rest(context, &options.stick);
    let Applied {
        reports,
        client,
        exit,
        ..
    } = applied;
    let exit = if rest.is_ok() { exit } else { Exit::Failed };
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
    rest?;
    Ok(exit)
}
