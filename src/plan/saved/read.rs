//! A plan that was kept, read as strictly as what a stranger may have edited has to be.

use std::collections::BTreeSet;
use std::fmt;

use indexmap::IndexMap;
use serde::Deserialize;
use serde::de::IgnoredAny;

use crate::model::{Descriptor, DigestError, Text, check_tag};
use crate::plan::prune::Renames;
use crate::plan::shards::{MOST_SHARDS, ShardLoad};

use super::file::{
    Action, Change, FORMAT_VERSION, File, Selection, Shard, TargetPlan, TargetPlans,
};
use super::{FileDigest, SavedChange, SavedDeletion, SavedPlan, SavedShards, Wanted};

/// Why a text is no saved plan.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PlanFileError {
    /// It is not JSON, or not such JSON: in the words of who reads JSON.
    Malformed(String),
    /// It has another format.
    OtherFormat(String),
    /// It says what no plan says.
    Impossible(Text),
}

impl fmt::Display for PlanFileError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Malformed(why) => {
                write_tr!(
                    f,
                    "it is not a saved plan: {why}",
                    "它不是保存的计划：{why}"
                )
            }
            Self::OtherFormat(version) => write_tr!(
                f,
                "its format version is `{version}`, and this version of pusher reads `{FORMAT_VERSION}`",
                "它的格式版本是 `{version}`，而这个版本的 pusher 读的是 `{FORMAT_VERSION}`"
            ),
            Self::Impossible(why) => write_tr!(
                f,
                "it was edited into something impossible: {why}",
                "它被改成了不可能的样子：{why}"
            ),
        }
    }
}

impl std::error::Error for PlanFileError {}

/// What tells how to read the rest.
#[derive(Deserialize)]
#[serde(expecting = "a saved plan")]
struct Versioned {
    format_version: String,
    /// There where the plans of several targets are.
    targets: Option<IgnoredAny>,
}

/// Reads the plans of a file: at least one, and no two of one target.
pub fn read(text: &str) -> Result<Vec<SavedPlan>, PlanFileError> {
    let malformed = |error: serde_json::Error| PlanFileError::Malformed(error.to_string());
    let Versioned {
        format_version,
        targets,
    } = serde_json::from_str(text).map_err(malformed)?;
    require_version(format_version)?;
    if targets.is_none() {
        let one: TargetPlan = serde_json::from_str(text).map_err(malformed)?;
        return Ok(vec![one.read()?]);
    }
    let TargetPlans { targets, .. } = serde_json::from_str(text).map_err(malformed)?;
    let read: Vec<_> = targets
        .into_iter()
        .map(TargetPlan::read)
        .collect::<Result<_, _>>()?;
    let mut names = BTreeSet::new();
    for plan in &read {
        let name = plan.target.name.as_ref();
        let name =
            name.ok_or_else(|| impossible(text!("a target has no name", "有的目标没有名字")))?;
        if !names.insert(name) {
            return Err(impossible(text!(
                "the target `{name}` is there twice",
                "目标 `{name}` 出现了两次"
            )));
        }
        let count = |plan: &SavedPlan| plan.shards.as_ref().map(|shards| shards.loads.len());
        if plan.prune != read[0].prune
            || plan.only != read[0].only
            || count(plan) != count(&read[0])
        {
            return Err(impossible(text!(
                "its targets were not planned together",
                "各个目标不是一起做的计划"
            )));
        }
    }
    if read.is_empty() {
        return Err(impossible(text!("it has no target", "它没有目标")));
    }
    Ok(read)
}

fn require_version(version: String) -> Result<(), PlanFileError> {
    if version == FORMAT_VERSION {
        Ok(())
    } else {
        Err(PlanFileError::OtherFormat(version))
    }
}

impl TargetPlan {
    fn read(self) -> Result<SavedPlan, PlanFileError> {
        let Self {
            format_version,
            files,
            target,
            rules,
            prune,
            only,
            selections,
            shards,
            changes,
        } = self;
        require_version(format_version)?;
        if files.is_empty() {
            return Err(impossible(text!(
                "it was made from no file",
                "它没有写是用哪个文件做的"
            )));
        }
        if shards
            .as_ref()
            .is_some_and(|shards| shards.is_empty() || shards.len() > MOST_SHARDS)
        {
            return Err(impossible(text!(
                "it has no shard, or more than {MOST_SHARDS}",
                "它没有分片，或者超过 {MOST_SHARDS} 个"
            )));
        }
        let mut read = IndexMap::with_capacity(changes.len());
        let mut placed = IndexMap::new();
        let count = shards.as_ref().map_or(0, Vec::len);
        for change in changes {
            let target = change.target.clone();
            let shard = change.shard;
            let is_placed = shard.map_or(count == 0 || !change.action.is_work(), |shard| {
                (1..=count).contains(&shard)
            });
            if !is_placed {
                return Err(impossible(text!(
                    "the target `{target}` is in none of its shards",
                    "目标 `{target}` 不在它的任何一个分片里"
                )));
            }
            placed.extend(shard.map(|shard| (target.clone(), shard - 1)));
            if read.insert(target.clone(), change.read()?).is_some() {
                return Err(impossible(text!(
                    "the target `{target}` is there twice",
                    "目标 `{target}` 出现了两次"
                )));
            }
        }
        let families = families(selections)?;
        let file = |File { path, sha256 }| {
            let because = |error: DigestError| {
                impossible(text!(
                    "the file `{path}`: {error}",
                    "文件 `{path}`：{error}"
                ))
            };
            let digest = format!("sha256:{sha256}").parse().map_err(because)?;
            Ok(FileDigest { path, digest })
        };
        require_deletions(prune, &read)?;
        Ok(SavedPlan {
            files: files.into_iter().map(file).collect::<Result<_, _>>()?,
            target,
            rules,
            prune,
            only,
            families,
            changes: read,
            shards: shards.map(|shards| SavedShards {
                loads: shards.into_iter().map(ShardLoad::from).collect(),
                of: placed,
            }),
        })
    }
}

