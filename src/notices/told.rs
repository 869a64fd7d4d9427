//! What a program that goes on for ever has told: what stays as it is, is not told each time.

use std::collections::HashMap;

use chrono::{DateTime, TimeDelta, Utc};

use super::event::Event;
use super::message::{Item, Place};

/// What was told, and when. It knows no more than what the last round found.
#[derive(Debug, Default)]
pub struct Told(HashMap<Found, DateTime<Utc>>);

/// How a round finds an image, or several that have it in common, or itself.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
struct Found {
    target: Option<String>,
    event: Event,
    kind: &'static str,
    names: Vec<String>,
    /// What names nothing is known by its words.
    words: String,
}

/// After how long the same is told again: what nobody has mended in a day may have been forgotten.
const AGAIN: TimeDelta = TimeDelta::hours(24);

impl Found {
    fn of(place: &Place, item: &Item) -> Self {
        let words = if item.names.is_empty() {
            place.summary.clone()
        } else {
            String::new()
        };
        Self {
            target: place.target.clone(),
            event: item.event,
            kind: item.kind,
            names: item.names.clone(),
            words,
        }
    }
}

impl Told {
    /// Marks what was told within a day. What was changed is new each time that it happens.
    #[must_use]
    pub fn mark(&self, mut places: Vec<Place>, now: DateTime<Utc>) -> Vec<Place> {
        for place in &mut places {
            let mut items = std::mem::take(&mut place.items);
            for item in &mut items {
                item.is_old |= self.since(place, item, now).is_some();
            }
            place.items = items;
        }
        places
    }

    /// Notes what a round found, which was told if it had to be.
    pub fn note(&mut self, places: &[Place], now: DateTime<Utc>) {
        let found = places.iter().flat_map(|place| {
            let items = place.items.iter();
            items.map(move |item| (place, item))
        });
        let found = found.map(|(place, item)| {
            let since = self.since(place, item, now);
            (Found::of(place, item), since.unwrap_or(now))
        });
        self.0 = found.collect();
    }

    fn since(&self, place: &Place, item: &Item, now: DateTime<Utc>) -> Option<DateTime<Utc>> {
        let told = self.0.get(&Found::of(place, item)).copied();
        told.filter(|told| item.event != Event::Changed && now - *told < AGAIN)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn place(event: Event, name: &str, summary: &str) -> Vec<Place> {
        vec![Place {
            target: None,
            summary: summary.to_owned(),
            items: vec![Item {
                event,
                is_old: false,
                names: [name]
                    .into_iter()
                    .filter(|name| !name.is_empty())
                    .map(str::to_owned)
                    .collect(),
                kind: "failed",
                word: String::new(),
                why: None,
            }],
        }]
    }

    #[test]
    fn what_stays_as_it_is_is_told_once_a_day() {
        let begin = DateTime::UNIX_EPOCH;
        let mut told = Told::default();
        let mut hours = 0..;
        let mut is_told = |places: Vec<Place>| {
            let now = begin + TimeDelta::hours(hours.next().unwrap());
            let is_old = told.mark(places.clone(), now)[0].items[0].is_old;
            told.note(&places, now);
            !is_old
        };
        let failed = || place(Event::Failed, "app:v1", "1 failed");
        let rounds: Vec<_> = (0..50).filter(|_| is_told(failed())).collect();
        assert_eq!(rounds, [0, 24, 48]);
        // Another image, the first again, and what is done each time.
        assert!(is_told(place(Event::Failed, "app:v2", "1 failed")));
        assert!(is_told(failed()));
        assert!(!is_told(place(Event::Failed, "app:v1", "other words")));
        for _ in 0..2 {
            assert!(is_told(place(Event::Changed, "app:v1", "1 updated")));
        }
        // What stopped a round before it came to an image.
        assert!(is_told(place(Event::Failed, "", "no such file")));
        assert!(!is_told(place(Event::Failed, "", "no such file")));
        assert!(is_told(place(Event::Failed, "", "1 error")));
        assert!(told.0.len() <= 1, "{told:?}");
    }
}
