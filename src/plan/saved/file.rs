//! `plan --out`: the plan as a file.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::plan::change;
use crate::plan::shards::ShardLoad;

use super::{
    FileDigest, RuleVersions, SavedChange, SavedDeletion, SavedPlan, SavedShards, SavedTarget,
    Wanted,
};

/// The version of the format.
pub(super) const FORMAT_VERSION: &str = "1.0";

/// A saved plan, or one for each of several targets. `pusher apply` takes the digests from it and everything else from
/// the files.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(untagged)]
#[schemars(title = "pusher saved plan")]
pub enum PlanFile {
    /// Of one target.
    One(Box<TargetPlan>),
    /// Of several.
    Several(TargetPlans),
}

/// A saved plan for each of several targets.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, expecting = "saved plans")]
pub struct TargetPlans {
    /// The version of this format.
    #[schemars(extend("const" = FORMAT_VERSION))]
    pub(super) format_version: String,
    /// The plans.
    pub(super) targets: Vec<TargetPlan>,
}

/// The saved plan of a target.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, expecting = "a saved plan")]
pub struct TargetPlan {
    /// The version of this format.
    #[schemars(extend("const" = FORMAT_VERSION))]
    pub(super) format_version: String,
    /// The mirror file or image list, which is read again where no other is named; then what it includes,
    /// then the lock.
    pub(super) files: Vec<File>,
    /// Where the images go.
    pub(super) target: SavedTarget,
    /// The rules by which the expected digests were found.
    pub(super) rules: RuleVersions,
    /// Whether it was asked what has to be deleted; not there: it was not.
    #[serde(default)]
    pub(super) prune: bool,
    /// What names the images, where it is a plan of a part; not there: it is of all that the files declare.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(super) only: Vec<String>,
    /// Which tags were chosen by rules; not there: no rules choose any.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(super) selections: Vec<Selection>,
    /// How it is parted for several machines: what is to be done in each shard; not there: it is not.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) shards: Option<Vec<Shard>>,
    /// One change for each target.
    pub(super) changes: Vec<Change>,
}

/// What is to be done in a shard.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Shard {
    /// How many tags are created, moved or deleted.
    pub(super) images: usize,
    /// How many bytes of blobs are copied; what cannot be told before is not counted.
    pub(super) bytes: u64,
}

/// A file that the plan was made from.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct File {
    /// The file, as it was called from the folder that the plan was made in.
    pub(super) path: String,
    /// The SHA-256 of its content, in hexadecimal digits.
    pub(super) sha256: String,
}

/// Which tags of a repository were chosen by rules.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Selection {
    /// The name in the target, with `*` in the tag's place.
    pub(super) target: String,
    /// The tags of the source.
    pub(super) tags: Vec<String>,
}

/// What was planned for one target.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Change {
    /// The name in the target: `repository:tag`, below the namespace.
    pub(super) target: String,
    /// What has to be done.
    pub(super) action: Action,
    /// The digest that the source pointed to; null for what is deleted, and where nothing can be done.
    pub(super) source: Option<String>,
    /// The digest that the tag pointed to; null where there was no such tag.
    pub(super) before: Option<String>,
    /// What the tag must point to; null for what is deleted, and where nothing can be done.
    pub(super) expected: Option<Expected>,
    /// The new name of an image that is deleted under its old one; not there: it is not renamed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) renamed_to: Option<String>,
    /// There, and true, where its signatures and other referrers were asked for and could not be read.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub(super) referrers_unread: bool,
    /// The shard that carries it out, counted from 1; not there: nothing is to be done, or the plan has no shards.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) shard: Option<usize>,
}

/// What has to be done for one target.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Action {
    /// The target has no such tag.
    Create,
    /// The tag points to something else.
    Update,
    /// The tag points to what it should.
    NoOp,
    /// The lock records the tag, and the files no longer declare it.
    Delete,
    /// Nothing can be done.
    Blocked,
}

