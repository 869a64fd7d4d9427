//! What is told.

use super::event::Event;

/// What is told of one run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Message {
    /// The command that ran.
    pub command: &'static str,
    /// What it did to each target; one without a target, where it came to none.
    pub places: Vec<Place>,
    /// Where the run can be seen.
    pub run: Option<String>,
}

/// What was found of a target, or done to it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Place {
    /// Its name; none where the command came to none.
    pub target: Option<String>,
    /// What came of all of it, as one sentence.
    pub summary: String,
    /// What came of single images, those alone that are worth telling.
    pub items: Vec<Item>,
}

/// What came of an image, or of several that have it in common.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Item {
    /// What it is told for.
    pub event: Event,
    /// Whether it was told before, so that no message is sent for it.
    pub is_old: bool,
    /// The names below the namespace.
    pub names: Vec<String>,
    /// What it came to, as programs read it.
    pub kind: &'static str,
    /// The same as people do.
    pub word: String,
    /// Why, where that is known.
    pub why: Option<String>,
}

impl Message {
    /// Counts the images of an event.
    pub(super) fn count(&self, event: Event) -> usize {
        let of_event = self.items().filter(|item| item.event == event);
        // What has no name is the run itself.
        of_event.map(|item| item.names.len().max(1)).sum()
    }

    pub(super) fn items(&self) -> impl Iterator<Item = &Item> {
        self.places.iter().flat_map(|place| &place.items)
    }

    /// Tells whether there is anything new of one of these events.
    pub fn is_worth_telling(&self, on: &[Event]) -> bool {
        self.items()
            .any(|item| !item.is_old && on.contains(&item.event))
    }

    /// Leaves out what nobody wants to know.
    #[must_use]
    pub fn only(mut self, on: &[Event]) -> Self {
        for place in &mut self.places {
            place.items.retain(|item| on.contains(&item.event));
        }
        self
    }

    /// Says in one line how many images there are of each event; with the word that robots may be told to look for.
    pub(super) fn title(&self) -> String {
        let counts = Event::ALL.into_iter().filter_map(|event| {
            let count = self.count(event);
            (count > 0).then(|| event.counted(count))
        });
        let counts: Vec<_> = counts.collect();
        let counts = counts.join(tr_word!(", ", "，"));
        let command = self.command;
        match counts.as_str() {
            "" => format!("pusher {command}"),
            counts => tr!("pusher {command}: {counts}", "pusher {command}：{counts}"),
        }
    }

    /// Says what went wrong or what is new, the gravest of it.
    pub(super) fn gravest(&self) -> Option<Event> {
        self.items().map(|item| item.event).min()
    }
}
