//! What to do about it: the core says why, this says what now.

#[cfg(test)]
mod tests;

use crate::checkup::{self, Fact, Step, Trouble};
use crate::model::{Cause, DOCKER_HUB, ManifestError, Platforms};
use crate::plan::{
    Absence, Action, BlockReason, CannotMirror, Change, Hit, LockState, Outcome, RefusedName, Role,
    Target,
};

pub use super::failure::of_failure;
use super::failure::{at_side, at_source, for_source, in_a_run, set_login, unasked_login};
use super::words::ages::too_young_hint;
use super::words::selection::refusal_hint;
use super::words::signatures::for_unverified;
use super::words::violations_hint;

/// Says what to do about a change that is blocked; nothing where there is no advice to give.
pub fn for_change(change: &Change, target: &Target) -> Option<String> {
    let Action::Blocked { reason, .. } = &change.action else {
        return None;
    };
    match reason {
        BlockReason::NameRefused(refused) => Some(for_name(refused)),
        BlockReason::SourceAbsent(_) if change.lock == LockState::Locked => Some(tr!(
            "the source no longer has what is locked: `pusher lock --update {}` takes what it has now",
            "源已经没有锁定的内容：`pusher lock --update {}` 采用它现在的内容",
            to_update(change, target)
        )),
        BlockReason::LockBroken { .. } => Some(tr!(
            "someone edited the lock: `pusher lock --update {}` writes it anew",
            "锁文件被人改过：`pusher lock --update {}` 会重新写好它",
            to_update(change, target)
        )),
        BlockReason::SourceAbsent(absence) => Some(for_absent(absence, change.source.registry())),
        BlockReason::TagsRefused(refused) => {
            Some(refusal_hint(&refused.why).unwrap_or_else(|| {
                tr!(
                    "`pusher tags {}` shows the tags that it has, and what the rules take",
                    "`pusher tags {}` 会列出它有的标签，以及规则选中了哪些",
                    change.source.repository()
                )
            }))
        }
        BlockReason::NameTaken { .. } => Some(tr!(
            "leave the tag out with `except`, or give one of the two a `target` of its own",
            "用 `except` 去掉这个标签，或者给其中一个写上自己的 `target`"
        )),
        BlockReason::SourceUnreadable(why) | BlockReason::ReferrersUnreadable(why) => {
            at_side(why, false, target)
        }
        BlockReason::TooYoung(young) => Some(too_young_hint(young, &to_update(change, target))),
        BlockReason::Unverified(found) => Some(for_unverified(found)),
        BlockReason::CannotMirror(why) => for_image(why, &change.platforms),
        BlockReason::Policy(broken) => violations_hint(change, broken),
        BlockReason::TargetUnreadable(why) => at_side(why, true, target),
        BlockReason::BothUnreadable {
            source,
            target: why,
        } => {
            let both = [at_side(source, false, target), at_side(why, true, target)];
            let both: Vec<_> = both.into_iter().flatten().collect();
            (!both.is_empty()).then(|| both.join(tr_word!("; ", "；")))
        }
        BlockReason::NotOurs { .. } => Some(tr!(
            "look at what it holds; delete it by hand if nobody needs it, then run `pusher lock`",
            "看看它现在是什么；没人要就手工删掉，再运行 `pusher lock`"
        )),
        BlockReason::CannotDelete => Some(tr!(
            "delete the tag in the registry's console, or leave it and run without `--prune`",
            "到仓库的控制台里删这个标签，或者留着它，不加 `--prune`"
        )),
        BlockReason::RepositoryLimit {
            left_alone: 1.., ..
        } => Some(tr!(
            "a plan without `--only` asks which repositories are there, and tells which of the images there is room for",
            "不加 `--only` 的计划会去问哪些镜像仓库已经有了，并写明哪些镜像有位置"
        )),
        BlockReason::RepositoryLimit { left_alone: 0, .. } => Some(tr!(
            "several tags can share one repository: give images a `target` such as `base:{{name}}-{{tag}}`",
            "几个标签可以共用一个镜像仓库：给镜像写上 `base:{{name}}-{{tag}}` 这样的 `target`"
        )),
        BlockReason::PruneLimit { count, .. } => Some(tr!(
            "check that nothing left the files by mistake; if not, set `prune-limit: {count}` in `mirror.yaml`",
            "检查是不是误从文件里去掉了什么；如果没有，在 `mirror.yaml` 里设置 `prune-limit: {count}`"
        )),
        BlockReason::ReferrersDiffer { .. } => Some(tr!(
            "leave `referrers` out for one of the two images, or give it another repository with `target:`",
            "两个镜像中的一个不要 `referrers`，或者用 `target:` 给它另一个镜像仓库"
        )),
        // The new name's own change says what to do.
        BlockReason::NewNameMissing { .. }
        | BlockReason::NotObserved
        | BlockReason::TagsMoved { .. }
        | BlockReason::Offline { .. } => None,
        BlockReason::BlockedWhenPlanned
        | BlockReason::SourceMoved { .. }
        | BlockReason::TargetMoved { .. } => Some(plan_again()),
    }
}

/// Returns what names an image to `pusher lock --update`, in this target alone where there are several.
fn to_update(change: &Change, target: &Target) -> String {
    let image = &change.target;
    match &target.label {
        None => image.to_string(),
        Some(label) => format!("{image} --to {label}"),
    }
}

