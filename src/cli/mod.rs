//! The command line: what is typed in, what is printed, how it ends.
//!
//! | file | job |
//! | --- | --- |
//! | [`args`] | what can be typed |
//! | [`environment`], [`variables`] | the only reader of the environment, and what it can read |
//! | [`files`], `purpose`, [`mirror`], `part` | the files that are read, up to which size each, what they declare, and the part of it that is wanted |
//! | `scans` | the scanners' reports that the policy goes by |
//! | [`lock_file`], `lock_history` | the lock: where it lies, whose it is, what may be made of it, and what `git` tells of it |
//! | [`starter`], [`edits`] | the first files of a mirror, and other words in them |
//! | `kept` | what earlier runs left, for a page |
//! | [`outputs`], [`report`] | the files that are written |
//! | [`saved_plan`] | a plan as a file: kept, and taken up again |
//! | [`proxies`] | whether what the environment names as proxies are some |
//! | [`client`], [`acr_asker`] | the client for the registries, and who gets passwords of ACR, from what the files and the environment say |
//! | `metrics` | what a run came to, as a file for Prometheus |
//! | `notices` | messages about runs, where they go, and whether they arrived |
//! | [`context`] | what every command is given |
//! | [`commands`] | one file a command |
//! | `applying` | what `apply` and each round of `watch` do alike |
//! | [`schedule`], `rounds`, `health` | when rounds of `watch` begin, how they have gone, and who tells that over HTTP |
//! | [`session`], `evidence` | what commands do alike: read, ask, plan, and look at what has drifted |
//! | [`printer`], `stream`, `logging` | the only place that prints, the streams that it prints to, and what goes there with `-v` |
//! | [`confirm`] | asks before something is done |
//! | [`progress`], [`signals`] | what a person sees and can do while it runs |
//! | [`exit`], [`error`], `failed` | how it ends, and how that is told |

pub mod acr_asker;
mod applying;
pub mod args;
pub mod client;
mod clock;
pub mod commands;
pub mod confirm;
pub mod context;
pub mod edits;
pub mod environment;
pub mod error;
mod evidence;
pub mod exit;
mod failed;
pub mod files;
mod have;
mod health;
mod kept;
pub mod lock_file;
mod lock_history;
mod logging;
mod metrics;
pub mod mirror;
mod notices;
pub mod outputs;
mod part;
pub mod printer;
pub mod progress;
pub mod proxies;
mod purpose;
mod reading;
pub mod report;
mod rounds;
pub mod saved_plan;
mod scans;
pub mod schedule;
pub mod session;
pub mod signals;
pub mod starter;
mod sticks;
mod stream;
mod update;
pub mod variables;

use std::ffi::OsString;
use std::io::ErrorKind;
use std::sync::Arc;

use clap::ValueEnum;

use crate::config::hide;
use crate::model::Language;
use crate::render::{Format, Style, sanitize};

use args::{Args, LanguageChoice, NotRun};
use context::Context;
use environment::Environment;
use error::CliError;
use exit::Exit;
use failed::tell;
use printer::Printer;
use signals::Signals;
use variables::Variable;

/// Runs what was typed, the program's name first, and returns how it ended.
pub fn run(typed: impl IntoIterator<Item = OsString>) -> Exit {
    // First of all: until signals are caught, the system answers them, with another status.
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build();
    let caught = runtime.as_ref().ok().and_then(|runtime| {
        let _on_it = runtime.enter();
        Signals::catch()
    });
    let environment = Environment::read();
    let typed: Vec<OsString> = typed.into_iter().collect();
    // Help is asked for, and mistakes are made, before it is known what is typed for the language.
    let guessed = typed_value(&typed, "--lang").or_else(|| language(None, &environment).ok());
    let guessed = spoken(guessed.unwrap_or(LanguageChoice::Auto), &environment);
    let args = match guessed.speak(|| Args::parse_checked(&typed)) {
        Ok(args) => args,
        Err(not_run) => {
            let color = typed_value(&typed, "--color").unwrap_or_default();
            let printer = Printer::standard(color, guessed, false, &environment);
            let format = typed_value(&typed, "--format").unwrap_or_default();
            return explain(&printer, format, not_run);
        }
    };
    let global = &args.global;
    let language = match language(global.lang, &environment) {
        Ok(language) => spoken(language, &environment),
        Err(error) => {
            let printer = Printer::standard(global.color, guessed, false, &environment);
            return tell(&printer, global.format(), error.into());
        }
    };
    let printer = Printer::standard(global.color, language, global.quiet, &environment);
    let printer = Arc::new(printer);
    logging::install(&printer, global.verbose);
    if let Some(folder) = &global.folder
        && let Err(error) = std::env::set_current_dir(folder)
    {
        let why = match error.kind() {
            ErrorKind::NotFound => text!("there is no such folder", "没有这个目录"),
            _ => files::reason(&error),
        };
        let folder = folder.display();
        let error = CliError::new(text!(
            "cannot work in `{folder}`: {why}",
            "无法在 `{folder}` 里工作：{why}"
        ));
        return tell(&printer, global.format(), error.into());
    }
    let runtime = match runtime {
        Ok(runtime) => runtime,
        Err(error) => {
            let error = CliError::new(text!("cannot start: {error}", "无法启动：{error}"));
            return tell(&printer, global.format(), error.into());
        }
    };
    let exit = runtime.block_on(async {
        let stop = signals::listen(caught, printer.clone());
        let context = Context::new(environment, printer, stop);
        commands::run(&context, &args).await
    });
    // A credential helper that hangs must not keep the process from ending.
    runtime.shutdown_background();
    exit
}

