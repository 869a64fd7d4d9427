//! Who decides whether something is tried again, and when: this table, for requests, for blobs on their way, for
//! answers that make no sense and for logins. Everyone else says what was met, and does what comes of it.
//!
//! What was asked in the wrong way (without a login, with a token that ended) is no failed try, and is not decided
//! here but by `access/after_refusal`.

use std::time::Duration;

/// What a try met.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Met {
    /// What will be so the next time as well, or cannot be sent again.
    Final,
    /// The host wants fewer requests, or a pause. Nothing is wrong with this one.
    Throttled,
    /// The host may want fewer requests, or something is wrong with this one.
    PerhapsThrottled,
    /// The server is away, as it seems.
    Away,
    /// The server was away indeed, and is back.
    Back,
    /// No connection came about, though somebody may listen there.
    Unconnected,
    /// Nobody was ever there: the name may be a mistake.
    Nobody,
    /// Nothing came for a long time, or next to nothing.
    Silence,
    /// The other side said that it did not read the request.
    Unread,
    /// Anything else that may go better the next time.
    BadLuck,
    /// An answer that makes no sense.
    Damaged,
    /// A login that never worked was refused.
    LoginRefused,
}

/// What was spent so far, on the try that is decided about as well.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Spent {
    /// How many tries failed that count.
    pub(crate) counted: usize,
    /// How many of these took long.
    pub(crate) silent: usize,
    /// How many more came to no connection.
    pub(crate) unconnected: usize,
    /// How many more may have been refused for the rate, or not.
    pub(crate) perhaps_throttled: usize,
    /// The time since the first failure, or the first since there was progress.
    pub(crate) time: Duration,
    /// The time since the first refusal for the rate.
    pub(crate) throttled: Duration,
    /// The time for which servers were waited for that were away.
    pub(crate) away: Duration,
}

/// What may be spent.
#[derive(Debug, Clone, Copy)]
pub struct Allowed {
    /// How many tries.
    pub tries: usize,
    /// How long a host may refuse something for the rate.
    pub throttled: Duration,
    /// How long a server is waited for that is away, or to which connections hang.
    pub away: Duration,
}

/// What comes next.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Next {
    /// The next try, at once.
    Now,
    /// The next try, after the wait that follows on so many failures.
    After(usize),
    /// The next try, when it is its turn among what the host takes.
    InTurn,
    /// To wait until the server is back, and then to see what it was.
    WhenBack,
    /// The end.
    GiveUp,
}

/// How often a host is tried that never answered, where there may be none.
const NOBODY: usize = 3;
/// How often a request is sent to a host that takes it and says nothing, or next to nothing: each time costs
/// a minute.
const SILENT: usize = 2;
/// How often something is asked for that makes no sense when it comes.
const DAMAGED: usize = 3;
/// How often a login is tried at token servers until it is taken for wrong: some answer many requests with
/// 401, whoever asks; and many refusals may lock an account.
const LOGINS: usize = 3;

/// Decides what comes next.
pub(crate) fn decide(met: Met, spent: &Spent, allowed: &Allowed) -> Next {
    let up_to = |tries: usize, next: Next| {
        if spent.counted < tries {
            next
        } else {
            Next::GiveUp
        }
    };
    let wait = Next::After(spent.counted);
    match met {
        Met::Away => Next::WhenBack,
        Met::Throttled if spent.throttled < allowed.throttled => Next::InTurn,
        Met::PerhapsThrottled if !is_counted(met, spent, allowed) => Next::InTurn,
        Met::Back if !is_counted(met, spent, allowed) => Next::Now,
        // Where some connections hang and others do not, the host was not asked yet: that is a matter of
        // time, too.
        Met::Unconnected if spent.unconnected < allowed.tries || spent.time < allowed.away => {
            Next::After(spent.unconnected)
        }
        Met::Final | Met::Throttled | Met::Unconnected => Next::GiveUp,
        Met::Nobody => up_to(NOBODY.min(allowed.tries), wait),
        Met::Silence if spent.silent >= SILENT => Next::GiveUp,
        Met::Unread => up_to(allowed.tries, Next::Now),
        Met::Silence | Met::BadLuck | Met::PerhapsThrottled | Met::Back => {
            up_to(allowed.tries, wait)
        }
        Met::Damaged => up_to(DAMAGED, wait),
        // A server that refuses every login for a moment takes longer to come back than one connection.
        Met::LoginRefused => up_to(LOGINS, Next::After(spent.counted + 1)),
    }
}

