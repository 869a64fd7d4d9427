//! What a checkup found, in sentences.

use std::time::Duration;

use crate::checkup::{
    Check, Counts, Examined, Fact, Outcome, Pulls, Repositories, Side, Skip, Step, Trouble,
};
use crate::model::{Asks, Way};
use crate::render::failure::what_came_of;
use crate::render::style::Mark;
use crate::render::units::{Noun, counted, minutes};

/// Says what a registry is for.
pub fn side(examined: &Examined) -> String {
    match (examined.side, &examined.mirror_of) {
        (Side::Source, _) => tr!("source", "源"),
        (Side::Mirror, Some(registry)) => tr!("mirror of {registry}", "{registry} 的镜像站"),
        (Side::Mirror, None) => tr!("mirror", "镜像站"),
        (Side::Target, _) => tr!("target", "目标"),
    }
}

/// Returns what a step is called.
pub fn name(check: Check) -> &'static str {
    match check {
        Check::Name => tr_word!("name", "域名"),
        Check::Connection => tr_word!("connection", "连接"),
        Check::Tls => "tls",
        Check::Challenge => tr_word!("challenge", "应答"),
        Check::Clock => tr_word!("clock", "时钟"),
        Check::Login => tr_word!("login", "账号"),
        Check::Read => tr_word!("read", "读取"),
        Check::Repositories => tr_word!("repositories", "镜像仓库"),
        Check::Push => tr_word!("push", "推送"),
        Check::Quota => tr_word!("quota", "额度"),
    }
}

/// Says what came of a step.
pub fn step(step: &Step) -> String {
    match &step.outcome {
        Outcome::Found(fact) => self::fact(fact),
        Outcome::Failed(trouble) => self::trouble(trouble),
        Outcome::Skipped(skip) => self::skip(*skip, step.check),
    }
}

/// Tells how a step stands there, as one sign.
pub fn mark(step: &Step) -> Mark {
    match &step.outcome {
        Outcome::Failed(_) => Mark::Bad,
        Outcome::Skipped(_) => Mark::None,
        Outcome::Found(
            Fact::NoSuchImage(_)
            | Fact::NotMirrored(_)
            | Fact::OddAnswer(_)
            | Fact::LetInLeft(..)
            | Fact::Clock(None),
        ) => Mark::Doubt,
        Outcome::Found(Fact::Repositories(found)) if found.hidden > 0 => Mark::Doubt,
        Outcome::Found(_) => Mark::Good,
    }
}

/// Says how the whole of it ended.
pub fn counts(counts: Counts) -> String {
    let Counts {
        passed,
        failed,
        skipped,
    } = counts;
    let passed = counted(passed, Noun::Check);
    match (failed, skipped) {
        (0, 0) => tr!("{passed} passed.", "{passed}通过。"),
        (0, _) => tr!(
            "{passed} passed, {skipped} not made.",
            "{passed}通过，{skipped} 项没有做。"
        ),
        (_, 0) => tr!(
            "{passed} passed, {failed} failed.",
            "{passed}通过，{failed} 项没通过。"
        ),
        (_, _) => tr!(
            "{passed} passed, {failed} failed, {skipped} not made.",
            "{passed}通过，{failed} 项没通过，{skipped} 项没有做。"
        ),
    }
}

fn fact(fact: &Fact) -> String {
    match fact {
        Fact::Named(Way { proxy: None, .. }) => tr!("it has an address", "能解析"),
        Fact::Named(Way {
            proxy: Some(proxy), ..
        }) => tr!("left to the proxy `{proxy}`", "由代理 `{proxy}` 解析"),
        Fact::Connected(Way { proxy: None, .. }) => tr!("it takes connections", "能连上"),
        Fact::Connected(Way {
            proxy: Some(proxy), ..
        }) => tr!("through the proxy `{proxy}`", "经过代理 `{proxy}`"),
        Fact::Trusted(Way { tls: true, .. }) => tr!("its certificate is trusted", "证书可信"),
        Fact::Trusted(Way { tls: false, .. }) => {
            tr!("plain http, without TLS", "不加密的 http，没有 TLS")
        }
        Fact::Asks(Asks::Nothing) => tr!("it asks for no login", "不要账号"),
        Fact::Asks(Asks::Password) => {
            tr!("it asks for a user name and a password", "要用户名和密码")
        }
        Fact::Asks(Asks::Token {
            server,
            service: Some(service),
        }) => tr!(
            "it asks for a token of `{server}` for `{service}`",
            "要 `{server}` 发的、用于 `{service}` 的令牌"
        ),
        Fact::Asks(Asks::Token {
            server,
            service: None,
        }) => tr!(
            "it asks for a token of `{server}`",
            "要 `{server}` 发的令牌"
        ),
        Fact::OddAnswer(failure) => tr!("at `/v2/` {}", "问 `/v2/` 时：{}", what_came_of(failure)),
        Fact::Clock(None) => tr!("it does not tell the time", "它不报时间"),
        Fact::Clock(Some(ahead)) => clock(*ahead),
        Fact::LoginFrom(origin) => tr!("from {origin}", "来自 {origin}"),
        Fact::Stranger => tr!("none, it is asked as a stranger", "没有，匿名访问"),
        Fact::Read(image) => tr!("`{image}` can be read", "读得到 `{image}`"),
        Fact::NoSuchImage(image) => tr!(
            "it can be read, and has no `{image}`",
            "能读，但没有 `{image}`"
        ),
        Fact::NotMirrored(image) => tr!(
            "it can be read, and has no `{image}`; the next place is asked for that",
            "能读，但没有 `{image}`；会改问下一处"
        ),
        Fact::Repositories(found) => repositories(*found),
        Fact::LetIn(repository) => tr!(
            "an upload to `{}` was opened and given up",
            "对 `{}` 开了一个上传，又取消了",
            repository.name
        ),
        Fact::LetInLeft(repository, why) => tr!(
            "an upload to `{}` was opened; giving it up did not work, the registry drops it by itself: {}",
            "对 `{}` 开了一个上传；没能取消，仓库自己会丢掉它：{}",
            repository.name,
            what_came_of(why)
        ),
        Fact::Pulls(pulls) => self::pulls(*pulls),
        Fact::RepositoryLimit { asked, limit } => tr!(
            "the files ask for {asked} of {limit} repositories",
            "文件要用 {asked} 个镜像仓库，上限 {limit} 个"
        ),
    }
}

