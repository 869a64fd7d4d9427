//! A rule: which tags of a repository are meant, in the words of the mirror file.

use std::fmt;

use crate::model::Text;

use super::patterns::{Match, Patterns, one_or_list, quoted};
use super::range::{NotARange, Range};

/// What is written of a rule; every key narrows what it takes.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct RuleParts {
    /// `version`: a range.
    pub version: Option<String>,
    /// `variant`: patterns, of which a tag's variant is as one says.
    pub variant: Option<Vec<String>>,
    /// `pre-releases`: whether they are taken, too.
    pub pre_releases: Option<bool>,
    /// `parts`: how many numbers a version has.
    pub parts: Option<Vec<usize>>,
    /// `latest`: how many of each family are taken, the newest ones.
    pub latest: Option<usize>,
    /// `per`: of which part of a family so many are.
    pub per: Option<Per>,
    /// `match`: a regular expression of the whole tag.
    pub matching: Option<String>,
    /// `glob`: patterns, of which a tag is as one says.
    pub glob: Option<Vec<String>>,
    /// `except`: patterns, of which it is as none says.
    pub except: Option<Vec<String>>,
}

/// Which numbers tags have in common that are counted together.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Per {
    /// The first one.
    Major,
    /// The first two.
    Minor,
    /// The first three.
    Patch,
}

impl Per {
    /// Each with its word.
    pub const WORDS: [(&'static str, Self); 3] = [
        ("major", Self::Major),
        ("minor", Self::Minor),
        ("patch", Self::Patch),
    ];

    /// Returns the word for it.
    pub fn as_str(self) -> &'static str {
        Self::WORDS[self as usize].0
    }

    /// Returns how many numbers it is.
    pub(super) fn numbers(self) -> usize {
        self as usize + 1
    }
}

/// A rule that can be followed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rule {
    pub(super) range: Option<Range>,
    pub(super) variant: Option<Patterns>,
    pub(super) pre_releases: Option<bool>,
    pub(super) parts: Option<Vec<usize>>,
    pub(super) latest: Option<Latest>,
    pub(super) matching: Option<Match>,
    pub(super) glob: Option<Patterns>,
    pub(super) except: Option<Patterns>,
}

/// How many are taken, the newest ones.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Latest {
    pub(super) count: usize,
    pub(super) per: Option<Per>,
}

/// What is wrong with a rule.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RuleMistake {
    /// The key; none where it is the rule as a whole.
    pub key: Option<&'static str>,
    /// What is wrong, in one sentence.
    pub message: Text,
    /// What to write instead of the key's value, where that is known.
    pub instead: Option<String>,
}

