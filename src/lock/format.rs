//! A lock file as TOML has it.

use serde::Deserialize;
use toml::Spanned;

use crate::model::{
    Digest, PlatformPattern, Platforms, Reference, ReferenceError, Repository, TagError, check_tag,
};
use crate::plan::target::TargetNameError;
use crate::plan::{Family, TargetName};

use super::notes::{Moment, Signer, Table};

#[derive(Deserialize)]
pub(super) struct Head {
    pub(super) version: Spanned<i64>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Document {
    /// [`Head`] has looked at it.
    #[serde(rename = "version")]
    _version: serde::de::IgnoredAny,
    pub(super) file: Option<String>,
    pub(super) target: Option<Digest>,
    #[serde(default)]
    pub(super) image: Vec<Block>,
    #[serde(default)]
    pub(super) retired: Vec<Block>,
    #[serde(default)]
    pub(super) selection: Vec<Selection>,
    #[serde(default)]
    pub(super) seen: Table<Moment>,
    #[serde(default)]
    pub(super) overrides: Table<String>,
    #[serde(default)]
    pub(super) verified: Table<Signer>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Selection {
    pub(super) target: FamilyName,
    pub(super) source: Source,
    pub(super) rules: Vec<String>,
    pub(super) tags: Vec<Tag>,
}

#[derive(Deserialize)]
#[serde(try_from = "String")]
pub(super) struct FamilyName(pub(super) TargetName);

impl TryFrom<String> for FamilyName {
    type Error = TargetNameError;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        Family::parse_name(&text).map(Self)
    }
}

#[derive(Deserialize)]
#[serde(try_from = "String")]
pub(super) struct Source(pub(super) Repository);

impl TryFrom<String> for Source {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        let image: Reference = text
            .parse()
            .map_err(|error: ReferenceError| error.to_string())?;
        let repository = image.repository().clone();
        // What is implied is not written.
        if repository.to_string() == text {
            return Ok(Self(repository));
        }
        Err(tr!("`{text}` is not a repository", "`{text}` 不是镜像仓库"))
    }
}

#[derive(Deserialize)]
#[serde(try_from = "String")]
pub(super) struct Tag(pub(super) String);

impl TryFrom<String> for Tag {
    type Error = TagError;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        check_tag(&text).map(|()| Self(text))
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(super) struct Block {
    pub(super) target: Target,
    pub(super) source: Reference,
    pub(super) source_digest: Digest,
    pub(super) platforms: WrittenPlatforms,
    pub(super) digest: Spanned<Digest>,
    pub(super) media_type: Spanned<String>,
    pub(super) size: u64,
    pub(super) rule: String,
    /// The digest with which it was seen in the target.
    pub(super) in_target: Option<Digest>,
}

#[derive(Deserialize)]
#[serde(try_from = "String")]
pub(super) struct Target(pub(super) TargetName);

impl TryFrom<String> for Target {
    type Error = TargetNameError;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        let name: TargetName = text.parse()?;
        // What is pushed without a tag follows an image, and is never locked by itself.
        match name.digest() {
            None => Ok(Self(name)),
            Some(_) => Err(TargetNameError(text)),
        }
    }
}

#[derive(Deserialize)]
#[serde(try_from = "AllOrSome")]
pub(super) struct WrittenPlatforms(pub(super) Platforms);

#[derive(Deserialize)]
#[serde(untagged)]
enum AllOrSome {
    All(String),
    Some(Vec<String>),
}

impl TryFrom<AllOrSome> for WrittenPlatforms {
    type Error = String;

    fn try_from(written: AllOrSome) -> Result<Self, String> {
        match written {
            AllOrSome::All(word) if word == "all" => Ok(Self(Platforms::All)),
            AllOrSome::All(word) => Err(tr!(
                "`{word}` is neither `all` nor a list",
                "`{word}` 既不是 `all`，也不是列表"
            )),
            AllOrSome::Some(patterns) if patterns.is_empty() => {
                Err(tr!("the list of platforms is empty", "平台的列表是空的"))
            }
            AllOrSome::Some(patterns) => {
                let parsed: Result<Vec<PlatformPattern>, _> =
                    patterns.iter().map(|text| text.parse()).collect();
                let parsed = parsed.map_err(|error| error.to_string())?;
                Ok(Self(Platforms::only(parsed)))
            }
        }
    }
}
