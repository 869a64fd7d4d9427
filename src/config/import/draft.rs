//! A mirror file that is being written.

use std::fmt::Write;

use crate::config::format::Format;
use crate::config::target::{NAMESPACE_VARIABLE, REGISTRY_VARIABLE};
use crate::plan::TargetName;

/// A mirror file that is being written.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Draft {
    pub(super) lines: Vec<Line>,
}

/// A part of the list of images.
#[derive(Debug, Clone, PartialEq, Eq)]
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
        platforms: Option<Vec<String>>,
        /// Its name, where it cannot be left to the rule.
        target: Option<TargetName>,
    },
}

impl Draft {
    /// Writes the mirror file; `origin` is the name of the file it was made from.
    pub(super) fn to_yaml(&self, origin: &str) -> String {
        let origin: String = origin.chars().filter(|c| !c.is_control()).collect();
        let mut text = format!(
            "# yaml-language-server: $schema=schemas/mirror.schema.json\n\
             # Made from `{origin}` by `pusher import`.\n\
             version: 1\n\
             target:\n  \
               registry: ${{{REGISTRY_VARIABLE}}}\n  \
               namespace: ${{{NAMESPACE_VARIABLE}}}\n\
             images:\n"
        );
        for line in &self.lines {
            // Writing into a `String` does not fail.
            let _ = line.write(&mut text);
        }
        text
    }
}

impl Line {
    fn write(&self, text: &mut String) -> std::fmt::Result {
        let quote = |text: &str| Format::Yaml.quote(text);
        match self {
            Self::Empty => writeln!(text),
            Self::Comment(comment) => writeln!(text, "  #{comment}"),
            Self::Image {
                source,
                platforms: None,
                target: None,
            } => {
                writeln!(text, "  - {}", quote(source))
            }
            Self::Image {
                source,
                platforms,
                target,
            } => {
                writeln!(text, "  - source: {}", quote(source))?;
                if let Some(platforms) = platforms {
                    let platforms: Vec<String> = platforms.iter().map(|one| quote(one)).collect();
                    writeln!(text, "    platforms: [{}]", platforms.join(", "))?;
                }
                match target {
                    Some(target) => writeln!(text, "    target: {}", quote(&target.to_string())),
                    None => Ok(()),
                }
            }
        }
    }
}
