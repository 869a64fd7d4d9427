//! What a plan would do, and why.

use std::collections::BTreeSet;

use crate::plan::{
    Action, Change, LockState, Misfit, Plan, SameContent, SameContents, Summary, TargetName,
};

use crate::render::inputs::PartOf;
use crate::render::units::counted;

use super::blocked::block_reason;
use super::images::in_place;

/// Says why an action was chosen; nothing for what needs no reason.
pub fn reason(action: &Action) -> Option<String> {
    match action {
        Action::Create { .. } => Some("the target has no such tag".to_owned()),
        Action::Update { .. } => Some("the target's tag points to another digest".to_owned()),
        Action::NoOp { .. } => None,
        Action::Delete { renamed_to, .. } => Some(match renamed_to {
            Some(name) => format!("the image is renamed to `{name}`"),
            None => "the files no longer declare it".to_owned(),
        }),
        Action::Blocked { reason, .. } => Some(block_reason(reason)),
    }
}

/// Says in one line what a plan would do.
pub fn plan_summary(summary: &Summary) -> String {
    let Summary {
        create,
        update,
        delete,
        rename,
        no_op,
        blocked,
        unknown,
    } = *summary;
    if summary.pending() == 0 && blocked == 0 {
        return format!("Nothing to do: {}", in_place(no_op));
    }
    let blocked = match blocked - unknown {
        0 => String::new(),
        count => format!(", {count} blocked"),
    };
    // Who asked nobody cannot tell what there is to do.
    if unknown > 0 {
        return format!("Plan: {unknown} unknown, as no registry was asked{blocked}.");
    }
    let renamed = match rename {
        0 => String::new(),
        count => format!(", {count} to rename"),
    };
    let (create, delete) = (create - rename, delete - rename);
    format!(
        "Plan: {create} to create, {update} to update, {delete} to delete{renamed}, \
         {no_op} unchanged{blocked}."
    )
}

/// Says what becomes of the name that images had before others of that name came; nothing where none is new.
pub fn prefixed_hint(plan: &Plan) -> Option<String> {
    let renames = plan.renames();
    let name = |change: &Change| {
        let mut parts = change.source.repository().name.rsplit('/');
        let (name, namespace) = (parts.next()?.to_owned(), parts.next()?);
        let prefixed = format!("{namespace}_{name}");
        let is_new = matches!(change.action, Action::Create { .. });
        let is_prefixed = change.target.repository.ends_with(&prefixed);
        (is_new && is_prefixed && !renames.contains_key(&change.target)).then_some(name)
    };
    let names: BTreeSet<_> = plan.changes.iter().filter_map(name).collect();
    let shared = |name: &&String| {
        let ends = format!("/{name}");
        let is_called = |change: &&Change| change.source.repository().name.ends_with(&ends);
        plan.changes.iter().filter(is_called).count() > 1
    };
    let names: Vec<_> = names
        .iter()
        .filter(shared)
        .map(|name| format!("`{name}`"))
        .collect();
    (!names.is_empty()).then(|| {
        let names = names.join(", ");
        format!(
            "more than one image is called {names}, so their names have the namespace in front: what the target \
             may hold under the bare name from before stays there, and is no longer updated"
        )
    })
}

/// Says of which part of the files a plan is.
pub fn part(part: &PartOf) -> String {
    let PartOf { patterns, left_out } = part;
    let patterns: Vec<_> = patterns.iter().map(|one| format!("`{one}`")).collect();
    let left_out = counted(*left_out, "other image");
    format!("Only {}; {left_out} left alone.", patterns.join(", "))
}

/// Says what a new name was before.
pub fn renamed_from(old: &TargetName) -> String {
    format!("renamed from `{old}`, which is deleted when this is there")
}

/// Says how an update brings no other content.
pub fn same_content(same: SameContent) -> &'static str {
    match same {
        SameContent::OtherManifest => "same content: only the manifest is written differently",
        SameContent::OtherCompression => "same content: the layers are compressed differently",
    }
}

/// Says what becomes of updates that bring no other content; nothing where there are none.
pub fn same_content_hint(found: Option<&SameContents>) -> Option<&'static str> {
    let found = found.is_some_and(|found| !found.is_empty());
    found.then_some(
        "where the content is the same, another tool wrote what the target holds, as `docker push` \
         does; `pusher apply` puts the source's digest in its place, once",
    )
}

/// Says why the lock does not settle an image's digest; nothing where it does, or there is none.
pub fn unlocked(state: LockState) -> Option<&'static str> {
    match state {
        LockState::NoLock | LockState::Locked => None,
        LockState::New => Some("not in the lock"),
        LockState::Changed(Misfit::Source) => Some("locked with another source"),
        LockState::Changed(Misfit::Platforms) => Some("locked with other platforms"),
        LockState::Changed(Misfit::Rule) => {
            Some("locked with other choices or for another kind of target")
        }
    }
}

/// Says of how many images the lock does not settle the digest, and what to do; nothing for none.
pub fn unlocked_hint(plan: &Plan) -> Option<String> {
    let unlocked = |change: &&Change| unlocked(change.lock).is_some();
    let count = plan.changes.iter().filter(unlocked).count();
    let is_offline = plan.summary().unknown > 0;
    let planned = match count {
        0 => return None,
        1 if is_offline => "1 image is not locked".to_owned(),
        count if is_offline => format!("{count} images are not locked"),
        1 => "1 image is not locked, and planned from what its source holds now".to_owned(),
        count => {
            format!("{count} images are not locked, and planned from what their sources hold now")
        }
    };
    Some(format!("{planned}; `pusher lock` settles it"))
}
