//! Patterns of sources: `docker.io/library/*`, `quay.io/org/app:v1*`.

use std::fmt;

use crate::model::{DOCKER_HUB, Glob, Reference, Text};
use crate::plan::family::ANY_TAG;

/// A pattern of sources, written out: of a host and a repository, and of the tag where it has one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SourcePattern {
    written: String,
    repository: Glob,
    tag: Option<Glob>,
}

/// What is wrong with a pattern.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PatternMistake {
    /// What is wrong, in one sentence.
    pub message: Text,
    /// What was probably meant.
    pub meant: Option<String>,
}

/// How much of what a source stands for fits.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Fit {
    /// None of it.
    None,
    /// Perhaps some of it: which tags it has is not known yet.
    Some,
    /// All of it.
    All,
}

/// Patterns of sources, and those that are taken out of them.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Sources {
    /// One of these fits.
    pub of: Vec<SourcePattern>,
    /// None of these does.
    pub except: Vec<SourcePattern>,
}

impl SourcePattern {
    /// Reads a pattern.
    ///
    /// # Errors
    ///
    /// What is wrong with it, where no source can fit.
    pub fn parse(text: &str) -> Result<Self, PatternMistake> {
        let mistake = |message, meant| Err(PatternMistake { message, meant });
        if text.is_empty() {
            return mistake(
                text!("an empty pattern fits no source", "空的模式匹配不到任何源"),
                None,
            );
        }
        if let Some((_, rest)) = text.split_once("://") {
            let message = text!(
                "`{text}` is a URL, and no pattern",
                "`{text}` 是 URL，不是模式"
            );
            return mistake(message, Some(rest.to_owned()));
        }
        if let Some((before, _)) = text.split_once('@') {
            let message = text!(
                "a pattern has no digest: `{text}`",
                "模式里不写摘要：`{text}`"
            );
            return mistake(message, Some(before.to_owned()));
        }
        if let Some((message, meant)) = wrong_host(text) {
            return mistake(message, Some(meant));
        }
        let last = text.rfind('/').map_or(0, |slash| slash + 1);
        let (path, tag) = match text[last..].split_once(':') {
            Some((name, tag)) => (&text[..last + name.len()], Some(tag)),
            None => (text, None),
        };
        if path.split('/').any(str::is_empty) {
            let message = text!(
                "`{text}` has an empty level, and no source has one",
                "`{text}` 里有一级是空的，源里不会有"
            );
            let meant = text.strip_suffix('/').map(|rest| format!("{rest}/*"));
            return mistake(message, meant.filter(|meant| !meant.contains("//")));
        }
        let (_, below) = path.split_once('/').unwrap_or_default();
        if let Some(message) = unknown_character(text, below, tag) {
            let lower = text.to_ascii_lowercase();
            let is_better = lower != text
                && unknown_character(&lower, &below.to_ascii_lowercase(), tag).is_none();
            return mistake(message, is_better.then_some(lower));
        }
        Ok(Self {
            written: text.to_owned(),
            repository: Glob::new(path),
            tag: tag.map(Glob::new),
        })
    }

    /// Tells how much of what `source` stands for fits.
    pub fn fit(&self, source: &Reference) -> Fit {
        let repository = source.repository().to_string();
        if !self.repository.matches(&repository) {
            return Fit::None;
        }
        match (&self.tag, source.tag()) {
            (None, _) => Fit::All,
            (Some(_), Some(ANY_TAG)) => Fit::Some,
            (Some(tag), Some(of_source)) if tag.matches(of_source) => Fit::All,
            (Some(_), _) => Fit::None,
        }
    }
}

impl fmt::Display for SourcePattern {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.written)
    }
}