/// Reads which tags were chosen; only what can be a tag is one.
fn families(selections: Vec<Selection>) -> Result<IndexMap<String, Vec<String>>, PlanFileError> {
    let mut families = IndexMap::with_capacity(selections.len());
    for Selection { target, tags } in selections {
        if let Some(why) = tags.iter().find_map(|tag| check_tag(tag).err()) {
            return Err(impossible(text!(
                "a tag of `{target}`: {why}",
                "`{target}` 的标签：{why}"
            )));
        }
        if families.insert(target.clone(), tags).is_some() {
            return Err(impossible(text!(
                "the target `{target}` is there twice",
                "目标 `{target}` 出现了两次"
            )));
        }
    }
    Ok(families)
}

/// Refuses deletions that no plan has: nobody asked for them, or their renames are not what the
/// digests say.
fn require_deletions(
    prune: bool,
    changes: &IndexMap<String, SavedChange>,
) -> Result<(), PlanFileError> {
    let created = changes.iter().filter_map(|(name, planned)| match planned {
        SavedChange::Wanted(wanted) if wanted.before.is_none() => {
            Some((&wanted.expected.digest, name.as_str()))
        }
        _ => None,
    });
    let mut renames = Renames::to(created);
    for (name, planned) in changes {
        let SavedChange::Delete(SavedDeletion { before, renamed_to }) = planned else {
            continue;
        };
        if !prune {
            return Err(impossible(text!(
                "it deletes `{name}`, and was made without `--prune`",
                "它要删除 `{name}`，而做计划时没有加 `--prune`"
            )));
        }
        let renamed_to = renamed_to.as_ref().map(ToString::to_string);
        if renames.of(before) != renamed_to.as_deref() {
            return Err(impossible(text!(
                "the new name of `{name}` and what is created disagree",
                "`{name}` 的新名字和要新建的对不上"
            )));
        }
    }
    Ok(())
}

impl From<Shard> for ShardLoad {
    fn from(shard: Shard) -> Self {
        let Shard { images, bytes } = shard;
        Self { images, bytes }
    }
}

impl Change {
    fn read(self) -> Result<SavedChange, PlanFileError> {
        let Self {
            target,
            action,
            source,
            before,
            expected,
            renamed_to,
            referrers_unread,
            shard: _,
        } = self;
        let because = |error: DigestError| {
            impossible(text!(
                "the target `{target}`: {error}",
                "目标 `{target}`：{error}"
            ))
        };
        let parsed = |text: String| text.parse().map_err(because);
        let before = before.map(parsed).transpose()?;
        match (action, source, expected, before, renamed_to) {
            (Action::Delete, None, None, Some(before), renamed_to) if !referrers_unread => {
                let named = |name: String| name.parse().map_err(|_| disagree(&target));
                let renamed_to = renamed_to.map(named).transpose()?;
                Ok(SavedChange::Delete(SavedDeletion { before, renamed_to }))
            }
            (Action::Blocked, None, None, None, None) if !referrers_unread => {
                Ok(SavedChange::Blocked)
            }
            (action, Some(source), Some(expected), before, None) => {
                let wanted = Wanted {
                    source: parsed(source)?,
                    expected: Descriptor {
                        media_type: expected.media_type,
                        digest: parsed(expected.digest)?,
                        size: expected.size,
                    },
                    before,
                    referrers_unread,
                };
                if action == Action::of(&wanted) {
                    Ok(SavedChange::Wanted(wanted))
                } else {
                    Err(disagree(&target))
                }
            }
            _ => Err(disagree(&target)),
        }
    }
}

fn disagree(target: &str) -> PlanFileError {
    impossible(text!(
        "the action of the target `{target}` and its other fields disagree",
        "目标 `{target}` 的动作和其他字段对不上"
    ))
}

fn impossible(message: Text) -> PlanFileError {
    PlanFileError::Impossible(message)
}
