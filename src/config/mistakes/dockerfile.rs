//! Mistakes in a Dockerfile that lists images. What stands behind `FROM` is a line of an image list, and has its
//! mistakes too.

use std::ops::Range;

use crate::config::dockerfile_line::{NOTHING, Name, Parts};
use crate::config::image_list_line;
use crate::config::spelling::closest;

use super::mistake::{Line, Mistake, short};

/// What a Dockerfile has besides `FROM`.
const INSTRUCTIONS: [&str; 17] = [
    "ADD",
    "ARG",
    "CMD",
    "COPY",
    "ENTRYPOINT",
    "ENV",
    "EXPOSE",
    "HEALTHCHECK",
    "LABEL",
    "MAINTAINER",
    "ONBUILD",
    "RUN",
    "SHELL",
    "STOPSIGNAL",
    "USER",
    "VOLUME",
    "WORKDIR",
];

/// Finds what is wrong with a line of an image list.
type Find = fn(&Line<'_>) -> Mistake;

/// Finds what is wrong with a line that is not understood.
pub(super) fn find(text: &str, in_list: Find) -> Mistake {
    let line = Line::of(text);
    let found = instruction(&line).or_else(|| goes_on(&line));
    let Some(parts) = Parts::of(text) else {
        let found = found.or_else(|| misspelt(&line));
        return found.unwrap_or_else(|| from_missing(&line, in_list));
    };
    let recognisers = [variable, nothing_behind, from_nothing, loose_platform];
    let found = found.or_else(|| recognisers.iter().find_map(|is| is(&line, &parts)));
    found.unwrap_or_else(|| of_list(&parts, in_list))
}

/// `RUN apk add curl`
fn instruction(line: &Line<'_>) -> Option<Mistake> {
    let first = line.words.first()?;
    let is_said = line.words.len() > 1 || first.text.chars().all(|c| c.is_ascii_uppercase());
    let upper = first.text.to_ascii_uppercase();
    if !is_said || !INSTRUCTIONS.contains(&&*upper) {
        return None;
    }
    let message = text!(
        "`{upper}` builds an image, and this file lists images: it has `FROM` lines alone",
        "`{upper}` 是用来构建镜像的，而这个文件列出镜像：只能有 `FROM` 行"
    );
    Some(
        Mistake::new("instruction", message, first.span()).help(text!(
            "list the images in a file of their own, such as `images.dockerfile`; `pusher import` writes those of this one as \
             a mirror file",
            "把镜像列在单独的文件里，如 `images.dockerfile`；`pusher import` 会把这个文件用到的镜像写成 mirror 文件"
        )),
    )
}

/// `FORM nginx:1.27`
fn misspelt(line: &Line<'_>) -> Option<Mistake> {
    let [first, _, ..] = line.words[..] else {
        return None;
    };
    closest(first.text, ["from"])?;
    let message = text!("`{}` is not `FROM`", "`{}` 不是 `FROM`", short(first.text));
    let mistake = Mistake::new("not-from", message, first.span());
    Some(mistake.mended(line.with(first.span(), "FROM")))
}

/// `FROM nginx:1.27 \`
fn goes_on(line: &Line<'_>) -> Option<Mistake> {
    let before = line.text.trim_end().strip_suffix('\\')?;
    let message = text!("a line cannot go on in the next one", "一行不能续到下一行");
    let span = before.len()..before.len() + 1;
    Some(Mistake::new("line-goes-on", message, span).help(text!(
        "write `FROM`, the image and its name on one line",
        "把 `FROM`、镜像和名字写在一行里"
    )))
}

/// `FROM ${IMAGE}`, `FROM nginx:$TAG`
fn variable(line: &Line<'_>, _: &Parts<'_>) -> Option<Mistake> {
    let word = line.words.iter().find(|word| word.text.contains('$'))?;
    let start = word.start + word.text.find('$')?;
    let braced = line.text[start..word.span().end].find('}');
    let end = braced.map_or(word.span().end, |brace| start + brace + 1);
    let message = text!(
        "`{}` is a variable, and has no value here",
        "`{}` 是变量，在这里没有值",
        short(&line.text[start..end])
    );
    Some(Mistake::new("variable", message, start..end).help(text!(
        "write the value itself, as in `FROM nginx:1.27`",
        "直接写出值，如 `FROM nginx:1.27`"
    )))
}

/// `FROM`, `FROM nginx AS`
fn nothing_behind(_: &Line<'_>, parts: &Parts<'_>) -> Option<Mistake> {
    if parts.line.text.is_empty() {
        let message = text!("an image is missing behind `FROM`", "`FROM` 后面缺少镜像");
        let mistake = Mistake::new("image-missing", message, parts.from.span());
        return Some(mistake.help(text!(
            "write it on this line, as in `FROM nginx:1.27`",
            "写在这一行，如 `FROM nginx:1.27`"
        )));
    }
    let Name::Missing(keyword) = parts.name else {
        return None;
    };
    let message = text!("a name is missing behind `AS`", "`AS` 后面缺少名字");
    let mistake = Mistake::new("name-missing", message, keyword.span());
    Some(mistake.help(text!(
        "write what the image is called in the target, or leave `AS` out",
        "写上镜像在目标里的名字，或者去掉 `AS`"
    )))
}

/// `FROM scratch`
fn from_nothing(_: &Line<'_>, parts: &Parts<'_>) -> Option<Mistake> {
    let image = parts.line.text.split_whitespace().last()?;
    let start = parts.line.start + parts.line.text.len() - image.len();
    let message = text!(
        "`{NOTHING}` is no image of a registry: there is nothing to copy",
        "`{NOTHING}` 不是仓库里的镜像，没有可拷的内容"
    );
    (image == NOTHING).then(|| {
        let mistake = Mistake::new("from-nothing", message, start..start + image.len());
        mistake.help(text!("leave this line out", "去掉这一行"))
    })
}

/// `FROM --platform linux/arm64 nginx`
fn loose_platform(_: &Line<'_>, parts: &Parts<'_>) -> Option<Mistake> {
    let words = image_list_line::words(parts.line.text);
    let (Some(value), image) = image_list_line::split_platform(&words)? else {
        return None;
    };
    if !parts.has_loose_platform() || image.is_empty() {
        return None;
    }
    let message = text!(
        "in a Dockerfile no blank stands before the platform",
        "Dockerfile 里，平台前面不能有空格"
    );
    let rest = parts.line.text[value.span().end..].trim();
    let span = shifted(&(0..value.span().end), parts);
    let mistake = Mistake::new("platform-apart", message, span);
    let image = format!("--platform={} {rest}", value.text);
    Some(match from(parts, &image) {
        Some(line) => mistake.mended(line),
        None => mistake,
    })
}

/// What is wrong with the line of an image list that stands behind `FROM`.
fn of_list(parts: &Parts<'_>, in_list: Find) -> Mistake {
    let found = in_list(&Line::of(parts.line.text));
    let mended = found.mended.and_then(|mended| from(parts, &mended));
    Mistake {
        span: shifted(&found.span, parts),
        mended,
        ..found
    }
}

/// `nginx:1.27`, `docker pull nginx`
fn from_missing(line: &Line<'_>, in_list: Find) -> Mistake {
    let prefixed = |text: &str| {
        let lines = text.lines().map(|line| match line.trim_start() {
            comment if comment.starts_with('#') => line.to_owned(),
            image => format!("FROM {image}"),
        });
        lines.collect::<Vec<_>>().join("\n")
    };
    if image_list_line::parse_line(line.text).is_err() {
        let found = in_list(line);
        let mended = found.mended.as_deref().map(prefixed);
        return Mistake { mended, ..found };
    }
    let start = line.words.first().map_or(0, |word| word.start);
    let message = text!("`FROM` is missing before the image", "镜像前面缺少 `FROM`");
    Mistake::new("from-missing", message, start..line.text.len()).mended(prefixed(line.text))
}

fn shifted(span: &Range<usize>, parts: &Parts<'_>) -> Range<usize> {
    parts.line.start + span.start..parts.line.start + span.end
}

/// Returns the line with another image; none where a name would stand behind several.
fn from(parts: &Parts<'_>, lines: &str) -> Option<String> {
    let is_comment = |line: &str| line.trim_start().starts_with('#');
    let images = lines.lines().filter(|line| !is_comment(line)).count();
    let name = match parts.name {
        Name::As(name) if images == 1 => format!(" AS {}", name.text),
        Name::As(_) => return None,
        Name::None | Name::Missing(_) => String::new(),
    };
    let written = lines.lines().map(|line| match line {
        comment if is_comment(comment) => comment.to_owned(),
        image => format!("FROM {image}{name}"),
    });
    Some(written.collect::<Vec<_>>().join("\n"))
}
