//! The rule by which an index with fewer children, or of another type, is written.
//!
//! 1. White space between JSON tokens goes; every token keeps its bytes and its place. Only the
//!    keys of the objects that the rule itself touches are written anew, each character as itself
//!    unless JSON demands an escape.
//! 2. `manifests` keeps the descriptors of the kept children, in their order. In one whose index
//!    was itself rewritten, `digest` and `size` get the new values, in their place, and `data` and
//!    `urls`, which stand for the old bytes, go.
//! 3. `annotations` (made as the last member where there is none, replaced in its place where it is
//!    `null`) gets [`SOURCE_DIGEST`] and then [`RULE`]: appended, or in their place if they are
//!    there.
//! 4. A source that names a member twice in an object that the rule touches is refused: which of
//!    the two counts is anybody's guess.
//!
//! 5. Version 2, which is for targets that refuse one of the two types of index: `mediaType` gets the
//!    other type, in the index and in the entry of one inside it that has got it; in its place, or as
//!    the last member. An index in which that changes nothing is written by version 1.
//!
//! So the same source and the same kept children give the same bytes on every machine, and
//! `jq -cj` gives them too. A change to any of this is a new version. The rule for readers is in
//! `docs/rewritten-index.md`; its fixtures are in `tests/fixtures/rewrite`.

use std::fmt;

use bytes::Bytes;
use indexmap::IndexMap;
use serde::de::{Deserialize, Deserializer, MapAccess, Visitor};
use serde_json::value::{RawValue, to_raw_value};

use crate::model::{Descriptor, Digest, ManifestError, RawManifest, Text};

/// The version of the rule by which an index keeps its type.
pub const RULE_VERSION: u32 = 1;
/// The version of the rule by which it gets the other type, or one inside it does.
pub const RETYPING_VERSION: u32 = 2;
const MEDIA_TYPE: &str = "mediaType";
/// The annotation that records the digest of the index that was rewritten.
pub const SOURCE_DIGEST: &str = "dev.pusher.source.digest";
/// The annotation that records the version of the rule.
pub const RULE: &str = "dev.pusher.rewrite.version";

/// A child that stays.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Kept {
    /// Its place in the source's list of children.
    pub position: usize,
    /// What it became, if it is an index that had to be rewritten itself.
    pub replacement: Option<Descriptor>,
}

/// Writes `source` with the children `kept`, which are in the source's order, by the rule; as an index of the type
/// `retyped`, where one is given.
pub fn rewrite(
    source: &RawManifest,
    kept: &[Kept],
    retyped: Option<&str>,
) -> Result<RawManifest, ManifestError> {
    let bytes = rewrite_bytes(source, kept, retyped)?;
    let media_type = retyped.unwrap_or(&source.descriptor.media_type);
    let descriptor = Descriptor {
        media_type: media_type.to_owned(),
        digest: Digest::sha256(&bytes),
        size: bytes.len() as u64,
    };
    Ok(RawManifest { descriptor, bytes })
}

fn rewrite_bytes(
    source: &RawManifest,
    kept: &[Kept],
    retyped: Option<&str>,
) -> Result<Bytes, Broken> {
    let mut members = serde_json::from_slice::<Object>(&source.bytes)?.members()?;
    let mut version = RULE_VERSION;
    if let Some(media_type) = retyped {
        version = RETYPING_VERSION;
        members.insert(MEDIA_TYPE.to_owned(), to_raw_value(media_type)?);
    }
    if let Some(manifests) = members.get_mut("manifests") {
        let children: Vec<&RawValue> = serde_json::from_str(manifests.get())?;
        let mut written = Vec::with_capacity(kept.len());
        for kept in kept {
            let Some(child) = children.get(kept.position) else {
                continue;
            };
            written.push(match &kept.replacement {
                Some(new) => replace(child, new, &mut version)?,
                None => (*child).to_owned(),
            });
        }
        *manifests = to_raw_value(&written)?;
    }
    let annotations = match members.get("annotations") {
        Some(annotations) => serde_json::from_str::<Option<Object>>(annotations.get())?,
        None => None,
    };
    let mut annotations = annotations.unwrap_or_default().members()?;
    for (key, value) in [
        (SOURCE_DIGEST, source.descriptor.digest.to_string()),
        (RULE, version.to_string()),
    ] {
        annotations.insert(key.to_owned(), to_raw_value(&value)?);
    }
    members.insert("annotations".to_owned(), to_raw_value(&annotations)?);
    Ok(Bytes::from(compact(&serde_json::to_string(&members)?)))
}

/// Writes the entry of an index that was written anew; raises the version where that has got another type.
fn replace(child: &RawValue, new: &Descriptor, version: &mut u32) -> Result<Box<RawValue>, Broken> {
    let mut members = serde_json::from_str::<Object>(child.get())?.members()?;
    let written = members.get(MEDIA_TYPE).map(|written| written.get());
    let written: Option<String> = written.map(serde_json::from_str).transpose()?;
    if written.as_ref() != Some(&new.media_type) {
        *version = RETYPING_VERSION;
        members.insert(MEDIA_TYPE.to_owned(), to_raw_value(&new.media_type)?);
    }
    members.insert("digest".to_owned(), to_raw_value(&new.digest)?);
    members.insert("size".to_owned(), to_raw_value(&new.size)?);
    members.shift_remove("data");
    members.shift_remove("urls");
    Ok(to_raw_value(&members)?)
}

