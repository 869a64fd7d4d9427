//! What is written for a consumer, and what cannot be said in its form.

use std::fmt;

use crate::model::{Reference, Text};
use crate::plan::DeclaredAt;

use super::form::Form;

/// What more a form may need than the map.
#[derive(Debug, Clone, Copy, Default)]
pub struct Given<'a> {
    /// Whether the mirror's host speaks plain HTTP.
    pub plain_http: bool,
    /// The hosts upstream that do.
    pub plain_sources: &'a [&'a str],
    /// The services of a Compose file.
    pub services: &'a [Service],
}

/// A service of a Compose file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Service {
    /// What it is called.
    pub name: String,
    /// Its image, as it is written, but for variables that have a default.
    pub image: String,
    /// Its platform, if one is written.
    pub platform: Option<String>,
    /// Where its image is written.
    pub origin: DeclaredAt,
}

/// What is written in a form.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Written {
    /// The files; none where nothing can be said.
    pub files: Vec<WrittenFile>,
    /// What cannot be said, in the order of the files that declare it.
    pub unsaid: Vec<Unsaid>,
    /// What is said, and may surprise.
    pub notes: Vec<Text>,
}

/// A file for a consumer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WrittenFile {
    /// Its name below the folder where the consumer looks for it.
    pub name: String,
    /// What is in it.
    pub text: String,
}

/// What cannot be said in a form.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unsaid {
    /// What it is about: an image upstream, a repository, a service.
    pub about: String,
    /// Where it was declared.
    pub origin: DeclaredAt,
    /// Why it cannot be said.
    pub why: Why,
}

/// Says that nothing can be said in a form, and what to do instead.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refused {
    /// Why.
    pub message: Text,
    /// What works instead.
    pub help: Text,
}

/// Why something cannot be said in a form.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Why {
    /// Its repository goes to several places in the mirror, and the form knows one.
    SeveralPlaces {
        /// Where the first of its images goes.
        first: String,
        /// Where another goes.
        other: String,
    },
    /// The same name goes to several places in the mirror.
    SeveralImages {
        /// Where the other image of that name was declared.
        other: DeclaredAt,
    },
    /// It has another tag in the mirror, and the form keeps tags.
    OtherTag {
        /// The tag in the mirror.
        tag: String,
    },
    /// Its place in the mirror has images of another repository as well.
    Shared {
        /// The place.
        place: String,
        /// Where an image of another repository was declared.
        other: DeclaredAt,
    },
    /// It has another path in the mirror, and the form keeps paths.
    OtherPath {
        /// Its place in the mirror.
        place: String,
    },
    /// It is known by its digest alone, and the form needs a tag.
    DigestAlone,
    /// It is known by a digest that the mirror does not have, and the form keeps digests.
    OtherDigest,
    /// It is known by a digest, and nobody has locked what the mirror has in its place.
    NotLocked,
    /// Rules choose its tags, and nobody has locked which.
    Unsettled,
    /// The mirror does not have it.
    NotThere,
    /// It is no image: a variable without a default.
    NoImage,
}

impl Why {
    /// Says what to do about it, where something can be done.
    pub fn help(&self) -> Option<Text> {
        match self {
            Self::SeveralPlaces { .. } | Self::SeveralImages { .. } => Some(text!(
                "`--platform` takes the images for one kind of machine, `--only` those that it names",
                "`--platform` 只取一种机器用的镜像，`--only` 只取指定的镜像"
            )),
            Self::NotLocked | Self::Unsettled => {
                Some(text!("run `pusher lock`", "运行 `pusher lock`"))
            }
            Self::OtherTag { .. }
            | Self::Shared { .. }
            | Self::OtherPath { .. }
            | Self::DigestAlone
            | Self::OtherDigest => Some(text!(
                "write the mirror's name where the image is used: `pusher rewrite` does that",
                "在用到镜像的地方直接写它在目标里的名字：`pusher rewrite` 会写"
            )),
            Self::NotThere => Some(text!("declare it: `pusher add`", "用 `pusher add` 声明它")),
            Self::NoImage => None,
        }
    }
}

impl fmt::Display for Why {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::SeveralPlaces { first, other } => write_tr!(
                f,
                "its repository goes to `{first}` and to `{other}`, and only one place can be said",
                "它的镜像仓库同时去 `{first}` 和 `{other}`，而这里只能写一处"
            ),
            Self::SeveralImages { other } => write_tr!(
                f,
                "its name stands for the image of {other} as well",
                "{other} 的镜像也是这个名字"
            ),
            Self::OtherTag { tag } => write_tr!(
                f,
                "its tag in the mirror is `{tag}`, and another tag cannot be said",
                "它在目标里的标签是 `{tag}`，而这里不能换标签"
            ),
            Self::Shared { place, other } => write_tr!(
                f,
                "`{place}` has the image of {other} as well: a tag of that would be taken for one of its own",
                "`{place}` 里还有 {other} 的镜像：那个镜像的标签会被当成它的"
            ),
            Self::OtherPath { place } => write_tr!(
                f,
                "it is `{place}` in the mirror, and another path cannot be said",
                "它在目标里是 `{place}`，而这里不能换路径"
            ),
            Self::DigestAlone => write_tr!(
                f,
                "it is declared by its digest alone, and a tag is needed",
                "它只用摘要声明，而这里需要标签"
            ),
            Self::OtherDigest => write_tr!(
                f,
                "it is known by a digest, and the mirror has it under another one",
                "它按摘要使用，而目标里的摘要不同"
            ),
            Self::NotLocked => write_tr!(
                f,
                "it is known by a digest, and what the mirror has of it is not locked",
                "它按摘要使用，而目标里对应的内容没有锁定"
            ),
            Self::Unsettled => write_tr!(
                f,
                "rules choose its tags, and the lock does not tell which",
                "它的标签由规则选择，而锁文件里没有选出的标签"
            ),
            Self::NotThere => write_tr!(f, "the mirror does not have it", "目标里没有它"),
            Self::NoImage => write_tr!(
                f,
                "it has a variable without a default",
                "里面有没有默认值的变量"
            ),
        }
    }
}

impl fmt::Display for Unsaid {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { about, origin, why } = self;
        write_tr!(
            f,
            "{origin}: `{about}`: {why}",
            "{origin}：`{about}`：{why}"
        )
    }
}

/// Names an image in a sentence: a digest is cut to what people compare.
pub(super) fn about(source: &Reference) -> String {
    let repository = source.repository();
    match (source.tag(), source.digest()) {
        (_, None) => source.to_string(),
        (None, Some(digest)) => format!("{repository}@{}", digest.short()),
        (Some(tag), Some(digest)) => format!("{repository}:{tag}@{}", digest.short()),
    }
}

/// Returns the first lines of a file: who wrote it, for what, where it goes.
pub(super) fn heading(form: Form, place: &str, goes: &str) -> String {
    let form = form.as_str();
    format!("# Written by `pusher map --for {form}`: what {place} has.\n# {goes}\n")
}
