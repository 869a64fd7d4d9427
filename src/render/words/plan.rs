//! What a plan would do, and why.

use std::collections::BTreeSet;

use crate::model::listed;
use crate::plan::{
    Action, BlockReason, Change, LockState, Misfit, Plan, SameContent, SameContents, Summary,
    TargetName,
};

use crate::render::inputs::PartOf;
use crate::render::units::{Noun, clauses, counted};

use super::blocked::block_reason;
use super::images::in_place;
use super::saved;

/// Returns what a plan would do with an image.
pub fn action_word(action: &Action) -> &'static str {
    match action {
        Action::Blocked { reason, .. } if reason.was_not_asked() => tr_word!("unknown", "未知"),
        action => saved::word(action.into()),
    }
}

/// Says why an action was chosen; nothing for what needs no reason.
pub fn reason(action: &Action) -> Option<String> {
    match action {
        Action::Create { .. } => Some(tr!("the target has no such tag", "目标没有这个标签")),
        Action::Update { .. } => Some(tr!(
            "the target's tag points to another digest",
            "目标的标签指向别的摘要"
        )),
        Action::NoOp { listed, .. } => listed.then(|| {
            tr!(
                "not asked for: it never moves, the lock settles it, and the target lists it",
                "没有去问：标签不会变，锁文件已锁定，目标也列出了它"
            )
        }),
        Action::Delete { renamed_to, .. } => Some(match renamed_to {
            Some(name) => tr!("the image is renamed to `{name}`", "镜像改名为 `{name}`"),
            None => tr!("the files no longer declare it", "文件里已不再声明"),
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
        listed,
        blocked,
        unknown,
    } = *summary;
    if summary.pending() == 0 && blocked == 0 {
        let in_place = in_place(no_op);
        return match listed {
            0 => tr!("Nothing to do: {in_place}", "没有要做的：{in_place}"),
            _ => tr!(
                "Nothing to do: {in_place} {listed} of them by the lists of tags, as they never move.",
                "没有要做的：{in_place}其中 {listed} 个的标签不会变，只看了目标列出的标签。"
            ),
        };
    }
    // Who asked nobody cannot tell what there is to do.
    let mut counts = match unknown {
        0 => vec![
            tr!("{} to create", "新建 {}", create - rename),
            tr!("{update} to update", "更新 {update}"),
            tr!("{} to delete", "删除 {}", delete - rename),
        ],
        _ => vec![tr!(
            "{unknown} unknown, as no registry was asked",
            "未知 {unknown}（没有问仓库）"
        )],
    };
    if unknown == 0 {
        counts.extend((rename > 0).then(|| tr!("{rename} to rename", "改名 {rename}")));
        counts.push(match listed {
            0 => tr!("{no_op} unchanged", "不变 {no_op}"),
            _ => tr!(
                "{no_op} unchanged ({listed} by lists)",
                "不变 {no_op}（其中 {listed} 个只看列出的标签）"
            ),
        });
    }
    let blocked = blocked - unknown;
    counts.extend((blocked > 0).then(|| tr!("{blocked} blocked", "拦下 {blocked}")));
    tr!("Plan: {}.", "计划：{}。", clauses(&counts))
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
    let found: BTreeSet<_> = plan.changes.iter().filter_map(name).collect();
    let shared = |name: &&String| {
        let ends = format!("/{name}");
        let is_called = |change: &&Change| change.source.repository().name.ends_with(&ends);
        plan.changes.iter().filter(is_called).count() > 1
    };
    let found: Vec<_> = found
        .iter()
        .filter(shared)
        .map(|name| format!("`{name}`"))
        .collect();
    (!found.is_empty()).then(|| {
        tr!(
            "more than one image is called {}, so their names have the namespace in front: what the target \
             may hold under the bare name from before stays there, and is no longer updated",
            "不止一个镜像叫 {}，所以名字前面加上了命名空间：目标里以前用原名的如果还在，会留着，不再更新",
            listed(found)
        )
    })
}

/// Says of which part of the files a plan is.
pub fn part(part: &PartOf) -> String {
    let PartOf { patterns, left_out } = part;
    let patterns = patterns.iter().map(|one| format!("`{one}`"));
    tr!(
        "Only {}; {} left alone.",
        "只做 {}；{}不碰。",
        listed(patterns),
        counted(*left_out, Noun::OtherImage)
    )
}

/// Says what a new name was before.
pub fn renamed_from(old: &TargetName) -> String {
    tr!(
        "renamed from `{old}`, which is deleted when this is there",
        "由 `{old}` 改名而来，就位之后删掉旧名字"
    )
}

/// Says how an update brings no other content.
pub fn same_content(same: SameContent) -> &'static str {
    match same {
        SameContent::OtherManifest => tr_word!(
            "same content: only the manifest is written differently",
            "内容相同：只是清单的写法不同"
        ),
        SameContent::OtherCompression => tr_word!(
            "same content: the layers are compressed differently",
            "内容相同：只是层的压缩不同"
        ),
    }
}

/// Says what becomes of updates that bring no other content; nothing where there are none.
pub fn same_content_hint(found: Option<&SameContents>) -> Option<&'static str> {
    let found = found.is_some_and(|found| !found.is_empty());
    found.then(|| {
        tr_word!(
            "where the content is the same, another tool wrote what the target holds, as `docker push` \
             does; `pusher apply` puts the source's digest in its place, once",
            "内容相同的，是别的工具（如 `docker push`）写到目标里的；`pusher apply` 会换成源的摘要，只换这一次"
        )
    })
}

