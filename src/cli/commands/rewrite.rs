//! `rewrite`: the mirror's names in the files of those who use images, and back.

use std::collections::HashSet;
use std::fmt;
use std::path::Path;

use crate::cli::args::{GlobalArgs, RewriteArgs};
use crate::cli::context::Context;
use crate::cli::edits;
use crate::cli::error::{CliError, CommandError};
use crate::cli::exit::Exit;
use crate::cli::files::{self, TextFile};
use crate::cli::lock_file::LockFile;
use crate::cli::mirror::{self, Mirror};
use crate::cli::outputs::{self, Outputs};
use crate::config::{Diagnostic, FileKind, Files, Severity};
use crate::consumers::MirrorMap;
use crate::disk;
use crate::model::{Reference, Text, listed};
use crate::render::{self, Format, Rewriting, RewrittenFile, human};
use crate::rewrite::{Way, Wish, rewrite};

/// Shows or writes the files with other names in them.
pub(super) fn run(
    context: &Context,
    global: &GlobalArgs,
    options: &RewriteArgs,
) -> Result<Exit, CommandError> {
    let is_filter = is_filter(global, options)?;
    let written = options.files.iter().filter(|_| options.write);
    let written = written.map(|path| ("--write", path.as_path()));
    let outputs = Outputs::check(context, written)?;
    let to: Vec<_> = options.to.iter().cloned().collect();
    let mirrors = mirror::require(context, global, &to, &outputs, LockFile::settled)?;
    let mut mirror = only_one(mirrors)?;
    spare_the_list(context, &mirror, options)?;
    let read = |path| files::read_use(&context.folder, path);
    let texts: Vec<_> = options
        .files
        .iter()
        .map(|path| read(path))
        .collect::<Result<_, _>>()?;
    let main = files::find_main(&context.folder, global.file.as_deref())?;
    let mut made = Made::of(&texts, &mirror, &main, options)?;
    if options.add {
        let undeclared = made.undeclared();
        let list = main.display();
        if !undeclared.is_empty() && !options.write && !is_filter {
            let images = listed(undeclared.iter().map(|image| format!("`{image}`")));
            context.printer.say_line(text!(
                "would add {images} to `{list}`; `--write` does it",
                "会把 {images} 加到 `{list}`；加上 `--write` 就会写入"
            ));
        } else if !undeclared.is_empty() {
            edits::add(context, global, &undeclared)?;
            context.printer.say_line(text!(
                "`{list}` was written; `pusher apply` has to mirror what was added first",
                "已写入 `{list}`；加上的要先用 `pusher apply` 同步"
            ));
            let mirrors = mirror::require_again(context, global, &to, &outputs, LockFile::settled)?;
            mirror = only_one(mirrors)?;
            made = Made::of(&texts, &mirror, &main, options)?;
        }
    }
    if options.write && !is_filter {
        let unwritten = made.write(context);
        let exit = made.show(context, global, options, is_filter)?;
        for error in &unwritten {
            context.printer.error(error);
        }
        return Ok(if unwritten.is_empty() {
            exit
        } else {
            Exit::of(true, false)
        });
    }
    made.show(context, global, options, is_filter)
}

/// What becomes of the files.
struct Made {
    files: Vec<RewrittenFile>,
    texts: Files,
    told: Vec<Diagnostic>,
    /// How many files could not be read as what they are.
    unread: usize,
    way: Way,
}

impl Made {
    fn of(
        texts: &[TextFile],
        mirror: &Mirror,
        main: &Path,
        options: &RewriteArgs,
    ) -> Result<Self, CommandError> {
        let map = map(mirror, options)?;
        let list = main.display().to_string();
        let way = if options.back {
            Way::Back
        } else {
            Way::There { pin: options.pin }
        };
        let wish = Wish {
            way,
            paths: &options.path,
            kind: FileKind::of(&list, ""),
            list: &list,
        };
        let mut made = Self {
            files: vec![],
            texts: Files::default(),
            told: vec![],
            unread: 0,
            way,
        };
        for TextFile { name, text } in texts {
            made.texts.add(name, text);
            match rewrite(name, text, &map, &wish) {
                Ok(rewritten) => {
                    made.told.extend(rewritten.diagnostics);
                    made.files.push(RewrittenFile {
                        name: name.clone(),
                        before: text.clone(),
                        after: rewritten.text,
                        images: rewritten.images,
                    });
                }
                Err(mistake) => {
                    made.told.push(mistake);
                    made.unread += 1;
                }
            }
        }
        Ok(made)
    }

    /// Writes the files that change; keeps those alone that could be written, and returns what went wrong.
    fn write(&mut self, context: &Context) -> Vec<CliError> {
        let mut errors = vec![];
        self.files.retain(|file| {
            if !file.is_changed() {
                return true;
            }
            let written = outputs::write(context, Path::new(&file.name), &file.after);
            written.map_err(|error| errors.push(error)).is_ok()
        });
        errors
    }

