//! What people type who come from other tools, or go by what they expect, and what to type here.

use std::ffi::OsString;

use clap::error::{ContextKind, ContextValue, ErrorKind};
use clap::{Arg, Command};

use crate::config::FileKind;
use crate::model::{Text, listed};

/// Says what to type instead of what was refused, where that can be guessed.
pub fn advice(error: &clap::Error, typed: &[OsString], program: &Command) -> Option<Text> {
    let value = |kind| match error.get(kind) {
        Some(ContextValue::String(text)) => Some(text.as_str()),
        _ => None,
    };
    match error.kind() {
        ErrorKind::InvalidSubcommand => of_command(value(ContextKind::InvalidSubcommand)?),
        ErrorKind::UnknownArgument => {
            let argument = value(ContextKind::InvalidArg)?;
            let is_to = |word: &str| word == "--to" || word.starts_with("--to=");
            let takes_to = typed.iter().filter_map(|word| word.to_str()).any(is_to);
            let mut typed = typed.iter().filter_map(|word| word.to_str());
            let command = typed.find(|word| reads_files(program, word));
            if command == Some("doctor") && takes_to && !argument.starts_with('-') {
                return Some(text!(
                    "`pusher doctor --probe --to` measures one target at a time",
                    "`pusher doctor --probe --to` 一次只测一个目标"
                ));
            }
            let advice = command.and_then(|command| of_argument(command, argument));
            advice.or_else(|| taken_elsewhere(program, argument))
        }
        _ => None,
    }
}

/// Tells whether a word is a command about what the files declare, and nothing else that has to be named.
fn reads_files(program: &Command, word: &str) -> bool {
    program.find_subcommand(word).is_some_and(|command| {
        let mut all = command.get_arguments();
        let takes_file = all.any(|argument| argument.get_id() == "file");
        takes_file && !command.get_positionals().any(Arg::is_required_set)
    })
}

/// Says which commands take an option.
fn taken_elsewhere(program: &Command, option: &str) -> Option<Text> {
    let long = option.strip_prefix("--")?;
    let takes = |command: &&Command| {
        let mut own = command.get_arguments();
        own.any(|own| own.get_long() == Some(long))
    };
    let commands = program.get_subcommands().filter(takes);
    let commands: Vec<_> = commands
        .map(|command| format!("`{}`", command.get_name()))
        .collect();
    (!commands.is_empty()).then(|| {
        text!(
            "`{option}` is for {}",
            "`{option}` 用于 {}",
            listed(&commands)
        )
    })
}

fn of_command(word: &str) -> Option<Text> {
    Some(match word {
        "validate" | "lint" | "verify" | "test" | "fmt" => {
            text!(
                "`pusher check` reports every mistake in the files",
                "`pusher check` 检查文件里的全部错误"
            )
        }
        "sync" | "copy" | "cp" | "mirror" | "push" | "pull" | "run" | "up" | "once" => {
            text!(
                "`pusher apply` copies what is missing or changed; `pusher plan` shows it before",
                "`pusher apply` 拷贝缺的和变了的；`pusher plan` 先列出来看"
            )
        }
        "status" | "refresh" | "preview" | "server" => {
            text!(
                "`pusher plan` shows what is missing or has changed, `pusher drift` what moved since",
                "`pusher plan` 列出缺的和变了的，`pusher drift` 检查之后又有什么变了"
            )
        }
        "destroy" | "delete" | "rm" | "prune" => {
            text!(
                "`pusher remove IMAGE` takes an image out of the file; `pusher plan --prune` shows which tags `pusher apply --prune` \
                 will then delete",
                "`pusher remove IMAGE` 从文件里去掉镜像；`pusher plan --prune` 列出 `pusher apply --prune` 会删除的标签"
            )
        }
        "login" => {
            text!(
                "`docker login HOST` or `podman login HOST`: the logins that they leave are used",
                "用 `docker login HOST` 或 `podman login HOST`：会使用它们留下的账号"
            )
        }
        "convert" | "migrate" => text!(
            "`pusher import FILE` writes a list or another tool's file as a mirror file",
            "`pusher import FILE` 把列表或其他工具的文件转成 mirror 文件"
        ),
        _ if is_file(word) => name_the_file("plan", word),
        _ => return None,
    })
}

