//! What a registry holds, as a mirror file: each repository with its tags, which come from there from now on.

use std::sync::Arc;

use crate::config::declared::{Declared, Form, Naming};
use crate::config::diagnostics::{Diagnostic, Severity};
use crate::config::files::{Files, Place};
use crate::config::mirror_file::Choices;
use crate::config::target::parse_host;
use crate::model::{Platforms, Profile, Reference, Repository, Text, check_path, check_tag};
use crate::plan::TargetName;

use super::Imported;
use super::draft::{Draft, Line};
use super::gathered::NOT_CARRIED_OVER;
use super::settle::settle;
use super::tags::Tags;

/// From how many tags on it is told that rules may choose some.
const MANY_TAGS: usize = 50;

/// A registry, or a namespace in it, as it is typed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Holder {
    /// The registry.
    pub registry: String,
    /// The namespace; none for the whole registry.
    pub namespace: Option<String>,
}

/// A repository, and what it holds.
#[derive(Debug, Clone, PartialEq)]
pub struct HeldRepository {
    /// Which one.
    pub repository: Repository,
    /// Its tags, but for those of what follows an image; or why they are not known.
    pub tags: Result<Vec<String>, Text>,
    /// Whether something in it follows an image by a tag of its own.
    pub has_followers: bool,
}

impl Holder {
    /// Reads `HOST/NAMESPACE`.
    ///
    /// # Errors
    ///
    /// It names no registry, or no namespace.
    pub fn parse(typed: &str) -> Result<Self, Text> {
        let bare = typed.split_once("://").map_or(typed, |(_, rest)| rest);
        let (host, namespace) = match bare.split_once('/') {
            Some((host, path)) => (host, path.trim_end_matches('/')),
            None => (bare, ""),
        };
        let is_host = host.contains(['.', ':']) || host == "localhost";
        if !is_host {
            return Err(text!(
                "`{host}` is not a registry's host",
                "`{host}` 不是仓库地址"
            ));
        }
        let registry = parse_host(host)?;
        let namespace = (!namespace.is_empty()).then(|| namespace.to_owned());
        if let Some(why) = namespace.as_deref().and_then(|it| check_path(it).err()) {
            return Err(Text::of(|| why.to_string()));
        }
        Ok(Self {
            registry,
            namespace,
        })
    }

    /// Returns what stands before a repository's name below the namespace.
    pub fn prefix(&self) -> String {
        let namespace = self.namespace.as_ref();
        namespace.map_or_else(String::new, |namespace| format!("{namespace}/"))
    }

    /// Returns the repository of this name, where the whole registry is not meant.
    pub fn as_repository(&self) -> Option<Repository> {
        Some(Repository {
            registry: self.registry.clone(),
            name: self.namespace.clone()?,
        })
    }

    /// Returns it as it is typed.
    pub fn name(&self) -> String {
        let Self {
            registry,
            namespace,
        } = self;
        match namespace {
            Some(namespace) => format!("{registry}/{namespace}"),
            None => registry.clone(),
        }
    }
}

/// Writes what a registry holds as a mirror file (YAML) that has it all from there, under the names that it has below the
/// namespace, as far as `profile` takes them.
pub fn held(holder: &Holder, repositories: &[HeldRepository], profile: &Profile) -> Imported {
    let path = holder.name();
    let prefix = holder.prefix();
    let names = repositories.iter().map(|one| {
        let name = &one.repository.name;
        name.strip_prefix(&prefix).unwrap_or(name)
    });
    let names: Vec<_> = names.collect();
    let mut files = Files::default();
    let text = names.join("\n");
    files.add(&path, &text);
    let mut diagnostics = vec![];
    let mut declared = vec![];
    let mut at = 0;
    for (held, name) in repositories.iter().zip(names) {
        let place = Place {
            file: Arc::from(&*path),
            span: at..at + name.len(),
        };
        at += name.len() + 1;
        if is_worth_a_line(held, &place, &mut diagnostics) {
            declared.push(declare(held, name, place, profile, &files));
        }
    }
    let defaults = Choices {
        platforms: Some(Platforms::All),
        ..Choices::default()
    };
    let lines = settle(declared, &defaults, &mut diagnostics);
    let lines = lines.into_iter().map(|(number, line)| {
        // A line of the text is a repository.
        let held = number.checked_sub(1).and_then(|at| repositories.get(at));
        held.map_or(line.clone(), |held| tagged(line, held))
    });
    let draft = Draft {
        platforms: defaults.platforms,
        lines: lines.collect(),
        ..Draft::default()
    };
    let is_empty = draft.lines.is_empty();
    for told in &mut diagnostics {
        name_instead_of_place(told, &path, &text);
        if is_empty {
            told.severity = Severity::Error;
        }
    }
    Imported {
        text: (!is_empty).then(|| draft.to_yaml(&path)),
        diagnostics,
        files,
    }
}

