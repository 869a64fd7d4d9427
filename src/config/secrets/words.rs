//! The words of secrets, found wherever a text quotes one: in one pass, however many there are.

use std::collections::{BTreeSet, HashSet};

use crate::model::Secret;

/// Shorter words of a secret are in too many texts.
const SHORTEST: usize = 3;

/// The words of some secrets, as they may be quoted.
#[derive(Debug, Default)]
pub(super) struct Words {
    words: HashSet<String>,
    /// How many bytes words have.
    lengths: BTreeSet<usize>,
}

impl Words {
    /// Takes secrets apart.
    pub(super) fn of<'a>(secrets: impl Iterator<Item = &'a str>) -> Self {
        let mut words = Self::default();
        for word in secrets.flat_map(str::split_whitespace) {
            let bare = word.trim_matches(|c: char| "\"'[]{}|>,;".contains(c));
            for word in [bare.to_owned(), bare.to_lowercase()] {
                if word.len() >= SHORTEST {
                    words.lengths.insert(word.len());
                    words.words.insert(word);
                }
            }
        }
        words
    }

    /// Returns a text with stars in place of each word, the longest where several begin.
    pub(super) fn hide(&self, text: &str) -> String {
        let mut hidden = String::with_capacity(text.len());
        let mut rest = text;
        while let Some(first) = rest.chars().next() {
            let mut lengths = self.lengths.range(..=rest.len()).rev();
            let is_word = |length: &&usize| {
                let word = rest.get(..**length);
                word.is_some_and(|word| self.words.contains(word))
            };
            let told = if let Some(length) = lengths.find(is_word) {
                hidden.push_str(Secret::MASK);
                *length
            } else {
                hidden.push(first);
                first.len_utf8()
            };
            rest = &rest[told..];
        }
        hidden
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_word_is_hidden_wherever_it_stands_and_in_lower_case() {
        let words = Words::of(["Open Sesame", "[\"sesame-seeds\"]", "é1é ab"].into_iter());
        for (text, hidden) in [
            ("say `open Sesame`", "say `******** ********`"),
            ("xsesame-seedsy", "x********y"),
            ("a é1é and ab", "a ******** and ab"),
            ("SESAME", "SESAME"),
            ("", ""),
        ] {
            assert_eq!(words.hide(text), hidden, "{text}");
        }
        assert_eq!(Words::default().hide("as it is"), "as it is");
    }

    /// It would take minutes if each word were looked for by itself.
    #[test]
    fn words_without_number_are_found_in_one_pass() {
        let secrets: Vec<_> = (0..100_000).map(|at| format!("secret-{at}")).collect();
        let words = Words::of(secrets.iter().map(String::as_str));
        for at in 0..5_000 {
            let hidden = words.hide(&format!("it says `secret-{at}` and no more"));
            assert_eq!(hidden, "it says `********` and no more");
        }
    }
}
