//! The files that a command writes: none that it reads, no two the same, each of them whole.

use std::io::{self, ErrorKind};
use std::path::Path;

use crate::disk::{self, Identity, Place, Standard};

use crate::model::Text;

use super::context::Context;
use super::error::CliError;
use super::files::{read_if_there, reason};
use super::purpose::Purpose;

/// The files that a command will write, each of which can be written.
pub struct Outputs<'a> {
    context: &'a Context,
    files: Vec<Output>,
}

/// A file that is written.
struct Output {
    /// What names it, in words.
    named: Text,
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
            named: text!("standard output", "标准输出"),
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
                named: Text::verbatim(format!("`{option} {}`", path.display())),
                identity,
                is_stream: matches!(Place::of(&whole), Ok(Place::Stream(_))),
            };
            let same = |earlier: &&Output| {
                earlier.identity == output.identity && !(earlier.is_stream && output.is_stream)
            };
            if let Some(earlier) = files.iter().find(same) {
                let (earlier, later) = (&earlier.named, &output.named);
                let message = text!(
                    "{earlier} and {later} are the same file",
                    "{earlier} 和 {later} 是同一个文件"
                );
                return Err(CliError::new(message)
                    .hint(text!("give each a file of its own", "给它们各用一个文件")));
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
                let message = text!(
                    "{named} would go over `{read}`, which this run reads",
                    "{named} 会覆盖这次要读的 `{read}`"
                );
                return Err(CliError::new(message).hint(text!(
                    "name another file; nothing was done",
                    "换一个文件；什么都没有做"
                )));
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

/// Adds to the end of a file; a relative path begins in the context's folder.
pub fn append(context: &Context, path: &Path, text: &str) -> Result<(), CliError> {
    let whole = context.folder.join(path);
    if Standard::of(&whole).is_some() {
        return write(context, path, text);
    }
    disk::append(&whole, text.as_bytes()).map_err(|error| unwritable(path, &error))
}

/// Writes a new file, and the folders that it is in; one that is there already stays as it is.
pub fn create(context: &Context, path: &Path, text: &str) -> Result<(), CliError> {
    let whole = context.folder.join(path);
    disk::create(&whole, text.as_bytes()).map_err(|error| match error.kind() {
        ErrorKind::AlreadyExists => is_here(path),
        _ => unwritable(path, &error),
    })
}

/// Writes a file, and the folders that it is in; over what is there only if that has a `mark` in its first lines.
///
/// # Errors
///
/// It cannot be written, or someone else's is there.
pub fn renew(context: &Context, path: &Path, text: &str, mark: &str) -> Result<(), CliError> {
    if require_ours(context, path, mark)? {
        write(context, path, text)
    } else {
        create(context, path, text)
    }
}

/// Tells whether a file is there.
///
/// # Errors
///
/// It lacks a mark in its first lines: someone else's is there.
pub fn require_ours(context: &Context, path: &Path, mark: &str) -> Result<bool, CliError> {
    let there = read_if_there(&context.folder, path, Purpose::List)?;
    let Some(there) = there else { return Ok(false) };
    if there.lines().take(3).any(|line| line.contains(mark)) {
        return Ok(true);
    }
    Err(not_ours(path))
}

/// Says that nothing is written over what someone else wrote.
pub fn not_ours(path: &Path) -> CliError {
    is_here(path).hint(text!(
        "`pusher` did not write it: move it away, or name another folder",
        "它不是 `pusher` 写的：把它移走，或换一个目录"
    ))
}

/// Takes away a file of which all is in another now.
pub fn remove(context: &Context, path: &Path) -> Result<(), CliError> {
    std::fs::remove_file(context.folder.join(path)).map_err(|error| {
        let (file, why) = (path.display(), reason(&error));
        CliError::new(text!(
            "cannot delete `{file}`: {why}",
            "无法删除 `{file}`：{why}"
        ))
    })
}

/// Says that nothing is written over what is there.
pub fn is_here(path: &Path) -> CliError {
    let file = path.display();
    CliError::new(text!(
        "`{file}` is here already, and nothing goes over it",
        "`{file}` 已经存在，不会覆盖它"
    ))
}

/// Says why a file cannot be written.
pub(super) fn unwritable(path: &Path, error: &io::Error) -> CliError {
    let (file, why) = (path.display(), reason(error));
    let message = text!("cannot write `{file}`: {why}", "无法写入 `{file}`：{why}");
    let told = CliError::new(message);
    match error.kind() {
        ErrorKind::NotFound => told.hint(text!(
            "make the folder that it should be in",
            "先创建它所在的目录"
        )),
        ErrorKind::IsADirectory => told.hint(text!("name a file in it", "写明其中的文件名")),
        ErrorKind::PermissionDenied => told.hint(text!(
            "name a file that this user may write, in a folder of which that is true as well",
            "换一个当前用户可写的文件，所在目录也要可写"
        )),
        ErrorKind::ReadOnlyFilesystem => told.hint(text!(
            "name a file in a folder that can be written to",
            "换一个可写目录里的文件"
        )),
        ErrorKind::StorageFull | ErrorKind::QuotaExceeded => told.hint(text!(
            "make room there, or name a file elsewhere; the old file is as it was",
            "腾出空间，或换一处存放；旧文件没有变"
        )),
        ErrorKind::ResourceBusy => told.hint(text!(
            "a file that is mounted by itself can't be replaced: mount its folder, or name another",
            "单独挂载的文件不能替换：改为挂载它的目录，或换一个文件"
        )),
        _ => told,
    }
}
