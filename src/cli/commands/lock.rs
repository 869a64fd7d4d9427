//! `lock`: which digests the images stand for, written down.

use std::collections::BTreeSet;

use crate::lock::{Unfit, check, renew, undeclared, write};
use crate::observe::{resolve, tags};
use crate::plan::{Desired, Entry, Observation};
use crate::render;

use super::super::args::{GlobalArgs, LockArgs};
use super::super::client::connect;
use super::super::context::Context;
use super::super::error::{CliError, Stop};
use super::super::exit::Exit;
use super::super::mirror::{self, Mirror};
use super::super::outputs::{self, Outputs};
use super::plan::{cache, reading};

/// Writes the lock, or says in what it does not fit the files.
pub(super) async fn run(
    context: &Context,
    global: &GlobalArgs,
    options: &LockArgs,
) -> Result<Exit, Stop> {
    let outputs = Outputs::check(context, [])?;
    let mirror = mirror::require(context, global, &outputs)?;
    if options.check {
        return compare(context, &mirror);
    }
    let desired = &mirror.desired;
    let entries = wanted(desired, options.update.as_deref())?;
    let client = connect(context, &mirror)?;
    let cache = cache(context, global);
    let old = desired.lock.clone().unwrap_or_default();
    let left = undeclared(desired, &old);
    let (resolved, left) = reading(context, entries.len(), async |progress| {
        tokio::join!(
            resolve(desired, &entries, &client, &cache, progress),
            tags(&desired.target, left.iter().map(|(name, _)| name), &client),
        )
    })
    .await?;
    // Only a clear answer counts: what could not be read may be there.
    let is_gone = |(_, found): &(_, _)| matches!(found, Observation::Absent);
    let gone: BTreeSet<_> = left
        .into_iter()
        .filter(is_gone)
        .map(|(name, _)| name)
        .collect();
    let renewed = renew(desired, &resolved, &gone);
    if desired.lock.as_ref() != Some(&renewed.lock) {
        let text = write(&renewed.lock);
        outputs::write(context, &mirror.lock_file, &text)?;
    }
    let view = context.printer.view(global.verbose > 0);
    let file = mirror.lock_file.display().to_string();
    context
        .printer
        .answer(|to| render::human::renewed(&renewed, &file, &desired.target, &view, to))?;
    Ok(Exit::of(renewed.blocked() > 0, false))
}

/// Says in what the lock does not fit the files; asks no registry.
fn compare(context: &Context, mirror: &Mirror) -> Result<Exit, Stop> {
    let file = mirror.lock_file.display().to_string();
    let Some(lock) = &mirror.desired.lock else {
        let error = CliError::new(format!("there is no `{file}`"));
        return Err(error
            .hint("run `pusher lock`, and commit what it writes")
            .into());
    };
    let unfit: Vec<(_, Unfit)> = check(&mirror.desired, lock);
    let view = context.printer.view(false);
    let images = mirror.desired.entries.len();
    context
        .printer
        .answer(|to| render::human::unfit(&unfit, images, &file, &view, to))?;
    Ok(Exit::of(!unfit.is_empty(), false))
}

/// Returns the entries whose sources are to be asked: those that are not settled, and those that
/// someone wants to move.
fn wanted<'a>(desired: &'a Desired, update: Option<&[String]>) -> Result<Vec<&'a Entry>, CliError> {
    let names = |entry: &Entry, name: &str| {
        let source = &entry.source;
        entry.target.to_string() == name
            || entry.target.repository == name
            || source.to_string() == name
            || name.parse().is_ok_and(|parsed| *source == parsed)
    };
    if let Some(unknown) = update
        .into_iter()
        .flatten()
        .find(|name| !desired.entries.iter().any(|entry| names(entry, name)))
    {
        let message = format!("`{unknown}` is no declared image");
        let hint = "name it as `pusher list` does: by its source or its target";
        return Err(CliError::new(message).hint(hint));
    }
    let is_open = |entry: &Entry| desired.locked(entry).is_none();
    let moves = |entry: &Entry| match update {
        None => false,
        Some([]) => true,
        Some(some) => some.iter().any(|name| names(entry, name)),
    };
    let target = &desired.target;
    Ok(desired
        .entries
        .iter()
        .filter(|entry| target.refuses_name(&entry.target).is_none())
        .filter(|entry| is_open(entry) || moves(entry))
        .collect())
}
