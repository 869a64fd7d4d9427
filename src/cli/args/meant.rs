//! What people type who come from other tools, or go by what they expect, and what to type here.

use std::ffi::OsString;

use clap::error::{ContextKind, ContextValue, ErrorKind};
use clap::{Arg, Command};

use crate::config::FileKind;

/// Says what to type instead of what was refused, where that can be guessed.
pub fn advice(error: &clap::Error, typed: &[OsString], program: &Command) -> Option<String> {
    let value = |kind| match error.get(kind) {
        Some(ContextValue::String(text)) => Some(text.as_str()),
        _ => None,
    };
    match error.kind() {
        ErrorKind::InvalidSubcommand => of_command(value(ContextKind::InvalidSubcommand)?),
        ErrorKind::UnknownArgument => {
            let mut typed = typed.iter().filter_map(|word| word.to_str());
            let command = typed.find(|word| reads_files(program, word))?;
            of_argument(command, value(ContextKind::InvalidArg)?)
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

fn of_command(word: &str) -> Option<String> {
    let advice = match word {
        "validate" | "lint" | "verify" | "test" | "fmt" => {
            "`pusher check` reports every mistake in the files"
        }
        "sync" | "copy" | "cp" | "mirror" | "push" | "pull" | "run" | "up" | "once" => {
            "`pusher apply` copies what is missing or changed; `pusher plan` shows it before"
        }
        "status" | "refresh" | "preview" | "server" => {
            "`pusher plan` shows what is missing or has changed, `pusher drift` what moved since"
        }
        "destroy" | "delete" | "remove" | "rm" | "prune" => {
            "take the images out of the file; `pusher plan --prune` shows which tags `pusher apply --prune` \
             will then delete"
        }
        "login" => {
            "`docker login HOST` or `podman login HOST`: the logins that they leave are used"
        }
        "init" => {
            "write one image a line, such as `nginx:1.27`, into `images.txt`, then `pusher plan`"
        }
        "convert" | "migrate" => "`pusher import images.txt` writes a list as a mirror file",
        _ => return is_file(word).then(|| format!("name the file: `pusher plan --file {word}`")),
    };
    Some(advice.to_owned())
}

fn of_argument(command: &str, word: &str) -> Option<String> {
    match word {
        "--auto-approve" | "--force" if command == "apply" => {
            return Some("`pusher apply --yes` goes on without asking".to_owned());
        }
        "--dry-run" | "-n" if command == "apply" => {
            return Some("`pusher plan` shows what `pusher apply` would do".to_owned());
        }
        "--target" | "--image" | "--include" | "--filter" => return Some(part(command, "NAME")),
        _ => {}
    }
    if word.starts_with('-') {
        return None;
    }
    if is_file(word) {
        return Some(format!("name the file: `pusher {command} --file {word}`"));
    }
    Some(part(command, word))
}

fn part(command: &str, word: &str) -> String {
    match command {
        "plan" | "apply" => format!("name the images: `pusher {command} --only {word}`"),
        _ => format!("`pusher {command}` always takes all that the files declare"),
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
        advice(
            &Args::parse_checked(&typed).unwrap_err(),
            &typed,
            &Args::command(),
        )
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
