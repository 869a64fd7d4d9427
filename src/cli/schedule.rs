//! When rounds begin: again and again after a while, or at the times of a cron expression, and later by chance.

use std::time::Duration;

use aws_lc_rs::rand;
use chrono::{DateTime, TimeDelta, TimeZone, Utc};
use croner::Cron;
use croner::parser::{CronParser, Seconds, Year};

/// When rounds begin, but the first, which begins at once.
#[derive(Debug, Clone)]
pub struct Schedule {
    /// When, but for chance.
    pub times: Times,
    /// By how much a round begins later at most, by chance: many machines must not ask in the same second.
    pub jitter: Duration,
}

/// At which times, but for chance.
#[derive(Debug, Clone)]
pub enum Times {
    /// So long after each other.
    Every(Duration),
    /// As cron has them.
    Cron(CronTimes),
}

/// The times of a cron expression.
#[derive(Debug, Clone)]
pub struct CronTimes(Box<Cron>);

/// What keeps a text from being a cron expression.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum NoCron {
    /// It has so many fields.
    Fields(usize),
    /// The field with this number, from 0 on, is none.
    Field(usize),
    /// It is one, and its time never comes.
    Never,
}

/// How many fields there are.
const FIELDS: usize = 5;

impl CronTimes {
    /// Reads the five fields that cron has, or a word such as `@daily`.
    pub fn parse(text: &str) -> Result<Self, NoCron> {
        let fields: Vec<_> = text.split_whitespace().collect();
        let is_word = matches!(&*fields, [word] if word.starts_with('@'));
        if fields.len() != FIELDS && !is_word {
            return Err(NoCron::Fields(fields.len()));
        }
        let parser = CronParser::builder();
        let parser = parser.seconds(Seconds::Disallowed);
        let parser = parser.year(Year::Disallowed).build();
        let Ok(cron) = parser.parse(text) else {
            let is_none = |number: &usize| {
                let alone = (0..FIELDS).map(|other| match fields.get(other) {
                    Some(field) if other == *number => field,
                    _ => "*",
                });
                parser.parse(&alone.collect::<Vec<_>>().join(" ")).is_err()
            };
            let field = (0..FIELDS).find(is_none);
            return Err(NoCron::Field(field.unwrap_or_default()));
        };
        // Whatever comes at all comes in any twelve years: 2100 is no leap year.
        let begin = DateTime::<Utc>::UNIX_EPOCH;
        cron.find_next_occurrence(&begin, false)
            .map_err(|_| NoCron::Never)?;
        Ok(Self(Box::new(cron)))
    }

    fn after<Z: TimeZone>(&self, now: &DateTime<Z>) -> Option<DateTime<Utc>> {
        let next = self.0.find_next_occurrence(now, false).ok()?;
        Some(next.to_utc())
    }
}

/// How long is waited where no time comes any more, which is in a few thousand years.
const FOR_NOTHING: TimeDelta = TimeDelta::days(1);

impl Schedule {
    /// Returns when the next round begins, after `now` in the zone of `now`: intervals are counted from when the first
    /// one began. Chance is from 0 to 1.
    pub fn next<Z: TimeZone>(
        &self,
        first: DateTime<Utc>,
        now: &DateTime<Z>,
        chance: f64,
    ) -> DateTime<Utc> {
        let now_utc = now.to_utc();
        let next = match &self.times {
            Times::Every(interval) => {
                let interval = interval.as_millis().max(1);
                let gone = (now_utc - first).num_milliseconds().unsigned_abs();
                let wait = interval - u128::from(gone) % interval;
                now_utc.checked_add_signed(milliseconds(wait))
            }
            Times::Cron(cron) => cron.after(now),
        };
        let next = next.unwrap_or(now_utc + FOR_NOTHING);
        let later = self.jitter.mul_f64(chance.clamp(0.0, 1.0));
        let later = milliseconds(later.as_millis());
        next.checked_add_signed(later).unwrap_or(next)
    }
}

/// Returns a number from 0 to 1 by chance; 0 where the system has none to give.
pub fn chance() -> f64 {
    let mut bytes = [0; 4];
    match rand::fill(&mut bytes) {
        Ok(()) => f64::from(u32::from_ne_bytes(bytes)) / f64::from(u32::MAX),
        Err(_) => 0.0,
    }
}

