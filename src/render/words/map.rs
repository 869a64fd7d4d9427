//! How an image stands in a mirror.

use crate::consumers::{Found, FoundCounts, Mapping, MirrorMap};
use crate::model::{Digest, listed};
use crate::plan::Absence;
use crate::render::hints;
use crate::render::style::Mark;
use crate::render::units::{Noun, clauses, counted};

/// Says in a word how it stands.
pub fn found_word(found: &Found) -> &'static str {
    match found {
        Found::There(_) => tr_word!("there", "在"),
        Found::Differs(_) => tr_word!("differs", "不同"),
        Found::Missing(_) => tr_word!("missing", "没有"),
        Found::Unreadable(_) => tr_word!("unreadable", "读不到"),
    }
}

/// Returns the sign for how it stands.
pub fn found_mark(found: &Found) -> Mark {
    match found {
        Found::There(_) => Mark::Good,
        Found::Unreadable(_) => Mark::Doubt,
        Found::Differs(_) | Found::Missing(_) => Mark::Bad,
    }
}

/// Says why it is not as it should be; nothing where it is, or is not there.
pub fn found_reason(image: &Mapping, found: &Found) -> Option<String> {
    match found {
        Found::There(_) | Found::Missing(_) => None,
        Found::Differs(held) => {
            let wanted = &image.held()?.digest;
            let [held, wanted] = Digest::short_pair(held, wanted);
            Some(tr!(
                "its name stands for {held}, and {wanted} is locked",
                "这个名字指向 {held}，锁定的是 {wanted}"
            ))
        }
        Found::Unreadable(why) => Some(why.to_string()),
    }
}

/// Says what to do about it.
pub fn found_hint(map: &MirrorMap, image: &Mapping, found: &Found) -> Option<String> {
    let own = [Some(&map.public), map.vpc.as_ref()].into_iter().flatten();
    let is_own = own.clone().any(|own| own.registry == map.target.registry);
    match found {
        Found::There(_) => None,
        Found::Differs(_) | Found::Missing(Absence::Plain) if !is_own => {
            let (written, host) = (&map.public.registry, &map.target.registry);
            Some(tr!(
                "`pusher apply` writes to `{written}`: it helps if `{host}` leads there",
                "`pusher apply` 写到 `{written}`：`{host}` 通向那里才有用"
            ))
        }
        Found::Differs(_) | Found::Missing(Absence::Plain) => Some(tr!(
            "`pusher apply` puts it right",
            "运行 `pusher apply` 就能补上"
        )),
        Found::Missing(absence) => Some(hints::for_absent(absence, image.target.registry())),
        Found::Unreadable(why) => hints::of_failure(why),
    }
}

/// Says what the mirror has of an image, as far as it is locked.
pub fn held(image: &Mapping) -> String {
    let Some(held) = image.held() else {
        return tr!("not locked", "没有锁定");
    };
    let digest = held.digest.short();
    if image.is_rewritten() == Some(true) {
        return tr!("{digest}, a rewritten index", "{digest}，重写的索引");
    }
    match image.keeps_digest() {
        Some(false) => tr!(
            "{digest}, one platform of the source's index",
            "{digest}，源的索引里的一个平台"
        ),
        Some(true) | None => tr!("{digest}, as at the source", "{digest}，和源相同"),
    }
}

/// Says that no digests are known.
pub fn none_locked() -> String {
    tr!(
        "no image is locked, so no digests are known: `pusher lock` settles them",
        "没有锁定任何镜像，不知道摘要：运行 `pusher lock` 就能确定"
    )
}

/// Says how many images there are, and where; and how they stand, if someone looked.
pub fn map_summary(map: &MirrorMap, found: Option<&[Found]>) -> String {
    let images = counted(map.images.len(), Noun::Image);
    let place = &map.target;
    let Some(found) = found else {
        return tr!("{images} at {place}", "{images}，在 {place}");
    };
    let FoundCounts {
        there,
        differs,
        missing,
        unreadable,
    } = FoundCounts::of(found);
    let parts = [
        Some(tr!("{there} there", "在的 {there} 个")),
        (missing > 0).then(|| tr!("{missing} missing", "没有的 {missing} 个")),
        (differs > 0).then(|| tr!("{differs} different", "不同的 {differs} 个")),
        (unreadable > 0).then(|| tr!("{unreadable} unreadable", "读不到的 {unreadable} 个")),
    ];
    let parts: Vec<_> = parts.into_iter().flatten().collect();
    let parts = clauses(&parts);
    tr!(
        "{images} at {place}: {parts}",
        "{images}，在 {place}：{parts}"
    )
}

/// Says under which other hosts the same names are found.
pub fn other_hosts(map: &MirrorMap) -> Option<String> {
    let places = [Some(&map.public), map.vpc.as_ref()].into_iter().flatten();
    let others = places.filter(|other| other.registry != map.target.registry);
    let others: Vec<_> = others.map(|other| format!("`{}`", other.place())).collect();
    (!others.is_empty()).then(|| {
        let others = listed(others);
        tr!("the same is at {others}", "{others} 里也是同样的内容")
    })
}

/// Says which repositories are left out, since nobody knows which tags of them there are.
pub fn unsettled(map: &MirrorMap) -> Option<String> {
    let sources: Vec<_> = map
        .unsettled
        .iter()
        .map(|any| format!("`{}`", any.source))
        .collect();
    (!sources.is_empty()).then(|| {
        let sources = listed(sources);
        tr!(
            "rules choose the tags of {sources}, and the lock does not tell which: run `pusher lock`",
            "{sources} 的标签由规则选择，而锁文件里没有选出的标签：运行 `pusher lock`"
        )
    })
}
