//! The only place that prints: answers on standard output, everything else on standard error.

use std::fmt::Display;
use std::io::{self, ErrorKind, IsTerminal, Write};
use std::sync::{Mutex, PoisonError};

use indicatif::{MultiProgress, ProgressDrawTarget};

use super::args::ColorChoice;
use super::environment::Environment;
use super::error::CliError;

/// Where a command's words go.
pub struct Printer {
    answers: Stream,
    talk: Stream,
    quiet: bool,
    bars: MultiProgress,
}

struct Stream {
    to: Mutex<Box<dyn Write + Send>>,
    terminal: bool,
    colour: bool,
}

impl Printer {
    /// Prints to the standard streams of this process.
    pub fn standard(color: ColorChoice, quiet: bool, environment: &Environment) -> Self {
        let colour = |terminal| match color {
            ColorChoice::Always => true,
            ColorChoice::Never => false,
            ColorChoice::Auto => terminal && !environment.refuses_colour(),
        };
        let (out, err) = (io::stdout().is_terminal(), io::stderr().is_terminal());
        let bars = if err && !quiet {
            ProgressDrawTarget::stderr()
        } else {
            ProgressDrawTarget::hidden()
        };
        Self {
            answers: Stream::new(io::stdout(), out, colour(out)),
            talk: Stream::new(io::stderr(), err, colour(err)),
            quiet,
            bars: MultiProgress::with_draw_target(bars),
        }
    }

    /// Tells whether answers are in colour.
    pub fn answers_in_colour(&self) -> bool {
        self.answers.colour
    }

    /// Tells whether the talk is in colour.
    pub fn talks_in_colour(&self) -> bool {
        self.talk.colour
    }

    /// Tells whether a person is watching the talk, and wants to.
    pub fn talks_to_a_person(&self) -> bool {
        self.talk.terminal && !self.quiet
    }

    /// Tells whether only answers and errors are wanted.
    pub fn is_quiet(&self) -> bool {
        self.quiet
    }

    /// Returns the bars, which stand below everything printed.
    pub(super) fn bars(&self) -> &MultiProgress {
        &self.bars
    }

    /// Prints a command's answer. Whoever reads it may stop at any time.
    pub fn answer(
        &self,
        render: impl FnOnce(&mut dyn Write) -> io::Result<()>,
    ) -> Result<(), CliError> {
        let mut whole = Vec::new();
        render(&mut whole)
            .and_then(|()| self.bars.suspend(|| self.answers.write(&whole)))
            .map_err(|error| CliError::new(format!("cannot write to standard output: {error}")))
    }

    /// Prints what is not the answer, unless quiet.
    pub fn say(&self, render: impl FnOnce(&mut dyn Write) -> io::Result<()>) {
        if !self.quiet {
            self.insist(render);
        }
    }

    /// Prints one line that is not the answer, unless quiet.
    pub fn say_line(&self, line: impl Display) {
        self.say(|to| writeln!(to, "{line}"));
    }

    /// Prints what is not the answer, quiet or not.
    ///
    /// Nothing can be said about standard error not taking it.
    pub fn insist(&self, render: impl FnOnce(&mut dyn Write) -> io::Result<()>) {
        let mut whole = Vec::new();
        if render(&mut whole).is_ok() {
            let _ = self.bars.suspend(|| self.talk.write(&whole));
        }
    }

    /// Prints why a command stopped.
    pub fn error(&self, error: &CliError) {
        let (error_word, hint_word) = if self.talk.colour {
            ("\x1b[1;31merror\x1b[0m", "\x1b[1;36mhint\x1b[0m")
        } else {
            ("error", "hint")
        };
        self.insist(|to| {
            writeln!(to, "{error_word}: {error}")?;
            error
                .advice()
                .map_or(Ok(()), |hint| writeln!(to, "{hint_word}: {hint}"))
        });
    }
}

impl Stream {
    fn new(to: impl Write + Send + 'static, terminal: bool, colour: bool) -> Self {
        Self {
            to: Mutex::new(Box::new(to)),
            terminal,
            colour,
        }
    }

    /// Writes everything at once; a reader that went away has what it wanted.
    fn write(&self, bytes: &[u8]) -> io::Result<()> {
        let mut to = self.to.lock().unwrap_or_else(PoisonError::into_inner);
        match to.write_all(bytes).and_then(|()| to.flush()) {
            Err(error) if error.kind() == ErrorKind::BrokenPipe => Ok(()),
            written => written,
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;

    #[derive(Clone, Default)]
    struct Shared(Arc<Mutex<Vec<u8>>>);

    impl Write for Shared {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            self.0.lock().unwrap().write(bytes)
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    impl Shared {
        fn text(&self) -> String {
            String::from_utf8(self.0.lock().unwrap().clone()).unwrap()
        }
    }

    struct Refusing(ErrorKind);

    impl Write for Refusing {
        fn write(&mut self, _: &[u8]) -> io::Result<usize> {
            Err(self.0.into())
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    fn printer(answers: impl Write + Send + 'static, talk: &Shared, quiet: bool) -> Printer {
        Printer {
            answers: Stream::new(answers, false, false),
            talk: Stream::new(talk.clone(), false, false),
            quiet,
            bars: MultiProgress::with_draw_target(ProgressDrawTarget::hidden()),
        }
    }

    #[test]
    fn quiet_leaves_answers_and_errors() {
        for (quiet, said) in [
            (false, "talk\nerror: bad\nhint: mend it\n"),
            (true, "error: bad\nhint: mend it\n"),
        ] {
            let (answers, talk) = (Shared::default(), Shared::default());
            let printer = printer(answers.clone(), &talk, quiet);
            printer.answer(|to| writeln!(to, "answer")).unwrap();
            printer.say_line("talk");
            printer.error(&CliError::new("bad").hint("mend it"));
            assert_eq!(
                (answers.text().as_str(), talk.text().as_str()),
                ("answer\n", said)
            );
        }
    }

    #[test]
    fn a_reader_who_went_away_is_no_error_and_a_full_disk_is() {
        let answer = |kind| {
            let printer = printer(Refusing(kind), &Shared::default(), false);
            printer.answer(|to| writeln!(to, "answer"))
        };
        assert_eq!(answer(ErrorKind::BrokenPipe), Ok(()));
        let error = answer(ErrorKind::StorageFull).unwrap_err().to_string();
        assert!(
            error.starts_with("cannot write to standard output: "),
            "{error}"
        );
    }
}
