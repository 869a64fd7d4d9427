//! Mistakes in which and how many words stand on a line.

use crate::model::{PlatformPattern, Reference, check_tag};

use super::mistake::{Line, Mistake, one_a_line, short};

pub(in crate::config) fn is_image(text: &str) -> bool {
    text.parse::<Reference>().is_ok()
}

/// What a field of a line may be.
enum Field<'a> {
    /// An image with its tag or its digest.
    Tagged(&'a str),
    /// An image without either.
    Name(&'a str),
    /// A tag that can be nothing else.
    Version(&'a str),
    /// A platform, as it should be written.
    Platform(String),
    Other,
}

/// Returns the platform that a text is, or was probably meant to be.
pub(super) fn platform(text: &str) -> Option<String> {
    match text.parse::<PlatformPattern>() {
        Ok(platform) => (!platform.is_wildcard()).then(|| text.to_owned()),
        Err(error) => error.meant,
    }
}

impl<'a> Field<'a> {
    fn of(text: &'a str) -> Self {
        if let Some(platform) = platform(text) {
            return Self::Platform(platform);
        }
        let bare = text.strip_prefix('v').unwrap_or(text);
        let version = bare.starts_with(|c: char| c.is_ascii_digit()) || text == "latest";
        match text.contains([':', '@']) {
            true if is_image(text) => Self::Tagged(text),
            false if version && check_tag(text).is_ok() => Self::Version(text),
            false if is_image(text) => Self::Name(text),
            _ => Self::Other,
        }
    }
}

/// `nginx 1.27`, `linux/arm64 nginx`, `nginx,1.27,linux/arm64`, `| nginx | 1.27 |`
pub(super) fn in_columns(line: &Line<'_>) -> Option<Mistake> {
    let first = line.behind_platform().first()?;
    let (option, text) = line.text.split_at(first.start);
    let mark = ['|', ',', ';']
        .into_iter()
        .find(|mark| text.contains(*mark));
    let parts: Vec<&str> = match mark {
        Some(mark) => text
            .split(mark)
            .map(str::trim)
            .filter(|part| !part.is_empty())
            .collect(),
        None => text.split_whitespace().collect(),
    };
    let unquoted = parts.iter().map(|part| part.trim_matches(['"', '\'', '`']));
    let fields: Vec<Field<'_>> = unquoted.map(Field::of).collect();
    let (image, platform) = match fields.as_slice() {
        [Field::Tagged(image) | Field::Name(image)] if mark.is_some() => {
            ((*image).to_owned(), None)
        }
        [
            Field::Tagged(image) | Field::Name(image),
            Field::Platform(platform),
        ]
        | [
            Field::Platform(platform),
            Field::Tagged(image) | Field::Name(image),
        ] => ((*image).to_owned(), Some(platform)),
        [Field::Name(name), Field::Version(tag)] => (format!("{name}:{tag}"), None),
        [
            Field::Name(name),
            Field::Version(tag),
            Field::Platform(platform),
        ]
        | [
            Field::Platform(platform),
            Field::Name(name),
            Field::Version(tag),
        ] => (format!("{name}:{tag}"), Some(platform)),
        [Field::Tagged(_), Field::Tagged(_), ..] => return None,
        // Many words between commas are a sentence.
        _ => {
            let is_table = parts.len() > 1
                && (mark == Some('|') || !parts.iter().any(|part| part.contains(' ')));
            return mark.filter(|_| is_table).map(|mark| row(line, mark));
        }
    };
    let (code, message) = match (platform, fields.as_slice()) {
        (Some(_), _) if !option.trim().is_empty() => return None,
        (Some(platform), _) => (
            "option-missing",
            text!(
                "the platform is written as `--platform={platform}` before the image",
                "平台要写成 `--platform={platform}`，放在镜像前面"
            ),
        ),
        (None, [_, Field::Version(tag)]) => (
            "blank-in-image",
            text!(
                "a `:` is missing before the tag `{tag}`",
                "标签 `{tag}` 前面少了 `:`"
            ),
        ),
        (None, _) => (
            "odd-punctuation",
            text!("an image stands alone on its line", "一行里只写镜像"),
        ),
    };
    let platform = platform.map_or_else(String::new, |platform| format!("--platform={platform} "));
    let mistake = Mistake::new(code, message, line.from(first));
    Some(mistake.mended(format!("{option}{platform}{image}")))
}

fn row(line: &Line<'_>, mark: char) -> Mistake {
    let what = text!(
        "a row with `{mark}` between its columns",
        "用 `{mark}` 分列的一行"
    );
    Mistake::other_form(line, &what).help(one_a_line())
}

/// `nginx:1.27 alpine:3.20`, `nginx:1.27,alpine:3.20`
pub(super) fn several(line: &Line<'_>) -> Option<Mistake> {
    let first = line.behind_platform().first()?;
    let (option, text) = line.text.split_at(first.start);
    let images: Vec<&str> = text
        .split(|c: char| c.is_whitespace() || matches!(c, ',' | ';'))
        .map(|image| image.trim_matches(['"', '\'', '`']))
        .filter(|image| !image.is_empty())
        .collect();
    let good = |image: &&str| image.contains([':', '/']) && is_image(image);
    (images.len() > 1 && images.iter().all(good)).then(|| {
        let lines: Vec<String> = images
            .iter()
            .map(|image| format!("{option}{image}"))
            .collect();
        let message = text!("several images stand on this line", "这一行有几个镜像");
        Mistake::new("several-images", message, line.from(first))
            .help(text!("write one image a line", "一行写一个镜像"))
            .mended(lines.join("\n"))
    })
}

/// `nginx:1.27 web`
pub(super) fn words_behind(line: &Line<'_>) -> Option<Mistake> {
    let [_, second, ..] = line.behind_platform() else {
        return None;
    };
    let words = short(line.text[second.start..].trim_end());
    let message = text!(
        "`{words}` stands behind the image",
        "镜像后面还有 `{words}`"
    );
    Some(
        Mistake::new("words-behind-image", message, line.from(second)).help(text!(
            "a line ends with the image; comments stand on lines of their own, after `#`",
            "一行到镜像为止；注释单独写一行，以 `#` 开头"
        )),
    )
}
