//! Which names a target takes: the grammar of names, what its profile refuses beyond that, and what
//! to write instead.

use std::fmt;

use crate::model::{Digest, PathError, Profile, ProfileName, check_path};

use super::target::{Target, TargetName};

impl Target {
    /// Says why the registry would refuse `name`, if it would.
    pub fn refuses_name(&self, name: &TargetName) -> Option<NameRefused> {
        let whole = || check_path(&self.repository(name).name).err();
        self.profile.refuses_name(name).or_else(|| {
            Some(NameRefused {
                profile: self.profile.name.clone(),
                name: name.clone(),
                rule: NameRule::Grammar(whole()?),
            })
        })
    }
}

impl Profile {
    /// Says why the registry would refuse `name`, if it would.
    pub fn refuses_name(&self, name: &TargetName) -> Option<NameRefused> {
        let repository = &name.repository;
        let refused = |rule: NameRule| NameRefused {
            profile: self.name.clone(),
            name: name.clone(),
            rule,
        };
        if let Err(why) = check_path(repository) {
            return Some(refused(NameRule::Grammar(why)));
        }
        let levels = repository.split('/').count();
        if let Some(limit) = self.name_levels.filter(|limit| levels > *limit) {
            return Some(refused(NameRule::Levels {
                limit,
                found: levels,
            }));
        }
        let length = repository.len();
        let fits = |(least, most)| (least..=most).contains(&length);
        if let Some((least, most)) = self.name_length.filter(|limits| !fits(*limits)) {
            return Some(refused(NameRule::Length {
                least,
                most,
                found: length,
            }));
        }
        None
    }

    /// Says why nothing below the namespace could be pushed, if that is so.
    pub fn refuses_namespace(&self, namespace: &str) -> Option<NamespaceRefused> {
        let found = namespace.split('/').count();
        let limit = self.namespace_levels.filter(|limit| found > *limit)?;
        Some(NamespaceRefused {
            profile: self.name.clone(),
            limit,
            found,
        })
    }

    /// Returns the name most like `name` that the registry takes, if one can be made.
    pub fn nearest_name(&self, name: &TargetName) -> Option<TargetName> {
        let too_deep = |limit| name.repository.split('/').count() > limit;
        let slash = if self.name_levels.is_some_and(too_deep) {
            "_"
        } else {
            "/"
        };
        let lower = name.repository.to_ascii_lowercase();
        let parts = lower.split('/').map(mended_part);
        let parts: Vec<_> = parts.filter(|part| !part.is_empty()).collect();
        let whole = parts.join(slash);
        let most = self.name_length.map_or(usize::MAX, |(_, most)| most);
        let repository = if whole.len() > most {
            shortened(&whole, most)
        } else {
            whole
        };
        let name = TargetName {
            repository,
            tag: name.tag.clone(),
        };
        self.refuses_name(&name).is_none().then_some(name)
    }
}

/// Returns a part of a name with every other character and every run of separators replaced by one
/// that can stand there.
fn mended_part(part: &str) -> String {
    let is_usual = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit();
    let mut mended = String::new();
    let mut rest = part.trim_matches(|c| !is_usual(c));
    while let Some(at) = rest.find(|c| !is_usual(c)) {
        let end = rest[at..]
            .find(is_usual)
            .map_or(rest.len(), |length| at + length);
        let (usual, run) = (&rest[..at], &rest[at..end]);
        mended.push_str(usual);
        mended.push_str(mended_run(run));
        rest = &rest[end..];
    }
    mended + rest
}

/// Returns a run of characters that can stand between two letters: the run itself, one of its
/// characters if they are all the same, else a dash.
fn mended_run(run: &str) -> &str {
    let is_taken = |run: &str| check_path(&format!("a{run}a")).is_ok();
    let first = run.chars().next().map_or(run, |c| &run[..c.len_utf8()]);
    match run {
        run if is_taken(run) => run,
        run if is_taken(first) && run.replace(first, "").is_empty() => first,
        _ => "-",
    }
}

/// Cuts a name; eight digits that stand for all of it keep it apart from others.
fn shortened(name: &str, most: usize) -> String {
    let digest = Digest::sha256(name.as_bytes());
    let suffix = format!("-{}", &digest.hex()[..8]);
    let is_separator = |c| matches!(c, '.' | '_' | '-' | '/');
    let start = &name[..most.saturating_sub(suffix.len()).min(name.len())];
    format!("{}{suffix}", start.trim_end_matches(is_separator))
}

/// A namespace that the registry does not have.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NamespaceRefused {
    /// What the registry's profile is called.
    pub profile: ProfileName,
    /// How many levels there may be.
    pub limit: usize,
    /// How many there are.
    pub found: usize,
}

impl fmt::Display for NamespaceRefused {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            profile,
            limit,
            found,
        } = self;
        write_tr!(
            f,
            "a namespace of {profile} has at most {limit} level, this one has {found}",
            "{profile} 的命名空间最多 {limit} 级，这个有 {found} 级"
        )
    }
}

impl std::error::Error for NamespaceRefused {}

/// A target name that the registry would refuse.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NameRefused {
    /// What the registry's profile is called.
    pub profile: ProfileName,
    /// The name.
    pub name: TargetName,
    /// The rule that it breaks.
    pub rule: NameRule,
}

impl fmt::Display for NameRefused {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            profile,
            name,
            rule,
        } = self;
        let name = &name.repository;
        match rule {
            NameRule::Grammar(why) => write_tr!(
                f,
                "no registry takes the repository name `{name}`: it {why}",
                "哪个仓库都不收镜像仓库名 `{name}`：{why}"
            ),
            NameRule::Levels { limit, found } => write_tr!(
                f,
                "{profile} refuses the repository name `{name}`: it has {found} levels below the namespace, at most \
                 {limit} allowed",
                "{profile} 不收镜像仓库名 `{name}`：命名空间下面有 {found} 级，最多 {limit} 级"
            ),
            NameRule::Length {
                least,
                most,
                found: 1,
            } => write_tr!(
                f,
                "{profile} refuses the repository name `{name}`: it has 1 character, {least} to {most} are allowed",
                "{profile} 不收镜像仓库名 `{name}`：它有 1 个字符，要 {least} 到 {most} 个"
            ),
            NameRule::Length { least, most, found } => write_tr!(
                f,
                "{profile} refuses the repository name `{name}`: it has {found} characters, {least} to {most} are \
                 allowed",
                "{profile} 不收镜像仓库名 `{name}`：它有 {found} 个字符，要 {least} 到 {most} 个"
            ),
        }
    }
}

/// A rule about repository names.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum NameRule {
    /// The grammar of names, which every registry has.
    Grammar(PathError),
    /// Too many levels.
    Levels {
        /// How many there may be.
        limit: usize,
        /// How many there are.
        found: usize,
    },
    /// Too short or too long.
    Length {
        /// The least number of characters.
        least: usize,
        /// The greatest number of characters.
        most: usize,
        /// How many there are.
        found: usize,
    },
}

#[cfg(test)]
mod tests;
