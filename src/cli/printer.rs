//! The only place that prints: answers on standard output, everything else on standard error.

use std::fmt::{self, Display};
use std::io::{self, IsTerminal};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};

use indicatif::{MultiProgress, ProgressDrawTarget};

use crate::config::hide;
use crate::model::{Language, Text};
use crate::render::sanitize;
use crate::render::style::{Signs, Style, Tone, View};

use super::args::ColorChoice;
use super::environment::Environment;
use super::error::CliError;
use super::stream::Stream;

/// Where a command's words go.
pub struct Printer {
    answers: Stream,
    talk: Stream,
    language: Language,
    quiet: bool,
    /// Whether an answer was printed, or a part of one.
    has_answered: AtomicBool,
    /// Whether someone can be asked: who types is at a terminal, and so is who reads.
    can_ask: bool,
    /// Whether the last line said is a question that stands without its end.
    asked: AtomicBool,
    screen: Mutex<MultiProgress>,
}

impl Printer {
    /// Prints to the standard streams of this process.
    pub fn standard(
        color: ColorChoice,
        language: Language,
        quiet: bool,
        environment: &Environment,
    ) -> Self {
        let style = |terminal| match color {
            ColorChoice::Always => Style::COLOURED,
            ColorChoice::Auto if terminal && !environment.refuses_colour() => Style::COLOURED,
            ColorChoice::Auto | ColorChoice::Never => Style::PLAIN,
        };
        let (out, err) = (io::stdout().is_terminal(), io::stderr().is_terminal());
        let bars = if err && !quiet {
            ProgressDrawTarget::stderr()
        } else {
            ProgressDrawTarget::hidden()
        };
        let mut answers = Stream::new(io::stdout(), out, style(out));
        (answers.width, answers.signs) = (width(out), environment.signs());
        Self {
            answers,
            talk: Stream::new(io::stderr(), err, style(err)),
            language,
            quiet,
            can_ask: err && io::stdin().is_terminal(),
            asked: AtomicBool::new(false),
            has_answered: AtomicBool::new(false),
            screen: Mutex::new(MultiProgress::with_draw_target(bars)),
        }
    }

    /// Returns how an answer for people looks.
    pub fn view(&self, verbose: bool) -> View {
        View {
            style: self.answers.style,
            verbose,
            width: self.answers.width,
            signs: self.answers.signs,
            on_stick: false,
        }
    }

    /// Returns the language that everything is said in.
    pub fn language(&self) -> Language {
        self.language
    }

    /// Returns the palette of the talk.
    pub fn talk_style(&self) -> Style {
        self.talk.style
    }

    /// Tells whether a person is watching the talk, and wants to.
    pub fn talks_to_a_person(&self) -> bool {
        self.talk.terminal && !self.quiet
    }

    /// Returns the signs that bars are drawn with.
    pub fn bar_signs(&self) -> Signs {
        self.answers.signs
    }

    /// Tells whether an answer was printed, or a part of one.
    pub fn has_answered(&self) -> bool {
        self.has_answered.load(Ordering::SeqCst)
    }

    /// Tells whether someone can be asked.
    pub fn can_ask(&self) -> bool {
        self.can_ask
    }

    /// Prints a question, quiet or not; the answer is typed behind it.
    pub fn ask(&self, question: &Text) {
        let style = self.talk.style;
        self.insist(|to| {
            let question = sanitize::line(question.as_str());
            write!(to, "{} ", style.paint(Tone::Strong, question))
        });
        self.asked.store(true, Ordering::SeqCst);
    }

    /// Notes that the question's line was ended by whoever answered it.
    pub fn answered(&self) {
        self.asked.store(false, Ordering::SeqCst);
    }

    /// Tells whether only answers and errors are wanted.
    pub fn is_quiet(&self) -> bool {
        self.quiet
    }

    /// Returns the bars, which stand below everything printed. While someone holds them, nobody else
    /// prints or draws.
    pub(super) fn screen(&self) -> MutexGuard<'_, MultiProgress> {
        self.screen.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Prints where the bars stood; the next frame draws them below.
    fn print(
        &self,
        stream: &Stream,
        render: impl FnOnce(&mut dyn fmt::Write) -> fmt::Result,
    ) -> io::Result<()> {
        let screen = self.screen();
        // A terminal that was closed takes nothing, which must not end what is being done.
        let _ = screen.clear();
        if self.asked.swap(false, Ordering::SeqCst) {
            // Nobody has ended the question's line by an answer.
            let _ = self.talk.write(|to| writeln!(to));
        }
        self.language.speak(|| stream.write(render))
    }

