//! The words for what is known of that which a changed tag points to.

use chrono::{DateTime, Utc};

use crate::plan::{Likeness, Moment, Release, SameContent, Whence};

use super::images::short_reference;

/// How many digits of a commit are shown.
const DIGITS: usize = 10;

/// Says what the tag points to, and since when that can be, a sentence each.
pub fn whence(whence: &Whence) -> Vec<String> {
    let Whence {
        likenesses,
        locked_since,
        last_seen,
    } = whence;
    let mut said: Vec<String> = likenesses.iter().map(likeness).collect();
    if said.is_empty() {
        said.push(tr!(
            "nothing here knows it: neither the lock nor the declared tags of its source",
            "这里没有谁认得它：锁文件里没有，它的源里声明过的标签也不是它"
        ));
    }
    if let Some(seen) = last_seen {
        said.push(tr!(
            "what should be there was seen there when the lock was written, {}",
            "写锁文件时还看到目标里是应有的内容：{}",
            moment(seen)
        ));
    } else if let Some(since) = locked_since {
        said.push(tr!(
            "what should be there is locked since {}",
            "应有的内容锁定于 {}",
            moment(since)
        ));
    }
    said
}

fn likeness(likeness: &Likeness) -> String {
    match likeness {
        Likeness::Declared(SameContent::OtherManifest) => tr!(
            "its content is what should be there: the manifest is written differently",
            "内容就是应有的内容：只是清单写法不同"
        ),
        Likeness::Declared(SameContent::OtherCompression) => tr!(
            "its content is what should be there: layers are compressed differently",
            "内容就是应有的内容：只是层的压缩不同"
        ),
        Likeness::Locked {
            name,
            age,
            is_declared: true,
            same: None,
        } => tr!(
            "it is what `{name}` should be{}",
            "它是 `{name}` 应有的内容{}",
            aged(*age)
        ),
        Likeness::Locked {
            name,
            age,
            is_declared: false,
            same: None,
        } => tr!(
            "it is what is locked for `{name}`{}, which is no longer declared",
            "它是已不再声明的 `{name}` 锁定的内容{}",
            aged(*age)
        ),
        Likeness::Locked {
            name,
            age,
            is_declared: _,
            same: Some(_),
        } => tr!(
            "its content is that of `{name}`{}",
            "内容和 `{name}` 的一样{}",
            aged(*age)
        ),
        Likeness::Upstream(None) => tr!(
            "it is what its source's tag points to now",
            "它是源的标签现在指向的内容"
        ),
        Likeness::Upstream(Some(_)) => tr!(
            "its content is that of what its source's tag points to now",
            "内容和源的标签现在指向的一样"
        ),
        Likeness::OtherTag { source, age } => tr!(
            "it is what `{}` points to now{}",
            "它是 `{}` 现在指向的内容{}",
            short_reference(source),
            aged(*age)
        ),
        Likeness::WholeSource => tr!(
            "it is all of what its source held when it was locked, more platforms than are declared",
            "它是锁定时源里的全部内容，平台比声明的多"
        ),
        Likeness::FirstSeen(at) => tr!(
            "its source was first seen to point to it on {}",
            "{} 第一次看到源指向它",
            day(at)
        ),
        Likeness::Formerly { name: None, until } => tr!(
            "it is what was locked for it until {}",
            "它是以前锁定的内容，直到 {}",
            moment(until)
        ),
        Likeness::Formerly {
            name: Some(name),
            until,
        } => tr!(
            "it is what was locked for `{name}` until {}",
            "它是 `{name}` 以前锁定的内容，直到 {}",
            moment(until)
        ),
    }
}

fn aged(age: Option<Release>) -> &'static str {
    match age {
        None => "",
        Some(Release::Older) => tr_word!(", an older release", "（更旧的版本）"),
        Some(Release::Newer) => tr_word!(", a newer release", "（更新的版本）"),
    }
}

fn moment(Moment { at, commit }: &Moment) -> String {
    let commit = commit.get(..DIGITS).unwrap_or(commit);
    tr!("{} (commit {commit})", "{}（提交 {commit}）", day(at))
}

fn day(at: &DateTime<Utc>) -> impl std::fmt::Display {
    at.format("%Y-%m-%d")
}
