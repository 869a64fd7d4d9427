//! Ranges of versions as other tools mean them, in the words of a mirror file.

use crate::model::Text;

use super::tags::{TagRule, Versions};

/// What a range became.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Ranged {
    /// Rules, any of which takes a tag.
    pub(super) rules: Vec<TagRule>,
    /// A tag that the tool takes and the rules do not, where there are such.
    pub(super) missed: Option<String>,
    /// A tag that the rules take and the tool does not.
    pub(super) added: Option<String>,
}

impl Ranged {
    /// Says what is different; nothing where all is the same.
    pub(super) fn difference(&self, range: &str) -> Option<Text> {
        Some(match (&self.missed, &self.added) {
            (None, None) => return None,
            (Some(there), Some(here)) => text!(
                "`{range}` looks at the numbers alone here: such as `{there}` is not taken, such as `{here}` is",
                "`{range}` 在这里只看数字：`{there}` 这样的不取，`{here}` 这样的取"
            ),
            (Some(there), None) => text!(
                "`{range}` looks at the numbers alone here: such as `{there}` is not taken",
                "`{range}` 在这里只看数字：`{there}` 这样的不取"
            ),
            (None, Some(here)) => text!(
                "`{range}` looks at the numbers alone here: such as `{here}` is taken",
                "`{range}` 在这里只看数字：`{here}` 这样的也取"
            ),
        })
    }
}

/// A comparison: what it is, the numbers, and whether what comes before a release is named.
struct Comparison {
    operator: &'static str,
    numbers: Vec<u64>,
    before: bool,
}

/// The operators, of two that begin alike the longer one first, with what a mirror file writes.
const OPERATORS: [(&str, &str); 10] = [
    (">=", ">="),
    ("=>", ">="),
    ("<=", "<="),
    ("=<", "<="),
    ("~>", "~"),
    (">", ">"),
    ("<", "<"),
    ("~", "~"),
    ("^", "^"),
    ("=", "="),
];

/// Reads a range of regsync's: parts between blanks, of which all hold.
///
/// What stands behind the first dash is less than the release without it: `1.28.0-alpine` is below `1.28.0`. Numbers that
/// are not written are 0.
pub(super) fn regsync(range: &str) -> Option<Ranged> {
    let mut written = vec![];
    let (mut missed, mut added) = (None, None);
    for part in range.split_whitespace() {
        let Comparison {
            operator,
            mut numbers,
            before,
        } = comparison(part).filter(|_| !part.contains(['*', 'x', 'X']))?;
        if before {
            return None;
        }
        numbers.resize(numbers.len().max(3), 0);
        let version = dotted(&numbers);
        match operator {
            "<" => missed = Some(format!("{version}-alpine")),
            ">=" | "=" => added = Some(format!("{version}-alpine")),
            "^" | "~" => {
                added = Some(format!("{version}-alpine"));
                missed = Some(format!("{}-alpine", dotted(&next(operator, &numbers))));
            }
            _ => {}
        }
        written.push(format!("{operator}{version}"));
    }
    let versions = Versions {
        range: written.join(", "),
        parts: vec![1, 2, 3, 4],
        pre_releases: true,
    };
    let shape = r"v?[0-9]+(\.[0-9]+)*(-.*)?";
    let rule = TagRule::whole(shape)?.of(versions)?;
    Some(Ranged {
        rules: vec![rule],
        missed,
        added,
    })
}

/// Reads the constraints of skopeo: parts between commas or blanks, of which all hold, and `||` between such.
///
/// What stands behind a dash is before the release, and is taken only where each part names such by `-0`: then numbers alone
/// count.
pub(super) fn skopeo(constraint: &str) -> Option<Ranged> {
    let rules = constraint.split("||").map(|side| {
        let mut written = vec![];
        let (mut all, mut some) = (true, false);
        for part in parts(side) {
            let Comparison {
                operator,
                numbers,
                before,
            } = comparison(&part)?;
            all &= before;
            some |= before;
            written.push(if numbers.is_empty() {
                "*".to_owned()
            } else {
                format!("{operator}{}", dotted(&numbers))
            });
        }
        let with_suffixes = all && some;
        let versions = Versions {
            range: written.join(", "),
            parts: vec![1, 2, 3],
            pre_releases: with_suffixes,
        };
        let shape = if with_suffixes {
            r"v?[0-9]+(\.[0-9]+){0,2}(-.*)?"
        } else {
            r"v?[0-9]+(\.[0-9]+){0,2}"
        };
        TagRule::whole(shape)?.of(versions)
    });
    Some(Ranged {
        rules: rules.collect::<Option<_>>()?,
        missed: None,
        added: None,
    })
}

/// Splits what stands between commas or blanks; an operator belongs to what is behind it.
fn parts(side: &str) -> Vec<String> {
    let mut parts: Vec<String> = vec![];
    let words = side.split([',', ' ', '\t']).filter(|word| !word.is_empty());
    for word in words {
        match parts.last_mut() {
            Some(last) if !last.contains(|c: char| c.is_ascii_alphanumeric() || c == '*') => {
                last.push_str(word);
            }
            _ => parts.push(word.to_owned()),
        }
    }
    parts
}

