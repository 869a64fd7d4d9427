//! How old digests are, and what that keeps from being taken.

use chrono::{DateTime, Utc};

use crate::model::listed;
use crate::plan::{Change, Plan, Young};
use crate::render::units::{days, exact};

/// How many images are named.
const NAMED: usize = 10;

/// Says why what a source points to is not taken yet.
pub fn too_young(young: &Young) -> String {
    let digest = young.digest.short();
    let (min_age, left) = (exact(young.min_age), days(young.left()));
    match young.seen {
        Some(seen) => tr!(
            "its source points to {digest}, which the lock knows since {}, and `min-age` is {min_age}: {left} left",
            "源指向 {digest}，锁文件从 {} 起知道它，而 `min-age` 是 {min_age}：还剩 {left}",
            moment(seen)
        ),
        None => tr!(
            "its source points to {digest}, which the lock has not seen before, and `min-age` is {min_age}",
            "源指向 {digest}，锁文件以前没见过它，而 `min-age` 是 {min_age}"
        ),
    }
}

/// Says what to do about that.
pub fn too_young_hint(young: &Young, image: &str) -> String {
    match young.seen {
        Some(_) => tr!(
            "`pusher lock` takes it then; `pusher lock --update {image} --override REASON` takes it now",
            "到时候 `pusher lock` 会采用它；`pusher lock --update {image} --override REASON` 现在就采用"
        ),
        None => tr!(
            "`pusher lock` notes that it was seen, so commit what it writes; `pusher lock --update {image} --override REASON` takes it now",
            "`pusher lock` 会记下看到它的时间，请提交它写的内容；`pusher lock --update {image} --override REASON` 现在就采用"
        ),
    }
}

/// Says what is held back, what need not be any more, and what was taken before its time; nothing where there is none of
/// that.
pub fn age_hints(plan: &Plan) -> Vec<String> {
    let (mut waiting, mut ready, mut taken) = (vec![], vec![], vec![]);
    for Change { target, age, .. } in &plan.changes {
        if let Some(young) = &age.held_back {
            let left = young.left();
            if left.is_zero() {
                ready.push(format!("`{target}`"));
            } else {
                let left = days(left);
                waiting.push(tr!("`{target}` ({left} left)", "`{target}`（还剩 {left}）"));
            }
        }
        if let Some(reason) = &age.overridden {
            taken.push(tr!("`{target}` ({reason})", "`{target}`（{reason}）"));
        }
    }
    let mut hints = vec![];
    if !waiting.is_empty() {
        hints.push(tr!(
            "held back: {}; what is locked stays until then",
            "暂缓：{}；在那之前锁定的不变",
            some(waiting)
        ));
    }
    if !ready.is_empty() {
        hints.push(tr!(
            "held back until now: {}; `pusher lock --update` takes what their sources hold, if that is the same still",
            "暂缓到现在：{}；源里如果还是同样的内容，`pusher lock --update` 就会采用",
            some(ready)
        ));
    }
    if !taken.is_empty() {
        hints.push(tr!(
            "taken before its time: {}",
            "提前采用：{}",
            some(taken)
        ));
    }
    hints
}

/// Lists the first of some, and counts the others.
fn some(mut each: Vec<String>) -> String {
    let more = each.len().saturating_sub(NAMED);
    each.truncate(NAMED);
    if more > 0 {
        each.push(tr!("{more} more", "另外 {more} 个"));
    }
    listed(each)
}

/// Returns a point in time as people read it.
pub fn moment(at: DateTime<Utc>) -> String {
    at.format("%Y-%m-%d %H:%M UTC").to_string()
}
