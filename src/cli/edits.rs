//! Edits of the files: read, changed, held against what was meant, shown and written.

use std::path::Path;

use crate::config::FileKind;
use crate::config::edit::{Edited, Keys, Refused, Wish, edit};
use crate::model::Text;
use crate::render::{self, View};

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
    write(context, &edited)?;
    let named = global.file.as_ref();
    let named = named.map_or(String::new(), |file| format!(" -f {}", file.display()));
    let command = format!("pusher apply{named}");
    let view = context.printer.view(false);
    context
        .printer
        .answer(|to| render::human::edited(&edited, &command, &view, to))?;
    Ok(Exit::Done)
}

/// Declares images in the main file, and says on the side what changed.
pub fn add(context: &Context, global: &GlobalArgs, images: &[String]) -> Result<(), CommandError> {
    let file = files::read_main(&context.folder, global.file.as_deref())?;
    let keys = Keys::default();
    let wish = Wish::Add {
        images,
        keys: &keys,
    };
    let edited = edited(context, &file, &wish)?;
    write(context, &edited)?;
    let view = View {
        style: context.printer.talk_style(),
        ..context.printer.view(false)
    };
    context
        .printer
        .say(|to| render::human::edited(&edited, "pusher apply", &view, to));
    Ok(())
}

/// Writes the files that changed.
fn write(context: &Context, edited: &Edited) -> Result<(), CommandError> {
    let paths = edited.files.iter().map(|file| Path::new(&file.name));
    Outputs::check(context, paths.map(|path| ("--file", path)))?;
    for file in &edited.files {
        outputs::write(context, Path::new(&file.name), &file.text)?;
    }
    Ok(())
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
