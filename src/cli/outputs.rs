//! The files that a command writes: none that it reads, no two the same, each of them whole.

use std::io::{self, ErrorKind};
use std::path::Path;

use crate::disk::{self, Identity, Place, Standard};

use super::context::Context;
use super::error::CliError;
use super::files::reason;

/// The files that a command will write, each of which can be written.
pub struct Outputs<'a> {
    context: &'a Context,
    files: Vec<Output>,
}

/// A file that is written.
struct Output {
    /// What names it, in words.
    named: String,
    identity: Identity,
    /// What it holds already stays: it is a stream that leads to a file.
    is_stream: bool,
}

impl<'a> Outputs<'a> {
    /// Takes the files that were asked for by these options, before there is anything to write.
    ///
    /// # Errors
    ///
    /// One cannot be written, or two are the same.
    pub fn check(
        context: &'a Context,
        asked: impl IntoIterator<Item = (&'static str, &'a Path)>,
    ) -> Result<Self, CliError> {
        let standard = Standard::Output.file().map(|identity| Output {
            named: "standard output".to_owned(),
            identity,
            is_stream: true,
        });
        let mut files: Vec<_> = standard.into_iter().collect();
        for (option, path) in asked {
            let whole = context.folder.join(path);
            disk::require_writable(&whole).map_err(|error| unwritable(path, &error))?;
            // What goes to a device or a pipe goes over nothing.
            let Some(identity) = Identity::of_file(&whole) else {
                continue;
            };
            let output = Output {
                named: format!("`{option} {}`", path.display()),
                identity,
                is_stream: matches!(Place::of(&whole), Ok(Place::Stream(_))),
            };
            let same = |earlier: &&Output| {
                earlier.identity == output.identity && !(earlier.is_stream && output.is_stream)
            };
            if let Some(earlier) = files.iter().find(same) {
                let message = format!("{} and {} are the same file", earlier.named, output.named);
                return Err(CliError::new(message).hint("give each a file of its own"));
            }
            files.push(output);
        }
        Ok(Self { context, files })
    }

    /// Refuses to write over a file that this run reads.
    pub fn spare<'b>(&self, read: impl IntoIterator<Item = &'b Path>) -> Result<(), CliError> {
        for path in read {
            let Some(identity) = Identity::of_file(&self.context.folder.join(path)) else {
                continue;
            };
            let same = |output: &&Output| output.identity == identity;
            if let Some(Output { named, .. }) = self.files.iter().find(same) {
                let read = path.display();
                let message = format!("{named} would go over `{read}`, which this run reads");
                return Err(CliError::new(message).hint("name another file; nothing was done"));
            }
        }
        Ok(())
    }
}

/// Writes a file whole or not at all; a relative path begins in the context's folder.
pub fn write(context: &Context, path: &Path, text: &str) -> Result<(), CliError> {
    let whole = context.folder.join(path);
    // Opened anew under its name, a stream that leads to a file would begin there from the start.
    match Standard::of(&whole) {
        Some(Standard::Output) => context.printer.answer(|to| to.write_str(text)),
        Some(Standard::Error) => {
            context.printer.insist(|to| to.write_str(text));
            Ok(())
        }
        None => disk::write(&whole, text.as_bytes()).map_err(|error| unwritable(path, &error)),
    }
}

/// Writes a new file, and the folders that it is in; one that is there already stays as it is.
pub fn create(context: &Context, path: &Path, text: &str) -> Result<(), CliError> {
    let whole = context.folder.join(path);
    disk::create(&whole, text.as_bytes()).map_err(|error| match error.kind() {
        ErrorKind::AlreadyExists => CliError::new(format!(
            "`{}` is here already, and nothing goes over it",
            path.display()
        )),
        _ => unwritable(path, &error),
    })
}

fn unwritable(path: &Path, error: &io::Error) -> CliError {
    let message = format!("cannot write `{}`: {}", path.display(), reason(error));
    let told = CliError::new(message);
    match error.kind() {
        ErrorKind::NotFound => told.hint("make the folder that it should be in"),
        ErrorKind::IsADirectory => told.hint("name a file in it"),
        ErrorKind::PermissionDenied => told.hint(
            "name a file that this user may write, in a folder of which that is true as well",
        ),
        ErrorKind::ReadOnlyFilesystem => {
            told.hint("name a file in a folder that can be written to")
        }
        ErrorKind::StorageFull | ErrorKind::QuotaExceeded => {
            told.hint("make room there, or name a file elsewhere; the old file is as it was")
        }
        ErrorKind::ResourceBusy => told.hint(
            "a file that is mounted by itself can't be replaced: mount its folder, or name another",
        ),
        _ => told,
    }
}
