//! What was typed and is not run, in our words: clap knows what is wrong, and says it in English alone.

use std::ffi::OsString;

use clap::builder::StyledStr;
use clap::error::{ContextKind, ContextValue, ErrorKind};

use crate::cli::error::CliError;
use crate::model::{Text, listed};

use super::{Args, meant};

/// Why nothing is run.
#[derive(Debug)]
pub enum NotRun {
    /// Help or the version was asked for.
    Asked(StyledStr),
    /// Nothing was typed that could be run, so that help is what to read.
    Lost(StyledStr),
    /// What was typed is wrong.
    Refused {
        /// What is wrong with it, and what to type instead.
        error: CliError,
        /// How it is typed.
        usage: String,
    },
}

impl NotRun {
    /// Takes what clap found out about what was `typed`.
    pub(super) fn of(error: &clap::Error, typed: &[OsString]) -> Self {
        match error.kind() {
            ErrorKind::DisplayHelp | ErrorKind::DisplayVersion => Self::Asked(error.render()),
            ErrorKind::DisplayHelpOnMissingArgumentOrSubcommand => Self::Lost(error.render()),
            _ => {
                let own = usage(error).cloned();
                let own = own.or_else(|| usage_of_command(typed));
                Self::refused(message(error), hint(error, typed), own.as_ref())
            }
        }
    }

    /// Says that an option does nothing for a command.
    pub(super) fn idle(option: &str, command: &str) -> Self {
        let message = text!(
            "`{option}` does nothing for `pusher {command}`",
            "`{option}` 对 `pusher {command}` 不起作用"
        );
        Self::refused(message, None, None)
    }

    fn refused(message: Text, hint: Option<Text>, usage: Option<&StyledStr>) -> Self {
        let error = CliError::new(message);
        Self::Refused {
            error: match hint {
                Some(hint) => error.hint(hint),
                None => error,
            },
            usage: match usage {
                Some(usage) => without_heading(usage),
                None => without_heading(&Args::command().render_usage()),
            },
        }
    }
}

fn message(error: &clap::Error) -> Text {
    let argument = one(error, ContextKind::InvalidArg);
    let value = one(error, ContextKind::InvalidValue);
    let command = one(error, ContextKind::InvalidSubcommand);
    match error.kind() {
        ErrorKind::InvalidSubcommand => text!(
            "unrecognized subcommand `{command}`",
            "没有 `{command}` 这个命令"
        ),
        ErrorKind::MissingSubcommand => text!(
            "`{command}` requires a subcommand but one was not provided",
            "`{command}` 后面还要写命令"
        ),
        ErrorKind::UnknownArgument => text!(
            "unexpected argument `{argument}` found",
            "没有 `{argument}` 这个参数"
        ),
        ErrorKind::MissingRequiredArgument => text!(
            "the following required arguments were not provided: {}",
            "缺少必需的参数：{}",
            quoted(&all(error, ContextKind::InvalidArg))
        ),
        ErrorKind::ArgumentConflict => {
            let others = all(error, ContextKind::PriorArg);
            if others.is_empty() || others == [argument] {
                return text!(
                    "the argument `{argument}` cannot be used multiple times",
                    "参数 `{argument}` 不能写多次"
                );
            }
            text!(
                "the argument `{argument}` cannot be used with {}",
                "参数 `{argument}` 不能和 {} 一起用",
                quoted(&others)
            )
        }
        ErrorKind::InvalidValue if value.is_empty() => text!(
            "a value is required for `{argument}` but none was supplied",
            "`{argument}` 需要一个值，没有给"
        ),
        ErrorKind::InvalidValue => text!(
            "invalid value `{value}` for `{argument}`",
            "`{argument}` 的值 `{value}` 不对"
        ),
        ErrorKind::ValueValidation => {
            let why = std::error::Error::source(error);
            let why = || why.map(ToString::to_string).unwrap_or_default();
            text!(
                "invalid value `{value}` for `{argument}`: {}",
                "`{argument}` 的值 `{value}` 不对：{}",
                why()
            )
        }
        ErrorKind::TooManyValues => text!(
            "unexpected value `{value}` for `{argument}` found; no more were expected",
            "`{argument}` 不接受更多的值，`{value}` 是多余的"
        ),
        ErrorKind::InvalidUtf8 => text!(
            "invalid UTF-8 was detected in one or more arguments",
            "有的参数不是 UTF-8"
        ),
        // None of these is met with what can be typed here.
        other => Text::verbatim(other.to_string()),
    }
}

/// Says what to type instead, as we know our users, else as clap finds what is alike.
fn hint(error: &clap::Error, typed: &[OsString]) -> Option<Text> {
    let alike = |kind| {
        let alike = all(error, kind);
        (!alike.is_empty()).then_some(alike)
    };
    meant::advice(error, typed, &Args::command())
        .or_else(|| {
            let commands = alike(ContextKind::SuggestedSubcommand)?;
            Some(text!(
                "a similar subcommand exists: {}",
                "有相近的命令：{}",
                quoted(&commands)
            ))
        })
        .or_else(|| {
            let arguments = alike(ContextKind::SuggestedArg)?;
            Some(text!(
                "a similar argument exists: {}",
                "有相近的参数：{}",
                quoted(&arguments)
            ))
        })
        .or_else(|| {
            let values = alike(ContextKind::ValidValue)?;
            Some(text!(
                "the possible values are {}",
                "可以写 {}",
                quoted(&values)
            ))
        })
}

/// Returns how it is typed, as far as it was understood.
fn usage(error: &clap::Error) -> Option<&StyledStr> {
    match error.get(ContextKind::Usage) {
        Some(ContextValue::StyledStr(usage)) => Some(usage),
        _ => None,
    }
}

/// Returns how the command is typed, where clap does not say it: it does not where an option lacks its value.
fn usage_of_command(typed: &[OsString]) -> Option<StyledStr> {
    let mut program = Args::command();
    program.build();
    let mut words = typed.iter().skip(1).filter_map(|word| word.to_str());
    let name = words.find(|word| program.find_subcommand(word).is_some())?;
    Some(program.find_subcommand_mut(name)?.render_usage())
}

/// Leaves out what clap writes before it, which is English.
fn without_heading(usage: &StyledStr) -> String {
    let usage = usage.to_string();
    usage.trim_start_matches("Usage:").trim().to_owned()
}

fn one(error: &clap::Error, kind: ContextKind) -> &str {
    match error.get(kind) {
        Some(ContextValue::String(text)) => text,
        _ => "",
    }
}

fn all(error: &clap::Error, kind: ContextKind) -> Vec<&str> {
    match error.get(kind) {
        Some(ContextValue::String(text)) => vec![text],
        Some(ContextValue::Strings(texts)) => texts.iter().map(String::as_str).collect(),
        _ => vec![],
    }
}

fn quoted(words: &[&str]) -> String {
    listed(words.iter().map(|word| format!("`{word}`")))
}
