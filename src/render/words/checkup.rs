//! What a checkup found, in sentences.

use std::time::Duration;

use crate::checkup::{
    Check, Counts, Fact, Outcome, Pulls, Repositories, Side, Skip, Step, Trouble,
};
use crate::model::{Asks, Way};
use crate::render::failure::what_came_of;
use crate::render::style::Mark;
use crate::render::units::{counted, minutes};

/// Says what a registry is for.
pub fn side(side: Side) -> &'static str {
    match side {
        Side::Source => "source",
        Side::Target => "target",
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
            Fact::NoSuchImage(_) | Fact::OddAnswer(_) | Fact::LetInLeft(..) | Fact::Clock(None),
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
    match (failed, skipped) {
        (0, 0) => format!("{} passed.", counted(passed, "check")),
        (0, _) => format!("{} passed, {skipped} not made.", counted(passed, "check")),
        (_, 0) => format!("{} passed, {failed} failed.", counted(passed, "check")),
        (_, _) => format!(
            "{} passed, {failed} failed, {skipped} not made.",
            counted(passed, "check")
        ),
    }
}

fn fact(fact: &Fact) -> String {
    match fact {
        Fact::Named(Way { proxy: None, .. }) => "it has an address".to_owned(),
        Fact::Named(Way {
            proxy: Some(proxy), ..
        }) => format!("left to the proxy `{proxy}`"),
        Fact::Connected(Way { proxy: None, .. }) => "it takes connections".to_owned(),
        Fact::Connected(Way {
            proxy: Some(proxy), ..
        }) => format!("through the proxy `{proxy}`"),
        Fact::Trusted(Way { tls: true, .. }) => "its certificate is trusted".to_owned(),
        Fact::Trusted(Way { tls: false, .. }) => "plain http, without TLS".to_owned(),
        Fact::Asks(Asks::Nothing) => "it asks for no login".to_owned(),
        Fact::Asks(Asks::Password) => "it asks for a user name and a password".to_owned(),
        Fact::Asks(Asks::Token {
            server,
            service: Some(service),
        }) => format!("it asks for a token of `{server}` for `{service}`"),
        Fact::Asks(Asks::Token {
            server,
            service: None,
        }) => format!("it asks for a token of `{server}`"),
        Fact::OddAnswer(failure) => format!("at `/v2/` {}", what_came_of(failure)),
        Fact::Clock(None) => "it does not tell the time".to_owned(),
        Fact::Clock(Some(ahead)) => clock(*ahead),
        Fact::LoginFrom(origin) => format!("from {origin}"),
        Fact::Stranger => "none, it is asked as a stranger".to_owned(),
        Fact::Read(image) => format!("`{image}` can be read"),
        Fact::NoSuchImage(image) => format!("it can be read, and has no `{image}`"),
        Fact::Repositories(found) => repositories(*found),
        Fact::LetIn(repository) => {
            format!("an upload to `{}` was opened and given up", repository.name)
        }
        Fact::LetInLeft(repository, why) => format!(
            "an upload to `{}` was opened; giving it up did not work, the registry drops it by itself: {}",
            repository.name,
            what_came_of(why)
        ),
        Fact::Pulls(pulls) => self::pulls(*pulls),
        Fact::RepositoryLimit { asked, limit } => {
            format!("the files ask for {asked} of {limit} repositories")
        }
    }
}

fn trouble(trouble: &Trouble) -> String {
    match trouble {
        Trouble::Failure(failure) => what_came_of(failure),
        Trouble::Clock(ahead) => clock(*ahead),
        Trouble::NoLogin => "it asks for a login, and there is none".to_owned(),
        Trouble::PullsUsedUp(pulls) => self::pulls(*pulls),
        Trouble::TooManyRepositories { asked, limit } => {
            format!("the files ask for {asked} repositories, and there may be {limit}")
        }
    }
}

fn skip(skip: Skip, check: Check) -> String {
    match (skip, check) {
        (Skip::Needs(other), _) => format!("skipped: `{}` comes first", other.as_str()),
        (Skip::NotAsked, _) => "not tried; `--write` opens an upload and gives it up".to_owned(),
        (Skip::NoImage, Check::Push | Check::Repositories) => {
            "skipped: no image in the files goes there".to_owned()
        }
        (Skip::NoImage, _) => "skipped: no image in the files is for it".to_owned(),
    }
}

fn clock(ahead: i64) -> String {
    let difference = Duration::from_secs(ahead.unsigned_abs());
    match ahead {
        -1..=1 => "as here".to_owned(),
        ..-1 => format!(
            "this machine's clock is {} ahead of it",
            minutes(difference)
        ),
        2.. => format!("this machine's clock is {} behind it", minutes(difference)),
    }
}

fn pulls(pulls: Pulls) -> String {
    let Pulls {
        remaining,
        limit,
        window,
    } = pulls;
    match (limit, window) {
        (Some(limit), Some(window)) => {
            format!(
                "{remaining} of {limit} pulls are left, counted over {}",
                minutes(window)
            )
        }
        (Some(limit), None) => format!("{remaining} of {limit} pulls are left"),
        (None, _) => format!("pulls that are left: {remaining}"),
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
        format!("the first {looked} of {all}")
    } else {
        match all {
            1 => "the repository".to_owned(),
            all => format!("all {all} repositories"),
        }
    };
    match (held, absent, hidden) {
        (_, 0, 0) => format!("{looked_at} can be read"),
        (_, _, 0) => format!("{looked_at} can be read, {absent} without the image yet"),
        (_, _, hidden) if hidden == looked => {
            format!("{looked_at}: not there yet, or not to be seen with this login")
        }
        (_, _, hidden) => format!(
            "{looked_at}: {} can be read, {hidden} not there yet, or not to be seen with this login",
            looked - hidden
        ),
    }
}
