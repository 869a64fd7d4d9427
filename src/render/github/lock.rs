//! What became of a lock, as annotations.

use std::collections::HashMap;
use std::fmt;

use crate::lock::{Renewal, Unfit};
use crate::model::Digest;
use crate::plan::{DeclaredAt, Desired, TargetName, Told, by_cause};
use crate::render::hints;
use crate::render::inputs::{Fitting, Renewing};
use crate::render::units::{Noun, counted};
use crate::render::words::{
    named, renewal_hint, renewal_reason, renewal_word, shared_word, unfit_hint, unfit_reason,
    unfit_word,
};

use super::annotations::{Annotation, At, Level, write};
use super::at;

/// Returns where each image is declared.
fn origins(desired: &Desired) -> HashMap<&TargetName, &DeclaredAt> {
    let entries = desired.entries.iter();
    entries
        .map(|entry| (&entry.target, &entry.origin))
        .collect()
}

fn place<'a>(origins: &HashMap<&TargetName, &'a DeclaredAt>, name: &TargetName) -> Option<At<'a>> {
    origins.get(name).map(|origin| at(origin))
}

/// Writes what became of each image of a lock: what could not be resolved as an error, what changed as notices.
pub fn renewed(renewing: &Renewing<'_>, out: &mut dyn fmt::Write) -> fmt::Result {
    let target = &renewing.desired.target;
    let origins = origins(renewing.desired);
    let one = |name: &TargetName, renewal: &Renewal| Annotation {
        level: match renewal {
            Renewal::Blocked(_) => Level::Error,
            _ => Level::Notice,
        },
        at: place(&origins, name),
        title: format!("{} {name}", renewal_word(renewal)),
        message: renewal_reason(renewal, target).unwrap_or_else(|| digests(renewal)),
        hint: renewal_hint(renewal, target),
    };
    let changed = renewing.renewed.images.iter();
    let changed = changed.filter(|(_, renewal)| *renewal != Renewal::Kept);
    let changed = changed.map(|image @ (_, renewal)| match renewal {
        Renewal::Blocked(reason) => (image, reason.hits()),
        _ => (image, vec![]),
    });
    let found: Vec<_> = by_cause(changed, target)
        .into_iter()
        .map(|told| match told {
            Told::Alone((name, renewal)) => one(name, renewal),
            Told::Rest((name, _), reason) => one(name, &Renewal::Blocked(reason)),
            Told::Shared(shared) => {
                let names = shared.items.iter().map(|(name, _)| name);
                let (hit, names) = (&shared.hit, named(names, false));
                let count = counted(shared.items.len(), Noun::Image);
                Annotation {
                    level: Level::Error,
                    at: shared
                        .items
                        .first()
                        .and_then(|(name, _)| place(&origins, name)),
                    title: format!("{} {count}", shared_word(hit)),
                    message: tr!("{hit}: {names}", "{hit}：{names}"),
                    hint: hints::for_hit(hit, target),
                }
            }
        })
        .collect();
    write(&found, out)
}

fn digests(renewal: &Renewal) -> String {
    match renewal {
        Renewal::Added(digest) => digest.short(),
        Renewal::Moved { before, after } => {
            let [before, after] = Digest::short_pair(before, after);
            format!("{before} → {after}")
        }
        _ => String::new(),
    }
}

/// Writes in what a lock does not fit the files; nothing where it does.
pub fn fit(fitting: &Fitting<'_>, out: &mut dyn fmt::Write) -> fmt::Result {
    let origins = origins(fitting.desired);
    let found = fitting
        .unfit
        .iter()
        .map(|(name, unfit): &(TargetName, Unfit)| Annotation {
            level: Level::Error,
            at: place(&origins, name),
            title: format!("{} {name}", unfit_word(*unfit)),
            message: unfit_reason(*unfit).to_owned(),
            hint: Some(unfit_hint().to_owned()),
        });
    write(&found.collect::<Vec<_>>(), out)
}
