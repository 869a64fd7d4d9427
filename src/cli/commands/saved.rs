//! A plan as a file: kept by `plan --out`, taken up again by `apply PLAN`.

use std::fmt::Display;
use std::path::Path;

use crate::observe::tags;
use crate::plan::SavedPlan;
use crate::plan::saved::{Declared, PlanFile, confirm, lost, pin, read};
use crate::render::clean::clean;
use crate::render::json;

use super::super::args::{ApplyArgs, GlobalArgs};
use super::super::context::Context;
use super::super::error::{CliError, Stop};
use super::super::files;
use super::super::outputs::{self, Outputs};
use super::plan::{Planned, declared, make_for, pruned, reading};

/// Keeps a plan.
pub(super) fn write(context: &Context, path: &Path, plan: &SavedPlan) -> Result<(), CliError> {
    let mut text = String::new();
    json::write(&PlanFile::from(plan), &mut text)
        .map_err(|_| CliError::new(format!("cannot write `{}`", path.display())))?;
    outputs::write(context, path, &text)
}

/// Reads a plan, makes it anew for the digests that it names, and keeps of it what still holds.
///
/// What it deletes was asked for when it was made. That makes it no more than the files and the lock
/// allow: it is chosen from what `--prune` would delete now.
pub(super) async fn take_up(
    context: &Context,
    global: &GlobalArgs,
    options: &ApplyArgs,
    path: &Path,
    outputs: &Outputs<'_>,
) -> Result<Planned, Stop> {
    outputs.spare([path])?;
    let text = files::read_text(&context.folder, path)
        .map_err(|why| CliError::new(format!("cannot read `{}`: {why}", path.display())))?;
    let saved = read(&text).map_err(|error| refused(path, &[error]))?;
    let mut mirror = declared(context, global, options.locked, outputs)?;
    let undeclared = if saved.prune {
        mirror.prunable().unwrap_or_default()
    } else {
        vec![]
    };
    let declared = Declared {
        desired: &mirror.desired,
        files: &mirror.files,
        prune: mirror.prunes(options.prune),
        undeclared: &undeclared,
    };
    let pinned = pin(&saved, declared).map_err(|found| refused(path, &found))?;
    mirror.desired = pinned.desired.clone();
    let mut planned = make_for(context, global, mirror).await?;
    if saved.prune {
        planned = pruned(context, planned).await?;
    }
    let Planned { plan, client, .. } = &planned;
    let lost = lost(&saved, &pinned, plan);
    let held = reading(context, lost.len(), async |_| {
        tags(&plan.target, lost, client).await
    })
    .await?;
    planned.plan =
        confirm(&saved, &pinned, planned.plan, &held).map_err(|found| refused(path, &found))?;
    Ok(planned)
}

/// How many reasons are told: a plan that a stranger wrote can have any number.
const REASONS_TOLD: usize = 20;

/// Says why a plan is not applied, every reason on a line of its own.
fn refused(path: &Path, reasons: &[impl Display]) -> CliError {
    let file = path.display();
    let told = reasons.iter().take(REASONS_TOLD);
    let mut told: Vec<_> = told.map(|reason| clean(&reason.to_string())).collect();
    if let Some(more @ 1..) = reasons.len().checked_sub(REASONS_TOLD) {
        told.push(format!("and {more} more"));
    }
    let told = match &told[..] {
        [reason] => format!(" {reason}"),
        many => format!("\n  - {}", many.join("\n  - ")),
    };
    CliError::new(format!("`{file}` is not applied:{told}")).hint(format!(
        "nothing was done; make the plan again with `pusher plan --out {file}`"
    ))
}
