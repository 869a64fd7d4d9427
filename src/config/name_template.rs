//! Templates of names: `{namespace}_{name}`, `base:{name}-{tag}`.

use crate::model::{Reference, Text, listed};
use crate::plan::TargetName;

use super::diagnostics::Diagnostic;
use super::files::Place;
use super::spelling::closest;

/// What stands between the parts of a name.
const SEPARATORS: [char; 4] = ['.', '_', '-', '/'];

/// How an image is named by what its source is called.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct NameTemplate {
    repository: Vec<Part>,
    /// None for the source's own tag.
    tag: Option<Vec<Part>>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Part {
    Text(String),
    Value(Placeholder),
}

/// What can stand in a template.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Placeholder {
    /// The registry: `docker.io`.
    Host,
    /// The repository: `library/nginx`.
    Path,
    /// The last level of it: `nginx`.
    Name,
    /// The levels before that: `library`.
    Namespace,
    /// The one platform that is asked for, with `_` for `/`.
    Platform,
    /// The tag: `1.27`.
    Tag,
}

const PLACEHOLDERS: [(&str, Placeholder); 6] = [
    ("host", Placeholder::Host),
    ("path", Placeholder::Path),
    ("name", Placeholder::Name),
    ("namespace", Placeholder::Namespace),
    ("platform", Placeholder::Platform),
    ("tag", Placeholder::Tag),
];

/// What is wrong with a template.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Mistake {
    pub(super) message: Text,
    pub(super) help: Option<Text>,
}

impl Mistake {
    fn new(message: Text) -> Self {
        Self {
            message,
            help: None,
        }
    }

    /// Tells of it at a place.
    pub(super) fn diagnostic(self, code: &'static str, place: Place) -> Diagnostic {
        let Self { message, help } = self;
        let told = Diagnostic::error(code, message).at(place);
        Diagnostic { help, ..told }
    }
}

impl NameTemplate {
    /// Tells whether a text is meant as one, and not as a name.
    pub(super) fn is_meant(text: &str) -> bool {
        text.contains(['{', '}'])
    }

    /// Reads a template.
    pub(super) fn parse(text: &str) -> Result<Self, Mistake> {
        let (repository, tag) = match text.split_once(':') {
            Some((repository, tag)) => (repository, Some(tag)),
            None => (text, None),
        };
        let takes =
            |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || SEPARATORS.contains(&c);
        let template = Self {
            repository: parts(repository, takes)?,
            tag: tag
                .map(|tag| parts(tag, |c| takes(c.to_ascii_lowercase()) && c != '/'))
                .transpose()?,
        };
        if template.repository.is_empty() || template.tag.as_ref().is_some_and(Vec::is_empty) {
            return Err(Mistake::new(text!(
                "`{text}` is not `repository` or `repository:tag`",
                "`{text}` 不是 `repository` 或 `repository:tag` 的形式"
            )));
        }
        Ok(template)
    }

    /// Returns the name of an image: of its source, and of its platform as that was written.
    pub(super) fn name(&self, source: &Reference, platform: Option<&str>) -> TargetName {
        let value = |placeholder| value(placeholder, source, platform);
        let tag = match &self.tag {
            None => tag_of(source).to_owned(),
            Some(parts) => filled(parts, |placeholder| value(placeholder).replace('/', "_")),
        };
        TargetName {
            repository: filled(&self.repository, value),
            tag,
        }
    }
}

fn value(placeholder: Placeholder, source: &Reference, platform: Option<&str>) -> String {
    let path = &source.repository().name;
    let (namespace, name) = path.rsplit_once('/').unwrap_or(("", path));
    match placeholder {
        Placeholder::Host => {
            let host = source.registry().replace([':', '[', ']'], "-");
            host.trim_matches('-').to_owned()
        }
        Placeholder::Path => path.clone(),
        Placeholder::Name => name.to_owned(),
        Placeholder::Namespace => namespace.to_owned(),
        Placeholder::Platform => platform.unwrap_or_default().replace('/', "_"),
        Placeholder::Tag => tag_of(source).to_owned(),
    }
}

/// Returns the tag that an image has in the target, where nobody says otherwise.
pub(super) fn tag_of(source: &Reference) -> &str {
    source.tag().unwrap_or("latest")
}

/// Puts values in the place of placeholders. One that is empty leaves no separator behind that would stand first,
/// last or beside another.
fn filled(parts: &[Part], value: impl Fn(Placeholder) -> String) -> String {
    let mut name = String::new();
    let mut gap = false;
    for part in parts {
        let text = match part {
            Part::Text(text) => text.clone(),
            Part::Value(placeholder) => value(*placeholder),
        };
        let hangs = gap && (name.is_empty() || name.ends_with(SEPARATORS));
        let text = if hangs {
            text.trim_start_matches(SEPARATORS)
        } else {
            &text
        };
        name.push_str(text);
        gap = text.is_empty();
    }
    if gap {
        name.truncate(name.trim_end_matches(SEPARATORS).len());
    }
    name
}