/// Takes the white space between tokens out of valid JSON.
fn compact(json: &str) -> String {
    let mut in_string = false;
    let mut escaped = false;
    let mut written = String::with_capacity(json.len());
    for c in json.chars() {
        if in_string {
            in_string = escaped || c != '"';
            escaped = !escaped && c == '\\';
        } else if matches!(c, ' ' | '\t' | '\n' | '\r') {
            continue;
        } else {
            in_string = c == '"';
        }
        written.push(c);
    }
    written
}

/// Why an index cannot be written anew.
enum Broken {
    /// It is not such JSON.
    Json(serde_json::Error),
    /// This member stands in it twice.
    Twice(String),
}

impl From<serde_json::Error> for Broken {
    fn from(error: serde_json::Error) -> Self {
        Self::Json(error)
    }
}

impl From<Broken> for ManifestError {
    fn from(why: Broken) -> Self {
        Self::Malformed(match why {
            Broken::Json(error) => Text::verbatim(error.to_string()),
            Broken::Twice(key) => {
                text!("`{key}` stands in it twice", "`{key}` 在里面出现了两次")
            }
        })
    }
}

/// The members of an object in their order, each value as it is written.
type Members = IndexMap<String, Box<RawValue>>;

/// An object as it stands there.
#[derive(Default)]
struct Object {
    members: Members,
    twice: Option<String>,
}

impl Object {
    /// Returns its members, none of which stands there twice.
    fn members(self) -> Result<Members, Broken> {
        self.twice
            .map_or(Ok(self.members), |key| Err(Broken::Twice(key)))
    }
}

impl<'de> Deserialize<'de> for Object {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(ObjectVisitor)
    }
}

struct ObjectVisitor;

impl<'de> Visitor<'de> for ObjectVisitor {
    type Value = Object;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Object, A::Error> {
        let mut object = Object::default();
        while let Some((key, value)) = map.next_entry::<String, Box<RawValue>>()? {
            if object.members.contains_key(&key) {
                object.twice.get_or_insert(key);
            } else {
                object.members.insert(key, value);
            }
        }
        Ok(object)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{Language, media_type};

    fn index(body: &str) -> RawManifest {
        let bytes = Bytes::copy_from_slice(body.as_bytes());
        let descriptor = Descriptor {
            media_type: media_type::OCI_INDEX.to_owned(),
            digest: Digest::sha256(&bytes),
            size: bytes.len() as u64,
        };
        RawManifest { descriptor, bytes }
    }

    fn keep(position: usize) -> Kept {
        Kept {
            position,
            replacement: None,
        }
    }

    #[test]
    fn white_space_goes_and_tokens_stay() {
        for (json, compacted) in [
            (" { \"a\" :\t[ 1 ,\r\n 2.50 ] } ", r#"{"a":[1,2.50]}"#),
            (
                r#"[ " a  b ", "\" , \\" , "\\\" : " ]"#,
                r#"[" a  b ","\" , \\","\\\" : "]"#,
            ),
            ("\"\u{a0} é 🦀\"", "\"\u{a0} é 🦀\""),
        ] {
            assert_eq!(compact(json), compacted);
            assert_eq!(compact(compacted), compacted);
        }
    }

    #[test]
    fn refuses_members_that_stand_twice_where_the_rule_reads() {
        for (body, twice) in [
            (r#"{"x":1,"manifests":[{}],"x":1}"#, "`x`"),
            (r#"{"manifests":[{}],"\u006danifests":[{}]}"#, "`manifests`"),
            (r#"{"manifests":[{}],"annotations":{"a":"","a":""}}"#, "`a`"),
        ] {
            let error = rewrite(&index(body), &[keep(0)], None).unwrap_err();
            let words = format!("{twice} stands in it twice");
            assert!(error.to_string().ends_with(&words), "{body}: {error}");
            let chinese = Language::Chinese.speak(|| error.to_string());
            assert!(!chinese.contains("twice"), "{chinese}");
        }
        let child = r#"{"manifests":[{"size":1,"x":{"y":1,"y":2},"size":1}]}"#;
        rewrite(&index(child), &[keep(0)], None).expect("a child that is kept is not read");
        let replaced = Kept {
            position: 0,
            replacement: Some(index("").descriptor),
        };
        let error = rewrite(&index(child), &[replaced], None).unwrap_err();
        assert!(error.to_string().contains("`size`"), "{error}");
    }

    #[test]
    fn deep_and_broken_documents_are_no_trouble() {
        let depth = 100_000;
        let deep = format!(
            r#"{{"manifests":[{{"x":{}{}}}]}}"#,
            "[".repeat(depth),
            "]".repeat(depth)
        );
        let made = rewrite(&index(&deep), &[keep(0)], None).unwrap();
        assert!(made.bytes.len() > deep.len());
        for broken in [
            "",
            "[]",
            "{\"manifests\":[{}",
            r#"{"manifests":7}"#,
            "{\"\u{0}\":1}",
        ] {
            assert!(
                rewrite(&index(broken), &[keep(0)], None).is_err(),
                "{broken}"
            );
        }
        let mut not_utf8 = index("{}");
        not_utf8.bytes = Bytes::from_static(b"{\"x\":\"\xff\",\"manifests\":[]}");
        assert!(rewrite(&not_utf8, &[], None).is_err());
    }
}
