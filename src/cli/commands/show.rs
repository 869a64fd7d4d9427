//! `show`: a saved plan, read aloud.

use indexmap::IndexMap;

use crate::cli::args::{GlobalArgs, ShowArgs};
use crate::cli::context::Context;
use crate::cli::error::{CliError, CommandError};
use crate::cli::exit::Exit;
use crate::cli::saved_plan;
use crate::plan::SavedPlan;
use crate::plan::saved::{Against, SavedTarget};
use crate::plan::shards::ShardLoad;
use crate::render::{self, Shown, ShownAgainst};

/// Prints what a saved plan would do. No registry is asked, so it may be refused for more than is told.
pub(super) fn run(
    context: &Context,
    global: &GlobalArgs,
    options: &ShowArgs,
) -> Result<Exit, CommandError> {
    let mut plans = saved_plan::look_at(context, &options.plan)?;
    if options.matrix {
        return matrix(context, options, &plans);
    }
    let mut stale: Vec<_> = plans
        .iter()
        .map(|plan| saved_plan::stale(context, plan))
        .collect();
    let other = options.against.as_deref();
    let read = other.map(|path| saved_plan::look_at(context, path));
    let read = read.transpose()?.unwrap_or_default();
    for lost in &read {
        if of_target(&plans, &lost.target).is_none() {
            plans.push(SavedPlan {
                changes: IndexMap::new(),
                ..lost.clone()
            });
        }
    }
    // Where it lies says nothing of what it holds.
    let file = other.map(|path| path.file_name().unwrap_or(path.as_os_str()));
    let file = file.map(|name| name.display().to_string());
    let against = plans.iter().map(|plan| {
        let read = of_target(&read, &plan.target);
        file.as_ref().map(|_| Against::of(plan, read))
    });
    // What stands for a target that the plan does not have is no plan that could be refused.
    stale.resize(plans.len(), vec![]);
    let all: Vec<_> = plans.iter().zip(&stale).zip(against).collect();
    let (view, format) = (context.printer.view(global.verbose > 0), global.format());
    context.printer.answer(|to| {
        render::each(&all, format, to, |((plan, stale), against), to| {
            let against = against.as_ref().zip(file.as_deref());
            let against = against.map(|(differs, file)| ShownAgainst { file, differs });
            let shown = Shown {
                plan,
                stale,
                against,
            };
            render::show(&shown, format, &view, to)
        })
    })?;
    Ok(Exit::Done)
}

/// Prints the shards in which something is to be done, in whichever target.
fn matrix(
    context: &Context,
    options: &ShowArgs,
    plans: &[SavedPlan],
) -> Result<Exit, CommandError> {
    let mut loads: Vec<ShardLoad> = vec![];
    for shards in plans.iter().filter_map(|plan| plan.shards.as_ref()) {
        loads.resize(shards.loads.len(), ShardLoad::default());
        for (load, more) in loads.iter_mut().zip(&shards.loads) {
            load.images = load.images.saturating_add(more.images);
            load.bytes = load.bytes.saturating_add(more.bytes);
        }
    }
    if loads.is_empty() {
        let plan = options.plan.display();
        let message = text!(
            "`{plan}` is not made for several machines",
            "`{plan}` 没有分片"
        );
        return Err(CliError::new(message)
            .hint(text!(
                "`pusher plan --out {plan} --shards 4` makes such a plan",
                "`pusher plan --out {plan} --shards 4` 会做出这样的计划"
            ))
            .into());
    }
    context.printer.answer(|to| render::matrix(&loads, to))?;
    Ok(Exit::Done)
}

/// Returns the plan of this very place. One of another place says nothing of what is done here.
fn of_target<'a>(plans: &'a [SavedPlan], target: &SavedTarget) -> Option<&'a SavedPlan> {
    let place = |of: &SavedTarget| (of.name.clone(), of.registry.clone(), of.namespace.clone());
    plans
        .iter()
        .find(|plan| place(&plan.target) == place(target))
}