/// Reads one comparison; none where a mirror file has nothing like it.
fn comparison(part: &str) -> Option<Comparison> {
    let known = OPERATORS
        .iter()
        .find(|(written, _)| part.starts_with(written));
    let (operator, version) = match known {
        Some((written, meant)) => (*meant, &part[written.len()..]),
        None => ("=", part),
    };
    let version = version.strip_prefix('v').unwrap_or(version);
    let (version, before) = match version.split_once('-') {
        Some((version, "0")) => (version, true),
        Some(_) => return None,
        None => (version, false),
    };
    let any = |number: &&str| !matches!(*number, "*" | "x" | "X");
    let mut written: Vec<&str> = version.split('.').collect();
    let numbers = written.iter().take_while(|number| any(number)).count();
    if written.drain(numbers..).any(|number| any(&number)) || numbers > 3 {
        return None;
    }
    let numbers: Option<Vec<u64>> = written.iter().map(|number| number.parse().ok()).collect();
    let numbers = numbers?;
    (!numbers.is_empty() || operator == "=").then_some(Comparison {
        operator,
        numbers,
        before,
    })
}

/// Returns the first version above those that `^` or `~` take.
fn next(operator: &str, numbers: &[u64]) -> Vec<u64> {
    let last = if operator == "~" {
        1
    } else {
        numbers
            .iter()
            .take(2)
            .take_while(|number| **number == 0)
            .count()
    };
    let mut next = vec![0; numbers.len()];
    next[..=last].copy_from_slice(&numbers[..=last]);
    next[last] = next[last].saturating_add(1);
    next
}

fn dotted(numbers: &[u64]) -> String {
    let numbers: Vec<_> = numbers.iter().map(u64::to_string).collect();
    numbers.join(".")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::selection::{Rule, RuleParts, Selection};

    /// Returns what rules take of tags that are told apart by blanks.
    fn taken(ranged: &Ranged, listed: &str) -> String {
        let rule = |rule: &TagRule| {
            let versions = rule.versions.clone().unwrap();
            Rule::new(RuleParts {
                version: Some(versions.range),
                parts: Some(versions.parts),
                pre_releases: Some(versions.pre_releases),
                matching: Some(rule.matching.clone()),
                ..RuleParts::default()
            })
            .unwrap()
        };
        let selection = Selection {
            rules: ranged.rules.iter().map(rule).collect(),
            ..Selection::default()
        };
        let listed: Vec<String> = listed.split(' ').map(str::to_owned).collect();
        let chosen = selection.choose(&listed).map(|chosen| chosen.tags);
        let chosen = chosen.unwrap_or_default();
        let chosen = listed.iter().filter(|tag| chosen.contains(tag));
        chosen.cloned().collect::<Vec<_>>().join(" ")
    }

    const TAGS: &str = "latest 0.9.0 1.0.0-alpine 1.0.0 1 1.2 v1.2.3 1.2.3-rc1 1.2.3-alpine3.20 1.3rc1 1.2.3.4 1.28.0 \
                        2.0.0-alpine 2.0.0 sha256-0123 jammy";

    #[test]
    fn regsync_takes_the_same_but_at_the_ends_and_that_is_told() {
        for (range, takes, there, here) in [
            (
                ">=1.0.0 <2.0.0",
                "1.0.0-alpine 1.0.0 1 1.2 v1.2.3 1.2.3-rc1 1.2.3-alpine3.20 1.2.3.4 1.28.0",
                Some("2.0.0-alpine"),
                Some("1.0.0-alpine"),
            ),
            // What is not written is 0.
            (">1 <=1.2", "1.2", None, None),
            ("1.2", "1.2", None, Some("1.2.0-alpine")),
            (
                "~1.2",
                "1.2 v1.2.3 1.2.3-rc1 1.2.3-alpine3.20 1.2.3.4",
                Some("1.3.0-alpine"),
                Some("1.2.0-alpine"),
            ),
            ("^0.9", "0.9.0", Some("0.10.0-alpine"), Some("0.9.0-alpine")),
            (
                "^v2.0.0",
                "2.0.0-alpine 2.0.0",
                Some("3.0.0-alpine"),
                Some("2.0.0-alpine"),
            ),
        ] {
            let ranged = regsync(range).unwrap_or_else(|| panic!("{range}"));
            assert_eq!(taken(&ranged, TAGS), takes, "{range}");
            assert_eq!(ranged.missed.as_deref(), there, "{range}");
            assert_eq!(ranged.added.as_deref(), here, "{range}");
        }
        for unknown in ["", ">=1.0.0-rc1", "*", "1.x", ">=1.2.3.4", "a"] {
            assert_eq!(regsync(unknown), None, "{unknown}");
        }
    }

    #[test]
    fn skopeo_takes_releases_alone_unless_it_is_told_otherwise() {
        let suffixed = "1.0.0-alpine 1.0.0 1 1.2 v1.2.3 1.2.3-rc1 1.2.3-alpine3.20 1.28.0";
        for (constraint, takes) in [
            (">= 1.0, < 2", "1.0.0 1 1.2 v1.2.3 1.28.0"),
            (">=1.0 <2", "1.0.0 1 1.2 v1.2.3 1.28.0"),
            (">=1.0.0-0, <2.0.0", "1.0.0 1 1.2 v1.2.3 1.28.0"),
            (">=1.0.0-0, <2.0.0-0", suffixed),
            ("1.2.x", "1.2 v1.2.3"),
            ("<1 || ^2", "0.9.0 2.0.0"),
            ("*", "0.9.0 1.0.0 1 1.2 v1.2.3 1.28.0 2.0.0"),
            ("~>1.2", "1.2 v1.2.3"),
            ("<=1.2", "0.9.0 1.0.0 1 1.2 v1.2.3"),
        ] {
            let ranged = skopeo(constraint).unwrap_or_else(|| panic!("{constraint}"));
            assert_eq!(taken(&ranged, TAGS), takes, "{constraint}");
        }
        for unknown in ["!=1.2.3", "1.2 - 1.4", ">=1.0.0-beta1", "", "x || ", ">"] {
            assert_eq!(skopeo(unknown), None, "{unknown}");
        }
    }
}
