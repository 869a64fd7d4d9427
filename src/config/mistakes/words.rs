//! Mistakes in how the words of a line are put together.

use super::super::images_txt::Word;
use super::{Line, Mistake, short};
use crate::model::{PlatformPattern, Reference, check_tag};

fn is_image(text: &str) -> bool {
    text.parse::<Reference>().is_ok()
}

/// `nginx:1.27 # web`
pub(super) fn comment_behind_the_image(line: &Line<'_>) -> Option<Mistake> {
    let begins = |word: &&Word<'_>| {
        ["#", "＃", "//"]
            .iter()
            .any(|mark| word.text.starts_with(mark))
    };
    let comment = line.words.iter().skip(1).find(begins)?;
    let image = line.text[..comment.start].trim();
    let text = line.text[comment.start..]
        .trim_start_matches(['#', '＃', '/'])
        .trim();
    Some(
        Mistake::new(
            "comment-behind-image",
            "a comment cannot stand behind an image",
            line.from(comment),
        )
        .help("put it on a line of its own")
        .mended(format!("# {text}\n{image}")),
    )
}

/// `nginx：1.27`, and other characters that look like the right ones or like nothing
pub(super) fn full_width_characters(line: &Line<'_>) -> Option<Mistake> {
    let found = |(at, c): (usize, char)| plain(c).map(|plain| (at, c, plain));
    let (at, c, instead) = line.text.char_indices().find_map(found)?;
    let message = match instead {
        "" => format!(
            "an invisible character (U+{:04X}) stands here",
            u32::from(c)
        ),
        instead if ('\u{ff01}'..='\u{ff5e}').contains(&c) => {
            format!("`{c}` is a full-width character, which looks like `{instead}`")
        }
        instead => format!("`{c}` looks like `{instead}` but is another character"),
    };
    let mut mended = String::new();
    for c in line.text.chars() {
        match plain(c) {
            Some(instead) => mended.push_str(instead),
            None => mended.push(c),
        }
    }
    Some(Mistake::new("odd-character", message, at..at + c.len_utf8()).mended(mended.trim()))
}

/// Returns what stands on a keyboard instead of a character that only looks like it.
fn plain(c: char) -> Option<&'static str> {
    const ASCII: &str = "!\"#$%&'()*+,-./0123456789:;<=>?@ABCDEFGHIJKLMNOPQRSTUVWXYZ[\\]^_`\
                         abcdefghijklmnopqrstuvwxyz{|}~";
    match c {
        '\u{ff01}'..='\u{ff5e}' => {
            let at = usize::try_from(u32::from(c) - 0xff01).ok()?;
            ASCII.get(at..=at)
        }
        '\u{200b}'..='\u{200f}' | '\u{2060}' | '\u{feff}' | '\u{ad}' => Some(""),
        '\u{2010}'..='\u{2012}' | '\u{2212}' => Some("-"),
        // What an office program makes of `--`.
        '–' | '—' => Some("--"),
        '“' | '”' => Some("\""),
        '‘' | '’' => Some("'"),
        '。' => Some("."),
        '、' => Some(","),
        _ => None,
    }
}

/// `docker pull nginx`
pub(super) fn command(line: &Line<'_>) -> Option<Mistake> {
    const TOOLS: [&str; 8] = [
        "docker", "podman", "nerdctl", "crictl", "ctr", "crane", "skopeo", "buildah",
    ];
    let mut words = line
        .words
        .iter()
        .filter(|word| !matches!(word.text, "$" | ">" | "sudo"));
    let tool = words.next().filter(|word| TOOLS.contains(&word.text))?;
    let verb = words.find(|word| !matches!(word.text, "image" | "images" | "i"))?;
    let end = verb.start + verb.text.len();
    let start = line.words.first().map_or(tool.start, |word| word.start);
    let message = format!("`{}` is a command", short(&line.text[start..end]));
    let mistake = Mistake::new("command", message, start..end).help("write the image alone");
    if verb.text != "pull" {
        return Some(mistake);
    }
    let rest: Vec<&str> = words
        .map(|word| word.text)
        .filter(|word| !is_flag_of_pull(word))
        .collect();
    Some(if rest.is_empty() {
        mistake
    } else {
        mistake.mended(rest.join(" "))
    })
}

