//! A mirror file that is being written.

use std::collections::HashSet;
use std::fmt::{self, Write};

use indexmap::IndexMap;

use crate::config::format::Format;
use crate::config::target::{NAMESPACE_VARIABLE, REGISTRY_VARIABLE};
use crate::model::Platforms;
use crate::plan::{TargetLabel, TargetName};

use super::login::Login;
use super::tags::{TagRule, Tags, Versions};

/// A mirror file that is being written.
#[derive(Debug, Clone, Default, PartialEq)]
pub(super) struct Draft {
    /// The target's registry; none where the environment names it.
    pub(super) registry: Option<String>,
    pub(super) namespace: Namespace,
    /// Other registries that get the same, each with its namespace.
    pub(super) also: Vec<(String, Namespace)>,
    /// The platforms of what does not say otherwise; none where they are the usual ones.
    pub(super) platforms: Option<Platforms>,
    pub(super) lines: Vec<Line>,
    /// By the host.
    pub(super) logins: IndexMap<String, Login>,
}

/// The target's namespace.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) enum Namespace {
    /// That which the environment names.
    #[default]
    Environment,
    /// This one.
    Named(String),
    /// None at all.
    None,
}

/// How many parts of a host name a target at most.
const MOST_PARTS: usize = 6;
/// How many tags stand in one line.
const TAGS_IN_A_LINE: usize = 6;

/// A part of the list of images.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Line {
    /// An empty line.
    Empty,
    /// A comment, from behind its `#`.
    Comment(String),
    /// An image.
    Image {
        /// The image as it was written.
        source: String,
        /// The platforms, if they are declared.
        platforms: Option<Platforms>,
        /// Whether what follows the image is copied too.
        referrers: bool,
        /// Its name, where it cannot be left to the rule.
        target: Option<TargetName>,
    },
    /// Several tags of an image, by name and as rules choose them.
    Tagged {
        /// The image without a tag.
        source: String,
        tags: Tags,
        platforms: Option<Platforms>,
        referrers: bool,
        /// The repository that they go to, where that is told.
        target: Option<String>,
    },
}

impl Draft {
    /// Writes the mirror file; `origin` is the name of the file it was made from.
    pub(super) fn to_yaml(&self, origin: &str) -> String {
        let mut text = String::new();
        // Writing into a `String` does not fail.
        let _ = self.write(origin, &mut text);
        text
    }

    fn write(&self, origin: &str, text: &mut String) -> fmt::Result {
        let origin: String = origin.chars().filter(|c| !c.is_control()).collect();
        writeln!(
            text,
            "# yaml-language-server: $schema=schemas/mirror.schema.json\n\
             # Made from `{origin}` by `pusher import`.\n\
             version: 1"
        )?;
        if self.also.is_empty() {
            writeln!(text, "target:")?;
            write_target(self.registry.as_deref(), &self.namespace, "  ", text)?;
        } else {
            let hosts = self
                .registry
                .iter()
                .chain(self.also.iter().map(|(host, _)| host));
            let hosts: Vec<&str> = hosts.map(String::as_str).collect();
            let also = self.also.iter().map(|(_, namespace)| namespace);
            let namespaces = std::iter::once(&self.namespace).chain(also);
            writeln!(text, "targets:")?;
            for ((host, label), namespace) in hosts.iter().zip(labels(&hosts)).zip(namespaces) {
                writeln!(text, "  {label}:")?;
                write_target(Some(host), namespace, "    ", text)?;
            }
        }
        if let Some(platforms) = &self.platforms {
            writeln!(text, "defaults:\n  platforms: {}", list(platforms))?;
        }
        writeln!(text, "images:")?;
        for line in &self.lines {
            line.write(text)?;
        }
        if !self.logins.is_empty() {
            writeln!(text, "registries:")?;
        }
        for (host, login) in &self.logins {
            writeln!(text, "  {host:?}:")?;
            if login.plain_http {
                writeln!(text, "    plain-http: true")?;
            }
            if let Some((user, password)) = &login.user_and_password {
                writeln!(
                    text,
                    "    username: ${{{user}}}\n    password: ${{{password}}}"
                )?;
            }
        }
        Ok(())
    }
}

