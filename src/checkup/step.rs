//! A step of a checkup: what is looked at, and what came of it.

use std::sync::Arc;
use std::time::Duration;

use crate::model::{
    Asks, Failure, Fault, LoginOrigin, NoAnswer, Reference, Repository, Visit, Way,
};

/// What is looked at, in the order in which it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Check {
    /// Whether the host's name has an address.
    Name,
    /// Whether a connection to it comes about.
    Connection,
    /// Whether it is who it says.
    Tls,
    /// Whether it answers, and how it wants to be asked.
    Challenge,
    /// Whether its clock and ours agree.
    Clock,
    /// Where the login for it comes from.
    Login,
    /// Whether an image can be read.
    Read,
    /// Whether the repositories that images go to can be read.
    Repositories,
    /// Whether a push would be let in.
    Push,
    /// How much of it is left.
    Quota,
}

impl Check {
    /// Every one, in order.
    pub const ALL: [Self; 10] = [
        Self::Name,
        Self::Connection,
        Self::Tls,
        Self::Challenge,
        Self::Clock,
        Self::Login,
        Self::Read,
        Self::Repositories,
        Self::Push,
        Self::Quota,
    ];

    /// Returns its name.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Name => "name",
            Self::Connection => "connection",
            Self::Tls => "tls",
            Self::Challenge => "challenge",
            Self::Clock => "clock",
            Self::Login => "login",
            Self::Read => "read",
            Self::Repositories => "repositories",
            Self::Push => "push",
            Self::Quota => "quota",
        }
    }

    /// Returns the step on the way to a registry that a failure at its door belongs to.
    pub fn at_fault(failure: &Failure) -> Self {
        let Fault::NoAnswer(why) = &failure.fault else {
            return Self::Challenge;
        };
        match why {
            NoAnswer::UnknownHost(_) => Self::Name,
            NoAnswer::Refused(_)
            | NoAnswer::Connect(_)
            | NoAnswer::Proxy(_)
            | NoAnswer::Setup(_) => Self::Connection,
            NoAnswer::PlainHttp | NoAnswer::Certificate(_) => Self::Tls,
            NoAnswer::Silence(_)
            | NoAnswer::Slow { .. }
            | NoAnswer::Trickle(_)
            | NoAnswer::Head(_)
            | NoAnswer::Broken(_)
            | NoAnswer::Unread
            | NoAnswer::Body(_) => Self::Challenge,
        }
    }
}

/// A step, and what came of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Step {
    /// What was looked at.
    pub check: Check,
    /// What came of it.
    pub outcome: Outcome,
}

/// What came of a step.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    /// It found this.
    Found(Fact),
    /// It found what keeps images from being mirrored.
    Failed(Trouble),
    /// It was not made.
    Skipped(Skip),
}

/// What a step found where nothing is in the way.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Fact {
    /// The name has an address; a proxy looks it up, where there is one.
    Named(Way),
    /// There is a connection.
    Connected(Way),
    /// The certificate is trusted, or none is asked for.
    Trusted(Way),
    /// How the registry wants to be asked.
    Asks(Asks),
    /// It answers in a way that most registries do not; whether it is one is told by what follows.
    OddAnswer(Failure),
    /// So many seconds its clock is before ours; none if it does not tell.
    Clock(Option<i64>),
    /// Where the login comes from.
    LoginFrom(Arc<LoginOrigin>),
    /// There is no login, and so it is asked as strangers ask.
    Stranger,
    /// This image can be read.
    Read(Reference),
    /// The registry can be read, and has no such image.
    NoSuchImage(Reference),
    /// The mirror can be read, and has no such image: it is passed over for that.
    NotMirrored(Reference),
    /// What is in the repositories that images go to.
    Repositories(Repositories),
    /// An upload to this repository was opened and given up.
    LetIn(Repository),
    /// The same, but the registry did not take word that it is given up.
    LetInLeft(Repository, Failure),
    /// How many pulls are left.
    Pulls(Pulls),
    /// The files ask for so many repositories, of so many that there may be.
    RepositoryLimit {
        /// How many are asked for.
        asked: usize,
        /// How many there may be.
        limit: u32,
    },
}

/// What is known of repositories.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Repositories {
    /// How many there are in the files.
    pub all: usize,
    /// How many were looked at.
    pub looked: usize,
    /// How many of these hold the first image that goes there.
    pub held: usize,
    /// How many can be read, and do not hold it yet.
    pub absent: usize,
    /// Of how many the registry does not say whether they are not there or not to be seen.
    pub hidden: usize,
}

