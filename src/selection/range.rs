//! Ranges of versions, which look at numbers alone.

use std::fmt;

use semver::{Comparator, Op, VersionReq};

use crate::model::Text;

use super::anatomy::{Anatomy, compare_numbers};
use super::scheme::Scheme;

/// A range of versions: `>=1.25, <2`.
///
/// It knows numbers alone, so that `<2` takes neither `2.0.0-rc1` nor `2.0.0-alpine`; and it compares as many
/// of them as are written, so that `<=1.27` takes `1.27.3`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Range {
    /// As it is written, but for blanks and the `v`.
    written: String,
    comparators: Vec<Comparator>,
}

/// Why a text is no range.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct NotARange {
    pub(super) why: Text,
    /// What was probably meant.
    pub(super) meant: Option<String>,
}

impl Range {
    pub(super) fn parse(text: &str) -> Result<Self, NotARange> {
        let wrong = |why| NotARange { why, meant: None };
        if text.contains("||") {
            return Err(wrong(text!(
                "a range has no `||`: write a rule of its own for each side",
                "范围里不能用 `||`：两边各写一条规则"
            )));
        }
        let plain = plain(text);
        let Ok(range) = VersionReq::parse(&plain) else {
            let parts: Vec<_> = commas(text);
            let meant = parts.join(", ");
            let is_better = VersionReq::parse(&self::plain(&meant)).is_ok();
            return Err(NotARange {
                why: text!(
                    "`{text}` is not a range of versions, such as `>=1.25, <2` or `~1.27`",
                    "`{text}` 不是版本范围；范围写成 `>=1.25, <2` 或 `~1.27` 这样"
                ),
                meant: is_better.then_some(meant),
            });
        };
        if range.comparators.iter().any(|one| !one.pre.is_empty()) {
            return Err(wrong(text!(
                "a range has numbers alone; pre-releases are asked for by `pre-releases: true`",
                "范围里只写数字；要预发布版，写 `pre-releases: true`"
            )));
        }
        let written: Vec<_> = commas(text).into_iter().map(without_v).collect();
        Ok(Self {
            written: written.join(", "),
            comparators: range.comparators,
        })
    }

    /// Tells whether a version is within it.
    pub fn has(&self, version: &Anatomy<'_>) -> bool {
        let within = |comparator| is_within(comparator, version);
        self.comparators.iter().all(within)
    }

    /// Tells whether it speaks of the versions that a tag counts: it speaks of dates where every number in
    /// it is one. `*` speaks of all.
    pub(super) fn speaks_of(&self, scheme: Scheme) -> bool {
        let major = |one: &Comparator| Scheme::of(&one.major.to_string());
        let schemes: Vec<_> = self.comparators.iter().map(major).collect();
        let counts_versions = schemes.contains(&Scheme::Version);
        match scheme {
            Scheme::Version => counts_versions || schemes.is_empty(),
            date => !counts_versions && (schemes.is_empty() || schemes.contains(&date)),
        }
    }
}

/// What a semver range may not have, and tags do: a `v`, and zeros before a number.
fn plain(text: &str) -> String {
    let text = without_v(text);
    let digit = |c: Option<char>| c.is_some_and(|c| c.is_ascii_digit());
    let mut plain = String::new();
    for (at, c) in text.char_indices() {
        let leads = c == '0' && !digit(plain.chars().next_back());
        if !(leads && digit(text[at + 1..].chars().next())) {
            plain.push(c);
        }
    }
    plain
}

/// Drops blanks and the `v` of a version.
fn without_v(text: &str) -> String {
    let version = |part: &str| {
        let part = part.trim();
        let begin = part.find(|c| !is_operator(c)).unwrap_or(part.len());
        let (operator, version) = part.split_at(begin);
        let version = version.trim_start();
        let version = version.strip_prefix(['v', 'V']).unwrap_or(version);
        format!("{operator}{version}")
    };
    text.split(',').map(version).collect::<Vec<_>>().join(",")
}

fn is_operator(c: char) -> bool {
    "=<>~^".contains(c)
}

/// Splits where a comma stands, or should.
fn commas(text: &str) -> Vec<&str> {
    let mut parts = vec![];
    let mut rest = text.trim();
    while !rest.is_empty() {
        let begin = rest
            .find(|c| !is_operator(c) && c != ' ')
            .unwrap_or(rest.len());
        let end = rest[begin..].find(|c| is_operator(c) || c == ',');
        let (part, behind) = rest.split_at(end.map_or(rest.len(), |end| begin + end));
        parts.push(part.trim());
        rest = behind.trim_start_matches([',', ' ']);
    }
    parts
}

