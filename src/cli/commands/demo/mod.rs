//! `demo`: the main job on two registries inside this process, command by command.
//!
//! Each command is printed as it would be typed, then that very line is parsed and run as always.

mod stage;

use std::fmt::Display;
use std::pin::Pin;

use crate::cli::args::Args;
use crate::cli::context::Context;
use crate::cli::error::{CliError, CommandError};
use crate::cli::exit::Exit;
use crate::render::style::Tone;

use stage::Stage;

/// Runs what was typed, as every command is run.
pub(super) type Run = for<'a> fn(&'a Context, &'a Args) -> Pin<Box<dyn Future<Output = Exit> + 'a>>;

/// Plays the whole story; it ends well only if each step ends as it should.
pub(super) async fn run(context: &Context, run: Run) -> Result<Exit, CommandError> {
    // The stage has to be cleared away.
    let _stop = context.stop.heed();
    let stage = Stage::set().await?;
    let story = Story::of(context, &stage, run);
    story.tell(format_args!(
        "Two registries run inside this process: {} stands in for the public ones, {} for yours. \
         Your registry wants a login, so four variables say which it is and who you are:",
        stage.source.address(),
        stage.target.address()
    ))?;
    for (name, value) in story.context.environment.variables() {
        story.prompt(format_args!("export {name}={value}"))?;
    }
    story.tell("This is the list of images that it should hold:")?;
    story.prompt("cat images.txt")?;
    story.print(stage.list())?;
    story.tell("Where does each image go? Two are called `alist`, so their names get a prefix:")?;
    story.run("pusher list", Exit::Done).await?;
    story.tell("What is missing? Nothing is written by this, and no layer is read:")?;
    story.run("pusher plan", Exit::Done).await?;
    story.tell("Copy it, layer by layer from one registry to the other, never through a disk:")?;
    story.run("pusher apply --yes", Exit::Done).await?;
    check(&stage)?;
    story.tell("Once more: everything is in place, so nothing is left to do:")?;
    story
        .run("pusher plan --detailed-exitcode", Exit::Done)
        .await?;
    stage.meddle();
    story.tell(
        "Now someone overwrites `nginx:1.27` in your registry, and deletes `redis`. A schedule \
         that runs this notices:",
    )?;
    story.run("pusher drift", Exit::Pending).await?;
    story.tell("The plan says what would mend it:")?;
    story
        .run("pusher plan --detailed-exitcode", Exit::Pending)
        .await?;
    story.tell("Mend it; what is there already is not copied again:")?;
    story.run("pusher apply --yes", Exit::Done).await?;
    check(&stage)?;
    story.run("pusher drift", Exit::Done).await?;
    story.tell(
        "That is all. For your own images: write `images.txt`, set the four variables, and run \
         `pusher plan`.",
    )?;
    Ok(Exit::Done)
}

/// Tells the story, and runs its commands on the stage.
struct Story {
    context: Context,
    run: Run,
}

impl Story {
    fn of(context: &Context, stage: &Stage, run: Run) -> Self {
        let context = Context {
            environment: stage.environment(),
            folder: stage.folder().to_owned(),
            ..context.clone()
        };
        Self { context, run }
    }

    /// Prints what a teacher would say.
    fn tell(&self, sentence: impl Display) -> Result<(), CliError> {
        let sentence = sentence.to_string();
        let view = self.context.printer.view(false);
        self.context.printer.answer(|to| {
            writeln!(to)?;
            for line in wrap(&sentence, view.width.min(80) - 2) {
                writeln!(
                    to,
                    "{}",
                    view.style.paint(Tone::Hint, format_args!("# {line}"))
                )?;
            }
            Ok(())
        })
    }

    /// Prints what would be typed.
    fn prompt(&self, typed: impl Display) -> Result<(), CliError> {
        let style = self.context.printer.view(false).style;
        let typed = style.paint(Tone::Strong, format!("$ {typed}"));
        self.context.printer.answer(|to| writeln!(to, "{typed}"))
    }

    fn print(&self, text: &str) -> Result<(), CliError> {
        self.context.printer.answer(|to| to.write_str(text))
    }

    /// Runs a line as if it had been typed, and wants it to end in one way.
    async fn run(&self, line: &str, wanted: Exit) -> Result<(), CommandError> {
        self.prompt(line)?;
        let args = Args::parse_checked(line.split(' '))
            .map_err(|error| CliError::new(format!("the demo typed `{line}`: {error}")))?;
        let exit = (self.run)(&self.context, &args).await;
        if exit == Exit::Pending {
            let style = self.context.printer.view(false).style;
            let status = style.paint(Tone::Faint, "(exit status 2: changes are pending)");
            self.context.printer.answer(|to| writeln!(to, "{status}"))?;
        }
        if self.context.stop.was_made() {
            return Err(CommandError::Said(Exit::Interrupted));
        }
        if exit == wanted {
            return Ok(());
        }
        let (code, wanted) = (exit.code(), wanted.code());
        let message = format!("`{line}` ended with status {code} instead of {wanted}");
        Err(CliError::new(message).into())
    }
}

/// Stops the story if the target does not hold what it should.
fn check(stage: &Stage) -> Result<(), CliError> {
    if stage.is_mirrored() {
        return Ok(());
    }
    Err(CliError::new("the target does not hold what was applied"))
}

/// Breaks a sentence into lines of at most `width` characters.
fn wrap(sentence: &str, width: usize) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    for word in sentence.split(' ') {
        match lines.last_mut() {
            Some(line) if line.chars().count() + 1 + word.chars().count() <= width => {
                line.push(' ');
                line.push_str(word);
            }
            _ => lines.push(word.to_owned()),
        }
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_broken_between_words() {
        assert_eq!(wrap("one two three", 7), ["one two", "three"]);
        assert_eq!(
            wrap("incomprehensible word", 5),
            ["incomprehensible", "word"]
        );
    }
}