impl Rule {
    /// Makes a rule of what is written.
    ///
    /// # Errors
    ///
    /// Everything that is wrong with it.
    pub fn new(parts: RuleParts) -> Result<Self, Vec<RuleMistake>> {
        let mut mistakes = vec![];
        if parts == RuleParts::default() {
            let message = text!(
                "this rule says nothing; `version: \"*\"` takes every release",
                "这条规则是空的；要全部正式版，写 `version: \"*\"`"
            );
            return Err(vec![mistake(None, message)]);
        }
        let RuleParts {
            version,
            variant,
            pre_releases,
            parts,
            latest,
            per,
            matching,
            glob,
            except,
        } = parts;
        let range = version.and_then(|text| {
            let range = Range::parse(&text);
            let told = |wrong: NotARange| RuleMistake {
                instead: wrong.meant,
                ..mistake(Some("version"), wrong.why)
            };
            range.map_err(|wrong| mistakes.push(told(wrong))).ok()
        });
        let lists = [
            ("variant", variant.as_ref().map(Vec::len)),
            ("glob", glob.as_ref().map(Vec::len)),
            ("except", except.as_ref().map(Vec::len)),
            ("parts", parts.as_ref().map(Vec::len)),
        ];
        for (key, _) in lists.iter().filter(|(_, length)| *length == Some(0)) {
            let message = text!("the list of `{key}` is empty", "`{key}` 的列表是空的");
            mistakes.push(mistake(Some(key), message));
        }
        let zero = text!("it is at least 1", "至少是 1");
        if latest == Some(0) {
            mistakes.push(mistake(Some("latest"), zero.clone()));
        }
        if parts.iter().flatten().any(|count| *count == 0) {
            mistakes.push(mistake(Some("parts"), zero));
        }
        if per.is_some() && latest.is_none() {
            let message = text!(
                "`per` is told how many by `latest`: add `latest: 1`",
                "`per` 要和 `latest` 一起写，说明取几个：加上 `latest: 1`"
            );
            mistakes.push(mistake(Some("per"), message));
        }
        let matching = matching.and_then(|written| {
            let told = |why: String| {
                let message = text!(
                    "this is not a regular expression that can be used: {why}",
                    "这不是可用的正则表达式：{why}"
                );
                mistake(Some("match"), message)
            };
            let made = Match::new(written);
            made.map_err(|why| mistakes.push(told(why))).ok()
        });
        if !mistakes.is_empty() {
            return Err(mistakes);
        }
        Ok(Self {
            range,
            variant: variant.map(Patterns::new),
            pre_releases,
            parts: parts.map(|mut parts| {
                parts.sort_unstable();
                parts.dedup();
                parts
            }),
            latest: latest.map(|count| Latest { count, per }),
            matching,
            glob: glob.map(Patterns::new),
            except: except.map(Patterns::new),
        })
    }

    /// Tells whether it looks at tags as texts alone, and not at the versions they name.
    pub(super) fn is_textual(&self) -> bool {
        let by_version = self.range.is_some()
            || self.variant.is_some()
            || self.pre_releases.is_some()
            || self.parts.is_some()
            || self.latest.is_some_and(|latest| latest.per.is_some());
        self.looks_at_text() && !by_version
    }

    /// Tells whether it says what whole tags look like.
    fn looks_at_text(&self) -> bool {
        self.matching.is_some() || self.glob.is_some()
    }

    /// Tells whether it takes a variant: none alone, where nothing is said of that or of whole tags.
    pub(super) fn takes_variant(&self, variant: &str) -> bool {
        match &self.variant {
            Some(patterns) => patterns.fit(variant),
            None => variant.is_empty() || self.looks_at_text(),
        }
    }
}

fn mistake(key: Option<&'static str>, message: Text) -> RuleMistake {
    RuleMistake {
        key,
        message,
        instead: None,
    }
}

/// One line in the words of the mirror file, the same for rules that mean the same: a lock holds it.
impl fmt::Display for Rule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            range,
            variant,
            pre_releases,
            parts,
            latest,
            matching,
            glob,
            except,
        } = self;
        let per = latest.as_ref().and_then(|latest| latest.per);
        let numbers = |numbers: &Vec<usize>| {
            let texts: Vec<_> = numbers.iter().map(usize::to_string).collect();
            one_or_list(&texts)
        };
        let keys = [
            (
                "version",
                range.as_ref().map(|range| quoted(&range.to_string())),
            ),
            ("match", matching.as_ref().map(Match::to_string)),
            ("glob", glob.as_ref().map(Patterns::to_string)),
            ("variant", variant.as_ref().map(Patterns::to_string)),
            ("pre-releases", pre_releases.map(|taken| taken.to_string())),
            ("parts", parts.as_ref().map(numbers)),
            ("except", except.as_ref().map(Patterns::to_string)),
            (
                "latest",
                latest.as_ref().map(|latest| latest.count.to_string()),
            ),
            ("per", per.map(|per| per.as_str().to_owned())),
        ];
        let keys = keys.into_iter();
        let keys = keys.filter_map(|(key, value)| Some(format!("{key}: {}", value?)));
        f.write_str(&keys.collect::<Vec<_>>().join(", "))
    }
}