fn trouble(trouble: &Trouble) -> String {
    match trouble {
        Trouble::Failure(failure) => what_came_of(failure),
        Trouble::Lied(image, failure) => tr!(
            "asked for `{image}`, {}",
            "要的是 `{image}`，{}",
            what_came_of(failure)
        ),
        Trouble::Clock(ahead) => clock(*ahead),
        Trouble::NoLogin => tr!(
            "it asks for a login, and there is none",
            "它要账号，而没有设置"
        ),
        Trouble::PullsUsedUp(pulls) => self::pulls(*pulls),
        Trouble::TooManyRepositories { asked, limit } => tr!(
            "the files ask for {asked} repositories, and there may be {limit}",
            "文件要用 {asked} 个镜像仓库，而最多只能有 {limit} 个"
        ),
    }
}

fn skip(skip: Skip, check: Check) -> String {
    match (skip, check) {
        (Skip::Needs(other), _) => tr!(
            "skipped: `{}` comes first",
            "跳过：先要通过“{}”",
            name(other)
        ),
        (Skip::NotAsked, _) => tr!(
            "not tried; `--write` opens an upload and gives it up",
            "没有试；加 `--write` 会开一个上传再取消"
        ),
        (Skip::NoImage, Check::Push | Check::Repositories) => tr!(
            "skipped: no image in the files goes there",
            "跳过：文件里没有镜像要放到那里"
        ),
        (Skip::NoDigest, _) => tr!(
            "skipped: the registry itself told no digest to ask for",
            "跳过：仓库本身没有给出可问的摘要"
        ),
        (Skip::NoImage, _) => tr!(
            "skipped: no image in the files is for it",
            "跳过：文件里没有它的镜像"
        ),
    }
}

fn clock(ahead: i64) -> String {
    let difference = minutes(Duration::from_secs(ahead.unsigned_abs()));
    match ahead {
        -1..=1 => tr!("as here", "和本机一致"),
        ..-1 => tr!(
            "this machine's clock is {difference} ahead of it",
            "本机的时钟比它快 {difference}"
        ),
        2.. => tr!(
            "this machine's clock is {difference} behind it",
            "本机的时钟比它慢 {difference}"
        ),
    }
}

fn pulls(pulls: Pulls) -> String {
    let Pulls {
        remaining,
        limit,
        window,
    } = pulls;
    match (limit, window) {
        (Some(limit), Some(window)) => tr!(
            "{remaining} of {limit} pulls are left, counted over {}",
            "{limit} 次拉取还剩 {remaining} 次，按 {}计",
            minutes(window)
        ),
        (Some(limit), None) => tr!(
            "{remaining} of {limit} pulls are left",
            "{limit} 次拉取还剩 {remaining} 次"
        ),
        (None, _) => tr!(
            "pulls that are left: {remaining}",
            "还剩 {remaining} 次拉取"
        ),
    }
}

fn repositories(found: Repositories) -> String {
    let Repositories {
        all,
        looked,
        held,
        absent,
        hidden,
    } = found;
    let looked_at = if looked < all {
        tr!("the first {looked} of {all}", "{all} 个里的前 {looked} 个")
    } else {
        match all {
            1 => tr!("the repository", "这个镜像仓库"),
            all => tr!("all {all} repositories", "全部 {all} 个镜像仓库"),
        }
    };
    match (held, absent, hidden) {
        (_, 0, 0) => tr!("{looked_at} can be read", "{looked_at}都能读"),
        (_, _, 0) => tr!(
            "{looked_at} can be read, {absent} without the image yet",
            "{looked_at}都能读，其中 {absent} 个还没有镜像"
        ),
        (_, _, hidden) if hidden == looked => tr!(
            "{looked_at}: not there yet, or not to be seen with this login",
            "{looked_at}：还不存在，或者用这个账号看不到"
        ),
        (_, _, hidden) => tr!(
            "{looked_at}: {} can be read, {hidden} not there yet, or not to be seen with this login",
            "{looked_at}：{} 个能读，{hidden} 个还不存在，或者用这个账号看不到",
            looked - hidden
        ),
    }
}
