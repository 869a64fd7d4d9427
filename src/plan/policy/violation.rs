//! How an image breaks a rule.

use std::fmt;
use std::sync::Arc;

use chrono::{DateTime, Utc};

use crate::model::{Bytes, Digest, Platform, PlatformPattern, listed, rfc3339};

use super::rule::{Level, Rule};
use super::severity::Severity;

/// How an image breaks a rule.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Violation {
    /// The rule.
    pub rule: Arc<Rule>,
    /// What was found.
    pub found: Found,
}

/// What was found against a rule.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Found {
    /// The source is none of those that are allowed.
    NotAllowed,
    /// The source is one of those that are denied.
    Denied,
    /// The blobs have so many bytes.
    Size(u64),
    /// Nobody counted the bytes: there are more blobs than are kept by name.
    SizeUnknown,
    /// So many tags of the repository are declared.
    Tags(usize),
    /// The files do not ask for these.
    PlatformsNotAsked(Vec<PlatformPattern>),
    /// The source does not have these.
    PlatformsMissing {
        /// What it lacks.
        missing: Vec<PlatformPattern>,
        /// What it has.
        available: Vec<Platform>,
    },
    /// The source is one image, which is for one platform.
    OnePlatform,
    /// The source is the tag `latest`.
    Latest,
    /// No digest says which it is.
    NotPinned,
    /// Nothing says by whom it must be signed.
    NotVerified,
    /// The lock knows the digest since then, or not at all, and that is not long enough.
    TooYoung(Option<DateTime<Utc>>),
    /// Nobody scanned what has these digests.
    NoReport(Vec<Digest>),
    /// A scanner found something worse.
    Vulnerable {
        /// The worst that it found.
        worst: Severity,
        /// How many of these.
        count: usize,
        /// Some of their names.
        names: Vec<String>,
        /// The report.
        report: Arc<str>,
    },
}

impl Violation {
    /// Tells whether the image is blocked for it.
    pub fn blocks(&self) -> bool {
        self.rule.level == Level::Block
    }

    /// Returns the digests of which there would have to be a report.
    pub fn unscanned(&self) -> &[Digest] {
        match &self.found {
            Found::NoReport(digests) => digests,
            _ => &[],
        }
    }
}

/// How many digests are written out.
const DIGESTS_TOLD: usize = 3;

impl fmt::Display for Found {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotAllowed => write_tr!(f, "the source is not allowed", "源不在允许的范围里"),
            Self::Denied => write_tr!(f, "the source is denied", "源是禁止的"),
            Self::Size(bytes) => {
                let bytes = Bytes(*bytes);
                write_tr!(f, "the image has {bytes}", "镜像有 {bytes}")
            }
            Self::SizeUnknown => write_tr!(
                f,
                "the image consists of too much for its size to be known",
                "镜像的组成部分太多，不知道有多大"
            ),
            Self::Tags(count) => write_tr!(
                f,
                "{count} tags of this repository are declared",
                "声明了这个镜像仓库的 {count} 个标签"
            ),
            Self::PlatformsNotAsked(missing) => {
                let missing = listed(missing);
                write_tr!(
                    f,
                    "the files do not ask for {missing}",
                    "文件里没有要 {missing}"
                )
            }
            Self::PlatformsMissing { missing, available } => {
                let (missing, available) = (listed(missing), listed(available));
                if available.is_empty() {
                    write_tr!(f, "the source has no {missing}", "源没有 {missing}")
                } else {
                    write_tr!(
                        f,
                        "the source has no {missing}; it has {available}",
                        "源没有 {missing}；它有 {available}"
                    )
                }
            }
            Self::OnePlatform => write_tr!(
                f,
                "the source is a single image, for one platform alone",
                "源是单个镜像，只有一个平台"
            ),
            Self::Latest => write_tr!(f, "the source is the tag `latest`", "源的标签是 `latest`"),
            Self::NotPinned => write_tr!(
                f,
                "the source has no digest, and no lock settles it",
                "源没有写摘要，也没有锁定"
            ),
            Self::NotVerified => write_tr!(
                f,
                "no rule of `verify` says by whom it must be signed",
                "`verify` 没有规则说明它必须由谁签名"
            ),
            Self::TooYoung(Some(seen)) => {
                let seen = rfc3339(*seen);
                write_tr!(
                    f,
                    "the lock knows its digest since {seen} alone",
                    "锁文件从 {seen} 起才知道它的摘要"
                )
            }
            Self::TooYoung(None) => write_tr!(
                f,
                "the lock has not seen its digest before",
                "锁文件以前没见过它的摘要"
            ),
            Self::NoReport(digests) => no_report(f, digests),
            Self::Vulnerable {
                worst,
                count,
                names,
                report,
            } => {
                write_tr!(
                    f,
                    "{count} × {worst} in `{report}`",
                    "`{report}` 里有 {count} 个 {worst}"
                )?;
                match &*listed(names) {
                    "" => Ok(()),
                    names => write_tr!(f, " ({names})", "（{names}）"),
                }
            }
        }
    }
}

fn no_report(f: &mut fmt::Formatter<'_>, digests: &[Digest]) -> fmt::Result {
    let told = listed(digests.iter().take(DIGESTS_TOLD));
    match digests.len().saturating_sub(DIGESTS_TOLD) {
        0 => write_tr!(
            f,
            "there is no scan report for {told}",
            "没有 {told} 的扫描报告"
        ),
        more => write_tr!(
            f,
            "there is no scan report for {told} and {more} more",
            "没有 {told} 和另外 {more} 个的扫描报告"
        ),
    }
}

/// What was found, and the rule with its line.
impl fmt::Display for Violation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { rule, found } = self;
        let Rule { asks, origin, .. } = &**rule;
        write_tr!(
            f,
            "{found}: `{asks}` ({origin})",
            "{found}：`{asks}`（{origin}）"
        )
    }
}
