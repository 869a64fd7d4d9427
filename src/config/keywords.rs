//! The words that stand for a choice: one table for reading, for messages and for the schema.

use std::borrow::Cow;
use std::marker::PhantomData;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};

use crate::model::{IndexType, LoginWay, ProfileLogin};
use crate::plan::policy::{Level, Severity};
use crate::plan::{Attestations, ForeignLayers, MissingPlatforms, Referrers};
use crate::selection::Per;

/// A choice that is written as one of a few words.
pub(super) trait Keyword: Copy + 'static {
    /// The choices with their words, the default first where there is one.
    const WORDS: &'static [(&'static str, Self)];
}

impl Keyword for MissingPlatforms {
    const WORDS: &'static [(&'static str, Self)] = &[("block", Self::Block), ("skip", Self::Skip)];
}

impl Keyword for Attestations {
    const WORDS: &'static [(&'static str, Self)] = &[
        ("auto", Self::Auto),
        ("keep", Self::Keep),
        ("drop", Self::Drop),
    ];
}

impl Keyword for Referrers {
    const WORDS: &'static [(&'static str, Self)] = &[
        ("none", Self::None),
        ("signatures", Self::Signatures),
        ("all", Self::All),
    ];
}

impl Keyword for ForeignLayers {
    const WORDS: &'static [(&'static str, Self)] = &[("leave", Self::Leave), ("copy", Self::Copy)];
}

impl Keyword for LoginWay {
    const WORDS: &'static [(&'static str, Self)] = &[
        ("auto", Self::Auto),
        ("acr", Self::Acr),
        ("basic", Self::Basic),
        ("none", Self::None),
    ];
}

impl Keyword for Per {
    const WORDS: &'static [(&'static str, Self)] = &Self::WORDS;
}

impl Keyword for IndexType {
    const WORDS: &'static [(&'static str, Self)] = &[("docker", Self::Docker), ("oci", Self::Oci)];
}

impl Keyword for ProfileLogin {
    const WORDS: &'static [(&'static str, Self)] = &[("none", Self::None), ("acr", Self::Acr)];
}

impl Keyword for Level {
    const WORDS: &'static [(&'static str, Self)] = &Self::WORDS;
}

impl Keyword for Severity {
    const WORDS: &'static [(&'static str, Self)] = &Self::WORDS;
}

/// The schema of a [`Keyword`].
pub(super) struct Word<T>(PhantomData<T>);

impl<T: Keyword> JsonSchema for Word<T> {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> Cow<'static, str> {
        "Word".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        let words: Vec<&str> = T::WORDS.iter().map(|(word, _)| *word).collect();
        json_schema!({ "type": "string", "enum": words })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn default_is_first<T: Keyword + Default + PartialEq>() -> bool {
        T::WORDS[0].1 == T::default()
    }

    #[test]
    fn the_first_word_is_the_default() {
        assert!(default_is_first::<MissingPlatforms>());
        assert!(default_is_first::<Attestations>());
        assert!(default_is_first::<Referrers>());
        assert!(default_is_first::<ForeignLayers>());
        assert!(default_is_first::<Level>());
        assert!(default_is_first::<LoginWay>());
        assert!(default_is_first::<ProfileLogin>());
    }
}