    /// Returns what no entry declares, each image once.
    fn undeclared(&self) -> Vec<String> {
        let mut seen = HashSet::new();
        let images = self.files.iter().flat_map(|file| &file.images);
        let undeclared = images.filter_map(|image| image.outcome.undeclared());
        let is_new = |image: &&str| match image.parse::<Reference>() {
            Ok(reference) => seen.insert(reference),
            Err(_) => false,
        };
        undeclared.filter(is_new).map(str::to_owned).collect()
    }

    fn show(
        &self,
        context: &Context,
        global: &GlobalArgs,
        options: &RewriteArgs,
        is_filter: bool,
    ) -> Result<Exit, CommandError> {
        let format = global.format();
        let has = |severity| self.told.iter().any(|told| told.severity >= severity);
        let is_wrong = has(Severity::Error);
        let failed = is_wrong || options.strict && has(Severity::Warning);
        if format == Format::Human {
            let style = context.printer.talk_style();
            let tell =
                |to: &mut dyn fmt::Write| human::diagnostics(&self.told, &self.texts, style, to);
            // Why the status is 1 is said, quiet or not.
            if failed {
                context.printer.insist(tell);
            } else {
                context.printer.say(tell);
            }
        }
        if is_filter && format == Format::Human {
            if let ([file], false) = (self.files.as_slice(), is_wrong) {
                context.printer.answer(|to| to.write_str(&file.after))?;
            }
        } else if format != Format::Human || !self.files.is_empty() {
            let rewriting = Rewriting {
                files: &self.files,
                texts: &self.texts,
                diagnostics: &self.told,
                unread: self.unread,
                way: self.way,
                written: options.write && !is_filter,
            };
            let view = context.printer.view(false);
            context
                .printer
                .answer(|to| render::rewriting(&rewriting, format, &view, to))?;
        }
        Ok(Exit::of(failed, false))
    }
}

/// Tells whether it is standard input that is read.
fn is_filter(global: &GlobalArgs, options: &RewriteArgs) -> Result<bool, CliError> {
    let is_standard_input = |path: &Path| files::is_standard_input(path);
    let any = options.files.iter().any(|path| is_standard_input(path));
    let message = if any && options.files.len() > 1 {
        text!(
            "`-` stands alone: what is read from standard input goes to standard output",
            "`-` 只能单独用：从标准输入读的写到标准输出"
        )
    } else if any && global.file.as_deref().is_some_and(is_standard_input) {
        text!(
            "standard input cannot be the list and the file to rewrite",
            "标准输入不能既是列表又是要改写的文件"
        )
    } else if any && options.write {
        text!(
            "`--write` has no file to write: what is read from standard input goes to standard output",
            "`--write` 没有文件可写：从标准输入读的写到标准输出"
        )
    } else {
        return Ok(any);
    };
    Err(CliError::new(message).hint(text!(
        "name each file, or write `pusher rewrite - < FILE`",
        "写上各个文件，或者用 `pusher rewrite - < FILE`"
    )))
}

/// Returns the one target whose names are wanted.
fn only_one(mirrors: Vec<Mirror>) -> Result<Mirror, CliError> {
    let label = |mirror: &Mirror| mirror.desired.target.label.clone();
    let labels: Vec<_> = mirrors.iter().filter_map(label).collect();
    let count = mirrors.len();
    match mirrors.into_iter().next() {
        Some(mirror) if count == 1 => Ok(mirror),
        _ => {
            let known = listed(labels.iter().map(|label| format!("`{label}`")));
            let message = text!(
                "the files name several targets: {known}",
                "文件里有几个目标：{known}"
            );
            Err(CliError::new(message).hint(text!(
                "say whose names are wanted with `--to TARGET`",
                "用 `--to TARGET` 指明要用哪个目标的名字"
            )))
        }
    }
}

/// Refuses to rewrite what declares the images.
fn spare_the_list(
    context: &Context,
    mirror: &Mirror,
    options: &RewriteArgs,
) -> Result<(), CliError> {
    let is_list = |path: &&Path| {
        let called = disk::called(&context.folder, path);
        mirror.files.iter().any(|file| file.path == called)
    };
    let mut named = options.files.iter().map(AsRef::as_ref);
    let Some(path) = named.find(is_list) else {
        return Ok(());
    };
    let path = path.display();
    Err(CliError::new(text!(
        "`{path}` declares the images, and keeps their names upstream",
        "`{path}` 声明了镜像，要保留上游的名字"
    ))
    .hint(text!(
        "name the files that use the images",
        "写上使用这些镜像的文件"
    )))
}

fn map(mirror: &Mirror, options: &RewriteArgs) -> Result<MirrorMap, CliError> {
    let mut desired = mirror.desired.clone();
    desired.choose_locked(|_| true);
    let host = options.host.host.clone().unwrap_or_default();
    MirrorMap::of(&desired, &host).map_err(|why| CliError::new(Text::of(|| why.to_string())))
}
