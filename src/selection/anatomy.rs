//! A tag that names a version, taken apart: `[v] number(.number)* [pre] [build] [-variant]`.

use std::cmp::Ordering;

use super::scheme::Scheme;

/// A tag that names a version, taken apart once.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Anatomy<'t> {
    /// Its numbers: `1.27.3`.
    pub numbers: Vec<u64>,
    /// What the first of them counts.
    pub scheme: Scheme,
    /// What comes before the release: `rc1`, `-beta.2`.
    pub pre: Option<Pre>,
    /// Which build of it: `-r3`, `-k3s1`, `_10`.
    pub build: Option<Build>,
    /// What it is made for or of: `alpine3.20`; empty where nothing is said.
    pub variant: &'t str,
}

/// What comes before a release.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Pre {
    stage: Stage,
    numbers: Vec<u64>,
}

/// How near a release is, the nearest last.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
enum Stage {
    Snapshot,
    Alpha,
    Beta,
    Milestone,
    Preview,
    Candidate,
}

/// Each word that a version before its release has.
const STAGES: [(&str, Stage); 13] = [
    ("a", Stage::Alpha),
    ("alpha", Stage::Alpha),
    ("b", Stage::Beta),
    ("beta", Stage::Beta),
    ("canary", Stage::Snapshot),
    ("dev", Stage::Snapshot),
    ("m", Stage::Milestone),
    ("milestone", Stage::Milestone),
    ("nightly", Stage::Snapshot),
    ("pre", Stage::Preview),
    ("preview", Stage::Preview),
    ("rc", Stage::Candidate),
    ("snapshot", Stage::Snapshot),
];

/// Which build of a version.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Build {
    numbers: Vec<u64>,
    word: &'static str,
}

/// Each word that the number of a build stands behind. `+`, which no tag has, is written as `-` or `_`.
const BUILDS: [&str; 8] = [
    "",
    "r",
    "k3s",
    "rke2r",
    "build",
    "eksbuild.",
    "gke.",
    SECURITY,
];
/// A build with more in it than the version that it is named after: that one stays what it is.
const SECURITY: &str = "security-";

/// A number of so many digits that is no date is some other sort of name.
const LONGEST_VERSION: usize = 6;

impl<'t> Anatomy<'t> {
    /// Takes a tag apart; none where it names no version.
    pub fn of(tag: &'t str) -> Option<Self> {
        let rest = tag.strip_prefix(['v', 'V']).unwrap_or(tag);
        let first = &rest[..digits(rest)];
        let scheme = Scheme::of(first);
        if is_hash(tag) || (first.len() > LONGEST_VERSION && !scheme.is_date()) {
            return None;
        }
        let (numbers, rest) = match scheme {
            Scheme::Year => year(rest).or_else(|| dotted(rest))?,
            Scheme::Version | Scheme::Date(_) => dotted(rest)?,
        };
        let (pre, rest) = Pre::begin(rest, 1).unzip_or(rest);
        let (build, rest) = Build::begin(rest).unzip_or(rest);
        let variant = match rest.strip_prefix(['-', '_', '.']) {
            Some("") => return None,
            Some(variant) => variant,
            None if rest.is_empty() => "",
            None => return None,
        };
        let (build, variant) = match build {
            None => Build::end(variant).unzip_or(variant),
            build => (build, variant),
        };
        let (pre, variant) = match pre {
            None => Pre::end(variant).unzip_or(variant),
            pre => (pre, variant),
        };
        Some(Self {
            numbers,
            scheme,
            pre,
            build,
            variant,
        })
    }

    /// Compares two versions, the newer one being the greater: numbers as numbers, a release over what comes
    /// before it, a build over none. The variant has no part in it.
    pub fn compare(&self, other: &Self) -> Ordering {
        let release_first = |pre: &Option<Pre>| pre.is_none();
        compare_numbers(&self.numbers, &other.numbers)
            .then_with(|| release_first(&self.pre).cmp(&release_first(&other.pre)))
            .then_with(|| self.pre.cmp(&other.pre))
            .then_with(|| self.build.cmp(&other.build))
    }

    /// Returns a number of it, 0 where it has no so many.
    pub fn number(&self, at: usize) -> u64 {
        self.numbers.get(at).copied().unwrap_or_default()
    }
}

/// Compares numbers one by one; what is not there counts as 0.
pub(super) fn compare_numbers(left: &[u64], right: &[u64]) -> Ordering {
    let number = |numbers: &[u64], at| numbers.get(at).copied().unwrap_or_default();
    (0..left.len().max(right.len()))
        .map(|at| number(left, at).cmp(&number(right, at)))
        .find(|order| order.is_ne())
        .unwrap_or(Ordering::Equal)
}

/// Tells whether a tag is the digest of something: of a commit, or of an image that it was pushed for.
pub(super) fn is_hash(tag: &str) -> bool {
    let is_hex = |byte: u8| byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte);
    let is_commit = (7..=64).contains(&tag.len())
        && tag.bytes().all(is_hex)
        && tag.bytes().any(|byte| byte.is_ascii_alphabetic());
    is_commit || tag.starts_with("sha256-") || tag.starts_with("sha512-")
}

