//! What became of a lock, and in what it does not fit the files.

use crate::lock::{Renewal, RenewalCounts, Renewed, Unfit};
use crate::plan::{BlockReason, Cooldown, Desired, Entry, Target};
use crate::render::hints;
use crate::render::units::{Noun, clauses, counted};

use super::ages::too_young;
use super::blocked::block_reason;
use super::plan::unlocked;
use super::signatures::for_unverified;

/// Names what became of an image of a lock.
pub fn renewal_word(renewal: &Renewal) -> &'static str {
    match renewal {
        Renewal::Added(_) => tr_word!("added", "新增"),
        Renewal::Moved { .. } => tr_word!("moved", "变动"),
        Renewal::Kept => tr_word!("kept", "保留"),
        Renewal::Retired => tr_word!("retired", "退役"),
        Renewal::Gone => tr_word!("gone", "消失"),
        Renewal::HeldBack(_) => tr_word!("held back", "暂缓"),
        Renewal::Blocked(_) => tr_word!("blocked", "拦下"),
    }
}

/// Says why that became of it, where its digests do not tell.
pub fn renewal_reason(renewal: &Renewal, target: &Target) -> Option<String> {
    match renewal {
        Renewal::Moved { before, after } if before == after => {
            Some(tr!("the target's digest stays as it is", "目标的摘要不变"))
        }
        Renewal::Added(_) | Renewal::Moved { .. } | Renewal::Kept => None,
        Renewal::Retired => Some(tr!(
            "no longer declared; `pusher apply --prune` deletes it from the target",
            "已不再声明；`pusher apply --prune` 会从目标里删掉它"
        )),
        Renewal::Gone => Some(tr!(
            "no longer declared, and no longer in {target}",
            "已不再声明，{target} 里也没有了"
        )),
        Renewal::HeldBack(young) => Some(too_young(young)),
        Renewal::Blocked(reason) => Some(block_reason(reason)),
    }
}

/// Says what to do about what became of an image.
pub fn renewal_hint(renewal: &Renewal, target: &Target) -> Option<String> {
    let Renewal::Blocked(reason) = renewal else {
        return None;
    };
    if let BlockReason::Unverified(found) = reason {
        return Some(for_unverified(found));
    }
    let hits = reason.hits();
    hits.first().and_then(|hit| hints::for_hit(hit, target))
}

/// Says in one line what became of a lock; `file` is quoted as the format quotes.
pub fn renewed_summary(renewed: &Renewed, file: &str) -> String {
    let RenewalCounts {
        added,
        moved,
        kept,
        retired,
        gone,
        held_back,
        blocked,
    } = renewed.counts();
    let counts: Vec<_> = [
        (added > 0).then(|| tr!("{added} added", "新增 {added}")),
        (moved > 0).then(|| tr!("{moved} moved", "变动 {moved}")),
        (kept > 0).then(|| tr!("{kept} kept", "保留 {kept}")),
        (retired > 0).then(|| tr!("{retired} retired", "退役 {retired}")),
        (gone > 0).then(|| tr!("{gone} gone", "消失 {gone}")),
        (held_back > 0).then(|| tr!("{held_back} held back", "暂缓 {held_back}")),
        (blocked > 0).then(|| tr!("{blocked} blocked", "拦下 {blocked}")),
    ]
    .into_iter()
    .flatten()
    .collect();
    if counts.is_empty() {
        return tr!(
            "{file}: no image is declared.",
            "{file}：没有声明任何镜像。"
        );
    }
    tr!("{file}: {}.", "{file}：{}。", clauses(&counts))
}

/// Names in what a lock does not fit the files.
pub fn unfit_word(unfit: Unfit) -> &'static str {
    match unfit {
        Unfit::Unlocked(_) => tr_word!("unlocked", "没有锁定"),
        Unfit::NotDeclared => tr_word!("not declared", "没有声明"),
        Unfit::Unverified => tr_word!("unverified", "没有验签"),
    }
}

/// Says in what a lock does not fit the files.
pub fn unfit_reason(unfit: Unfit) -> &'static str {
    match unfit {
        Unfit::Unlocked(state) => unlocked(state).unwrap_or_default(),
        Unfit::NotDeclared => tr_word!("locked, and no longer declared", "锁定了，但已不再声明"),
        Unfit::Unverified => tr_word!(
            "the lock does not say that it is signed as a rule of `verify` wants it",
            "锁文件没有写明它的签名符合 `verify` 的规则"
        ),
    }
}

/// Says in one line whether a lock fits the files; `file` is quoted as the format quotes.
pub fn fit_summary(fits: bool, desired: &Desired, file: &str) -> String {
    if fits {
        let count =
            |is_one: &dyn Fn(&&Entry) -> bool| desired.entries.iter().filter(is_one).count();
        // What fits and is not locked waits for its time, as may what is newer than what is locked.
        let cooldown = Cooldown::of(desired);
        let locked = count(&|entry| unlocked(desired.lock_state(entry)).is_none());
        let held_back = count(&|entry| {
            let newer = cooldown.waiting(entry);
            newer.is_some_and(|newer| !newer.left().is_zero())
        });
        let images = counted(locked, Noun::Image);
        if held_back > 0 {
            return tr!(
                "{file} fits: {images} locked, {held_back} held back.",
                "{file} 和文件一致：锁定了 {images}，暂缓 {held_back}。"
            );
        }
        return tr!(
            "{file} fits: {images} locked.",
            "{file} 和文件一致：锁定了 {images}。"
        );
    }
    tr!("{file} does not fit the files.", "{file} 和文件不一致。")
}

/// Says what to do about a lock that does not fit.
pub fn unfit_hint() -> &'static str {
    tr_word!(
        "run `pusher lock`, and commit what it writes",
        "运行 `pusher lock`，并提交它写的内容"
    )
}