fn name_the_file(command: &str, file: &str) -> Text {
    text!(
        "name the file: `pusher {command} --file {file}`",
        "这样指定文件：`pusher {command} --file {file}`"
    )
}

fn of_argument(command: &str, word: &str) -> Option<Text> {
    match word {
        "--auto-approve" | "--force" if command == "apply" => {
            return Some(text!(
                "`pusher apply --yes` goes on without asking",
                "`pusher apply --yes` 不询问就继续"
            ));
        }
        "--dry-run" | "-n" if command == "apply" => {
            return Some(text!(
                "`pusher plan` shows what `pusher apply` would do",
                "`pusher plan` 列出 `pusher apply` 会做什么"
            ));
        }
        "--target" | "--image" | "--include" | "--filter" => return Some(part(command, "NAME")),
        _ => {}
    }
    if word.starts_with('-') {
        return None;
    }
    if is_file(word) {
        return Some(name_the_file(command, word));
    }
    Some(part(command, word))
}

fn part(command: &str, word: &str) -> Text {
    match command {
        "plan" | "apply" => text!(
            "name the images: `pusher {command} --only {word}`",
            "这样指定镜像：`pusher {command} --only {word}`"
        ),
        _ => text!(
            "`pusher {command}` always takes all that the files declare",
            "`pusher {command}` 总是处理文件声明的全部"
        ),
    }
}

/// Tells whether something is called as the files are that are read; a saved plan ends in `.json` as well.
pub fn is_file(word: &str) -> bool {
    FileKind::named(word).is_some() && !word.to_ascii_lowercase().ends_with(".json")
}

#[cfg(test)]
mod tests {
    use super::super::Args;
    use super::*;

    fn advised(typed: &str) -> Option<String> {
        let typed: Vec<OsString> = typed.split(' ').map(Into::into).collect();
        let error = Args::command().try_get_matches_from(&typed).unwrap_err();
        let advice = advice(&error, &typed, &Args::command())?;
        Some(advice.english().to_owned())
    }

    #[test]
    fn words_of_other_tools_are_answered_with_what_to_type() {
        for (typed, wanted) in [
            ("pusher validate", "`pusher check`"),
            ("pusher sync", "`pusher apply`"),
            ("pusher copy a b", "`pusher apply`"),
            ("pusher destroy", "`pusher plan --prune`"),
            ("pusher images.txt", "`pusher plan --file images.txt`"),
            ("pusher plan images.txt", "`pusher plan --file images.txt`"),
            (
                "pusher -q list mirror.yaml",
                "`pusher list --file mirror.yaml`",
            ),
            ("pusher plan nginx:1.27", "`pusher plan --only nginx:1.27`"),
            ("pusher drift nginx", "`pusher drift` always takes all"),
            (
                "pusher doctor --probe --to a b",
                "measures one target at a time",
            ),
            ("pusher doctor nginx", "`pusher doctor` always takes all"),
            ("pusher apply --target", "`pusher apply --only NAME`"),
            ("pusher apply --auto-approve", "`pusher apply --yes`"),
            ("pusher apply --dry-run", "`pusher plan` shows"),
        ] {
            let advice = advised(typed).unwrap_or_default();
            assert!(advice.contains(wanted), "{typed}: {advice}");
        }
        for typed in [
            "pusher plam",
            "pusher plan --formt json",
            "pusher demo x.txt",
            "pusher diff a b c",
        ] {
            assert_eq!(advised(typed), None, "{typed}");
        }
    }
}