impl Pre {
    /// Finds it where a text begins, behind a separator or without; returns what is left. A letter alone
    /// is a word of at least so many characters, and stands before a small number.
    fn begin(text: &str, least: usize) -> Option<(Self, &str)> {
        let text = text.strip_prefix(['-', '.', '_']).unwrap_or(text);
        let length = text.find(|c: char| !c.is_ascii_alphabetic());
        let (word, rest) = text.split_at(length.unwrap_or(text.len()));
        let is_it = |(known, _): &&(&str, Stage)| known.eq_ignore_ascii_case(word);
        let (_, stage) = STAGES.iter().find(is_it).filter(|_| word.len() >= least)?;
        let counted = rest.strip_prefix(['-', '.', '_']).unwrap_or(rest);
        let counted = dotted(counted).filter(|(_, rest)| is_boundary(rest));
        let is_small = |numbers: &[u64]| matches!(numbers, [..=99, ..]);
        let (numbers, rest) = match counted {
            Some((numbers, _)) if word.len() == 1 && !is_small(&numbers) => return None,
            Some(counted) => counted,
            None if word.len() > 1 && is_boundary(rest) => (vec![], rest),
            None => return None,
        };
        Some((
            Self {
                stage: *stage,
                numbers,
            },
            rest,
        ))
    }

    /// Finds it behind the last hyphen of a variant.
    fn end(variant: &str) -> Option<(Self, &str)> {
        let (left, last) = variant.rsplit_once('-').unwrap_or(("", variant));
        match Self::begin(last, 2)? {
            (pre, "") => Some((pre, left)),
            _ => None,
        }
    }

    /// Returns it without its number, where it has one.
    pub(super) fn unnumbered(&self) -> Option<Self> {
        let stage = self.stage;
        let numbers = vec![];
        (!self.numbers.is_empty()).then_some(Self { stage, numbers })
    }
}

impl Build {
    fn begin(text: &str) -> Option<(Self, &str)> {
        let text = text.strip_prefix(['-', '_'])?;
        let of = |word: &'static str| {
            let (numbers, rest) = dotted(text.strip_prefix(word)?)?;
            let ends = rest.is_empty() || rest.starts_with(['-', '_']);
            // `-3.4` is not a build: two numbers behind a hyphen are some other version.
            let is_it = ends && (!word.is_empty() || numbers.len() == 1);
            is_it.then_some((Self { numbers, word }, rest))
        };
        BUILDS.into_iter().find_map(of)
    }

    /// Finds it behind a variant: `debian-12-r3`.
    fn end(variant: &str) -> Option<(Self, &str)> {
        let (left, last) = variant.rsplit_once("-r")?;
        let (numbers, rest) = dotted(last)?;
        rest.is_empty()
            .then_some((Self { numbers, word: "r" }, left))
    }

    /// Tells whether the same version without a build is another name for the newest of its builds.
    pub(super) fn moves_version(&self) -> bool {
        self.word != SECURITY
    }
}

fn digits(text: &str) -> usize {
    text.find(|c: char| !c.is_ascii_digit())
        .unwrap_or(text.len())
}

fn is_boundary(rest: &str) -> bool {
    rest.is_empty() || rest.starts_with(['-', '.', '_'])
}

/// Reads `number(.number)*`.
fn dotted(text: &str) -> Option<(Vec<u64>, &str)> {
    let mut numbers = vec![];
    let mut rest = text;
    loop {
        let (number, behind) = rest.split_at(digits(rest));
        numbers.push(number.parse().ok()?);
        match behind.strip_prefix('.') {
            Some(next) if digits(next) > 0 => rest = next,
            _ => return Some((numbers, behind)),
        }
    }
}

/// Reads `year-month` and `year-month-day`.
fn year(text: &str) -> Option<(Vec<u64>, &str)> {
    let (year, mut rest) = text.split_at(digits(text));
    let mut numbers = vec![year.parse().ok()?];
    for most in [12, 31] {
        let Some(part) = rest.strip_prefix('-').filter(|part| digits(part) == 2) else {
            break;
        };
        let (number, behind) = part.split_at(2);
        let number = number.parse().ok()?;
        if number == 0 || number > most || !(behind.is_empty() || behind.starts_with(['-', '_'])) {
            break;
        }
        numbers.push(number);
        rest = behind;
    }
    (numbers.len() > 1).then_some((numbers, rest))
}

/// What was found, and what is left.
trait UnzipOr<T, L> {
    /// Returns what is left, or else all there was.
    fn unzip_or(self, all: L) -> (Option<T>, L);
}

impl<T, L> UnzipOr<T, L> for Option<(T, L)> {
    fn unzip_or(self, all: L) -> (Option<T>, L) {
        self.map_or((None, all), |(found, left)| (Some(found), left))
    }
}
