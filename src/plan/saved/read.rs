//! A plan that was kept, read as strictly as what a stranger may have edited has to be.

use indexmap::IndexMap;
use serde::Deserialize;

use crate::model::{Descriptor, Digest};
use crate::plan::prune::Renames;

use super::file::{Action, Change, FORMAT_VERSION, File, PlanFile};
use super::{FileDigest, SavedChange, SavedDeletion, SavedPlan, Wanted};

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
        prune,
        only,
        changes,
    } = serde_json::from_str(text).map_err(malformed)?;
    if files.is_empty() {
        return Err(impossible("it was made from no file".to_owned()));
    }
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
    require_deletions(prune, &read)?;
    Ok(SavedPlan {
        files: files.into_iter().map(file).collect::<Result<_, _>>()?,
        target,
        rules,
        prune,
        only,
        changes: read,
    })
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
            return Err(impossible(format!(
                "it deletes `{name}`, and was made without `--prune`"
            )));
        }
        let renamed_to = renamed_to.as_ref().map(ToString::to_string);
        if renames.of(before) != renamed_to.as_deref() {
            return Err(impossible(format!(
                "the new name of `{name}` and what is created disagree"
            )));
        }
    }
    Ok(())
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
        } = self;
        let parsed = |text: String| digest("target", &target, &text);
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
    impossible(format!(
        "the action of the target `{target}` and its other fields disagree"
    ))
}

fn digest(of: &str, name: &str, text: &str) -> Result<Digest, PlanFileError> {
    let because = |error| impossible(format!("the {of} `{name}`: {error}"));
    text.parse().map_err(because)
}

fn impossible(message: String) -> PlanFileError {
    PlanFileError::Impossible(message)
}
