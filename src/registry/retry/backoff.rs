//! Which status is worth another try, and how long the waits are; `decide` tells which comes next.

use std::time::{Duration, SystemTime};

use backon::{BackoffBuilder as _, ExponentialBuilder};
use http::header::{DATE, RETRY_AFTER};
use http::{HeaderMap, StatusCode};

use crate::registry::options::RetryOptions;

/// Returns the waits between tries, one fewer than there are tries.
pub(crate) fn waits(options: &RetryOptions) -> impl Iterator<Item = Duration> + Send + use<> {
    ExponentialBuilder::new()
        .with_jitter()
        .with_min_delay(options.first_wait)
        .with_max_delay(options.longest_wait)
        .with_max_times(options.tries.saturating_sub(1))
        .build()
}

/// Returns the wait after so many tries that failed.
pub(crate) fn wait(options: &RetryOptions, failed: usize) -> Duration {
    let tries = failed.saturating_add(1);
    let until_then = waits(&RetryOptions {
        tries,
        ..options.clone()
    });
    until_then.last().unwrap_or_default()
}

/// Tells whether an answer may be another one the next time.
pub(crate) fn is_transient(status: StatusCode) -> bool {
    matches!(status.as_u16(), 408 | 429 | 500) || is_gateway(status.as_u16())
}

/// Tells whether an answer is not the host's own, but says that what is behind it is away. Those from 520
/// on are Cloudflare's, for a server behind it that it does not reach.
pub(crate) fn is_gateway(status: u16) -> bool {
    matches!(status, 502..=504 | 520..=530)
}

/// Tells whether an answer says that the registry has too much to do.
pub(crate) fn is_overload(status: StatusCode) -> bool {
    matches!(status.as_u16(), 429 | 503)
}

/// Reads `Retry-After`: seconds, or a date by the clock that the answer was dated with, if it was.
pub(crate) fn retry_after(headers: &HeaderMap, now: SystemTime) -> Option<Duration> {
    let text = headers.get(RETRY_AFTER)?.to_str().ok()?.trim();
    if let Ok(seconds) = text.parse::<u32>() {
        return Some(Duration::from_secs(seconds.into()));
    }
    let read = |text: &str| httpdate::parse_http_date(text.trim()).ok();
    let dated = headers.get(DATE).and_then(|date| read(date.to_str().ok()?));
    let since = dated.unwrap_or(now);
    Some(read(text)?.duration_since(since).unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn after(text: &str) -> Option<Duration> {
        let headers = HeaderMap::from_iter([(RETRY_AFTER, text.parse().unwrap())]);
        let now = httpdate::parse_http_date("Wed, 21 Oct 2015 07:28:00 GMT").unwrap();
        retry_after(&headers, now)
    }

    #[test]
    fn reads_both_forms_of_retry_after() {
        assert_eq!(after("120"), Some(Duration::from_secs(120)));
        assert_eq!(after(" 0 "), Some(Duration::ZERO));
        assert_eq!(
            after("Wed, 21 Oct 2015 07:29:30 GMT"),
            Some(Duration::from_secs(90))
        );
        assert_eq!(
            after("Wed, 21 Oct 2015 07:00:00 GMT"),
            Some(Duration::ZERO),
            "it is over"
        );
        for nonsense in ["", "-1", "soon", "1.5", "99999999999999999999"] {
            assert_eq!(after(nonsense), None, "{nonsense}");
        }
    }

    #[test]
    fn a_date_is_read_by_the_clock_of_the_answer() {
        let headers = [
            (RETRY_AFTER, "Wed, 21 Oct 2015 08:00:07 GMT"),
            (DATE, "Wed, 21 Oct 2015 08:00:05 GMT"),
        ];
        let headers = headers.map(|(name, text)| (name, text.parse().unwrap()));
        let headers = HeaderMap::from_iter(headers);
        let ours = httpdate::parse_http_date("Wed, 21 Oct 2015 07:28:00 GMT").unwrap();
        assert_eq!(retry_after(&headers, ours), Some(Duration::from_secs(2)));
    }

    #[test]
    fn waits_longer_each_time_and_not_for_ever() {
        let options = RetryOptions {
            tries: 5,
            ..RetryOptions::default()
        };
        let waits: Vec<_> = waits(&options).collect();
        assert_eq!(waits.len(), 4);
        assert!(waits[0] >= options.first_wait && waits[3] > waits[0]);
        let once = RetryOptions {
            tries: 1,
            ..options
        };
        assert_eq!(super::waits(&once).count(), 0);
        assert_eq!(wait(&options, 0), Duration::ZERO);
        for failed in 1..40 {
            let wait = wait(&options, failed);
            assert!(
                wait >= options.first_wait && wait <= 2 * options.longest_wait,
                "{failed}: {wait:?}"
            );
        }
    }

    #[test]
    fn knows_what_is_worth_another_try() {
        let transient: Vec<u16> = (100..600)
            .filter(|code| StatusCode::from_u16(*code).is_ok_and(is_transient))
            .collect();
        let gateway: Vec<u16> = (520..=530).collect();
        assert_eq!(
            transient,
            [&[408, 429, 500, 502, 503, 504][..], &gateway].concat()
        );
    }
}
