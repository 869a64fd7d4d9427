//! The images of a mirror file as declared images.

use crate::model::{Reference, Text, check_tag};
use crate::plan::TargetName;

use super::at::At;
use super::declared::{Declared, Form, Naming};
use super::diagnostics::Diagnostic;
use super::files::Files;
use super::format::Format;
use super::mirror_file::{ImageItem, ImageTable};
use super::name_template::NameTemplate;
use super::{mistakes, tagged};

/// Checks the images of a mirror file; those that are wrong become diagnostics.
pub(super) fn declare(
    items: Vec<ImageItem>,
    format: Format,
    files: &Files,
    diagnostics: &mut Vec<Diagnostic>,
) -> Vec<Declared> {
    let mut declared = Vec::new();
    for item in items {
        let (image, form) = match item {
            ImageItem::Source(source) => (ImageTable::of(source), Form::Text(format)),
            ImageItem::Table(image) => (*image, Form::Table(format)),
        };
        let ImageTable {
            source,
            target,
            tags,
            choices,
        } = image;
        let told = diagnostics.len();
        diagnostics.extend(tagged::said_twice(&source, target.as_ref(), &tags, format));
        let reference = if let Ok(reference) = source.value.parse::<Reference>() {
            Some(reference)
        } else {
            let whole = matches!(form, Form::Text(_));
            diagnostics.push(mistakes::explain_item(&source, whole, format));
            None
        };
        let naming = match target {
            None => Some(Naming::Flat { platform: None }),
            Some(target) if NameTemplate::is_meant(&target.value) => {
                match NameTemplate::parse(&target.value) {
                    Ok(template) => Some(Naming::Template {
                        template,
                        place: target.place,
                    }),
                    Err(mistake) => {
                        diagnostics.push(mistake.diagnostic("not-a-target", target.place));
                        None
                    }
                }
            }
            Some(target) => match parse_target(&target, reference.as_ref()) {
                Ok(name) => Some(Naming::Given {
                    name,
                    place: target.place,
                }),
                Err(diagnostic) => {
                    diagnostics.push(diagnostic);
                    None
                }
            },
        };
        if let (Some(reference), Some(naming), true) =
            (reference, naming, diagnostics.len() == told)
        {
            let image = Declared {
                written: source.value,
                source: reference,
                selection: None,
                naming,
                form,
                choices,
                origin: files.origin(&source.place),
                place: source.place,
            };
            declared.extend(tagged::each(image, tags, files));
        }
    }
    declared
}

/// Reads `repository:tag`; without a tag it is the source's, else `latest`.
///
/// Which names a registry accepts is for its profile to say.
#[expect(
    clippy::result_large_err,
    reason = "an error is made once for each mistake"
)]
pub(super) fn parse_target(
    target: &At<String>,
    source: Option<&Reference>,
) -> Result<TargetName, Diagnostic> {
    let wrong = |message: Text| {
        Diagnostic::error("not-a-target", message)
            .at(target.place.clone())
            .help(text!(
                "write the name below the namespace, such as `app:v1`",
                "写命名空间下面的名字，如 `app:v1`"
            ))
    };
    let text = target.value.as_str();
    if let Some(prefix) = ["https://", "http://", "/"]
        .iter()
        .find(|p| text.starts_with(**p))
    {
        return Err(wrong(text!(
            "a target cannot begin with `{prefix}`",
            "目标不能以 `{prefix}` 开头"
        )));
    }
    if text.contains('@') {
        return Err(wrong(text!(
            "a target has a tag and no digest; its digest follows",
            "目标只写标签，不写摘要；摘要由内容决定"
        )));
    }
    let last = text.rfind('/').map_or(0, |slash| slash + 1);
    let (repository, tag) = match text[last..].split_once(':') {
        Some((name, tag)) => (&text[..last + name.len()], Some(tag)),
        None => (text, None),
    };
    if repository.is_empty() || repository.contains(':') {
        return Err(wrong(text!(
            "`{text}` is not `repository:tag`",
            "`{text}` 不是 `repository:tag` 的形式"
        )));
    }
    let tag = tag
        .or_else(|| source.and_then(Reference::tag))
        .unwrap_or("latest");
    if let Err(why) = check_tag(tag) {
        return Err(wrong(Text::of(|| why.to_string())));
    }
    Ok(TargetName {
        repository: repository.to_owned(),
        tag: tag.to_owned(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::Place;

    fn target(text: &str) -> Result<String, String> {
        let place = Place {
            file: "".into(),
            span: 0..0,
        };
        let source = "nginx:1.27".parse().unwrap();
        parse_target(
            &At {
                value: text.to_owned(),
                place,
            },
            Some(&source),
        )
        .map(|name| name.to_string())
        .map_err(|diagnostic| diagnostic.message.to_string())
    }

    #[test]
    fn reads_a_repository_and_a_tag() {
        for (text, name) in [
            ("app:v1", "app:v1"),
            ("app", "app:1.27"),
            ("a/b:_x", "a/b:_x"),
        ] {
            assert_eq!(target(text).as_deref(), Ok(name));
        }
    }

    #[test]
    fn says_why_a_target_is_refused() {
        for (text, why) in [
            ("app:", "no tag"),
            (":v1", "repository:tag"),
            ("", "repository:tag"),
            ("app:v1:2", "`:`"),
            ("app:-x", "begin with `-`"),
            ("app@sha256:12", "digest"),
            ("https://x/y", "https://"),
            ("localhost:5000/x:1", "repository:tag"),
            (&format!("a:{}", "x".repeat(129)), "129"),
            ("a:版本", "版"),
        ] {
            let error = target(text).unwrap_err();
            assert!(error.contains(why), "{text}: {error}");
        }
    }
}
