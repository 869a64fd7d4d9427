//! Where words go out: a stream, written piece by piece.

use std::fmt;
use std::io::{self, ErrorKind, Write};
use std::sync::{Mutex, PoisonError};

use crate::render::style::{Signs, Style, View};

/// A stream of the process, and what can be shown there.
pub(super) struct Stream {
    to: Mutex<Box<dyn Write + Send>>,
    pub(super) terminal: bool,
    pub(super) style: Style,
    pub(super) width: usize,
    pub(super) signs: Signs,
}

impl Stream {
    /// How much is held back at most: whatever is not long goes out at once.
    pub(super) const LONG: usize = 64 * 1024;

    pub(super) fn new(to: impl Write + Send + 'static, terminal: bool, style: Style) -> Self {
        Self {
            to: Mutex::new(Box::new(to)),
            terminal,
            style,
            width: View::default().width,
            signs: View::default().signs,
        }
    }

    /// Writes what is rendered, all at once where it is not long; a reader that went away has what it wanted.
    pub(super) fn write(
        &self,
        render: impl FnOnce(&mut dyn fmt::Write) -> fmt::Result,
    ) -> io::Result<()> {
        let mut to = self.to.lock().unwrap_or_else(PoisonError::into_inner);
        let mut pieces = Pieces {
            to: &mut **to,
            text: String::new(),
            failed: None,
        };
        let rendered = render(&mut pieces);
        let written = match (pieces.failed.take(), rendered) {
            (Some(error), _) => Err(error),
            (None, Err(error)) => Err(io::Error::other(error)),
            (None, Ok(())) => pieces.put().and_then(|()| pieces.to.flush()),
        };
        match written {
            Err(error) if error.kind() == ErrorKind::BrokenPipe => Ok(()),
            written => written,
        }
    }
}

/// A text that goes out piece by piece: that of ten thousand images takes more than all that is known of them.
struct Pieces<'a> {
    to: &'a mut (dyn Write + Send),
    text: String,
    failed: Option<io::Error>,
}

impl Pieces<'_> {
    fn put(&mut self) -> io::Result<()> {
        let written = self.to.write_all(self.text.as_bytes());
        self.text.clear();
        written
    }
}

impl fmt::Write for Pieces<'_> {
    fn write_str(&mut self, part: &str) -> fmt::Result {
        self.text.push_str(part);
        if self.text.len() < Stream::LONG {
            return Ok(());
        }
        self.put().map_err(|error| {
            self.failed = Some(error);
            fmt::Error
        })
    }
}
