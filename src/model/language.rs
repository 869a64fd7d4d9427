//! The languages in which people are spoken to.
//!
//! A sentence stands once in the source, in every language side by side: one that lacks a language, or that
//! names a value which the other does not know, does not compile. What is written at once is written by
//! `write_tr!`, `tr!` and `tr_word!`, in the language that is [spoken](Language::spoken) then; what is kept, or read by
//! programs as well, is a [`Text`], made by `text!`.
//!
//! Programs are answered in English, whatever is spoken.

use std::cell::Cell;
use std::fmt;

/// A language in which people are spoken to.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Language {
    /// English.
    #[default]
    English,
    /// Chinese, in simplified characters.
    Chinese,
}

thread_local! {
    static SPOKEN: Cell<Language> = const { Cell::new(Language::English) };
}

impl Language {
    /// Returns what is spoken on this thread: English, unless someone [speaks](Self::speak) otherwise.
    pub fn spoken() -> Self {
        SPOKEN.get()
    }

    /// Does something during which this language is spoken.
    ///
    /// It must end on the thread that it began on, so it cannot await anything.
    pub fn speak<T>(self, something: impl FnOnce() -> T) -> T {
        /// Goes back to the language before, also when something panics.
        struct Before(Language);

        impl Drop for Before {
            fn drop(&mut self) {
                SPOKEN.set(self.0);
            }
        }

        let _before = Before(SPOKEN.replace(self));
        something()
    }
}

/// A sentence in every language; shown in the one that is spoken.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Text {
    english: String,
    /// None where it is the same: a name, or what another program said.
    chinese: Option<String>,
}

impl Text {
    /// Takes what nobody can translate: a name, a number, what another program or a registry said.
    pub fn verbatim(words: impl Into<String>) -> Self {
        Self {
            english: words.into(),
            chinese: None,
        }
    }

    /// Makes a text of what `words` returns in each language. `text!` calls it.
    pub fn of(words: impl Fn() -> String) -> Self {
        let english = Language::English.speak(&words);
        let chinese = Language::Chinese.speak(&words);
        Self {
            chinese: (chinese != english).then_some(chinese),
            english,
        }
    }

    /// Returns it in English, for programs.
    pub fn english(&self) -> &str {
        &self.english
    }

    /// Returns it in the language that is spoken.
    pub fn as_str(&self) -> &str {
        match (Language::spoken(), &self.chinese) {
            (Language::Chinese, Some(chinese)) => chinese,
            (Language::Chinese, None) | (Language::English, _) => &self.english,
        }
    }

    /// Returns it with something done to the words of each language.
    #[must_use]
    pub fn map(&self, change: impl Fn(&str) -> String) -> Self {
        Self {
            english: change(&self.english),
            chinese: self.chinese.as_deref().map(change),
        }
    }
}

/// A sentence in every language into which nothing is put, for tables. `phrase!` makes it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Phrase {
    /// It in English.
    pub english: &'static str,
    /// It in Chinese.
    pub chinese: &'static str,
}

impl Phrase {
    /// Returns it in the language that is spoken.
    pub fn as_str(self) -> &'static str {
        match Language::spoken() {
            Language::English => self.english,
            Language::Chinese => self.chinese,
        }
    }
}

impl fmt::Display for Text {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

impl fmt::Debug for Text {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&self.english, f)
    }
}

/// Returns a sentence in the language that is spoken, as `format!` does: English first, then Chinese, then
/// what both may name.
macro_rules! tr {
    ($english:literal, $chinese:literal $(, $($values:tt)*)?) => {
        match $crate::model::Language::spoken() {
            $crate::model::Language::English => ::std::format!($english $(, $($values)*)?),
            $crate::model::Language::Chinese => ::std::format!($chinese $(, $($values)*)?),
        }
    };
}

/// Returns a word in the language that is spoken; nothing is put into it.
macro_rules! tr_word {
    ($english:literal, $chinese:literal) => {
        match $crate::model::Language::spoken() {
            $crate::model::Language::English => $english,
            $crate::model::Language::Chinese => $chinese,
        }
    };
}

/// Writes a sentence in the language that is spoken, as `write!` does: see `tr!`.
macro_rules! write_tr {
    ($to:expr, $english:literal, $chinese:literal $(, $($values:tt)*)?) => {
        match $crate::model::Language::spoken() {
            $crate::model::Language::English => ::std::write!($to, $english $(, $($values)*)?),
            $crate::model::Language::Chinese => ::std::write!($to, $chinese $(, $($values)*)?),
        }
    };
}

/// Makes a `Text`, which is kept in every language: see `tr!`.
macro_rules! text {
    ($english:literal, $chinese:literal $(, $($values:tt)*)?) => {
        $crate::model::Text::of(|| tr!($english, $chinese $(, $($values)*)?))
    };
}

/// Returns things one behind the other, as they are listed in the language that is spoken.
pub fn listed<T: fmt::Display>(things: impl IntoIterator<Item = T>) -> String {
    let things: Vec<_> = things.into_iter().map(|thing| thing.to_string()).collect();
    things.join(tr_word!(", ", "、"))
}

/// Makes a `Phrase`, which can stand in a table: see `tr_word!`.
macro_rules! phrase {
    ($english:literal, $chinese:literal) => {
        $crate::model::Phrase {
            english: $english,
            chinese: $chinese,
        }
    };
}

#[cfg(test)]
mod tests {
    use std::panic::{AssertUnwindSafe, catch_unwind};

    use super::*;

    #[test]
    fn english_is_spoken_unless_someone_speaks_otherwise() {
        let word = || tr_word!("tag", "标签");
        assert_eq!(word(), "tag");
        let (inside, within) = Language::Chinese.speak(|| (word(), Language::English.speak(word)));
        assert_eq!((inside, within, word()), ("标签", "tag", "tag"));
        let panics = AssertUnwindSafe(|| Language::Chinese.speak(|| panic!("halfway")));
        assert!(catch_unwind(panics).is_err());
        assert_eq!(word(), "tag");
    }

    #[test]
    fn what_is_kept_can_be_shown_in_each_language() {
        let count = 3;
        let inner = text!("no tag", "没有标签");
        let text = text!("{count} images, {inner}", "{count} 个镜像，{inner}");
        assert_eq!(text.to_string(), "3 images, no tag");
        let chinese = Language::Chinese.speak(|| (text.to_string(), text.english().to_owned()));
        assert_eq!(
            chinese,
            (
                "3 个镜像，没有标签".to_owned(),
                "3 images, no tag".to_owned()
            )
        );
        let name = Text::verbatim("nginx");
        assert_eq!(Language::Chinese.speak(|| name.to_string()), "nginx");
    }

    #[test]
    fn things_are_listed_as_the_language_does() {
        let list = || listed([1, 2]);
        assert_eq!(list(), "1, 2");
        assert_eq!(Language::Chinese.speak(list), "1、2");
    }

    #[test]
    fn both_languages_may_put_a_value_where_it_belongs() {
        let say = || tr!("{} of {all}", "{all} 之 {}", 1, all = 2);
        assert_eq!(say(), "1 of 2");
        assert_eq!(Language::Chinese.speak(say), "2 之 1");
    }
}
