//! What `-v` shows: decisions and retries of this program, and with `-vv` every request.

use std::io::{self, Write};
use std::sync::Arc;

use tracing::level_filters::LevelFilter;
use tracing_subscriber::filter::Targets;
use tracing_subscriber::fmt::{MakeWriter, layer};
use tracing_subscriber::layer::SubscriberExt as _;
use tracing_subscriber::registry;

use crate::render::{Style, sanitize};

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
        .with_target(false)
        .without_time()
        .with_writer(Lines(printer.clone()));
    let subscriber = registry()
        .with(Targets::new().with_target("pusher", level))
        .with(lines);
    // The only other time is a test that runs commands in its own process.
    let _ = tracing::subscriber::set_global_default(subscriber);
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
