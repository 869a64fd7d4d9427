//! What the files declare, with everything there is to say about it said.

use std::fmt;
use std::path::Path;

use crate::config::{self, Diagnostic, Input, Loaded, Registries, Severity};
use crate::plan::Desired;
use crate::render::{Style, diagnostics};

use super::args::GlobalArgs;
use super::context::Context;
use super::error::{CliError, Stop};
use super::exit::Exit;
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
    let read = |path: &str| {
        files::read(&context.folder, Path::new(path)).map_err(|error| error.to_string())
    };
    Ok(config::load(&Input {
        path: &file.name,
        text: &file.text,
        environment: context.environment.variables(),
        read: &read,
    }))
}

/// Reads the files and says what is to be said about them; stops if that stands in the way.
pub fn require(context: &Context, global: &GlobalArgs) -> Result<Mirror, Stop> {
    let loaded = load(context, global)?;
    let printer = &context.printer;
    let write = |to: &mut dyn fmt::Write, told: &[Diagnostic]| {
        let coloured = printer.talk_style() == Style::COLOURED;
        diagnostics::write(told, &loaded.files, coloured, to)
    };
    let Ok(desired) = loaded.desired() else {
        let all = &loaded.diagnostics;
        printer.insist(|to| {
            write(to, all)?;
            writeln!(to, "{}: nothing was done", diagnostics::summary(all))
        });
        return Err(Stop::Said(Exit::Failed));
    };
    // Names that the target refuses stay out of this: the plan shows them as blocked.
    let below_error = |told: &&Diagnostic| told.severity < Severity::Error;
    let remarks: Vec<_> = loaded
        .diagnostics
        .iter()
        .filter(below_error)
        .cloned()
        .collect();
    printer.say(|to| write(to, &remarks));
    Ok(Mirror {
        desired,
        registries: loaded.registries.clone(),
    })
}

/// Reads a file that a setting names.
pub fn read_setting(context: &Context, path: &str) -> Result<Vec<u8>, CliError> {
    files::read_bytes(&context.folder, Path::new(path))
}
