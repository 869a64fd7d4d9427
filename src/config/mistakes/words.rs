//! Mistakes in how the words of a line are put together.

use crate::config::image_list_line::Word;

use super::columns::{is_image, platform};
use super::mistake::{Line, Mistake, image_alone, short};

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
            text!(
                "a comment cannot stand behind an image",
                "镜像后面不能写注释"
            ),
            line.from(comment),
        )
        .help(text!("put it on a line of its own", "注释单独写一行"))
        .mended(format!("# {text}\n{image}")),
    )
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
    let message = text!(
        "`{}` is a command",
        "`{}` 是命令",
        short(&line.text[start..end])
    );
    let mistake = Mistake::new("command", message, start..end).help(image_alone());
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
    matches!(word, "-q" | "--quiet" | "--disable-content-trust")
}

/// `FROM nginx:1.27 AS build`
pub(super) fn stage(line: &Line<'_>) -> Option<Mistake> {
    let (from, rest) = line.words.split_first()?;
    if !from.text.eq_ignore_ascii_case("from") || rest.is_empty() {
        return None;
    }
    let end = match rest {
        [.., behind, name, _] if name.text.eq_ignore_ascii_case("as") => behind.span().end,
        _ => line.text.len(),
    };
    let message = text!(
        "`{}` is of a Dockerfile",
        "`{}` 是 Dockerfile 里的写法",
        from.text
    );
    let mistake = Mistake::new("stage", message, from.span()).help(image_alone());
    let image = line.text[from.span().end..end].trim();
    // What is built from nothing, or from another stage, is no image of a registry.
    Some(if image == "scratch" {
        mistake
    } else {
        mistake.mended(image)
    })
}

/// `image: nginx:1.27`, `name: nginx`
pub(super) fn key(line: &Line<'_>) -> Option<Mistake> {
    const OF_IMAGES: [&str; 4] = ["image", "source", "src", "from"];
    const OTHERS: [&str; 16] = [
        "apiversion",
        "container",
        "containers",
        "dest",
        "destination",
        "dst",
        "images",
        "kind",
        "name",
        "platform",
        "registry",
        "repo",
        "repository",
        "tag",
        "target",
        "version",
    ];
    let first = line.words.first()?;
    let (key, value) = line.text.trim().split_once(':')?;
    let name = key.trim_matches(['"', '\'']).to_ascii_lowercase();
    let (of_image, other) = (OF_IMAGES.contains(&&*name), OTHERS.contains(&&*name));
    // `source:1.27` is an image.
    if !(of_image || other) || !value.starts_with([' ', '\t']) {
        return None;
    }
    let message = text!(
        "`{key}:` does not belong to an image list",
        "镜像列表里不写 `{key}:`"
    );
    let span = first.start..first.start + key.len() + 1;
    let mistake = Mistake::new("odd-punctuation", message, span).help(image_alone());
    Some(if of_image {
        mistake.mended(value.trim())
    } else {
        mistake
    })
}

/// `IMAGE=nginx:1.27`, `nginx==1.27`
pub(super) fn assignment(line: &Line<'_>) -> Option<Mistake> {
    let word = line.words.iter().find(|word| word.text.contains('='))?;
    let at = word.start + word.text.find('=')?;
    Some(
        Mistake::new(
            "odd-punctuation",
            text!("an image has no `=`", "镜像里没有 `=`"),
            at..at + 1,
        )
        .help(text!(
            "a tag stands behind `:`, as in `nginx:1.27`; nothing is set in an image list",
            "标签写在 `:` 后面，如 `nginx:1.27`；镜像列表里不能赋值"
        )),
    )
}

/// `nginx: 1.27`, `ghcr.io/ org/app`
pub(super) fn torn_apart(line: &Line<'_>) -> Option<Mistake> {
    let [name, tag] = line.behind_platform() else {
        return None;
    };
    let joint = |c: char| matches!(c, ':' | '@' | '/');
    let joined = format!("{}{}", name.text, tag.text);
    let is_platform = platform(name.text.trim_end_matches(':')).is_some();
    let is_torn = name.text.ends_with(joint) || tag.text.starts_with(joint);
    if is_platform || !is_torn || !is_image(&joined) {
        return None;
    }
    let span = name.start..tag.span().end;
    let message = text!(
        "a blank stands in the middle of this image",
        "这个镜像中间有空格"
    );
    let mended = line.with(span.clone(), &joined);
    Some(Mistake::new("blank-in-image", message, span).mended(mended))
}
