//! Asks whoever sits at a terminal: a question, or whether to go on.

use std::io;

use crate::model::Text;

use super::context::Context;
use super::error::CommandError;
use super::exit::Exit;

/// Asks whether to do what was just shown; anything but a yes stops, with nothing done.
pub async fn confirm(context: &Context, question: &Text) -> Result<(), CommandError> {
    let (answer, exit) = ask(context, question).await;
    if answer.as_deref().is_some_and(is_yes) {
        return Ok(());
    }
    let message = text!(
        "not confirmed; nothing was changed",
        "没有确认，什么都没有改动"
    );
    Err(CommandError::Stopped(exit, message))
}

/// Asks for a line; without one, tells how the command ends.
pub async fn ask(context: &Context, question: &Text) -> (Option<String>, Exit) {
    let printer = &context.printer;
    printer.ask(question);
    // A read cannot be given up, so it has a thread of its own, which the end of the process ends.
    let answer = tokio::task::spawn_blocking(read_answer);
    let (answer, exit) = tokio::select! {
        answer = answer => (answer.unwrap_or_default(), Exit::Failed),
        () = context.stop.made() => (None, Exit::Interrupted),
    };
    if answer.is_some() {
        printer.answered();
    }
    (answer, exit)
}

/// Reads a line; none where there is no more to read.
fn read_answer() -> Option<String> {
    let mut line = String::new();
    let length = io::stdin().read_line(&mut line).ok()?;
    (length > 0).then_some(line)
}

fn is_yes(answer: &str) -> bool {
    let answer = answer.trim().to_ascii_lowercase();
    matches!(answer.as_str(), "y" | "yes")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_yes_is_one() {
        for (answer, yes) in [
            ("y\n", true),
            ("Yes\r\n", true),
            (" yes ", true),
            ("\n", false),
            ("", false),
            ("n\n", false),
            ("yesterday\n", false),
        ] {
            assert_eq!(is_yes(answer), yes, "{answer:?}");
        }
    }
}
