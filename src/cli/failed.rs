//! Why a command stopped: told to people on standard error, and to a program that asked for JSON in the place of
//! the answer.

use crate::config::Diagnostic;
use crate::model::Text;
use crate::render::{self, Failed, Format, github, human};

use super::error::{CliError, CommandError, Mistakes};
use super::exit::Exit;
use super::printer::Printer;

/// Tells why a command stopped, and returns how it ends.
pub(super) fn tell(printer: &Printer, format: Format, error: CommandError) -> Exit {
    let (exit, message, hint, mistakes) = match error {
        CommandError::Said(exit) => return exit,
        CommandError::Error(error) => {
            printer.error(&error);
            let CliError { message, hint } = error;
            (Exit::Failed, message, hint, None)
        }
        CommandError::Files(mistakes) => {
            let message = of_files(&mistakes.told);
            printer.insist(|to| {
                human::diagnostics(&mistakes.told, &mistakes.files, printer.talk_style(), to)?;
                writeln!(to, "{message}")
            });
            if format == Format::Github {
                let Mistakes { told, files } = &*mistakes;
                let _ = printer.answer(|to| github::diagnostics(told, files, to));
            }
            (Exit::Failed, message, None, Some(mistakes))
        }
        CommandError::Stopped(exit, message) => {
            printer.insist(|to| writeln!(to, "{message}"));
            (exit, message, None, None)
        }
    };
    // An answer that was given stays the only one.
    if format == Format::Json && !printer.has_answered() {
        let failed = Failed {
            message: &message,
            hint: hint.as_ref(),
            mistakes: mistakes
                .as_deref()
                .map(|Mistakes { told, files }| (&**told, files)),
        };
        // What cannot be written to the reader of the answer was said to people.
        let _ = printer.answer(|to| render::failed(&failed, to));
    }
    exit
}

/// Says how many mistakes the files have.
pub(super) fn of_files(told: &[Diagnostic]) -> Text {
    Text::of(|| {
        let summary = human::summary(told);
        tr!("{summary}: nothing was done", "{summary}：什么都没有做")
    })
}