    /// Prints a command's answer. Whoever reads it may stop at any time.
    pub fn answer(
        &self,
        render: impl FnOnce(&mut dyn fmt::Write) -> fmt::Result,
    ) -> Result<(), CliError> {
        self.has_answered.store(true, Ordering::SeqCst);
        self.print(&self.answers, render).map_err(|error| {
            CliError::new(text!(
                "cannot write to standard output: {error}",
                "无法写入标准输出：{error}"
            ))
        })
    }

    /// Prints what is not the answer, unless quiet.
    pub fn say(&self, render: impl FnOnce(&mut dyn fmt::Write) -> fmt::Result) {
        if !self.quiet {
            self.insist(render);
        }
    }

    /// Prints one line that is not the answer, unless quiet.
    pub fn say_line(&self, line: impl Display) {
        self.say(|to| writeln!(to, "{}", sanitize::line(&line.to_string())));
    }

    /// Prints what is not the answer, quiet or not.
    ///
    /// Nothing can be said about standard error not taking it.
    pub fn insist(&self, render: impl FnOnce(&mut dyn fmt::Write) -> fmt::Result) {
        let _ = self.print(&self.talk, render);
    }

    /// Prints why a command stopped.
    pub fn error(&self, error: &CliError) {
        let style = self.talk.style;
        self.insist(|to| {
            let message = sanitize::lines(&error.to_string());
            let word = style.paint(Tone::Bad, tr_word!("error", "错误"));
            let colon = tr_word!(": ", "：");
            writeln!(to, "{word}{colon}{message}")
        });
        if let Some(advice) = error.advice() {
            self.hint(advice);
        }
    }

    /// Prints what is good to know, and changes nothing of what was asked for; not where only the answer is wanted.
    pub fn note(&self, text: &Text) {
        if self.quiet {
            return;
        }
        let style = self.talk.style;
        self.insist(|to| {
            let text = sanitize::line(&hide(text.as_str()));
            let word = style.paint(Tone::Hint, tr_word!("note", "注意"));
            let colon = tr_word!(": ", "：");
            writeln!(to, "{word}{colon}{text}")
        });
    }

    /// Prints what to do about what was said before.
    pub fn hint(&self, advice: &Text) {
        let style = self.talk.style;
        self.insist(|to| {
            let hint = sanitize::line(&hide(advice.as_str()));
            let word = style.paint(Tone::Hint, tr_word!("hint", "提示"));
            let colon = tr_word!(": ", "：");
            writeln!(to, "{word}{colon}{hint}")
        });
    }
}

/// Returns how many columns an answer may use: a terminal's, within what is easy to read.
fn width(terminal: bool) -> usize {
    let columns = terminal
        .then(|| terminal_size::terminal_size_of(io::stdout()))
        .flatten();
    columns.map_or(View::default().width, |(columns, _)| {
        usize::from(columns.0).clamp(40, 120)
    })
}

#[cfg(test)]
mod tests {
    use std::io::{ErrorKind, Write};
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
            answers: Stream::new(answers, false, Style::PLAIN),
            talk: Stream::new(talk.clone(), false, Style::PLAIN),
            language: Language::English,
            quiet,
            can_ask: false,
            asked: AtomicBool::new(false),
            has_answered: AtomicBool::new(false),
            screen: Mutex::new(MultiProgress::with_draw_target(ProgressDrawTarget::hidden())),
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
            printer.error(&CliError::new(Text::verbatim("bad")).hint(Text::verbatim("mend it")));
            assert_eq!(
                (answers.text().as_str(), talk.text().as_str()),
                ("answer\n", said)
            );
        }
    }

    /// Notes how much it is given at once.
    struct Largest(Arc<Mutex<(usize, usize)>>);

    impl Write for Largest {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            let mut noted = self.0.lock().unwrap();
            *noted = (noted.0.max(bytes.len()), noted.1 + bytes.len());
            Ok(bytes.len())
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    #[test]
    fn a_long_answer_goes_out_in_pieces() {
        let noted = Arc::default();
        let printer = printer(Largest(Arc::clone(&noted)), &Shared::default(), false);
        let line = "x".repeat(99);
        let long = |to: &mut dyn fmt::Write| (0..10_000).try_for_each(|_| writeln!(to, "{line}"));
        printer.answer(long).unwrap();
        let (largest, all) = *noted.lock().unwrap();
        assert_eq!(all, 1_000_000);
        assert!(largest < Stream::LONG + 100, "{largest}");
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