impl Action {
    /// Tells whether there is something to carry out.
    pub(super) fn is_work(self) -> bool {
        matches!(self, Self::Create | Self::Update | Self::Delete)
    }
}

impl From<&change::Action> for Action {
    fn from(action: &change::Action) -> Self {
        match action {
            change::Action::Create { .. } => Self::Create,
            change::Action::Update { .. } => Self::Update,
            change::Action::NoOp { .. } => Self::NoOp,
            change::Action::Delete { .. } => Self::Delete,
            change::Action::Blocked { .. } => Self::Blocked,
        }
    }
}

/// What a tag must point to.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Expected {
    /// The digest of the manifest or index.
    pub(super) digest: String,
    /// Its media type.
    pub(super) media_type: String,
    /// Its size in bytes; the layers are not counted.
    pub(super) size: u64,
}

impl PlanFile {
    /// Makes the file of these plans.
    pub fn of(plans: &[SavedPlan]) -> Self {
        if let [plan] = plans {
            return Self::One(Box::new(plan.into()));
        }
        Self::Several(TargetPlans {
            format_version: FORMAT_VERSION.to_owned(),
            targets: plans.iter().map(TargetPlan::from).collect(),
        })
    }
}

impl From<&SavedPlan> for TargetPlan {
    fn from(plan: &SavedPlan) -> Self {
        let SavedPlan {
            files,
            target,
            rules,
            prune,
            only,
            families,
            changes,
            shards,
        } = plan;
        let file = |file: &FileDigest| File {
            path: file.path.clone(),
            sha256: file.digest.hex(),
        };
        Self {
            format_version: FORMAT_VERSION.to_owned(),
            files: files.iter().map(file).collect(),
            target: target.clone(),
            rules: *rules,
            prune: *prune,
            only: only.clone(),
            selections: families.iter().map(Selection::of).collect(),
            shards: shards.as_ref().map(Shard::all),
            changes: changes
                .iter()
                .map(|(name, planned)| Change {
                    shard: plan.shard_of(name).map(|number| number + 1),
                    ..Change::of(name, planned)
                })
                .collect(),
        }
    }
}

impl Selection {
    fn of((target, tags): (&String, &Vec<String>)) -> Self {
        Self {
            target: target.clone(),
            tags: tags.clone(),
        }
    }
}

impl Shard {
    fn all(shards: &SavedShards) -> Vec<Self> {
        let load = |load: &ShardLoad| Self {
            images: load.images,
            bytes: load.bytes,
        };
        shards.loads.iter().map(load).collect()
    }
}

impl Change {
    fn of(target: &str, planned: &SavedChange) -> Self {
        let nothing = Self {
            target: target.to_owned(),
            action: Action::Blocked,
            source: None,
            before: None,
            expected: None,
            renamed_to: None,
            referrers_unread: false,
            shard: None,
        };
        match planned {
            SavedChange::Wanted(wanted) => Self {
                action: Action::of(wanted),
                source: Some(wanted.source.to_string()),
                before: wanted.before.as_ref().map(ToString::to_string),
                expected: Some(Expected {
                    digest: wanted.expected.digest.to_string(),
                    media_type: wanted.expected.media_type.clone(),
                    size: wanted.expected.size,
                }),
                referrers_unread: wanted.referrers_unread,
                ..nothing
            },
            SavedChange::Delete(SavedDeletion { before, renamed_to }) => Self {
                action: Action::Delete,
                before: Some(before.to_string()),
                renamed_to: renamed_to.as_ref().map(ToString::to_string),
                ..nothing
            },
            SavedChange::Blocked => nothing,
        }
    }
}

impl Action {
    pub(super) fn of(wanted: &Wanted) -> Self {
        match &wanted.before {
            None => Self::Create,
            Some(before) if *before == wanted.expected.digest => Self::NoOp,
            Some(_) => Self::Update,
        }
    }
}
