//! In which form an answer is written.

/// Whom an answer is for.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Format {
    /// People at a terminal or reading a log.
    #[default]
    Human,
    /// Programs.
    Json,
    /// Pull requests, issues and step summaries.
    Markdown,
    /// The lines of the files, in GitHub Actions.
    Github,
}

impl Format {
    /// Every format, in the order in which they are listed to people.
    pub const ALL: [Self; 4] = [Self::Human, Self::Json, Self::Markdown, Self::Github];

    /// Returns the name that is typed.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Human => "human",
            Self::Json => "json",
            Self::Markdown => "markdown",
            Self::Github => "github",
        }
    }
}
