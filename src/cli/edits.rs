//! Edits of the files: read, changed, held against what was meant, shown and written.

use std::path::Path;

use crate::config::FileKind;
use crate::config::edit::{Edited, Refused, Wish, edit};
use crate::model::Text;
use crate::render;

use super::args::GlobalArgs;
use super::context::Context;
use super::error::{CliError, CommandError, Mistakes};
use super::exit::Exit;
use super::files::{self, TextFile};
use super::mirror;
use super::outputs::{self, Outputs};

/// Makes of the files what was wished for, and shows what changed.
pub fn carry_out(
    context: &Context,
    global: &GlobalArgs,
    wish: &Wish<'_>,
) -> Result<Exit, CommandError> {
    if global.file.as_deref().is_some_and(files::is_standard_input) {
        let message = text!(
            "what comes from standard input cannot be changed",
            "来自标准输入的内容不能修改"
        );
        let hint = text!("name a file with `--file`", "用 `--file` 指定文件");
        return Err(CliError::new(message).hint(hint).into());
    }
    let asked = global.file.as_deref();
    let file = files::read_main(&context.folder, asked).map_err(|error| match (wish, asked) {
        (Wish::Add { .. }, Some(path)) if !context.folder.join(path).exists() => {
            error.hint(made_first(path))
        }
        _ => error,
    })?;
    let edited = edited(context, &file, wish)?;
    let paths = edited.files.iter().map(|file| Path::new(&file.name));
    Outputs::check(context, paths.map(|path| ("--file", path)))?;
    for file in &edited.files {
        outputs::write(context, Path::new(&file.name), &file.text)?;
    }
    let named = global.file.as_ref();
    let named = named.map_or(String::new(), |file| format!(" -f {}", file.display()));
    let command = format!("pusher apply{named}");
    let view = context.printer.view(false);
    context
        .printer
        .answer(|to| render::human::edited(&edited, &command, &view, to))?;
    Ok(Exit::Done)
}

/// Says how there comes to be a file that images can be added to.
fn made_first(path: &Path) -> Text {
    let version = match FileKind::named(&path.to_string_lossy()) {
        Some(FileKind::Yaml) => "version: 1",
        Some(FileKind::Toml) => "version = 1",
        Some(FileKind::List(_)) | None => {
            return text!(
                "make it first: an empty file is a list without images",
                "先建这个文件：空文件就是没有镜像的列表"
            );
        }
    };
    text!(
        "make it first: a mirror file without images is `{version}`",
        "先建这个文件：没有镜像的 mirror 文件就是 `{version}`"
    )
}

fn edited(context: &Context, file: &TextFile, wish: &Wish<'_>) -> Result<Edited, CommandError> {
    let edited = mirror::with_input(context, file, |_, _| {}, |input| edit(input, wish));
    edited.map_err(|refused| match refused {
        Refused::Mistakes { told, files } => Mistakes::of(told, *files),
        Refused::Because { message, hint } => {
            let error = CliError::new(message);
            match hint {
                Some(hint) => error.hint(hint).into(),
                None => error.into(),
            }
        }
    })
}
