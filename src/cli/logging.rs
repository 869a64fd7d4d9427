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
        .event_format(Words(printer.talk_style()))
        .with_writer(Lines(printer.clone()));
    let subscriber = registry()
        .with(Targets::new().with_target("pusher", level))
        .with(lines);
    // The only other time is a test that runs commands in its own process.
    let _ = tracing::subscriber::set_global_default(subscriber);
}

/// Says how grave a line is in the words of all other messages.
struct Words(Style);

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
        let (tone, word) = match level {
            Level::ERROR => (Tone::Bad, "error"),
            Level::WARN => (Tone::Changed, "warning"),
            _ => (Tone::Faint, "debug"),
        };
        write!(to, "{}: ", self.0.paint(tone, word))?;
        context.format_fields(to.by_ref(), event)?;
        writeln!(to)
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