/// Reads a part of a template, in which `takes` says which characters can stand.
fn parts(text: &str, takes: impl Fn(char) -> bool) -> Result<Vec<Part>, Mistake> {
    let mut parts = vec![];
    let mut rest = text;
    while let Some(brace) = rest.find(['{', '}']) {
        let (before, from) = rest.split_at(brace);
        push_text(&mut parts, before, &takes)?;
        let Some((name, behind)) = from.strip_prefix('{').and_then(|from| from.split_once('}'))
        else {
            return Err(Mistake::new(text!(
                "a brace of `{text}` has no other one: a placeholder is written `{{name}}`",
                "`{text}` 里有个花括号不成对：占位符写成 `{{name}}`"
            )));
        };
        parts.push(Part::Value(placeholder(name)?));
        rest = behind;
    }
    push_text(&mut parts, rest, &takes)?;
    Ok(parts)
}

fn push_text(
    parts: &mut Vec<Part>,
    text: &str,
    takes: impl Fn(char) -> bool,
) -> Result<(), Mistake> {
    if let Some(odd) = text.chars().find(|c| !takes(*c)) {
        return Err(Mistake::new(text!(
            "`{odd}` cannot stand in such a name",
            "这样的名字里不能有 `{odd}`"
        )));
    }
    if !text.is_empty() {
        parts.push(Part::Text(text.to_owned()));
    }
    Ok(())
}

fn placeholder(name: &str) -> Result<Placeholder, Mistake> {
    let known = PLACEHOLDERS.iter().find(|(known, _)| *known == name);
    if let Some((_, found)) = known {
        return Ok(*found);
    }
    let names = || PLACEHOLDERS.iter().map(|(name, _)| *name);
    let help = match closest(name, names()) {
        Some(meant) => text!("did you mean `{{{meant}}}`?", "要写的是 `{{{meant}}}` 吗？"),
        None => text!(
            "the placeholders are {}",
            "占位符有 {}",
            listed(names().map(|name| format!("`{{{name}}}`")))
        ),
    };
    Err(Mistake {
        message: text!(
            "there is no placeholder `{{{name}}}`",
            "没有 `{{{name}}}` 这个占位符"
        ),
        help: Some(help),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn name(template: &str, source: &str, platform: Option<&str>) -> String {
        let template = NameTemplate::parse(template).unwrap();
        template
            .name(&source.parse().unwrap(), platform)
            .to_string()
    }

    #[test]
    fn placeholders_stand_for_parts_of_the_source() {
        let arm = Some("linux/arm/v7");
        for (template, source, platform, expected) in [
            (
                "{namespace}_{name}",
                "nginx:1.27",
                None,
                "library_nginx:1.27",
            ),
            ("{path}", "ghcr.io/a/b/c", None, "a/b/c:latest"),
            (
                "{host}/{path}",
                "r.example.com:5000/a/b:1",
                None,
                "r.example.com-5000/a/b:1",
            ),
            ("base:{name}-{tag}", "nginx:1.27", None, "base:nginx-1.27"),
            ("all:{path}_{tag}", "ghcr.io/a/b:1", None, "all:a_b_1"),
            ("{platform}_{name}", "nginx:1", arm, "linux_arm_v7_nginx:1"),
            // What is empty takes its separator with it.
            ("{platform}_{name}", "nginx:1", None, "nginx:1"),
            ("{name}-{platform}", "nginx:1", None, "nginx:1"),
            ("{namespace}/{name}", "ghcr.io/app:1", None, "app:1"),
            ("x-{platform}-{name}", "nginx:1", None, "x-nginx:1"),
            ("{name}{platform}-x", "nginx:1", None, "nginx-x:1"),
            ("{name}:{tag}-{platform}", "nginx:1", None, "nginx:1"),
            (
                "{name}",
                "nginx@sha256:aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
                None,
                "nginx:latest",
            ),
        ] {
            assert_eq!(
                name(template, source, platform),
                expected,
                "{template} {source}"
            );
        }
    }

    #[test]
    fn says_what_is_wrong_with_a_template() {
        for (template, message, help) in [
            ("{nmae}", "no placeholder `{nmae}`", "`{name}`?"),
            (
                "{repository_name}",
                "no placeholder",
                "`{host}`, `{path}`, `{name}`",
            ),
            ("{}", "no placeholder `{}`", "`{host}`"),
            ("a{name", "no other one", ""),
            ("name}", "no other one", ""),
            ("{name}:", "`repository:tag`", ""),
            (":{tag}", "`repository:tag`", ""),
            ("{Name}-X", "no placeholder", "`{name}`"),
            ("{name}X", "`X` cannot stand", ""),
            ("{name}:{tag}:x", "`:` cannot stand", ""),
            ("{name}:a/{tag}", "`/` cannot stand", ""),
            ("{name}@x", "`@` cannot stand", ""),
            ("https://{path}", "`/` cannot stand", ""),
        ] {
            let mistake = NameTemplate::parse(template).unwrap_err();
            let told = mistake.message.english();
            assert!(told.contains(message), "{template}: {told}");
            let found = mistake.help.map(|help| help.english().to_owned());
            assert!(found.unwrap_or_default().contains(help), "{template}");
        }
    }
}