/// Says why the lock does not settle an image's digest; nothing where it does, or there is none.
pub fn unlocked(state: LockState) -> Option<&'static str> {
    match state {
        LockState::NoLock | LockState::Locked => None,
        LockState::New => Some(tr_word!("not in the lock", "不在锁文件里")),
        LockState::Changed(Misfit::Source) => {
            Some(tr_word!("locked with another source", "锁定时是别的源"))
        }
        LockState::Changed(Misfit::Platforms) => {
            Some(tr_word!("locked with other platforms", "锁定时是别的平台"))
        }
        LockState::Changed(Misfit::Rule) => Some(tr_word!(
            "locked with other choices or for another kind of target",
            "锁定时选项不同，或者是为另一类目标"
        )),
        LockState::Changed(Misfit::Tags) => {
            Some(tr_word!("locked with other rules", "锁定时是别的规则"))
        }
    }
}

/// Says of how many images the lock does not settle the digest, and what to do; nothing for none.
pub fn unlocked_hint(plan: &Plan) -> Option<String> {
    let is_planned = |change: &Change| match change.action.block_reason() {
        // What keeps it out of the lock is told, and what to do.
        Some(BlockReason::TooYoung(_) | BlockReason::Unverified(_)) => false,
        _ => unlocked(change.lock).is_some(),
    };
    let unlocked = |change: &&Change| is_planned(change);
    let count = plan.changes.iter().filter(unlocked).count();
    let is_offline = plan.summary().unknown > 0;
    Some(match (count, is_offline) {
        (0, _) => return None,
        (1, true) => tr!(
            "1 image is not locked; `pusher lock` settles it",
            "1 个镜像没有锁定；`pusher lock` 会锁定它"
        ),
        (count, true) => tr!(
            "{count} images are not locked; `pusher lock` settles it",
            "{count} 个镜像没有锁定；`pusher lock` 会锁定它们"
        ),
        (1, false) => tr!(
            "1 image is not locked, and planned from what its source holds now; `pusher lock` settles it",
            "1 个镜像没有锁定，按源里现在的内容做计划；`pusher lock` 会锁定它"
        ),
        (count, false) => tr!(
            "{count} images are not locked, and planned from what their sources hold now; `pusher lock` settles it",
            "{count} 个镜像没有锁定，按源里现在的内容做计划；`pusher lock` 会锁定它们"
        ),
    })
}