fn milliseconds(count: u128) -> TimeDelta {
    let count = i64::try_from(count).unwrap_or(i64::MAX);
    TimeDelta::try_milliseconds(count).unwrap_or(TimeDelta::MAX)
}

#[cfg(test)]
mod tests {
    use chrono::FixedOffset;

    use super::*;

    fn at(text: &str) -> DateTime<FixedOffset> {
        DateTime::parse_from_rfc3339(text).unwrap()
    }

    fn schedule(times: Times, jitter: u64) -> Schedule {
        let jitter = Duration::from_secs(jitter);
        Schedule { times, jitter }
    }

    fn cron(text: &str) -> Times {
        Times::Cron(CronTimes::parse(text).unwrap())
    }

    #[test]
    fn an_interval_is_counted_from_the_first_round_and_what_was_missed_is_left_out() {
        let hourly = schedule(Times::Every(Duration::from_secs(3600)), 0);
        let first = at("2026-11-28T03:20:00Z").to_utc();
        for (now, next) in [
            ("2026-11-28T03:20:00Z", "2026-11-28T04:20:00Z"),
            ("2026-11-28T03:20:30Z", "2026-11-28T04:20:00Z"),
            ("2026-11-28T04:20:00Z", "2026-11-28T05:20:00Z"),
            // This one took longer than the interval.
            ("2026-11-28T07:01:00Z", "2026-11-28T07:20:00Z"),
        ] {
            assert_eq!(hourly.next(first, &at(now), 0.0), at(next), "{now}");
        }
    }

    #[test]
    fn cron_has_the_times_of_the_zone_that_it_is_asked_in() {
        for (text, now, next) in [
            (
                "17 */6 * * *",
                "2026-11-28T03:20:00Z",
                "2026-11-28T06:17:00Z",
            ),
            (
                "17 */6 * * *",
                "2026-11-28T06:17:00Z",
                "2026-11-28T12:17:00Z",
            ),
            (
                "0 3 * * *",
                "2026-11-28T03:20:00+08:00",
                "2026-11-29T03:00:00+08:00",
            ),
            ("@daily", "2026-11-28T03:20:00Z", "2026-11-29T00:00:00Z"),
            // 2026-11-28 is a Saturday; one of the two days is enough.
            (
                "30 4 1 * MON-fri",
                "2026-11-28T03:20:00Z",
                "2026-11-30T04:30:00Z",
            ),
            ("0 0 29 2 *", "2026-11-28T03:20:00Z", "2028-02-29T00:00:00Z"),
        ] {
            let times = schedule(cron(text), 0);
            let found = times.next(DateTime::UNIX_EPOCH, &at(now), 0.0);
            assert_eq!(found, at(next), "{text}");
        }
    }

    #[test]
    fn chance_makes_it_later_by_no_more_than_was_said() {
        let now = at("2026-11-28T03:20:00Z");
        let hourly = schedule(Times::Every(Duration::from_secs(3600)), 600);
        let next = |chance| hourly.next(now.to_utc(), &now, chance);
        assert_eq!(next(0.0), at("2026-11-28T04:20:00Z"));
        assert_eq!(next(0.5), at("2026-11-28T04:25:00Z"));
        assert_eq!(next(1.0), at("2026-11-28T04:30:00Z"));
    }

    #[test]
    fn what_is_no_cron_expression_is_told_by_its_field() {
        for (text, why) in [
            ("", NoCron::Fields(0)),
            ("* * * *", NoCron::Fields(4)),
            ("0 17 3 * * *", NoCron::Fields(6)),
            ("60 * * * *", NoCron::Field(0)),
            ("0 24 * * *", NoCron::Field(1)),
            ("0 3 32 * *", NoCron::Field(2)),
            ("0 3 * 13 *", NoCron::Field(3)),
            ("0 3 * * MOO", NoCron::Field(4)),
            ("@noon", NoCron::Field(0)),
            ("0 0 30 2 *", NoCron::Never),
            ("* * 31 2,4 *", NoCron::Never),
            ("99999999999999999999 * * * *", NoCron::Field(0)),
            ("*/0 * * * *", NoCron::Field(0)),
            ("59-1 * * * *", NoCron::Field(0)),
            ("* * L-W * *", NoCron::Field(2)),
            ("零 * * * *", NoCron::Field(0)),
        ] {
            assert_eq!(CronTimes::parse(text).map(|_| ()), Err(why), "{text}");
        }
    }
}