/// Returns the language that was asked for: what was typed goes before the variable.
fn language(
    typed: Option<LanguageChoice>,
    environment: &Environment,
) -> Result<LanguageChoice, CliError> {
    let named = || environment.get(Variable::Language);
    match (typed, named()) {
        (Some(language), _) => Ok(language),
        (None, None) => Ok(LanguageChoice::Auto),
        (None, Some(name)) => LanguageChoice::from_str(name, true).map_err(|_| {
            let variable = Variable::Language;
            CliError::new(text!(
                "{variable} is `{name}`, which is no language that is spoken here",
                "{variable} 的值是 `{name}`，不是这里会说的语言"
            ))
            .hint(text!(
                "set it to `auto`, `en` or `zh`",
                "设为 `auto`、`en` 或 `zh`"
            ))
        }),
    }
}

fn spoken(choice: LanguageChoice, environment: &Environment) -> Language {
    match choice {
        LanguageChoice::Auto => environment.language(),
        LanguageChoice::En => Language::English,
        LanguageChoice::Zh => Language::Chinese,
    }
}

/// Returns what is typed for an option, where the whole may be nothing that can be understood.
fn typed_value<T: ValueEnum>(typed: &[OsString], option: &str) -> Option<T> {
    let words = || typed.iter().skip(1).map(|word| word.to_str().unwrap_or(""));
    let options = words().take_while(|word| *word != "--");
    let values = options.zip(words().skip(1).chain([""]));
    // What stands behind the command goes before what stands before it.
    let value = values.filter_map(|(word, next)| match word.strip_prefix(option)? {
        "" => Some(next),
        joined => joined.strip_prefix('='),
    });
    T::from_str(value.last()?, true).ok()
}

/// Prints help where it was asked for, else what is wrong with what was typed.
fn explain(printer: &Printer, format: Format, not_run: NotRun) -> Exit {
    match not_run {
        NotRun::Asked(text) => {
            let coloured = printer.view(false).style == Style::COLOURED;
            match printer.answer(|to| write_styled(&text, coloured, to)) {
                Ok(()) => Exit::Done,
                Err(error) => tell(printer, format, error.into()),
            }
        }
        NotRun::Lost(text) => {
            let coloured = printer.talk_style() == Style::COLOURED;
            printer.insist(|to| write_styled(&text, coloured, to));
            Exit::Failed
        }
        NotRun::Refused { error, usage } => {
            let exit = tell(printer, format, error.into());
            printer.insist(|to| {
                write_tr!(
                    to,
                    "\nUsage: {usage}\n\nFor more information, try `--help`.\n",
                    "\n用法：{usage}\n\n更多说明见 `--help`。\n"
                )
            });
            exit
        }
    }
}

fn write_styled(
    text: &clap::builder::StyledStr,
    coloured: bool,
    to: &mut dyn std::fmt::Write,
) -> std::fmt::Result {
    // What was typed is quoted, and may have a password in it, or something to be obeyed.
    if coloured {
        return to.write_str(&hide(&text.ansi().to_string()));
    }
    to.write_str(&sanitize::lines(&hide(&text.to_string())))
}
