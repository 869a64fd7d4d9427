//! `plan --out`: the plan as a file, written, and read as strictly as what a stranger may have
//! edited has to be.

use indexmap::IndexMap;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::model::{Descriptor, Digest};

use super::{FileDigest, Planned, SavedPlan, SavedTarget, Wanted};

/// The version of the format.
const FORMAT_VERSION: &str = "1.0";

/// A saved plan. `pusher apply` takes the digests from it and everything else from the files.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, expecting = "a saved plan")]
#[schemars(title = "pusher saved plan")]
pub struct PlanFile {
    /// The version of this format.
    #[schemars(extend("const" = FORMAT_VERSION))]
    format_version: String,
    /// The mirror file or image list, and what it includes.
    files: Vec<File>,
    /// Where the images go.
    target: Target,
    /// The rules by which the expected digests were found.
    rules: Rules,
    /// One change for each target.
    changes: Vec<Change>,
}

/// A file that the plan was made from.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct File {
    /// The file, as it was named.
    path: String,
    /// The SHA-256 of its content, in hexadecimal digits.
    sha256: String,
}

/// Where the images go.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Target {
    /// The registry's host.
    registry: String,
    /// The namespace below which every image goes; null where the registry has none.
    namespace: Option<String>,
    /// What the registry accepts: `acr-personal`, `acr-enterprise` or `generic`.
    profile: String,
}

/// The versions of the rules that decide what is expected.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Rules {
    /// Which children of an index are kept.
    selection: u32,
    /// How an index with fewer children is written.
    rewrite: u32,
}

/// What was planned for one target.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Change {
    /// The name in the target: `repository:tag`, below the namespace.
    target: String,
    /// What has to be done.
    action: Action,
    /// The digest that the source pointed to; null where nothing can be done.
    source: Option<String>,
    /// The digest that the tag pointed to; null where there was no such tag.
    before: Option<String>,
    /// What the tag must point to; null where nothing can be done.
    expected: Option<Expected>,
    /// There, and true, where its signatures and other referrers were asked for and could not be read.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    referrers_unread: bool,
}

/// What has to be done for one target.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
enum Action {
    /// The target has no such tag.
    Create,
    /// The tag points to something else.
    Update,
    /// The tag points to what it should.
    NoOp,
    /// Nothing can be done.
    Blocked,
}

/// What a tag must point to.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Expected {
    /// The digest of the manifest or index.
    digest: String,
    /// Its media type.
    media_type: String,
    /// Its size in bytes; the layers are not counted.
    size: u64,
}

/// Why a text is no saved plan.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PlanFileError {
    /// It is not JSON, or not such JSON.
    #[error("it is not a saved plan: {0}")]
    Malformed(String),
    /// It has another format.
    #[error("its format version is `{0}`, and this version of pusher reads `{FORMAT_VERSION}`")]
    OtherFormat(String),
    /// It says what no plan says.
    #[error("it was edited into something impossible: {0}")]
    Impossible(String),
}

/// The one field that every version has.
#[derive(Deserialize)]
#[serde(expecting = "a saved plan")]
struct Versioned {
    format_version: String,
}

impl From<&SavedPlan> for PlanFile {
    fn from(plan: &SavedPlan) -> Self {
        let SavedPlan {
            files,
            target,
            rules,
            changes,
        } = plan;
        let file = |file: &FileDigest| File {
            path: file.path.clone(),
            sha256: file.digest.hex().to_owned(),
        };
        Self {
            format_version: FORMAT_VERSION.to_owned(),
            files: files.iter().map(file).collect(),
            target: Target {
                registry: target.registry.clone(),
                namespace: target.namespace.clone(),
                profile: target.profile.clone(),
            },
            rules: Rules {
                selection: rules.selection,
                rewrite: rules.rewrite,
            },
            changes: changes.iter().map(Change::of).collect(),
        }
    }
}

/// Reads a plan that was kept.
pub fn read(text: &str) -> Result<SavedPlan, PlanFileError> {
    let malformed = |error: serde_json::Error| PlanFileError::Malformed(error.to_string());
    let Versioned { format_version } = serde_json::from_str(text).map_err(malformed)?;
    if format_version != FORMAT_VERSION {
        return Err(PlanFileError::OtherFormat(format_version));
    }
    let PlanFile {
        format_version: _,
        files,
        target,
        rules,
        changes,
    } = serde_json::from_str(text).map_err(malformed)?;
    let mut read = IndexMap::with_capacity(changes.len());
    for change in changes {
        let target = change.target.clone();
        if read.insert(target.clone(), change.read()?).is_some() {
            return Err(impossible(format!("the target `{target}` is there twice")));
        }
    }
    let file = |File { path, sha256 }| {
        let digest = digest("file", &path, &format!("sha256:{sha256}"))?;
        Ok(FileDigest { path, digest })
    };
    Ok(SavedPlan {
        files: files.into_iter().map(file).collect::<Result<_, _>>()?,
        target: SavedTarget {
            registry: target.registry,
            namespace: target.namespace,
            profile: target.profile,
        },
        rules: super::Rules {
            selection: rules.selection,
            rewrite: rules.rewrite,
        },
        changes: read,
    })
}

impl Change {
    fn of((target, planned): (&String, &Planned)) -> Self {
        let wanted = match planned {
            Planned::Wanted(wanted) => Some(wanted),
            Planned::Blocked => None,
        };
        Self {
            target: target.clone(),
            action: wanted.map_or(Action::Blocked, Action::of),
            source: wanted.map(|wanted| wanted.source.to_string()),
            before: wanted.and_then(|wanted| wanted.before.as_ref().map(ToString::to_string)),
            expected: wanted.map(|wanted| Expected {
                digest: wanted.expected.digest.to_string(),
                media_type: wanted.expected.media_type.clone(),
                size: wanted.expected.size,
            }),
            referrers_unread: wanted.is_some_and(|wanted| wanted.referrers_unread),
        }
    }

    fn read(self) -> Result<Planned, PlanFileError> {
        let Self {
            target,
            action,
            source,
            before,
            expected,
            referrers_unread,
        } = self;
        let planned = match (source, expected) {
            (Some(source), Some(expected)) => Planned::Wanted(Wanted {
                source: digest("target", &target, &source)?,
                expected: Descriptor {
                    media_type: expected.media_type,
                    digest: digest("target", &target, &expected.digest)?,
                    size: expected.size,
                },
                before: before
                    .map(|before| digest("target", &target, &before))
                    .transpose()?,
                referrers_unread,
            }),
            (None, None) if before.is_none() && !referrers_unread => Planned::Blocked,
            _ => {
                let message = format!("the target `{target}` has one digest and lacks another");
                return Err(impossible(message));
            }
        };
        let follows = match &planned {
            Planned::Wanted(wanted) => Action::of(wanted),
            Planned::Blocked => Action::Blocked,
        };
        if action == follows {
            Ok(planned)
        } else {
            let message = format!("the action of the target `{target}` and its digests disagree");
            Err(impossible(message))
        }
    }
}

impl Action {
    fn of(wanted: &Wanted) -> Self {
        match &wanted.before {
            None => Self::Create,
            Some(before) if *before == wanted.expected.digest => Self::NoOp,
            Some(_) => Self::Update,
        }
    }
}

fn digest(of: &str, name: &str, text: &str) -> Result<Digest, PlanFileError> {
    let because = |error| impossible(format!("the {of} `{name}`: {error}"));
    text.parse().map_err(because)
}

fn impossible(message: String) -> PlanFileError {
    PlanFileError::Impossible(message)
}
