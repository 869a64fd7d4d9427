//! How bad a vulnerability is, in the words of scanners.

use std::fmt;

/// How bad a vulnerability is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Severity {
    /// The scanner does not say.
    Unknown,
    /// Hardly at all.
    Negligible,
    /// A little.
    Low,
    /// Somewhat.
    Medium,
    /// Badly.
    High,
    /// As bad as can be.
    Critical,
}

impl Severity {
    /// What a rule can have as the most, each with its word.
    pub const WORDS: [(&'static str, Self); 5] = [
        ("negligible", Self::Negligible),
        ("low", Self::Low),
        ("medium", Self::Medium),
        ("high", Self::High),
        ("critical", Self::Critical),
    ];

    /// Reads a scanner's word, in whatever case; what is none of them is unknown.
    pub(super) fn of_scanner(word: &str) -> Self {
        let is_it = |(known, _): &&(&str, Self)| known.eq_ignore_ascii_case(word);
        let found = Self::WORDS.iter().find(is_it);
        found.map_or(Self::Unknown, |(_, severity)| *severity)
    }

    /// Returns the word for it.
    pub fn as_str(self) -> &'static str {
        let is_it = |(_, severity): &&(&'static str, Self)| *severity == self;
        let found = Self::WORDS.iter().find(is_it);
        found.map_or("unknown", |(word, _)| word)
    }
}

impl fmt::Display for Severity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}
