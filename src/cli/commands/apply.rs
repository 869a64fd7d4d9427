//! `apply`: the plan, carried out.

use std::path::Path;
use std::sync::Arc;

use crate::apply::apply;
use crate::plan::cost::pulls;
use crate::plan::{Cost, Report};
use crate::progress::Progress;
use crate::render;

use super::super::args::{ApplyArgs, Format, GlobalArgs};
use super::super::client::{announce_writes, warn_of_pulls};
use super::super::context::Context;
use super::super::error::{CliError, Stop};
use super::super::exit::Exit;
use super::super::files;
use super::super::progress::{Display, Phase};
use super::plan::{Planned, make, pruned};
use super::saved;

/// Makes the plan or takes up a saved one, carries it out and prints what happened to each image.
pub(super) async fn run(
    context: &Context,
    global: &GlobalArgs,
    options: &ApplyArgs,
) -> Result<Exit, Stop> {
    let printer = &context.printer;
    if let Some(path) = &options.report {
        files::require_writable(&context.folder, path)?;
    }
    let planned = match &options.plan {
        Some(path) => saved::take_up(context, global, options.locked, path).await?,
        None => make(context, global, options.locked).await?,
    };
    let Planned { plan, client, .. } = pruned(context, planned, options.prune).await?;
    let pending = plan.summary().pending();
    let view = printer.view(global.verbose > 0);
    if pending > 0 && printer.talks_to_a_person() {
        let view = render::View {
            style: printer.talk_style(),
            ..view
        };
        printer.say(|to| {
            let cost = Cost::of(&plan, None);
            let details = render::Details {
                cost: Some(&cost),
                ..render::Details::default()
            };
            render::plan_in_detail(&plan, &details, Format::Human.into(), &view, to)?;
            writeln!(to)
        });
    }
    let progress = Arc::new(Progress::new(pending));
    let display = Display::start(printer, &progress, Phase::Copying);
    announce_writes(&client, &plan);
    let read = |repository: &_, digest: &_| client.keeps_manifest(repository, digest);
    warn_of_pulls(printer, &client, &pulls(&plan, read));
    let report = apply(&plan, &client, context.stop.clone(), &progress).await;
    drop(display);
    let kept = options
        .report
        .as_ref()
        .map_or(Ok(()), |path| keep(&report, &context.folder, path));
    let format = global.format().into();
    printer.answer(|to| render::report(&report, format, &view, to))?;
    kept?;
    Ok(Exit::of(!report.is_success(), false))
}

/// Writes the report into a file, in the format that its name asks for.
fn keep(report: &Report, folder: &Path, path: &Path) -> Result<(), CliError> {
    let is_markdown = path.extension().is_some_and(|extension| extension == "md");
    let format = if is_markdown {
        render::Format::Markdown
    } else {
        render::Format::Json
    };
    let mut text = String::new();
    render::report(report, format, &render::View::default(), &mut text)
        .map_err(|error| CliError::new(format!("cannot write `{}`: {error}", path.display())))?;
    files::replace_text(folder, path, &text)
}
