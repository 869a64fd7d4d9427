//! What the files declare, with everything there is to say about it said.

use std::path::Path;

use crate::config::{self, Diagnostic, Input, Loaded, Registries, Severity};
use crate::plan::Desired;
use crate::render::diagnostics;

use super::args::GlobalArgs;
use super::context::Context;
use super::error::CliError;
use super::files;

/// A desired set that can be worked on, and how to talk to its registries.
pub struct Mirror {
    /// What the target should hold.
    pub desired: Desired,
    /// How to talk to the registries.
    pub registries: Registries,
}

/// Reads the files.
pub fn load(context: &Context, global: &GlobalArgs) -> Result<Loaded, CliError> {
    let file = files::read_main(&context.folder, global.file.as_deref())?;
    let read = |included: &str| {
        let path = files::beside(&file.name, included);
        files::read(&context.folder, &path).map_err(|error| error.to_string())
    };
    Ok(config::load(&Input {
        path: &file.name,
        text: &file.text,
        environment: context.environment.variables(),
        read: &read,
    }))
}

/// Reads the files and says what is to be said about them; none if that stands in the way.
pub fn require(context: &Context, global: &GlobalArgs) -> Result<Option<Mirror>, CliError> {
    let loaded = load(context, global)?;
    let desired = loaded.desired().ok();
    if desired.is_some() {
        let remarks: Vec<_> = loaded.diagnostics.iter().filter(is_remark).cloned().collect();
        context.printer.say(|to| {
            let coloured = context.printer.talk_in_colour();
            diagnostics::write(&remarks, &loaded.files, coloured, to)
        });
    } else {
        complain(context, &loaded, &loaded.diagnostics);
    }
    let registries = loaded.registries;
    Ok(desired.map(|desired| Mirror { desired, registries }))
}

/// Says what stands in the way, with a count at the end.
fn complain(context: &Context, loaded: &Loaded, all: &[Diagnostic]) {
    context.printer.insist(|to| {
        let coloured = context.printer.talk_in_colour();
        diagnostics::write(all, &loaded.files, coloured, to)?;
        writeln!(to, "{}: nothing was done", diagnostics::summary(all))
    });
}

fn is_remark(diagnostic: &&Diagnostic) -> bool {
    diagnostic.severity < Severity::Error
}

/// Reads a file that a setting names.
pub fn read_setting(context: &Context, path: &str) -> Result<Vec<u8>, CliError> {
    files::read_bytes(&context.folder, Path::new(path))
}