/// Says that a pattern does not begin with a host, and with which it was probably meant to.
fn wrong_host(text: &str) -> Option<(Text, String)> {
    let (host, below) = match text.split_once('/') {
        Some((host, below)) => (host, Some(below)),
        None if text.chars().all(|c| c == '*') => return None,
        None => (text, None),
    };
    if let (Some(below), "index.docker.io" | "registry-1.docker.io" | "hub.docker.com") =
        (below, host)
    {
        let message = text!(
            "sources of Docker Hub are `{DOCKER_HUB}/…`, and not `{host}/…`",
            "Docker Hub 的源写作 `{DOCKER_HUB}/…`，不是 `{host}/…`"
        );
        return Some((message, format!("{DOCKER_HUB}/{below}")));
    }
    let is_host = host == "localhost" || host.contains(['.', ':', '*', '?', '[']);
    if below.is_some() && is_host {
        return None;
    }
    let message = text!(
        "`{text}` does not begin with a registry: a pattern is written out, as `pusher list` shows sources",
        "`{text}` 没有以仓库地址开头：模式要写全，像 `pusher list` 列出的源那样"
    );
    let meant = match below {
        Some(_) => format!("{DOCKER_HUB}/{text}"),
        None if is_host && !text.contains(':') => format!("{text}/*"),
        None => format!("{DOCKER_HUB}/library/{text}"),
    };
    Some((message, meant))
}

/// Says that a pattern has a character that no repository, or no tag, has.
fn unknown_character(text: &str, below: &str, tag: Option<&str>) -> Option<Text> {
    let of_name = |c: &char| c.is_ascii_lowercase() || c.is_ascii_digit() || "._-/".contains(*c);
    let of_tag = |c: &char| c.is_ascii_alphanumeric() || "._-".contains(*c);
    let in_name = Glob::new(below).literals().find(|c| !of_name(c));
    if let Some(wrong) = in_name {
        return Some(text!(
            "no source fits `{text}`: none has `{wrong}` in its repository",
            "没有源能匹配 `{text}`：镜像仓库的名字里不会有 `{wrong}`"
        ));
    }
    if tag == Some("") {
        return Some(text!(
            "no source fits `{text}`: nothing stands behind the colon",
            "没有源能匹配 `{text}`：冒号后面是空的"
        ));
    }
    let in_tag = tag.and_then(|tag| Glob::new(tag).literals().find(|c| !of_tag(c)));
    in_tag.map(|wrong| {
        text!(
            "no source fits `{text}`: none has `{wrong}` in its tag",
            "没有源能匹配 `{text}`：标签里不会有 `{wrong}`"
        )
    })
}

impl Sources {
    /// Tells how much of what `source` stands for fits.
    pub fn fit(&self, source: &Reference) -> Fit {
        let most = |patterns: &[SourcePattern]| {
            let fits = patterns.iter().map(|pattern| pattern.fit(source));
            fits.max().unwrap_or(Fit::None)
        };
        match (most(&self.of), most(&self.except)) {
            (Fit::None, _) | (_, Fit::All) => Fit::None,
            (Fit::All, Fit::None) => Fit::All,
            _ => Fit::Some,
        }
    }
}

/// In the mirror file's words; one pattern need not be a list.
impl fmt::Display for Sources {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { of, except } = self;
        f.write_str(&one_or_list(of))?;
        if !except.is_empty() {
            write!(f, ", except: {}", one_or_list(except))?;
        }
        Ok(())
    }
}

