//! Lines that say where an image goes, which an image list cannot.

use crate::config::format::Format;
use crate::config::image_list_line::{Word, split_platform};
use crate::model::{Text, check_tag};

use super::columns::is_image;
use super::mistake::{Line, Mistake};

/// `nginx:1.27 => web:1`, `nginx:1.27 mirror/nginx:1.27`, `example/cli mirror/cli 2.0`
pub(super) fn source_and_target(line: &Line<'_>) -> Option<Mistake> {
    const ARROWS: [&str; 7] = ["-->", "==>", "=>", "->", "→", "⇒", "➜"];
    let (platform, rest) = split_platform(&line.words).unwrap_or((None, &line.words));
    let text = line.text[rest.first()?.start..].trim_end();
    if let Some((source, target)) = ARROWS.into_iter().find_map(|arrow| text.split_once(arrow)) {
        let what = text!("`source => target`", "形如 `source => target` 的一行");
        let mistake = Mistake::other_form(line, &what);
        return Some(mistake.help(named(platform, source.trim(), target.trim())));
    }
    let words: Vec<&str> = rest.iter().map(|word| word.text).collect();
    if let [source, target, tag] = words[..]
        && !source.contains([':', '@'])
        && !target.contains([':', '@'])
        && is_pair(source, target)
        && check_tag(tag).is_ok()
    {
        let (source, target) = (format!("{source}:{tag}"), format!("{target}:{tag}"));
        let what = text!(
            "source, target and tag in columns",
            "分列写的源、目标和标签"
        );
        let mistake = Mistake::other_form(line, &what);
        return Some(mistake.help(named(platform, &source, &target)));
    }
    let separators = [" ", "\t", "=", ":", ","];
    let mut pairs = separators
        .into_iter()
        .filter_map(|mark| text.split_once(mark));
    pairs
        .any(|(source, target)| {
            let is_mark = |c: char| c.is_whitespace() || matches!(c, ',' | ';' | '=');
            is_pair(
                source.trim_end_matches([',', ';', ':', '=']),
                target.trim_matches(is_mark),
            )
        })
        .then(|| {
            let what = text!("a source and its target, or two images", "源和目标，或者两个镜像");
            Mistake::other_form(line, &what).help(text!(
                "write two images on two lines; to give one a name, write `source` and `target` in \
                 the `images` of a `mirror.yaml`",
                "两个镜像写两行；要给镜像起名字，在 `mirror.yaml` 的 `images` 里写 `source` 和 `target`"
            ))
        })
}

fn is_pair(source: &str, target: &str) -> bool {
    is_image(source) && is_image(target) && is_related(source, target)
}

/// Says how to give an image a name of its own.
fn named(platform: Option<Word<'_>>, source: &str, target: &str) -> Text {
    let quote = |text: &str| Format::Yaml.quote(text);
    let platforms = platform.map_or_else(String::new, |platform| {
        format!("platforms: [{}], ", quote(platform.text))
    });
    let host = target.split_once('/').map_or("", |(host, _)| host);
    let item = if is_image(source) && is_image(target) && !host.contains(['.', ':']) {
        let (source, target) = (quote(source), quote(target));
        format!("`- {{ source: {source}, {platforms}target: {target} }}`")
    } else {
        return text!(
            "an image list has no names of its own: write it in the `images` of a `mirror.yaml`, as \
             `source` and `target`, the target below the namespace",
            "镜像列表里不能写名字：写在 `mirror.yaml` 的 `images` 里，用 `source` 和 `target`，目标写命名空间下面的名字"
        );
    };
    text!(
        "an image list has no names of its own: write it in the `images` of a `mirror.yaml`, as {item}",
        "镜像列表里不能写名字：写在 `mirror.yaml` 的 `images` 里：{item}"
    )
}

/// Tells whether two images may be one, before and after it was mirrored: their names are alike, and
/// so are their tags.
pub(in crate::config) fn is_related(one: &str, other: &str) -> bool {
    fn parts(image: &str) -> (&str, Option<&str>) {
        let image = image.split('@').next().unwrap_or(image);
        let last = image.rsplit('/').next().unwrap_or(image);
        last.split_once(':')
            .map_or((last, None), |(name, tag)| (name, Some(tag)))
    }
    let ((name, tag), (another, another_tag)) = (parts(one), parts(other));
    tag == another_tag && (name.contains(another) || another.contains(name))
}
