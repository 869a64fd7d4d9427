//! What of an image does not follow it, and what is not sure.

use crate::model::{Platforms, ProfileName, listed};
use crate::plan::{Action, Change, LeftOut, RefusedReferrers, Selection, WhyLeftOut};
use crate::render::units::{Noun, counted};

use super::signatures::signed_by;

/// Says what of an image does not follow it, and why, and what else is to be known of it; nothing where all is well.
pub fn notes(change: &Change, profile: &ProfileName) -> Vec<String> {
    let left_out = left_out(change, profile).into_iter();
    left_out.chain(remarks(change)).collect()
}

/// Says what of an image does not follow it, and why.
pub fn left_out(change: &Change, profile: &ProfileName) -> Vec<String> {
    let Some(copy) = change.action.copy() else {
        return vec![];
    };
    let mut notes = selection_notes(&copy.expected.selection, profile);
    if copy.referrers_stay {
        notes.push(tr!(
            "signatures and other referrers stay behind: they name the source's digest, and the target's will \
             be another; those of the images in it follow",
            "签名和其他附属内容不跟过去：它们写的是源的摘要，而目标的摘要会不同；其中各个镜像的会跟过去"
        ));
    }
    notes.extend(refused_referrers(copy.referrers_refused, profile));
    notes
}

/// Says what was asked to follow an image and stays at its source.
fn refused_referrers(
    refused: RefusedReferrers,
    profile: &ProfileName,
) -> impl Iterator<Item = String> {
    let RefusedReferrers {
        not_images,
        indexes,
        unlisted,
    } = refused;
    let left = |count| counted(count, Noun::Referrer);
    [
        (not_images > 0).then(|| {
            tr!(
                "{} left out: {profile} takes container images alone",
                "去掉 {}：{profile} 只收容器镜像",
                left(not_images)
            )
        }),
        (indexes > 0).then(|| {
            tr!(
                "{} left out: {profile} refuses an index of that type, and as another type it would be no referrer",
                "去掉 {}：{profile} 不收这种类型的索引，而换成别的类型就不再是附属内容",
                left(indexes)
            )
        }),
        (unlisted > 0).then(|| {
            tr!(
                "{} left out: nobody would find them there, since the registry keeps no list of referrers and {profile} \
                 refuses the index that stands in for one",
                "去掉 {}：在那里谁也找不到，因为仓库没有附属内容的列表，而 {profile} 不收代替它的索引",
                left(unlisted)
            )
        }),
    ]
    .into_iter()
    .flatten()
}

/// Says what is not sure of an image, and what is not as one might expect.
pub fn remarks(change: &Change) -> Vec<String> {
    let mut notes = vec![];
    if let Some(copy) = change.action.copy() {
        notes.extend(copy.verified.as_deref().map(signed_by));
        if let Some(unseen) = &copy.unseen {
            notes.push(tr!(
                "the target does not say whether it has this, as some do until the first push \
                 ({unseen}); `pusher apply` moves no tag that turns out to be there",
                "目标没有说它有没有这个，有些仓库第一次推送之前都这样（{unseen}）；\
                 如果其实已经有了，`pusher apply` 不会动那个标签"
            ));
        }
        if let Some(old) = &copy.formerly {
            notes.push(tr!(
                "it was `{old}` before, by the lock: that tag stays behind and is no longer updated; `--prune` deletes it",
                "按锁文件，它以前叫 `{old}`：那个标签会留下，但不再更新；`--prune` 会删掉它"
            ));
        }
    }
    notes.extend(pinned_note(change));
    notes
}

/// Says which digest the target gets for one that is pinned, where that is another.
fn pinned_note(change: &Change) -> Option<String> {
    let pinned = change.source.digest()?;
    let arrives = match &change.action {
        Action::NoOp { current, .. } => &current.digest,
        action => &action.copy()?.expected.descriptor.digest,
    };
    (arrives != pinned).then(|| match &change.platforms {
        Platforms::All => tr!(
            "the target gets {arrives} in place of the pinned index: not all of it can be kept",
            "目标得到的是 {arrives}，不是固定的那个索引：有的内容留不下来"
        ),
        Platforms::Only(_) => tr!(
            "the target gets {arrives} in place of the pinned index: the files ask for {} alone",
            "目标得到的是 {arrives}，不是固定的那个索引：文件里只要 {}",
            change.platforms
        ),
    })
}

/// Says what is left out of an index, and why; nothing where all of it is kept.
fn selection_notes(selection: &Selection, profile: &ProfileName) -> Vec<String> {
    let Selection {
        platforms_kept,
        left_out,
        skipped,
    } = selection;
    let mut notes = vec![];
    // In the order in which each kind is met first, so that the same index gives the same words.
    let mut groups: Vec<(&LeftOut, usize)> = vec![];
    for child in left_out {
        let same = |(other, _): &&mut (&LeftOut, usize)| {
            (other.attestation, &other.why) == (child.attestation, &child.why)
        };
        match groups.iter_mut().find(same) {
            Some((_, count)) => *count += 1,
            None => groups.push((child, 1)),
        }
    }
    for (child, count) in groups {
        let noun = if child.attestation {
            Noun::Attestation
        } else {
            Noun::Artifact
        };
        let (kept, left) = (
            counted(*platforms_kept, Noun::Platform),
            counted(count, noun),
        );
        notes.push(match &child.why {
            WhyLeftOut::ConfigRefused(config) => tr!(
                "{kept} kept, {left} left out: {profile} refuses config `{config}`",
                "保留 {kept}，去掉 {left}：{profile} 不收配置 `{config}`"
            ),
            WhyLeftOut::AttestationRefused => tr!(
                "{kept} kept, {left} left out: {profile} refuses attestations",
                "保留 {kept}，去掉 {left}：{profile} 不收 attestation"
            ),
            WhyLeftOut::NotWanted => tr!(
                "{kept} kept, {left} left out: the entry asks for none",
                "保留 {kept}，去掉 {left}：声明里不要"
            ),
        });
    }
    if !skipped.is_empty() {
        notes.push(tr!(
            "skipped, as the source has no {}",
            "跳过源里没有的 {}",
            listed(skipped)
        ));
    }
    notes
}
