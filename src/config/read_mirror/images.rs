//! The images, and what can be chosen for one or for all of them.

use crate::config::at::At;
use crate::config::diagnostics::Diagnostic;
use crate::config::format::Format;
use crate::config::mirror_file::{Choices, ImageItem, ImageTable};
use crate::config::node::{Node, Pair, Value};
use crate::config::reader::Reader;
use crate::config::table::Table;
use crate::model::{Glob, PlatformPattern, Platforms, Reference};

use super::selection;

pub(super) fn defaults(reader: &mut Reader<'_>, node: &Node) -> Option<Choices> {
    let mut table = reader.table(node, "defaults")?;
    let choices = choices(reader, &mut table);
    reader.finish(table, &text!("`defaults`", "`defaults` "));
    Some(choices)
}

fn choices(reader: &mut Reader<'_>, table: &mut Table<'_>) -> Choices {
    Choices {
        platforms: table.read("platforms", |node, key| platforms(reader, node, key)),
        missing_platforms: table.read("missing-platforms", |node, key| reader.word(node, key)),
        attestations: table.read("attestations", |node, key| reader.word(node, key)),
        referrers: table.read("referrers", |node, key| reader.word(node, key)),
        foreign_layers: table.read("foreign-layers", |node, key| reader.word(node, key)),
        immutable: table.read("immutable", |node, key| {
            let patterns = selection::one_or_list(node).iter();
            // Each is looked at, whatever is wrong with another.
            let read: Vec<_> = patterns.map(|node| pattern(reader, node, key)).collect();
            read.into_iter().collect()
        }),
        min_age: table.read("min-age", |node, key| reader.duration(node, key)),
    }
}

/// Reads a pattern of tags, which some tag must be able to fit.
fn pattern(reader: &mut Reader<'_>, node: &Node, key: &str) -> Option<String> {
    let At { value, place } = reader.text(node, key)?;
    let is_in_tags = |c: &char| c.is_ascii_alphanumeric() || matches!(c, '.' | '_' | '-');
    let Some(wrong) = Glob::new(&value).literals().find(|c| !is_in_tags(c)) else {
        return Some(value);
    };
    let message = text!(
        "no tag fits `{value}`: none has `{wrong}` in it",
        "没有标签能匹配 `{value}`：标签里不会有 `{wrong}`"
    );
    let told = Diagnostic::error("not-a-pattern", message).at(place);
    reader.report(told.help(text!(
        "it is a pattern of whole tags: `*` stands for any characters, `?` for one, `[0-9]` for one of these",
        "它是匹配整个标签的模式：`*` 代表任意字符，`?` 代表一个，`[0-9]` 代表其中一个"
    )));
    None
}

pub(super) fn platforms(reader: &mut Reader<'_>, node: &Node, key: &str) -> Option<Platforms> {
    let items = match &node.value {
        Value::Scalar { text, .. } if text == "all" => return Some(Platforms::All),
        // One platform need not be a list.
        Value::Scalar { .. } => std::slice::from_ref(node),
        _ => reader.list(node, key),
    };
    if let ([], Value::List(_)) = (items, &node.value) {
        let place = reader.place(&node.span);
        let empty = Diagnostic::error(
            "no-platforms",
            text!("this list has no platforms", "这个列表里没有平台"),
        )
        .at(place)
        .help(text!("name some, or write `all`", "写上平台，或者写 `all`"));
        reader.report(empty);
        return None;
    }
    let parsed: Vec<Option<PlatformPattern>> = items
        .iter()
        .map(|node| platform(reader, node, key))
        .collect();
    let patterns: Vec<PlatformPattern> = parsed.into_iter().collect::<Option<_>>()?;
    (!patterns.is_empty()).then(|| Platforms::only(patterns))
}

fn platform(reader: &mut Reader<'_>, node: &Node, key: &str) -> Option<PlatformPattern> {
    let At { value, place } = reader.text(node, key)?;
    match value.parse::<PlatformPattern>() {
        Ok(pattern) => Some(pattern),
        Err(error) => {
            let diagnostic = Diagnostic::error(
                "not-a-platform",
                text!("`{value}` is not a platform", "`{value}` 不是平台"),
            )
            .at(place.clone());
            reader.report(match error.meant {
                Some(meant) => diagnostic.replace(place, reader.format.quote(&meant)),
                None if value == "all" => diagnostic.help(text!(
                    "write `platforms: all`, without a list",
                    "写成 `platforms: all`，不要列表"
                )),
                None => diagnostic.help(text!(
                    "write operating system, architecture and variant, such as `linux/amd64` or \
                     `linux/arm/v7`",
                    "写操作系统、架构和变体，如 `linux/amd64` 或 `linux/arm/v7`"
                )),
            });
            None
        }
    }
}

/// Reads an item of `images`.
pub(super) fn image(reader: &mut Reader<'_>, node: &Node) -> Option<ImageItem> {
    if !matches!(node.value, Value::Table(_)) {
        return reader.text(node, "images").map(ImageItem::Source);
    }
    if let Some(diagnostic) = torn_apart(reader, node) {
        reader.report(diagnostic);
        return None;
    }
    let mut table = reader.table(node, "images")?;
    let source = if let Some(node) = table.take("source") {
        reader.text(node, "source")
    } else {
        let missing = Diagnostic::error(
            "missing-key",
            text!("this image has no `source`", "这个镜像没有 `source`"),
        )
        .at(reader.place(&node.span))
        .help(text!(
            "name the image: `source: nginx:1.27`",
            "写上镜像：`source: nginx:1.27`"
        ));
        reader.report(missing);
        None
    };
    let target = table.read("target", |node, key| reader.text(node, key));
    let tags = selection::tags(reader, &mut table);
    let choices = choices(reader, &mut table);
    reader.finish(table, &text!("an image", "镜像设置"));
    Some(ImageItem::Table(Box::new(ImageTable {
        source: source?,
        target,
        tags,
        choices,
    })))
}

/// `- nginx: 1.27`: with a blank behind the colon, YAML takes it for a key and a value.
///
/// What does not look like a version may as well be another tool's key with an image behind it.
fn torn_apart(reader: &Reader<'_>, node: &Node) -> Option<Diagnostic> {
    let Value::Table(pairs) = &node.value else {
        return None;
    };
    let [
        Pair {
            key,
            key_span,
            value,
        },
    ] = pairs.as_slice()
    else {
        return None;
    };
    let Value::Scalar { text, .. } = &value.value else {
        return None;
    };
    let image = format!("{key}:{text}");
    let is_key = matches!(key.as_str(), "source" | "target" | "image" | "name" | "tag");
    let number = text.strip_prefix('v').unwrap_or(text);
    let is_version = text == "latest" || number.starts_with(|c: char| c.is_ascii_digit());
    if is_key || !is_version || image.parse::<Reference>().is_err() {
        return None;
    }
    let place = reader.place(&(key_span.start..value.span.end));
    let message = text!(
        "a blank stands in the middle of this image",
        "这个镜像中间有空格"
    );
    let diagnostic = Diagnostic::error("blank-in-image", message).at(place.clone());
    Some(match reader.format {
        Format::Yaml => diagnostic.replace(place, image),
        Format::Toml => diagnostic.help(text!("write `{image:?}`", "写成 `{image:?}`")),
    })
}
