//! Docker Hub's limit on pulls, as its answers tell it.

use std::time::Duration;

use http::HeaderMap;

/// A window of this length is not waited for.
const LONG: Duration = Duration::from_secs(60 * 60);

/// How many manifests may still be read, as the registry's last answer said.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PullLimit {
    /// How many are left.
    pub remaining: u64,
    /// How many there are in a window, if the registry says.
    pub limit: Option<u64>,
    /// The window, if the registry says.
    pub window: Option<Duration>,
}

impl PullLimit {
    /// Reads `RateLimit-Remaining` and `RateLimit-Limit` (`100;w=21600`), either of which may be
    /// missing or empty.
    pub(in crate::registry) fn read(headers: &HeaderMap) -> Option<Self> {
        let text = |name: &str| headers.get(name).and_then(|value| value.to_str().ok());
        let (remaining, window) = parse(text("ratelimit-remaining")?)?;
        let limit = text("ratelimit-limit").and_then(parse);
        Some(Self {
            remaining,
            limit: limit.map(|(limit, _)| limit),
            window: window.or(limit.and_then(|(_, window)| window)),
        })
    }

    /// Tells whether it is pulls that are counted: others limit requests a minute with the same headers.
    pub(in crate::registry) fn is_of_pulls(self) -> bool {
        self.window.is_none_or(|window| window >= LONG)
    }

    /// Tells whether nothing is left, and waiting within a run does not help: others limit requests a
    /// minute with the same headers.
    pub(in crate::registry) fn is_used_up_for_long(self, asked_pause: Option<Duration>) -> bool {
        let wait = self.window.or(asked_pause);
        self.remaining == 0 && wait.is_none_or(|wait| wait >= LONG)
    }
}

fn parse(text: &str) -> Option<(u64, Option<Duration>)> {
    let mut parts = text.split(';').map(str::trim);
    let count = parts.next()?.parse().ok()?;
    let seconds = parts.find_map(|part| part.strip_prefix("w=")?.parse().ok());
    Some((count, seconds.map(Duration::from_secs)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(limit: Option<&str>, remaining: Option<&str>) -> Option<PullLimit> {
        let mut headers = HeaderMap::new();
        for (name, text) in [
            ("ratelimit-limit", limit),
            ("ratelimit-remaining", remaining),
        ] {
            if let Some(text) = text {
                headers.insert(name, text.parse().unwrap());
            }
        }
        PullLimit::read(&headers)
    }

    #[test]
    fn reads_what_docker_hub_says_and_what_it_leaves_out() {
        let window = Some(Duration::from_secs(21600));
        let full = PullLimit {
            remaining: 76,
            limit: Some(100),
            window,
        };
        assert_eq!(read(Some("100;w=21600"), Some("76;w=21600")), Some(full));
        assert_eq!(read(Some("100; w=21600"), Some("76")), Some(full));
        let bare = PullLimit {
            remaining: 0,
            limit: None,
            window: None,
        };
        assert_eq!(read(Some(""), Some("0")), Some(bare));
        assert_eq!(read(None, Some("0")), Some(bare));
        assert_eq!(read(Some("100"), Some("")), None);
        assert_eq!(read(Some("100"), None), None);
        assert_eq!(read(None, Some("many")), None);
    }

    #[test]
    fn tells_docker_hubs_limit_from_one_of_a_minute() {
        let minute = Some(Duration::from_secs(60));
        for (limit, remaining, pause, long) in [
            (Some("100;w=21600"), "0;w=21600", None, true),
            (Some("100;w=21600"), "1;w=21600", None, false),
            (Some("100"), "0", None, true),
            (Some("100"), "0", minute, false),
            (Some("100;w=60"), "0", None, false),
        ] {
            let read = read(limit, Some(remaining)).unwrap();
            assert_eq!(
                read.is_used_up_for_long(pause),
                long,
                "{limit:?} {remaining}"
            );
        }
    }
}