/// Writes a list as a mirror file has it; one thing need not be a list.
pub(super) fn one_or_list<T: ToString>(things: &[T]) -> String {
    let things: Vec<_> = things.iter().map(ToString::to_string).collect();
    match things.as_slice() {
        [one] => one.clone(),
        many => format!("[{}]", many.join(", ")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fit(pattern: &str, source: &str) -> Fit {
        let source = match source.split_once(":*") {
            Some((repository, "")) => {
                let tagged: Reference = repository.parse().unwrap();
                Reference::tagged(tagged.repository().clone(), ANY_TAG)
            }
            _ => source.parse().unwrap(),
        };
        SourcePattern::parse(pattern).unwrap().fit(&source)
    }

    #[test]
    fn a_pattern_is_of_the_whole_source_as_it_is_written_out() {
        for (pattern, source, fits) in [
            ("docker.io/library/*", "nginx", true),
            ("docker.io/library/*", "nginx:1.27", true),
            ("docker.io/library/*", "index.docker.io/library/nginx", true),
            ("docker.io/library/*", "org/nginx", false),
            ("docker.io/library/*", "ghcr.io/library/nginx", false),
            ("docker.io/*/*", "org/nginx", true),
            ("ghcr.io/org/*", "ghcr.io/org/app", true),
            ("ghcr.io/org/*", "ghcr.io/org/team/app", true),
            ("ghcr.io/org/**", "ghcr.io/org/team/app", true),
            ("ghcr.io/org/*", "ghcr.io/org", false),
            ("ghcr.io/org/*", "ghcr.io/organ/app", false),
            ("ghcr.io/org/*", "evil.example/ghcr.io/org/app", false),
            ("ghcr.io/*/app", "ghcr.io/a/b/app", true),
            ("ghcr.io/*/app", "ghcr.io/a/b/apps", false),
            ("*", "nginx", true),
            ("**", "nginx", true),
            ("*/nginx", "quay.io/x/nginx", true),
            ("*.example.com/*", "a.example.com/x/y", true),
            ("*.example.com/*", "example.com/x", false),
            ("localhost:5000/*", "localhost:5000/app", true),
            ("docker.io/library/nginx:1.*", "nginx:1.27", true),
            ("docker.io/library/nginx:1.*", "nginx:2", false),
            ("docker.io/library/nginx:latest", "nginx", true),
            (
                "docker.io/library/nginx:*",
                &format!("nginx@sha256:{:064}", 0),
                false,
            ),
        ] {
            assert_eq!(fit(pattern, source) == Fit::All, fits, "{pattern} {source}");
            assert_ne!(fit(pattern, source), Fit::Some, "{pattern} {source}");
        }
        // Which tags there are is not known.
        assert_eq!(fit("docker.io/library/nginx:1.*", "nginx:*"), Fit::Some);
        assert_eq!(fit("docker.io/library/nginx", "nginx:*"), Fit::All);
        assert_eq!(fit("docker.io/library/redis:1.*", "nginx:*"), Fit::None);
    }

    #[test]
    fn what_is_excepted_is_taken_out() {
        let patterns = |texts: &[&str]| {
            let texts = texts.iter();
            texts
                .map(|text| SourcePattern::parse(text).unwrap())
                .collect()
        };
        let sources = Sources {
            of: patterns(&["docker.io/*/*", "quay.io/**"]),
            except: patterns(&["docker.io/library/*", "quay.io/org/app:v1"]),
        };
        let fit = |source: &str| sources.fit(&source.parse().unwrap());
        assert_eq!(fit("nginx"), Fit::None);
        assert_eq!(fit("org/nginx"), Fit::All);
        assert_eq!(fit("quay.io/org/app:v1"), Fit::None);
        assert_eq!(fit("quay.io/org/app:v2"), Fit::All);
        assert_eq!(fit("ghcr.io/org/app"), Fit::None);
        let any = Reference::tagged(
            "quay.io/org/app"
                .parse::<Reference>()
                .unwrap()
                .repository()
                .clone(),
            ANY_TAG,
        );
        assert_eq!(sources.fit(&any), Fit::Some);
        assert_eq!(
            sources.to_string(),
            "[docker.io/*/*, quay.io/**], except: [docker.io/library/*, quay.io/org/app:v1]"
        );
    }

    #[test]
    fn what_fits_nothing_is_a_mistake_with_what_was_meant() {
        for (text, meant) in [
            ("", None),
            ("nginx", Some("docker.io/library/nginx")),
            ("library/*", Some("docker.io/library/*")),
            ("quay.io", Some("quay.io/*")),
            ("https://quay.io/org/*", Some("quay.io/org/*")),
            ("index.docker.io/library/*", Some("docker.io/library/*")),
            ("quay.io/org/", Some("quay.io/org/*")),
            ("quay.io//app", None),
            ("quay.io/Org/*", Some("quay.io/org/*")),
            ("quay.io/org/a b", None),
            ("quay.io/org/app:", None),
            ("quay.io/org/app:v 1", None),
            ("quay.io/org/app@sha256:0", Some("quay.io/org/app")),
        ] {
            let mistake = SourcePattern::parse(text).unwrap_err();
            assert_eq!(mistake.meant.as_deref(), meant, "{text}: {mistake:?}");
            if let Some(meant) = meant {
                SourcePattern::parse(meant).unwrap();
            }
        }
    }
}