/// Names the repository that is meant: there is no file with a place to look at.
fn name_instead_of_place(told: &mut Diagnostic, path: &str, text: &str) {
    let name = |place: &Place| text.get(place.span.clone()).unwrap_or_default().to_owned();
    let others: Vec<_> = told
        .related
        .drain(..)
        .map(|(place, _)| name(&place))
        .collect();
    let Some(place) = told.place.take() else {
        return;
    };
    let (name, message) = (name(&place), &told.message);
    told.message = match &others[..] {
        [] => text!("`{path}/{name}`: {message}", "`{path}/{name}`：{message}"),
        others => {
            let others = others.join("`, `");
            text!(
                "`{path}/{name}`, beside `{others}`: {message}",
                "`{path}/{name}`（以及 `{others}`）：{message}"
            )
        }
    };
    (told.label, told.replacement) = (None, None);
}

/// Tells whether a repository has something to declare, and says what is to be said of it.
fn is_worth_a_line(
    held: &HeldRepository,
    place: &Place,
    diagnostics: &mut Vec<Diagnostic>,
) -> bool {
    let tags = match &held.tags {
        Ok(tags) => tags,
        Err(why) => {
            let message = text!("its tags are not known: {why}", "不知道它有哪些标签：{why}");
            diagnostics.push(Diagnostic::warning(NOT_CARRIED_OVER, message).at(place.clone()));
            return false;
        }
    };
    let told = match usable(tags).count() {
        0 => text!("it has no tags, and is left out", "它没有标签，没有写进来"),
        count if count >= MANY_TAGS => text!(
            "it has {count} tags; `select` takes some of them by rules, which `pusher tags {}` tries",
            "它有 {count} 个标签；`select` 可以按规则只选一部分，先用 `pusher tags {}` 试试",
            held.repository
        ),
        _ => return true,
    };
    diagnostics.push(Diagnostic::note("tags-held", told).at(place.clone()));
    usable(tags).next().is_some()
}

/// Returns the tags that an image can have.
fn usable(tags: &[String]) -> impl Iterator<Item = &String> {
    tags.iter().filter(|tag| check_tag(tag).is_ok())
}

fn declare(
    held: &HeldRepository,
    name: &str,
    place: Place,
    profile: &Profile,
    files: &Files,
) -> Declared {
    let source = Reference::tagged(held.repository.clone(), "latest");
    let own = TargetName {
        repository: name.to_owned(),
        tag: "latest".to_owned(),
    };
    let naming = if profile.refuses_name(&own).is_none() {
        Naming::Given {
            name: own,
            place: place.clone(),
        }
    } else {
        Naming::Flat { platform: None }
    };
    Declared {
        written: held.repository.to_string(),
        source,
        selection: None,
        choices: Choices::default(),
        naming,
        form: Form::Line,
        origin: files.origin(&place),
        place,
    }
}

/// Gives the line of a repository the tags that it has.
fn tagged(line: Line, held: &HeldRepository) -> Line {
    let Line::Image { source, target, .. } = line else {
        return line;
    };
    let tags = held.tags.as_deref().unwrap_or_default();
    Line::Tagged {
        source,
        tags: Tags {
            names: usable(tags).cloned().collect(),
            rules: vec![],
        },
        platforms: None,
        referrers: held.has_followers,
        target: target.map(|target| target.repository),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_registry_is_read_as_people_paste_it() {
        for (typed, name) in [
            ("harbor.example.com/team", Ok("harbor.example.com/team")),
            (
                "https://Harbor.example.com/team/",
                Ok("harbor.example.com/team"),
            ),
            ("127.0.0.1:5000", Ok("127.0.0.1:5000")),
            ("localhost/a/b", Ok("localhost/a/b")),
            ("index.docker.io/library", Ok("docker.io/library")),
            ("team/app", Err("`team` is not a registry's host")),
        ] {
            let read = Holder::parse(typed).map(|holder| holder.name());
            let read = read.map_err(|why| why.english().to_owned());
            assert_eq!(
                read,
                name.map(str::to_owned).map_err(str::to_owned),
                "{typed}"
            );
        }
        assert!(Holder::parse("harbor.example.com/Team").is_err());
    }

    fn yaml(profile: &str, names: &[&str]) -> (String, Vec<Diagnostic>) {
        let holder = Holder::parse("harbor.example.com/team").unwrap();
        let held = |name: &&str| HeldRepository {
            repository: Repository {
                registry: holder.registry.clone(),
                name: format!("team/{name}"),
            },
            tags: Ok(vec!["1".to_owned()]),
            has_followers: false,
        };
        let all: Vec<_> = names.iter().map(held).collect();
        let Imported {
            text, diagnostics, ..
        } = super::held(&holder, &all, &Profile::named(profile).unwrap());
        (text.unwrap(), diagnostics)
    }

    #[test]
    fn names_stay_where_the_target_takes_them() {
        let (text, told) = yaml("generic", &["app", "base/jdk", "other/jdk"]);
        assert!(!text.contains("target: app"), "{text}");
        assert!(text.contains("target: base/jdk\n") && text.contains("target: other/jdk\n"));
        assert_eq!(told, []);
        let (text, told) = yaml("acr-personal", &["app", "base/jdk", "other/jdk"]);
        let targets: Vec<_> = text
            .lines()
            .filter(|it| it.contains("    target: "))
            .collect();
        assert_eq!(targets.len(), 1, "one of two: {text}");
        assert!(!targets[0].trim_start_matches("    target: ").contains('/'));
        assert_eq!(told.len(), 1, "{told:?}");
    }
}
