//! What is said about an image, in sentences.

use crate::model::{Digest, Text};
use crate::plan::policy::Violation;
use crate::plan::{Action, BlockReason, Difference, DriftKind};
use crate::render::{sanitize, words};

use super::place::place;
use super::unread::unread;

/// Says in which way an image is not as it should be, and what is known of that.
pub(super) fn of_difference(difference: &Difference) -> Vec<Text> {
    let Difference {
        kind,
        change,
        upstream,
        whence,
        ..
    } = difference;
    let first = match (kind, upstream, &change.action) {
        (_, Some((locked, found)), _) => moved(locked, found),
        (DriftKind::NotDeclared, ..) => text!(
            "the files no longer declare it; the target still has it",
            "文件里已不再声明它，目标里还有"
        ),
        (_, None, Action::Blocked { reason, .. }) => of_reason(reason),
        (_, None, Action::Update { before, after }) => {
            let [found, wanted] =
                Digest::short_pair(&before.digest, &after.expected.descriptor.digest);
            text!(
                "the target has {found}, and {wanted} is declared",
                "目标里是 {found}，声明的是 {wanted}"
            )
        }
        (_, None, Action::Create { after }) => {
            let wanted = after.expected.descriptor.digest.short();
            text!(
                "it is not in the target yet; {wanted} will be copied",
                "目标里还没有；会拷贝 {wanted}"
            )
        }
        (_, None, Action::NoOp { .. } | Action::Delete { .. }) => return vec![],
    };
    let more = whence.as_ref().map(|whence| {
        let count = words::whence(whence).len();
        let each = (0..count).map(move |at| {
            Text::of(|| {
                words::whence(whence)
                    .into_iter()
                    .nth(at)
                    .unwrap_or_default()
            })
        });
        each.collect::<Vec<_>>()
    });
    std::iter::once(first)
        .chain(more.into_iter().flatten())
        .map(|text| text.map(sanitize::excerpt))
        .collect()
}

fn moved(locked: &Digest, found: &Digest) -> Text {
    let [locked, found] = Digest::short_pair(locked, found);
    text!(
        "its source's tag has moved: {locked} is locked, and it is {found} now",
        "源的标签动了：锁定的是 {locked}，现在是 {found}"
    )
}

/// Says which rule an image breaks, by its name alone: what a scanner found, and where its report lies, is not for everyone.
fn broken(violation: &Violation) -> String {
    let rule = violation.rule.asks.key();
    tr!("it breaks the rule `{rule}`", "它违反规则 `{rule}`")
}

/// Says which rule an image breaks that does not stop it.
pub(super) fn of_warning(violation: &Violation) -> Text {
    Text::of(|| {
        let broken = broken(violation);
        if violation.blocks() {
            broken
        } else {
            tr!("warning: {broken}", "警告：{broken}")
        }
    })
}

/// Says why nothing can be done for an image, without what only who runs the mirror should read.
pub(super) fn of_reason(reason: &BlockReason) -> Text {
    let (source, target) = reason.failures();
    match (source, target) {
        (None, None) => of_what_is_known(reason),
        (Some(source), None) => text!(
            "the source could not be read: {}",
            "读不到源：{}",
            unread(source)
        ),
        (None, Some(target)) => text!(
            "the target could not be read: {}",
            "读不到目标：{}",
            unread(target)
        ),
        (Some(source), Some(target)) => text!(
            "neither the source nor the target could be read: {}; {}",
            "源和目标都读不到：{}；{}",
            unread(source),
            unread(target)
        ),
    }
}

fn of_what_is_known(reason: &BlockReason) -> Text {
    match reason {
        BlockReason::Policy(violations) => Text::of(|| {
            let mut each: Vec<_> = violations.iter().map(broken).collect();
            each.dedup();
            each.join(tr_word!("; ", "；"))
        }),
        // Which signers are wanted, and in which file, is for who runs the mirror.
        BlockReason::Unverified(_) => text!(
            "it is not signed as the rules ask for",
            "它的签名不符合规则"
        ),
        // Whether there is a login is so, too.
        BlockReason::SourceAbsent(_) => {
            text!("the source has no such image", "源没有这个镜像")
        }
        BlockReason::NameTaken { name, by } => {
            let by = place(by);
            text!(
                "its rules choose a tag that would be `{name}`, which is the image of {by}",
                "它的规则选中了一个会叫 `{name}` 的标签，而这个名字属于 {by} 的镜像"
            )
        }
        _ => Text::of(|| words::block_reason(reason)),
    }
}