fn is_flag_of_pull(word: &str) -> bool {
    matches!(
        word,
        "-q" | "--quiet" | "-a" | "--all-tags" | "--disable-content-trust"
    )
}

/// `- nginx`, `image: nginx`, `"nginx"`, `nginx,`
pub(super) fn punctuation(line: &Line<'_>) -> Option<Mistake> {
    let first = line.words.first()?;
    if line.words.len() > 1 && matches!(first.text, "-" | "*" | "+" | "image:" | "FROM" | "from") {
        let message = format!("`{}` does not belong to an image list", first.text);
        let rest = line.text[first.span().end..].trim();
        return Some(
            Mistake::new("odd-punctuation", message, first.span())
                .help("write the image alone")
                .mended(rest),
        );
    }
    let last = line.words.last()?;
    let inner = line
        .text
        .trim()
        .trim_matches(['"', '\'', '`', ',', ';', '<', '>']);
    let start = line.text.find(inner).filter(|_| !inner.is_empty())?;
    let odd = if start > first.start {
        first.start..start
    } else {
        start + inner.len()..last.span().end
    };
    let message = format!(
        "`{}` does not belong to an image",
        line.text.get(odd.clone())?
    );
    (!odd.is_empty()).then(|| Mistake::new("odd-punctuation", message, odd).mended(inner))
}

/// `linux/arm64 nginx`
pub(super) fn platform_without_option(line: &Line<'_>) -> Option<Mistake> {
    let [platform, image] = line.words.as_slice() else {
        return None;
    };
    platform
        .text
        .parse::<PlatformPattern>()
        .ok()
        .filter(|_| is_image(image.text))?;
    let message = format!("`--platform=` is missing before `{}`", platform.text);
    let mended = format!("--platform={} {}", platform.text, image.text);
    Some(Mistake::new("option-missing", message, platform.span()).mended(mended))
}

/// `nginx: 1.27`, `nginx 1.27`
pub(super) fn torn_apart(line: &Line<'_>) -> Option<Mistake> {
    let words = line.behind_platform();
    let [name, tag] = words else { return None };
    let span = name.start..tag.span().end;
    let joint = |c: char| matches!(c, ':' | '@' | '/');
    let joined = format!("{}{}", name.text, tag.text);
    if (name.text.ends_with(joint) || tag.text.starts_with(joint)) && is_image(&joined) {
        let message = "a blank stands in the middle of this image";
        let mended = line.with(span.clone(), &joined);
        return Some(Mistake::new("blank-in-image", message, span).mended(mended));
    }
    let bare = !name.text.contains([':', '@']) && is_image(name.text);
    let version = tag.text.strip_prefix('v').unwrap_or(tag.text);
    let version = version.starts_with(|c: char| c.is_ascii_digit()) || version == "latest";
    if !bare || !version || check_tag(tag.text).is_err() {
        return None;
    }
    let message = format!("a `:` is missing before the tag `{}`", tag.text);
    let mended = line.with(span.clone(), &format!("{}:{}", name.text, tag.text));
    Some(Mistake::new("blank-in-image", message, span).mended(mended))
}

/// `nginx:1.27 web`, `nginx:1.27 alpine:3.20`
pub(super) fn several(line: &Line<'_>) -> Option<Mistake> {
    let words = line.behind_platform();
    let [first, second, ..] = words else {
        return None;
    };
    let before = &line.text[..first.start];
    if words
        .iter()
        .all(|word| word.text.contains([':', '/']) && is_image(word.text))
    {
        let message = "several images stand on this line";
        let lines: Vec<String> = words
            .iter()
            .map(|word| format!("{before}{}", word.text))
            .collect();
        return Some(
            Mistake::new("several-images", message, line.from(second))
                .help("write one image a line")
                .mended(lines.join("\n")),
        );
    }
    let words = short(line.text[second.start..].trim_end());
    let message = format!("`{words}` stands behind the image");
    Some(
        Mistake::new("words-behind-image", message, line.from(second))
            .help("a line ends with the image; comments stand on lines of their own, after `#`")
            .mended(format!("{before}{}", first.text)),
    )
}