/// Says what to do about what became of a change; nothing where there is no advice to give.
pub fn for_outcome(change: &Change, outcome: &Outcome, target: &Target) -> Option<String> {
    match outcome {
        Outcome::Blocked => for_change(change, target),
        Outcome::Stale { .. } => Some(plan_again()),
        Outcome::Left { .. } | Outcome::NotDone { .. } => Some(tr!(
            "run `pusher apply` again; it goes on with what is left",
            "再运行一次 `pusher apply`；它会接着做剩下的"
        )),
        Outcome::Failed { failure, .. } => {
            let at_target = change.failed_at_target(failure, target);
            in_a_run(failure, at_target, target)
        }
        Outcome::Unchanged | Outcome::Done(_) => None,
    }
}

/// Says what to do about what is in the way of several images.
pub fn for_hit(hit: &Hit<'_>, target: &Target) -> Option<String> {
    match hit.role {
        Role::Source | Role::Referrers => at_side(hit.failure, false, target),
        Role::Target => at_side(hit.failure, true, target),
        Role::Run { at_target } => in_a_run(hit.failure, at_target, target),
    }
}

/// Says what to do about a step of a checkup; nothing where there is no advice to give.
///
/// `target` is none for a source.
pub fn for_step(step: &Step, target: Option<&Target>) -> Option<String> {
    let trouble = match &step.outcome {
        checkup::Outcome::Failed(trouble) => trouble,
        checkup::Outcome::Found(Fact::NoSuchImage(_)) => {
            return Some(check_spelling());
        }
        checkup::Outcome::Found(_) | checkup::Outcome::Skipped(_) => return None,
    };
    match (trouble, target) {
        (Trouble::Failure(failure), Some(target)) => at_side(failure, true, target),
        (Trouble::Failure(failure), None) => at_source(failure),
        (Trouble::Lied(..), _) => Some(tr!(
            "take it out of `mirrors`: what it sends is not what the registry has",
            "把它从 `mirrors` 里去掉：它发来的不是仓库里的内容"
        )),
        (Trouble::NoLogin, target) => target.map(set_login),
        (Trouble::Clock(_), _) => Some(tr!(
            "set this machine's clock, best by NTP: tokens, signatures and certificates are good for a time",
            "校准本机的时钟，最好用 NTP：令牌、签名和证书都有有效期"
        )),
        (Trouble::PullsUsedUp(_), _) => for_source(Cause::RateLimited, DOCKER_HUB),
        (Trouble::TooManyRepositories { .. }, _) => Some(tr!(
            "take images out of the files, or delete repositories that nobody needs in the console",
            "从文件里去掉一些镜像，或者到控制台里删掉没人用的镜像仓库"
        )),
    }
}

/// Says what to do about what a registry says that it does not have.
pub fn for_absent(absence: &Absence, registry: &str) -> String {
    match absence {
        Absence::Plain => check_spelling(),
        Absence::ToStranger => unasked_login(registry),
    }
}

fn check_spelling() -> String {
    tr!(
        "check the spelling of the name and of the tag",
        "检查名字和标签有没有写错"
    )
}

fn plan_again() -> String {
    tr!(
        "run `pusher plan` again and look at what changed",
        "再运行一次 `pusher plan`，看看什么变了"
    )
}

fn for_name(refused: &RefusedName) -> String {
    let profile = &refused.why.profile;
    match &refused.instead {
        Some(name) => tr!(
            "give the image a name that {profile} takes: `target: {name}` in `mirror.yaml`",
            "给镜像起一个 {profile} 收的名字：在 `mirror.yaml` 里写 `target: {name}`"
        ),
        None => tr!(
            "give the image another name with `target:` in `mirror.yaml`; {profile} refuses this one",
            "在 `mirror.yaml` 里用 `target:` 给镜像换个名字；{profile} 不收这个"
        ),
    }
}

fn for_image(why: &CannotMirror, platforms: &Platforms) -> Option<String> {
    Some(match why {
        CannotMirror::Manifest(ManifestError::Schema1) => tr!(
            "choose a newer tag: this image was pushed in a format from before 2017",
            "换一个新一点的标签：这个镜像是用 2017 年以前的格式推送的"
        ),
        CannotMirror::Manifest(
            ManifestError::UnknownMediaType(_) | ManifestError::TooManyMembers,
        ) => {
            return None;
        }
        CannotMirror::Manifest(
            ManifestError::Contradiction { .. } | ManifestError::Malformed(_),
        ) => tr!(
            "choose another tag: the image is damaged at its source",
            "换一个标签：镜像在源里就是坏的"
        ),
        CannotMirror::PlatformsMissing { available, .. } if available.is_empty() => tr!(
            "ask for `platforms: all`: the source does not name its platforms",
            "写 `platforms: all`：源没有写明它的平台"
        ),
        CannotMirror::PlatformsMissing { missing, .. } => match platforms {
            Platforms::Only(asked) if missing.len() < asked.len() => tr!(
                "ask for platforms that the source has, or set `missing-platforms: skip` in `mirror.yaml`",
                "只要源有的平台，或者在 `mirror.yaml` 里设置 `missing-platforms: skip`"
            ),
            _ => tr!("ask for a platform that the source has", "要一个源有的平台"),
        },
        CannotMirror::AttestationsRefused { .. } => tr!(
            "write `attestations: drop` for it, or leave it to `auto`",
            "给它写上 `attestations: drop`，或者用 `auto`"
        ),
        CannotMirror::ConfigRefused { profile, .. } | CannotMirror::NothingLeft { profile } => tr!(
            "mirror it to a registry that takes more than {profile} does; where it is an attestation beside an \
             image, `attestations: auto` leaves it out",
            "把它同步到比 {profile} 收得多的仓库；如果它是镜像旁边的 attestation，`attestations: auto` 会去掉它"
        ),
        CannotMirror::Excess(excess) => excess.hint().to_string(),
    })
}