/// Compares as many numbers as are written.
fn is_within(comparator: &Comparator, version: &Anatomy<'_>) -> bool {
    let Comparator {
        op,
        major,
        minor,
        patch,
        pre: _,
    } = comparator;
    let written = [Some(*major), *minor, *patch];
    let written: Vec<_> = written.into_iter().flatten().collect();
    let found: Vec<_> = (0..written.len()).map(|at| version.number(at)).collect();
    let order = compare_numbers(&found, &written);
    let same = |count: usize| {
        let count = count.min(written.len());
        found[..count] == written[..count]
    };
    match op {
        Op::Greater => order.is_gt(),
        Op::GreaterEq => order.is_ge(),
        Op::Less => order.is_lt(),
        Op::LessEq => order.is_le(),
        Op::Tilde => order.is_ge() && same(2),
        Op::Caret => {
            // All up to the first number that is not 0 stay.
            let zeros = written.iter().take_while(|number| **number == 0).count();
            order.is_ge() && same(zeros + 1)
        }
        // `1.27.*` and `=1.27`; no others are known.
        _ => order.is_eq(),
    }
}

impl fmt::Display for Range {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.written)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn has(range: &str, tag: &str) -> bool {
        let range = Range::parse(range).unwrap();
        range.has(&Anatomy::of(tag).unwrap())
    }

    #[test]
    fn numbers_alone_decide() {
        for (range, within, without) in [
            (
                "<2",
                &["1.27.3", "1.27.3-alpine", "1"][..],
                &["2.0.0-alpine", "2.0.0-rc1", "2"][..],
            ),
            (
                ">=1.25, <2",
                &["1.25", "v1.25.0", "1.99"],
                &["1.24.9", "2.0"],
            ),
            (">=v1.25", &["1.25"], &["1.24"]),
            ("<=1.27", &["1.27.3", "1.27"], &["1.28", "1.28.0"]),
            (">1.27", &["1.28", "2"], &["1.27.3"]),
            ("=1.27", &["1.27", "1.27.9"], &["1.28", "1.2"]),
            ("1.27", &["1.27", "1.99"], &["1.26.9", "2"]),
            ("~1.27.2", &["1.27.2", "1.27.9"], &["1.27.1", "1.28.0"]),
            ("~1", &["1.0", "1.9"], &["2.0"]),
            ("^0.3", &["0.3.9"], &["0.4.0", "1.0"]),
            ("^0.0.3", &["0.0.3"], &["0.0.4"]),
            ("^0", &["0.9"], &["1.0"]),
            ("1.27.*", &["1.27.3"], &["1.28.0"]),
            (">=20.04, <24", &["20.04", "22.04.1"], &["18.04", "24.04"]),
            (">=2024.01.02", &["2024.1.2", "2024.01.10"], &["2024.01.01"]),
            (">=1.2.3", &["1.2.3.4"], &["1.2.2.9"]),
            ("<1.2.3", &["1.2.2.9"], &["1.2.3.4"]),
        ] {
            for tag in within {
                assert!(has(range, tag), "{range} has {tag}");
            }
            for tag in without {
                assert!(!has(range, tag), "{range} has not {tag}");
            }
        }
    }

    #[test]
    fn what_is_no_range_is_told_with_what_was_meant() {
        for (text, meant, why) in [
            (">=1.25 <2", Some(">=1.25, <2"), "is not a range"),
            (">= 1.25<2", Some(">= 1.25, <2"), "is not a range"),
            ("1.25 - 1.27", None, "is not a range"),
            (">=1.2.3.4", None, "is not a range"),
            ("stable", None, "is not a range"),
            ("1 2", None, "is not a range"),
            ("", None, "is not a range"),
            ("<1 || >2", None, "`||`"),
            (">=2.0.0-rc1", None, "pre-releases: true"),
        ] {
            let error = Range::parse(text).unwrap_err();
            assert_eq!(error.meant.as_deref(), meant, "{text}");
            assert!(error.why.english().contains(why), "{text}: {}", error.why);
        }
    }

    #[test]
    fn a_range_speaks_of_versions_or_of_dates() {
        let (version, year, day) = (Scheme::Version, Scheme::Year, Scheme::Date(8));
        for (range, schemes) in [
            (">=1.25, <2", &[version][..]),
            (">=2024", &[year]),
            (">=20240101, <20250101", &[day]),
            (">=1, <2000", &[version]),
            ("*", &[version, year, day]),
        ] {
            let range = Range::parse(range).unwrap();
            let spoken_of: Vec<_> = [version, year, day]
                .into_iter()
                .filter(|scheme| range.speaks_of(*scheme))
                .collect();
            assert_eq!(spoken_of, schemes, "{range}");
        }
    }
}