/// Tells whether a try is one of those of which there are so many.
pub(super) fn is_counted(met: Met, spent: &Spent, allowed: &Allowed) -> bool {
    match met {
        Met::Final | Met::Throttled | Met::Away | Met::Unconnected => false,
        Met::PerhapsThrottled => {
            spent.perhaps_throttled > allowed.tries || spent.throttled >= allowed.throttled
        }
        Met::Back => spent.away >= allowed.away,
        Met::Nobody
        | Met::Silence
        | Met::Unread
        | Met::BadLuck
        | Met::Damaged
        | Met::LoginRefused => true,
    }
}

#[cfg(test)]
mod tests {
    use super::Met::{
        Away, Back, BadLuck, Damaged, Final, LoginRefused, Nobody, PerhapsThrottled, Silence,
        Throttled, Unconnected, Unread,
    };
    use super::Next::{After, GiveUp, InTurn, Now, WhenBack};
    use super::*;

    const MINUTE: Duration = Duration::from_secs(60);
    const NO_TIME: Duration = Duration::ZERO;
    const ALLOWED: Allowed = Allowed {
        tries: 5,
        throttled: MINUTE,
        away: MINUTE,
    };

    #[test]
    fn what_was_met_and_what_was_spent_make_what_comes_next() {
        // counted, silent, unconnected, perhaps throttled; time, throttled, away.
        for (met, [counted, silent, unconnected, perhaps], [time, throttled, away], next) in [
            (Final, [0; 4], [NO_TIME; 3], GiveUp),
            (Throttled, [9, 9, 9, 9], [MINUTE, NO_TIME, MINUTE], InTurn),
            (Throttled, [0; 4], [NO_TIME, MINUTE, NO_TIME], GiveUp),
            (PerhapsThrottled, [0, 0, 0, 5], [NO_TIME; 3], InTurn),
            (PerhapsThrottled, [1, 0, 0, 6], [NO_TIME; 3], After(1)),
            (PerhapsThrottled, [5, 0, 0, 10], [NO_TIME; 3], GiveUp),
            (
                PerhapsThrottled,
                [5, 0, 0, 1],
                [NO_TIME, MINUTE, NO_TIME],
                GiveUp,
            ),
            (Away, [9, 9, 9, 9], [MINUTE; 3], WhenBack),
            (Back, [4, 0, 0, 0], [NO_TIME; 3], Now),
            (Back, [4, 0, 0, 0], [NO_TIME, NO_TIME, MINUTE], After(4)),
            (Back, [5, 0, 0, 0], [NO_TIME, NO_TIME, MINUTE], GiveUp),
            (Unconnected, [0, 0, 4, 0], [MINUTE; 3], After(4)),
            (Unconnected, [0, 0, 40, 0], [NO_TIME; 3], After(40)),
            (Unconnected, [0, 0, 5, 0], [MINUTE; 3], GiveUp),
            (Nobody, [2, 0, 0, 0], [NO_TIME; 3], After(2)),
            (Nobody, [3, 0, 0, 0], [NO_TIME; 3], GiveUp),
            (Silence, [3, 1, 0, 0], [NO_TIME; 3], After(3)),
            (Silence, [2, 2, 0, 0], [NO_TIME; 3], GiveUp),
            (Unread, [4, 0, 0, 0], [NO_TIME; 3], Now),
            (Unread, [5, 0, 0, 0], [NO_TIME; 3], GiveUp),
            (BadLuck, [4, 0, 0, 0], [MINUTE; 3], After(4)),
            (BadLuck, [5, 0, 0, 0], [NO_TIME; 3], GiveUp),
            (Damaged, [2, 0, 0, 0], [NO_TIME; 3], After(2)),
            (Damaged, [3, 0, 0, 0], [NO_TIME; 3], GiveUp),
            (LoginRefused, [2, 0, 0, 0], [NO_TIME; 3], After(3)),
            (LoginRefused, [3, 0, 0, 0], [NO_TIME; 3], GiveUp),
        ] {
            let spent = Spent {
                counted,
                silent,
                unconnected,
                perhaps_throttled: perhaps,
                time,
                throttled,
                away,
            };
            assert_eq!(decide(met, &spent, &ALLOWED), next, "{met:?} {spent:?}");
        }
    }
}
