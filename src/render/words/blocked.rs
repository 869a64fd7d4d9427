//! Why nothing can be done for an image.

use crate::model::Digest;
use crate::plan::{Absence, BlockReason, Hit, Role};
use crate::render::units::{Noun, counted};

use super::ages::too_young;
use super::images::{named, short_reference};
use super::policy::violations;
use super::selection::refusal;
use super::signatures::unverified;

/// Says why nothing can be done for an entry.
pub fn block_reason(reason: &BlockReason) -> String {
    match reason {
        BlockReason::NameRefused(refused) => refused.why.to_string(),
        BlockReason::SourceAbsent(Absence::Plain) => {
            tr!("the source has no such image", "源没有这个镜像")
        }
        BlockReason::SourceAbsent(Absence::ToStranger) => tr!(
            "the source says that it has no such image, and did not ask for the login that is configured \
             for it",
            "源说没有这个镜像，而且没有要为它配置的账号"
        ),
        BlockReason::SourceUnreadable(why) => {
            tr!("the source cannot be read: {why}", "读不了源：{why}")
        }
        BlockReason::TagsRefused(refused) => refusal(refused),
        BlockReason::TagsMoved { added, dropped } => tags_moved(added, dropped),
        BlockReason::NameTaken { name, by } => tr!(
            "its rules choose a tag that would be `{name}`, which is the image of {by}",
            "它的规则选中了一个会叫 `{name}` 的标签，而这个名字属于 {by} 的镜像"
        ),
        BlockReason::TooYoung(young) => too_young(young),
        BlockReason::CannotMirror(why) => why.to_string(),
        BlockReason::Policy(broken) => violations(broken),
        BlockReason::TargetUnreadable(why) => {
            tr!("the target cannot be read: {why}", "读不了目标：{why}")
        }
        BlockReason::BothUnreadable { source, target } => tr!(
            "the source cannot be read: {source}; the target cannot be read either: {target}",
            "读不了源：{source}；也读不了目标：{target}"
        ),
        BlockReason::ReferrersUnreadable(why) => tr!(
            "its signatures and other referrers cannot be read: {why}",
            "读不了它的签名和其他附属内容：{why}"
        ),
        BlockReason::Unverified(found) => unverified(found),
        BlockReason::NotObserved => tr!("the registries were not asked", "没有问过仓库"),
        BlockReason::NotOurs { locked } => tr!(
            "it is not deleted: someone else moved the tag, the lock records {}",
            "没有删：标签被别人动过，锁文件里记着的是 {}",
            locked.short()
        ),
        BlockReason::NewNameMissing { name } => tr!(
            "it is not deleted: its image is renamed to `{name}`, and that is not there",
            "没有删：它的镜像改名为 `{name}`，而那个名字还没有就位"
        ),
        BlockReason::CannotDelete => tr!(
            "it is not deleted: the registry cannot",
            "没有删：仓库不支持删除"
        ),
        BlockReason::RepositoryLimit {
            limit,
            needed,
            left_alone,
        } => no_room(*limit, *needed, *left_alone),
        BlockReason::PruneLimit { count, limit } => tr!(
            "it is not deleted: {} would go, and `prune-limit` is {limit}",
            "没有删：一共要删 {}，而 `prune-limit` 是 {limit}",
            counted(*count, Noun::Tag)
        ),
        BlockReason::Offline {
            locked: Some(digest),
        } => tr!(
            "no registry was asked; the lock wants {}",
            "没有问仓库；锁文件要的是 {}",
            digest.short()
        ),
        BlockReason::Offline { locked: None } => tr!(
            "no registry was asked, and no lock settles it",
            "没有问仓库，也没有锁定"
        ),
        BlockReason::BlockedWhenPlanned => tr!(
            "nothing could be done for it when the plan was saved",
            "做计划时它就被拦下了"
        ),
        BlockReason::SourceMoved { found } => match found {
            Some(digest) => tr!(
                "the source has {} for it now, and not what the saved plan says",
                "源里现在是 {}，不是保存的计划里写的",
                digest.short()
            ),
            None => tr!("the source no longer has it", "源已经没有它了"),
        },
        BlockReason::TargetMoved { planned } => target_moved(planned.as_ref()),
        BlockReason::ReferrersDiffer { other } => tr!(
            "`{}` is something else, and both would have this tag",
            "`{}` 是别的内容，两个都要用这个标签",
            short_reference(other)
        ),
        BlockReason::LockBroken { locked, found } => {
            let [locked, found] = Digest::short_pair(locked, found);
            tr!(
                "the lock wants {locked}, but what it names as the source comes to {found}",
                "锁文件要的是 {locked}，但它写的源得出的是 {found}"
            )
        }
    }
}

fn no_room(limit: u32, needed: usize, left_alone: usize) -> String {
    if left_alone > 0 {
        return tr!(
            "the registry has room for {limit} repositories, and the files need {needed}, {left_alone} of them for images \
             that are left alone: there is none left for this one",
            "仓库最多只能有 {limit} 个镜像仓库，文件里的镜像需要 {needed} 个，其中 {left_alone} 个属于这次不动的镜像：没有这一个的位置了"
        );
    }
    tr!(
        "the registry has room for {limit} repositories, and the images need {needed}: there is none left for \
         this one",
        "仓库最多只能有 {limit} 个镜像仓库，这些镜像需要 {needed} 个：没有这一个的位置了"
    )
}

fn target_moved(planned: Option<&Digest>) -> String {
    match planned {
        Some(digest) => tr!(
            "the target's tag was moved after the plan was saved; it pointed to {}",
            "保存计划之后，目标的标签动了；当时它指向 {}",
            digest.short()
        ),
        None => tr!(
            "the target had no such tag when the plan was saved",
            "保存计划时，目标没有这个标签"
        ),
    }
}

fn tags_moved(added: &[String], dropped: &[String]) -> String {
    let tags = |tags: &[String]| named(tags.iter(), false);
    match (added, dropped) {
        (added, []) => tr!(
            "its rules choose more tags than are locked: {}",
            "它的规则比锁定时多选了标签：{}",
            tags(added)
        ),
        ([], dropped) => tr!(
            "its rules no longer choose tags that are locked: {}",
            "它的规则不再选择这些已锁定的标签：{}",
            tags(dropped)
        ),
        (added, dropped) => tr!(
            "its rules choose {}, and no longer {}, which is locked",
            "它的规则选择了 {}，不再选择已锁定的 {}",
            tags(added),
            tags(dropped)
        ),
    }
}

/// Returns what became of the images that have a cause in common.
pub fn shared_word(hit: &Hit<'_>) -> &'static str {
    match hit.role {
        Role::Source | Role::Referrers | Role::Target => tr_word!("blocked", "拦下"),
        Role::Run { .. } => tr_word!("failed", "失败"),
    }
}