fn write_target(
    registry: Option<&str>,
    namespace: &Namespace,
    indent: &str,
    text: &mut String,
) -> fmt::Result {
    let registry = registry.map_or_else(
        || format!("${{{REGISTRY_VARIABLE}}}"),
        |host| Format::Yaml.quote(host),
    );
    writeln!(text, "{indent}registry: {registry}")?;
    match namespace {
        Namespace::Environment => {
            writeln!(text, "{indent}namespace: ${{{NAMESPACE_VARIABLE}}}")
        }
        Namespace::Named(name) => {
            writeln!(text, "{indent}namespace: {}", Format::Yaml.quote(name))
        }
        Namespace::None => Ok(()),
    }
}

/// Names targets by the first part of their hosts, or by more of it where that tells no two apart.
fn labels(hosts: &[&str]) -> Vec<String> {
    let of = |host: &str, parts: usize| {
        let parts: Vec<_> = host.split(['.', ':']).take(parts).collect();
        let letters = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit();
        let name = parts.join("-").to_ascii_lowercase();
        let words = name.split(|c| !letters(c)).filter(|word| !word.is_empty());
        words.collect::<Vec<_>>().join("-")
    };
    let longest = TargetLabel::LONGEST;
    for parts in 1..=MOST_PARTS {
        let names: Vec<_> = hosts.iter().map(|host| of(host, parts)).collect();
        let different: HashSet<_> = names.iter().collect();
        let fit = |name: &String| !name.is_empty() && name.len() <= longest;
        if different.len() == hosts.len() && names.iter().all(fit) {
            return names;
        }
    }
    (1..=hosts.len())
        .map(|number| format!("target-{number}"))
        .collect()
}

fn write_choices(platforms: Option<&Platforms>, referrers: bool, text: &mut String) -> fmt::Result {
    if let Some(platforms) = platforms {
        writeln!(text, "    platforms: {}", list(platforms))?;
    }
    if referrers {
        writeln!(text, "    referrers: all")?;
    }
    Ok(())
}

fn list(platforms: &Platforms) -> String {
    match platforms {
        Platforms::All => "all".to_owned(),
        Platforms::Only(patterns) => {
            let quoted = patterns
                .iter()
                .map(|pattern| Format::Yaml.quote(&pattern.to_string()));
            format!("[{}]", quoted.collect::<Vec<_>>().join(", "))
        }
    }
}

impl Line {
    fn write(&self, text: &mut String) -> fmt::Result {
        let quote = |text: &str| Format::Yaml.quote(text);
        match self {
            Self::Empty => writeln!(text),
            Self::Comment(comment) => writeln!(text, "  #{comment}"),
            Self::Image {
                source,
                platforms: None,
                referrers: false,
                target: None,
            } => {
                writeln!(text, "  - {}", quote(source))
            }
            Self::Image {
                source,
                platforms,
                referrers,
                target,
            } => {
                writeln!(text, "  - source: {}", quote(source))?;
                write_choices(platforms.as_ref(), *referrers, text)?;
                match target {
                    Some(target) => writeln!(text, "    target: {}", quote(&target.to_string())),
                    None => Ok(()),
                }
            }
            Self::Tagged {
                source,
                tags: Tags { names, rules },
                platforms,
                referrers,
                target,
            } => {
                writeln!(text, "  - source: {}", quote(source))?;
                match names.len() {
                    0 => {}
                    1..=TAGS_IN_A_LINE => writeln!(text, "    tags: {names:?}")?,
                    _ => {
                        writeln!(text, "    tags:")?;
                        for name in names {
                            writeln!(text, "      - {name:?}")?;
                        }
                    }
                }
                if !rules.is_empty() {
                    writeln!(text, "    select:")?;
                }
                for TagRule {
                    matching,
                    except,
                    versions,
                } in rules
                {
                    writeln!(text, "      - match: {matching:?}")?;
                    if let Some(Versions {
                        range,
                        parts,
                        pre_releases,
                    }) = versions
                    {
                        writeln!(text, "        version: {range:?}")?;
                        writeln!(text, "        parts: {parts:?}")?;
                        if *pre_releases {
                            writeln!(text, "        pre-releases: true")?;
                        }
                    }
                    if !except.is_empty() {
                        writeln!(text, "        except: {except:?}")?;
                    }
                }
                write_choices(platforms.as_ref(), *referrers, text)?;
                match target {
                    Some(target) => writeln!(text, "    target: {}", quote(target)),
                    None => Ok(()),
                }
            }
        }
    }
}