/// How many images may still be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Pulls {
    /// How many are left.
    pub remaining: u64,
    /// How many there are in a window, if the registry says.
    pub limit: Option<u64>,
    /// The window, if the registry says.
    pub window: Option<Duration>,
}

/// What keeps images from being mirrored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Trouble {
    /// This went wrong.
    Failure(Failure),
    /// The mirror sent something else than this image.
    Lied(Reference, Failure),
    /// The clocks differ so much that tokens and certificates are refused: so many seconds the registry's is
    /// before ours.
    Clock(i64),
    /// The registry asks for a login, and there is none.
    NoLogin,
    /// No more pulls are left.
    PullsUsedUp(Pulls),
    /// The files ask for more repositories than there may be.
    TooManyRepositories {
        /// How many are asked for.
        asked: usize,
        /// How many there may be.
        limit: u32,
    },
}

/// Why a step was not made.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Skip {
    /// It needs one that failed.
    Needs(Check),
    /// Nobody asked for it: it writes.
    NotAsked,
    /// No image in the files is for it.
    NoImage,
    /// The registry that it is a mirror of did not say which digest an image has.
    NoDigest,
}

/// The most that two clocks may differ, in seconds: a token is good for as long at least, and requests that are
/// signed with the time are taken for 15 minutes.
const CLOCK_LIMIT: u64 = 5 * 60;

/// Tells whether it is only the door that a registry keeps shut: some have nothing at `/v2/`.
fn is_odd(failure: &Failure) -> bool {
    matches!(failure.status(), Some(403..=405)) && failure.meaning().is_none()
}

impl Step {
    /// Returns the steps up to a registry's answer, from what came of a visit.
    pub fn to_the_door(way: &Way, visit: &Result<Visit, Failure>) -> Vec<Self> {
        let at_fault = visit.as_ref().err().map(|why| (Check::at_fault(why), why));
        let found = |check| match check {
            Check::Name => Some(Fact::Named(way.clone())),
            Check::Connection => Some(Fact::Connected(way.clone())),
            Check::Tls => Some(Fact::Trusted(way.clone())),
            Check::Challenge => Some(Fact::Asks(visit.as_ref().ok()?.asks.clone())),
            _ => None,
        };
        let checks = [Check::Name, Check::Connection, Check::Tls, Check::Challenge];
        let step = |check| {
            let outcome = match &at_fault {
                Some((broken, _)) if check > *broken => Outcome::Skipped(Skip::Needs(*broken)),
                Some((Check::Challenge, why)) if check == Check::Challenge && is_odd(why) => {
                    Outcome::Found(Fact::OddAnswer((*why).clone()))
                }
                Some((broken, why)) if check == *broken => {
                    Outcome::Failed(Trouble::Failure((*why).clone()))
                }
                _ => Outcome::Found(found(check)?),
            };
            Some(Self { check, outcome })
        };
        checks.into_iter().filter_map(step).collect()
    }

    /// Returns the step that compares the clocks.
    pub fn of_clocks(ahead: Option<i64>) -> Self {
        let outcome = match ahead {
            Some(seconds) if seconds.unsigned_abs() > CLOCK_LIMIT => {
                Outcome::Failed(Trouble::Clock(seconds))
            }
            ahead => Outcome::Found(Fact::Clock(ahead)),
        };
        Self {
            check: Check::Clock,
            outcome,
        }
    }

    /// Returns the step that says what is left of the pulls.
    pub fn of_pulls(pulls: Pulls) -> Self {
        let outcome = match pulls.remaining {
            0 => Outcome::Failed(Trouble::PullsUsedUp(pulls)),
            _ => Outcome::Found(Fact::Pulls(pulls)),
        };
        Self {
            check: Check::Quota,
            outcome,
        }
    }

    /// Returns the step that compares how many repositories are asked for with how many there may be.
    pub fn of_repository_limit(asked: usize, limit: u32) -> Self {
        let outcome = if u32::try_from(asked).is_ok_and(|asked| asked <= limit) {
            Outcome::Found(Fact::RepositoryLimit { asked, limit })
        } else {
            Outcome::Failed(Trouble::TooManyRepositories { asked, limit })
        };
        Self {
            check: Check::Quota,
            outcome,
        }
    }

    /// Returns whether the step failed.
    pub fn has_failed(&self) -> bool {
        matches!(self.outcome, Outcome::Failed(_))
    }
}
