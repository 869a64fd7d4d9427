//! `doctor`: what keeps images from being mirrored, step by step.

use crate::checkup::{Checkup, FilesRead, Unset};
use crate::cli::args::{DoctorArgs, GlobalArgs};
use crate::cli::client::examining;
use crate::cli::context::Context;
use crate::cli::error::CommandError;
use crate::cli::exit::Exit;
use crate::cli::notices::Notices;
use crate::cli::reading::reading;
use crate::cli::{files, mirror};
use crate::config::{Diagnostic, DiagnosticKind, Loaded, Severity};
use crate::doctor::{Question, examine};
use crate::render;

/// Prints what was found out. The answer is given whatever is wrong with the files.
pub(super) async fn run(
    context: &Context,
    global: &GlobalArgs,
    options: &DoctorArgs,
) -> Result<Exit, CommandError> {
    let pushing = context.pushing();
    let context = if options.write { &pushing } else { context };
    let loaded = mirror::load(context, global)?;
    let name = files::find_main(&context.folder, global.file.as_deref())?;
    let mirrors = loaded.registries.iter();
    let mirrors = mirrors.map(|(host, settings)| (&**host, &*settings.mirrors));
    let mirrors = mirrors.collect();
    let client = examining(context, &loaded.registries, loaded.known_targets())?;
    let files = FilesRead {
        name: name.display().to_string(),
        images: loaded.images(),
        mistakes: loaded
            .check()
            .iter()
            .filter(|told| is_mistake(told))
            .count(),
    };
    let mut checkups = Vec::with_capacity(loaded.targets.len());
    for one in &loaded.targets {
        let families = one.families.iter().map(|family| &family.any);
        let entries: Vec<_> = one.entries.iter().chain(families).collect();
        let question = Question {
            entries: &entries,
            target: one.target.as_ref(),
            mirrors: &mirrors,
            // They are the same for every target.
            sources: checkups.is_empty(),
            write: options.write,
        };
        let registries = reading(context, 0, async |_| examine(&question, &client).await).await?;
        checkups.push(Checkup {
            files: files.clone(),
            unset: unset(context, &loaded),
            target: one.target.clone(),
            registries,
        });
    }
    if let Ok(notices) = Notices::of(&context.environment) {
        for note in notices.open() {
            context
                .printer
                .say_line(text!("note: {note}", "注意：{note}"));
        }
    }
    let (view, format) = (context.printer.view(global.verbose > 0), global.format());
    context.printer.answer(|to| {
        render::each(&checkups, format, to, |checkup, to| {
            render::checkup(checkup, format, &view, to)
        })
    })?;
    let has_failed = |checkup: &Checkup| checkup.counts().failed > 0;
    Ok(Exit::of(checkups.iter().any(has_failed), false))
}

/// Tells whether this is for `check` to tell.
fn is_mistake(told: &Diagnostic) -> bool {
    told.severity == Severity::Error && !is_unset(told)
}

/// Tells whether this is about the environment, or about where images go.
fn is_unset(told: &Diagnostic) -> bool {
    told.severity == Severity::Error
        && (told.kind == DiagnosticKind::Environment || told.code == "target-not-valid")
}

/// Returns what is missing in the environment, or wrong with where images go; something, where there is no target.
fn unset(context: &Context, loaded: &Loaded) -> Vec<Unset> {
    let told = loaded.diagnostics.iter().filter(|told| is_unset(told));
    let unset = told.map(|told| Unset {
        message: told.message.clone(),
        help: told.help.clone(),
    });
    // Nothing is sent: whether it is an address at all is told.
    let notices = Notices::of(&context.environment).err();
    let notices = notices.map(|wrong| Unset {
        message: wrong.message.clone(),
        help: wrong.hint.clone(),
    });
    let mut unset: Vec<_> = unset.chain(notices).collect();
    if loaded.known_targets().next().is_none() && unset.is_empty() {
        unset.push(Unset {
            message: text!(
                "the files name no target that can be used",
                "文件里没有写能用的目标"
            ),
            help: None,
        });
    }
    unset
}
