//! The help in Chinese: what is typed is the same in every language, so its sentences alone are exchanged.

use clap::builder::{PossibleValue, Resettable, StyledStr};
use clap::{Arg, Command};

use super::sentences::SENTENCES;

/// Exchanges every sentence of a definition.
pub(super) fn translated(mut program: Command) -> Command {
    // What clap adds by itself is there from then on.
    program.build();
    each(program)
}

fn each(command: Command) -> Command {
    let template = template(&command);
    let about = said(command.get_about());
    let long_about = said(command.get_long_about());
    command
        .help_template(template)
        .about(about)
        .long_about(long_about)
        .mut_args(argument)
        .mut_subcommands(each)
}

/// Lays the help out as clap does, below headings of ours.
fn template(command: &Command) -> String {
    let heading = command.get_styles().get_header();
    let head = |words: &str| format!("{heading}{words}：{heading:#}");
    let below = |is_there: bool, words: &str, part: &str| {
        if is_there {
            format!("\n\n{}\n{{{part}}}", head(words))
        } else {
            String::new()
        }
    };
    let mut arguments = command.get_arguments();
    let has_options = arguments.any(|argument| !argument.is_positional());
    let has_positionals = command.get_positionals().next().is_some();
    [
        format!(
            "{{before-help}}{{about-with-newline}}\n{}{{usage}}",
            head("用法")
        ),
        below(command.has_subcommands(), "命令", "subcommands"),
        below(has_positionals, "参数", "positionals"),
        below(has_options, "选项", "options"),
        "{after-help}".to_owned(),
    ]
    .concat()
}

/// How many of the values that an argument can have stand in a line.
const NAMES_IN_A_LINE: usize = 5;

fn argument(argument: Arg) -> Arg {
    let values = argument.get_possible_values();
    if !values.is_empty() && !argument.is_hide_possible_values_set() {
        // clap's own list of them has English words around it, and lines that it breaks are too long where
        // characters are wide.
        let names: Vec<_> = values.iter().map(PossibleValue::get_name).collect();
        let lines: Vec<_> = names
            .chunks(NAMES_IN_A_LINE)
            .map(|some| some.join(", "))
            .collect();
        let names = lines.join(",\n");
        let help = argument.get_help().map_or_else(String::new, in_chinese);
        return argument
            .hide_possible_values(true)
            .help(format!("{help}\n[可选：{names}]"));
    }
    let help = said(argument.get_help());
    let long_help = said(argument.get_long_help());
    argument.help(help).long_help(long_help)
}

fn said(english: Option<&StyledStr>) -> Resettable<StyledStr> {
    english.map(|text| StyledStr::from(in_chinese(text))).into()
}

/// Returns in Chinese what is said in English, each paragraph by itself.
fn in_chinese(english: &StyledStr) -> String {
    let english = english.to_string();
    let known = |paragraph| {
        let known = SENTENCES.iter().find(|known| known.english == paragraph);
        known.map_or(paragraph, |known| known.chinese)
    };
    let paragraphs: Vec<_> = english.split("\n\n").map(known).collect();
    paragraphs.join("\n\n")
}
