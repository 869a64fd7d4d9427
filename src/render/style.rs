//! Colour, as a small palette that can be off: every line reads well without it.

use std::borrow::Cow;
use std::fmt;

/// How an answer is shown to people.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct View {
    /// The palette.
    pub style: Style,
    /// Whether what needs no attention is shown too.
    pub verbose: bool,
    /// How many columns a line has; longer sentences are wrapped, names never are.
    pub width: usize,
    /// Which signs can be shown.
    pub signs: Signs,
    /// Whether what was done is on a stick, and not in the target yet.
    pub on_stick: bool,
}

impl Default for View {
    /// Shows what needs attention, without colour, in 80 columns.
    fn default() -> Self {
        Self {
            style: Style::PLAIN,
            verbose: false,
            width: 80,
            signs: Signs::Unicode,
            on_stick: false,
        }
    }
}

/// Which signs can be shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Signs {
    /// All.
    Unicode,
    /// Those of ASCII alone.
    Ascii,
}

impl Signs {
    /// Returns a text in which arrows and ellipses are written with the signs that can be shown.
    pub fn shown(self, text: &str) -> Cow<'_, str> {
        match self {
            Self::Ascii if text.contains(['→', '…']) => {
                Cow::Owned(text.replace('→', "->").replace('…', "..."))
            }
            Self::Ascii | Self::Unicode => Cow::Borrowed(text),
        }
    }
}

/// How something stands, as one sign.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mark {
    /// Well.
    Good,
    /// Well, with something to look at.
    Doubt,
    /// Not well.
    Bad,
    /// Nobody looked.
    None,
}

impl Mark {
    /// Returns its sign.
    pub fn sign(self, signs: Signs) -> &'static str {
        match (self, signs) {
            (Self::Good, Signs::Unicode) => "✓",
            (Self::Good, Signs::Ascii) => "+",
            (Self::Bad, Signs::Unicode) => "✗",
            (Self::Bad, Signs::Ascii) => "x",
            (Self::Doubt, _) => "?",
            (Self::None, _) => "-",
        }
    }

    /// Returns what it looks like.
    pub fn tone(self) -> Tone {
        match self {
            Self::Good => Tone::Good,
            Self::Doubt => Tone::Changed,
            Self::Bad => Tone::Bad,
            Self::None => Tone::Faint,
        }
    }
}

/// A palette: on or off.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Style {
    colour: bool,
}

/// What a text is, which decides its colour.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Tone {
    /// Ordinary text.
    Plain,
    /// What stands out.
    Strong,
    /// What stays behind.
    Faint,
    /// Something new, or something that worked.
    Good,
    /// Something that changes.
    Changed,
    /// Something wrong.
    Bad,
    /// A piece of advice.
    Hint,
}

impl Style {
    /// No colour at all.
    pub const PLAIN: Self = Self { colour: false };
    /// The sixteen colours that every terminal has, so that its own theme decides.
    pub const COLOURED: Self = Self { colour: true };

    /// Makes `text` look like `tone`; `text` must hold no control characters.
    pub fn paint<T: fmt::Display>(self, tone: Tone, text: T) -> Painted<T> {
        let code = if self.colour { tone.code() } else { None };
        Painted { code, text }
    }
}

impl Tone {
    /// Returns the parameter of the terminal's "select graphic rendition" (ECMA-48, 8.3.117).
    fn code(self) -> Option<&'static str> {
        match self {
            Self::Plain => None,
            Self::Strong => Some("1"),
            Self::Faint => Some("2"),
            Self::Good => Some("32"),
            Self::Changed => Some("33"),
            Self::Bad => Some("1;31"),
            Self::Hint => Some("36"),
        }
    }
}

/// A text with its colour.
#[derive(Debug, Clone, Copy)]
pub struct Painted<T> {
    code: Option<&'static str>,
    text: T,
}

impl<T: fmt::Display> fmt::Display for Painted<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.code {
            Some(code) => write!(f, "\u{1b}[{code}m{}\u{1b}[0m", self.text),
            None => self.text.fmt(f),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn colour_is_around_the_text_or_nowhere() {
        let bad = |style: Style| style.paint(Tone::Bad, "x").to_string();
        assert_eq!(bad(Style::COLOURED), "\u{1b}[1;31mx\u{1b}[0m");
        assert_eq!(bad(Style::PLAIN), "x");
        assert_eq!(Style::COLOURED.paint(Tone::Plain, "x").to_string(), "x");
    }
}
