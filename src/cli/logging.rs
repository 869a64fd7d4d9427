//! What `-v` shows: decisions and retries of this program, and with `-vv` every request.

use std::fmt;
use std::io::{self, Write};
use std::sync::Arc;

use tracing::level_filters::LevelFilter;
use tracing::{Event, Level, Subscriber};
use tracing_subscriber::filter::Targets;
use tracing_subscriber::fmt::format::Writer;
use tracing_subscriber::fmt::{FmtContext, FormatEvent, FormatFields, MakeWriter, layer};
use tracing_subscriber::layer::SubscriberExt as _;
use tracing_subscriber::registry;
use tracing_subscriber::registry::LookupSpan;

use crate::model::Language;
use crate::render::sanitize;
use crate::render::style::{Style, Tone};

use super::printer::Printer;

/// Sends the events of this crate to `printer`, as many as `verbose` and quiet ask for.
///
/// Other crates stay silent at every level: they know nothing of what is secret here.
pub(super) fn install(printer: &Arc<Printer>, verbose: u8) {
    let level = match verbose {
        _ if printer.is_quiet() => LevelFilter::ERROR,
        0 => LevelFilter::WARN,
        1 => LevelFilter::DEBUG,
        _ => LevelFilter::TRACE,
    };
    let lines = layer()
        .with_ansi(printer.talk_style() == Style::COLOURED)
        .event_format(Words {
            style: printer.talk_style(),
            language: printer.language(),
        })
        .with_writer(Lines(printer.clone()));
    let subscriber = registry()
        .with(Targets::new().with_target("pusher", level))
        .with(lines);
    // The only other time is a test that runs commands in its own process.
    let _ = tracing::subscriber::set_global_default(subscriber);
}

/// Says how grave a line is in the words of all other messages.
struct Words {
    style: Style,
    /// What warnings are told in; what `-v` shows beside them is English.
    language: Language,
}

impl<S, N> FormatEvent<S, N> for Words
where
    S: Subscriber + for<'a> LookupSpan<'a>,
    N: for<'a> FormatFields<'a> + 'static,
{
    fn format_event(
        &self,
        context: &FmtContext<'_, S, N>,
        mut to: Writer<'_>,
        event: &Event<'_>,
    ) -> fmt::Result {
        let level = *event.metadata().level();
        let language = match level {
            Level::ERROR | Level::WARN => self.language,
            _ => Language::English,
        };
        language.speak(|| {
            let (tone, word) = match level {
                Level::ERROR => (Tone::Bad, tr_word!("error", "错误")),
                Level::WARN => (Tone::Changed, tr_word!("warning", "警告")),
                _ => (Tone::Faint, "debug"),
            };
            let word = self.style.paint(tone, word);
            write_tr!(to, "{word}: ", "{word}：")?;
            context.format_fields(to.by_ref(), event)?;
            writeln!(to)
        })
    }
}

struct Lines(Arc<Printer>);

impl<'a> MakeWriter<'a> for Lines {
    type Writer = Line<'a>;

    fn make_writer(&'a self) -> Line<'a> {
        Line(&self.0)
    }
}

struct Line<'a>(&'a Printer);

impl Write for Line<'_> {
    fn write(&mut self, line: &[u8]) -> io::Result<usize> {
        let text = String::from_utf8_lossy(line);
        self.0.insist(|to| match self.0.talk_style() {
            // The library keeps what would control a terminal from it.
            Style::COLOURED => writeln!(to, "{}", text.trim_end().replace('\n', " ")),
            // What others said must not begin a line of its own.
            _ => writeln!(to, "{}", sanitize::line(text.trim_end())),
        });
        Ok(line.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Mutex;

    use super::*;

    #[derive(Clone, Default)]
    struct Kept(Arc<Mutex<Vec<u8>>>);

    impl Write for Kept {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            self.0.lock().unwrap().extend_from_slice(bytes);
            Ok(bytes.len())
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    struct Told;

    impl fmt::Display for Told {
        fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            write_tr!(f, "passed over", "跳过了")
        }
    }

    #[test]
    fn warnings_are_for_people_and_the_rest_is_english() {
        let kept = Kept::default();
        let to = kept.clone();
        let lines = layer()
            .with_ansi(false)
            .event_format(Words {
                style: Style::PLAIN,
                language: Language::Chinese,
            })
            .with_writer(move || to.clone());
        tracing::subscriber::with_default(registry().with(lines), || {
            tracing::warn!("{Told}");
            tracing::debug!("{Told}");
        });
        let said = String::from_utf8(kept.0.lock().unwrap().clone()).unwrap();
        assert_eq!(said, "警告：跳过了\ndebug: passed over\n");
    }
}
