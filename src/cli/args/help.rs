//! What stands below the long help: examples, and for the program the exit status and the environment.

use clap::Command;

use super::examples;
use crate::cli::exit::Exit;
use crate::cli::variables::Variable;
use crate::model::Phrase;

/// What a mirror file may ask the environment for.
pub const OTHER_VARIABLES: Phrase = phrase!(
    "A mirror file may name any others as `${NAME}`. Proxies may stand in small letters as well.",
    "mirror 文件可以用 `${NAME}` 引用其他变量。代理的变量名也可以小写。"
);

const MORE: Phrase = phrase!(
    "`pusher --help` has the exit status and the environment's variables.",
    "退出码和环境变量见 `pusher --help`。"
);

const EXAMPLES: Phrase = phrase!("Examples", "示例");

/// Completes a definition with what stands below the long help of the program and of each command.
pub(super) fn complete(program: Command) -> Command {
    let variables = Variable::ALL.iter().map(|v| (v.name(), v.meaning()));
    let statuses = Exit::ALL.map(|exit| (exit.code().to_string(), exit.meaning()));
    let below = [
        examples_of("pusher"),
        rows(tr_word!("Exit status", "退出码"), statuses),
        rows(tr_word!("Environment", "环境变量"), variables),
        OTHER_VARIABLES.as_str().to_owned(),
    ];
    program
        .after_long_help(below.join("\n\n"))
        .mut_subcommands(|command| {
            let below = format!("{}\n\n{}", examples_of(command.get_name()), MORE.as_str());
            command.after_long_help(below)
        })
}

fn examples_of(command: &str) -> String {
    let examples = examples::of(command).iter();
    rows(
        EXAMPLES.as_str(),
        examples.map(|e| (e.typed, e.purpose.as_str())),
    )
}

/// Writes two columns below a heading.
fn rows<N: AsRef<str>>(heading: &str, rows: impl IntoIterator<Item = (N, &'static str)>) -> String {
    let rows: Vec<_> = rows.into_iter().collect();
    let width = rows.iter().map(|(name, _)| name.as_ref().len()).max();
    let width = width.unwrap_or_default();
    let row = |(name, meaning): &(N, &str)| format!("\n  {:<width$}  {meaning}", name.as_ref());
    let rows: String = rows.iter().map(row).collect();
    format!("{heading}{}{rows}", tr_word!(":", "："))
}
