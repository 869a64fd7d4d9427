//! What a message is sent for.

/// What a message is sent for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Event {
    /// Something could not be done, or the command stopped before its end.
    Failed,
    /// The target, or the sources, are not what they were.
    Drift,
    /// The target was changed by the run, or the lock was.
    Changed,
    /// Something new waits until it is old enough.
    HeldBack,
}

impl Event {
    /// All of them, the gravest first: in this order images are told.
    pub const ALL: [Self; 4] = [Self::Failed, Self::Drift, Self::Changed, Self::HeldBack];

    /// Returns the name that is typed.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Failed => "failed",
            Self::Drift => "drift",
            Self::Changed => "changed",
            Self::HeldBack => "held-back",
        }
    }

    /// Counts images of it.
    pub(super) fn counted(self, count: usize) -> String {
        match self {
            Self::Failed => tr!("{count} failed", "失败 {count}"),
            Self::Drift => tr!("{count} drifted", "漂移 {count}"),
            Self::Changed => tr!("{count} changed", "变更 {count}"),
            Self::HeldBack => tr!("{count} held back", "暂缓 {count}"),
        }
    }
}

/// A word that names no event.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NoEvent(pub String);

/// Reads names of events, with commas or blanks between them.
pub fn events(text: &str) -> Result<Vec<Event>, NoEvent> {
    let words = text.split(|c: char| c == ',' || c.is_whitespace());
    let words = words.filter(|word| !word.is_empty());
    let event = |word: &str| {
        let mut all = Event::ALL.into_iter();
        all.find(|event| event.as_str() == word)
            .ok_or_else(|| NoEvent(word.to_owned()))
    };
    words.map(event).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn events_are_read_as_they_are_named() {
        let all = Event::ALL.map(Event::as_str).join(",");
        assert_eq!(events(&all), Ok(Event::ALL.to_vec()));
        assert_eq!(
            events(" drift, failed\n"),
            Ok(vec![Event::Drift, Event::Failed])
        );
        assert_eq!(events("drift,fail"), Err(NoEvent("fail".to_owned())));
    }
}
