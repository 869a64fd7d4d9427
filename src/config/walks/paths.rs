//! Where images stand in a kind of object: `Prometheus:spec.image`.

use std::fmt;
use std::str::FromStr;

use crate::config::node::{Node, Value};
use crate::config::tree::{pairs, text_of};

/// A path to images: keys with points between them; lists are gone through.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ImagePath {
    /// The kind of object; none for every kind.
    kind: Option<String>,
    steps: Vec<Step>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Step {
    /// This key.
    Key(String),
    /// Any key: `*`.
    Any,
    /// Any keys, as deep as they go: `**`.
    Deep,
}

/// Says that a text is no [`ImagePath`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ImagePathError(String);

impl fmt::Display for ImagePathError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self(text) = self;
        write_tr!(
            f,
            "`{text}` is not a path to an image: write keys with points between them, such as `spec.image` or `Prometheus:spec.image`",
            "`{text}` 不是镜像的路径：用点隔开各个键，如 `spec.image` 或 `Prometheus:spec.image`"
        )
    }
}

impl std::error::Error for ImagePathError {}

impl FromStr for ImagePath {
    type Err = ImagePathError;

    fn from_str(text: &str) -> Result<Self, ImagePathError> {
        let (kind, path) = match text.split_once(':') {
            Some((kind, path)) => (Some(kind), path),
            None => (None, text),
        };
        let is_name = |kind: &str| !kind.is_empty() && kind.chars().all(char::is_alphanumeric);
        // A point that is part of a key has a backslash before it.
        let steps = path.replace("\\.", "\0");
        let steps: Vec<_> = steps
            .split('.')
            .map(|step| step.trim_end_matches("[]"))
            .collect();
        if steps.contains(&"") || !kind.is_none_or(is_name) {
            return Err(ImagePathError(text.to_owned()));
        }
        let step = |step: &str| match step {
            "*" => Step::Any,
            "**" => Step::Deep,
            key => Step::Key(key.replace('\0', ".")),
        };
        Ok(Self {
            kind: kind.map(str::to_owned),
            steps: steps.into_iter().map(step).collect(),
        })
    }
}

impl ImagePath {
    /// Makes the path of a kind that is known.
    pub(super) fn known(path: &str) -> Option<Self> {
        path.parse().ok()
    }

    /// Hands out what stands there in an object of the kind.
    pub(super) fn each<'n>(&self, object: &'n Node, take: &mut dyn FnMut(&'n Node)) {
        let kind = text_of(object, "kind");
        if self
            .kind
            .as_deref()
            .is_none_or(|wanted| kind == Some(wanted))
        {
            follow(object, &self.steps, take);
        }
    }
}

fn follow<'n>(node: &'n Node, steps: &[Step], take: &mut dyn FnMut(&'n Node)) {
    if let Value::List(items) = &node.value {
        for item in items {
            follow(item, steps, take);
        }
        return;
    }
    let Some((step, rest)) = steps.split_first() else {
        return take(node);
    };
    if *step == Step::Deep {
        follow(node, rest, take);
    }
    for pair in pairs(node) {
        match step {
            Step::Key(key) if *key != pair.key => {}
            Step::Key(_) | Step::Any => follow(&pair.value, rest, take),
            Step::Deep => follow(&pair.value, steps, take),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::tree::{documents, text};

    #[test]
    fn a_path_goes_through_lists_and_any_key() {
        let yaml =
            "kind: K\nspec:\n  image: a\n  parts:\n  - image: b\n  - deep: {image: c}\n  x.y: d\n";
        let roots = documents(yaml).unwrap();
        for (path, found) in [
            ("spec.image", &["a"][..]),
            ("K:spec.image", &["a"]),
            ("L:spec.image", &[]),
            ("spec.parts.image", &["b"]),
            ("spec.parts[].image", &["b"]),
            ("spec.*.image", &["b"]),
            ("**.image", &["a", "b", "c"]),
            ("spec.x\\.y", &["d"]),
        ] {
            let mut there = vec![];
            let path: ImagePath = path.parse().unwrap();
            path.each(&roots[0], &mut |node| there.extend(text(node)));
            assert_eq!(there, found, "{path:?}");
        }
        for path in ["", "spec..image", "a b:c", ":c", "a:"] {
            assert!(path.parse::<ImagePath>().is_err(), "{path}");
        }
    }
}
