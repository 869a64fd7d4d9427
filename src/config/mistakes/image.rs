//! Mistakes in the image itself: the one word behind the platform.

use crate::config::image_list_line::Word;
use crate::model::{Digest, Reference, ReferenceError, TagError, Text, check_tag};

use super::mistake::{Line, Mistake, short};
use super::pages::{Page, page};

fn image<'a>(line: &Line<'a>) -> Option<Word<'a>> {
    match line.behind_platform() {
        [image] => Some(*image),
        _ => None,
    }
}

/// `https://hub.docker.com/r/xhofe/alist`
pub(super) fn page_address(line: &Line<'_>) -> Option<Mistake> {
    let word = line
        .behind_platform()
        .iter()
        .find(|word| page(word.text).is_some())?;
    let message = text!(
        "this is the address of a page, not an image",
        "这是网页地址，不是镜像"
    );
    let mistake = Mistake::new("page-address", message, word.span());
    Some(match page(word.text)? {
        Page::Of(image) => mistake.mended(line.with(word.span(), &image)),
        Page::Unknown => mistake.help(as_pulled()),
    })
}

/// `http://nginx:1.27`, `docker://nginx`
pub(super) fn scheme(line: &Line<'_>) -> Option<Mistake> {
    let image = line
        .behind_platform()
        .iter()
        .find(|word| word.text.contains("://"))?;
    let (scheme, rest) = image.text.split_once("://")?;
    let end = image.start + scheme.len() + 3;
    let message = text!(
        "an image has no `{}://` in front",
        "镜像前面没有 `{}://`",
        short(scheme)
    );
    let mistake = Mistake::new("scheme", message, image.start..end);
    let rest = rest.trim_end_matches('/');
    if is_address_of_image(scheme, rest) {
        return Some(mistake.mended(line.with(image.span(), rest)));
    }
    Some(mistake.help(as_pulled()))
}

fn as_pulled() -> Text {
    text!(
        "write the image as `docker pull` takes it, such as `xhofe/alist:latest`",
        "照 `docker pull` 的写法写镜像，如 `xhofe/alist:latest`"
    )
}

/// Tells the address of an image from that of a page: it has a tag, or a scheme or a registry that
/// has no pages.
fn is_address_of_image(scheme: &str, rest: &str) -> bool {
    const REGISTRIES: [&str; 9] = [
        "docker.io",
        "gcr.io",
        "ghcr.io",
        "k8s.gcr.io",
        "lscr.io",
        "nvcr.io",
        "quay.io",
        "registry.k8s.io",
        "public.ecr.aws",
    ];
    let (host, path) = rest.split_once('/').unwrap_or((rest, ""));
    let is_api = path.starts_with("v1/") || path.starts_with("v2/");
    let last = rest.rsplit('/').next().unwrap_or(rest);
    let named = match (path, last.split_once([':', '@'])) {
        (_, None) => false,
        // `http://nginx:1.27` is an image, `http://host:5000` and `http://example.com:80` are none.
        ("", Some((host, tag))) => !host.contains('.') && !is_port(tag),
        (_, Some(_)) => true,
    };
    let known = REGISTRIES.contains(&host) && !path.is_empty();
    match scheme {
        "docker" | "oci" => true,
        "http" | "https" => !is_api && (named || known),
        _ => false,
    }
}

fn is_port(text: &str) -> bool {
    text.len() > 3 && text.bytes().all(|byte| byte.is_ascii_digit())
}

/// `nginx:最新`
pub(super) fn not_ascii(line: &Line<'_>) -> Option<Mistake> {
    let image = image(line)?;
    let at = image.text.find(|c: char| !c.is_ascii())?;
    let odd = image.text[at..].chars().next()?;
    let name = image.text.rfind('/').map_or(0, |slash| slash + 1);
    let in_tag = image.text[name..at.max(name)].contains(':');
    let message = if in_tag {
        text!(
            "`{odd}` cannot stand in a tag: only letters `a-z A-Z`, digits and `_ . -` can",
            "标签里不能有 `{odd}`：只能有字母 `a-z A-Z`、数字和 `_ . -`"
        )
    } else {
        text!(
            "`{odd}` cannot stand in a name: only letters `a-z`, digits and `. _ -` can",
            "名字里不能有 `{odd}`：只能有字母 `a-z`、数字和 `. _ -`"
        )
    };
    let span = image.start + at..image.start + at + odd.len_utf8();
    Some(Mistake::new("not-ascii", message, span).help(text!(
        "look up how the image's own page spells it",
        "看看镜像自己的页面上怎么写"
    )))
}

/// `Nginx:1.27`
pub(super) fn upper_case(line: &Line<'_>) -> Option<Mistake> {
    let image = image(line)?;
    let Err(ReferenceError::UpperCase(_)) = image.text.parse::<Reference>() else {
        return None;
    };
    let name = image.text.split('@').next()?;
    let last = name.rfind('/').map_or(0, |slash| slash + 1);
    let end = name[last..]
        .find(':')
        .map_or(name.len(), |colon| last + colon);
    let at = name[..end].find(|c: char| c.is_ascii_uppercase())?;
    let message = text!(
        "the name `{}` has capitals; registries allow none",
        "名字 `{}` 里有大写字母，仓库不允许",
        short(&name[..end])
    );
    // Who writes all of it in capitals means this tag; of other tags nobody can know.
    let rest = match &image.text[end..] {
        ":LATEST" => ":latest",
        rest => rest,
    };
    let lower = format!("{}{rest}", name[..end].to_ascii_lowercase());
    let span = image.start + at..image.start + end;
    Some(Mistake::new("upper-case", message, span).mended(line.with(image.span(), &lower)))
}

/// `/nginx`, `ghcr.io/org/app/`, `ghcr.io//app`
pub(super) fn slashes(line: &Line<'_>) -> Option<Mistake> {
    let image = image(line)?;
    let parts: Vec<&str> = image
        .text
        .split('/')
        .filter(|part| !part.is_empty())
        .collect();
    let mended = parts.join("/");
    if mended == image.text || mended.is_empty() {
        return None;
    }
    let message = text!("there is a `/` too many", "多了一个 `/`");
    let mended = line.with(image.span(), &mended);
    Some(Mistake::new("slashes", message, image.span()).mended(mended))
}

/// `nginx:`, `nginx:1.27:alpine`, `nginx:-x`
pub(super) fn tag(line: &Line<'_>) -> Option<Mistake> {
    let image = image(line)?;
    let name = image.text.split('@').next()?;
    let last = name.rfind('/').map_or(0, |slash| slash + 1);
    let colon = last + name[last..].find(':')?;
    let tag = &name[colon + 1..];
    let span = image.start + colon..image.start + name.len();
    let why = check_tag(tag).err()?;
    let why_not = Text::of(|| short(&why.to_string()));
    let mistake = Mistake::new("tag", why_not, span);
    Some(match why {
        TagError::Empty => mistake.help(text!(
            "write the tag, or leave out the `:` if it is `latest`",
            "写上标签；如果是 `latest`，去掉 `:`"
        )),
        _ => mistake,
    })
}

/// `nginx@sha256:12`, `nginx@latest`
pub(super) fn digest(line: &Line<'_>) -> Option<Mistake> {
    let image = image(line)?;
    let (name, digest) = image.text.split_once('@')?;
    let error = digest.parse::<Digest>().err()?;
    let at = image.start + name.len();
    let span = at..image.span().end;
    let is_cut = digest.starts_with("sha")
        || (digest.len() > 6 && digest.bytes().all(|byte| byte.is_ascii_hexdigit()));
    if check_tag(digest).is_ok() && !is_cut && !name.contains(':') {
        let message = text!(
            "`{}` is a tag, and a tag stands behind `:`",
            "`{}` 是标签，标签写在 `:` 后面",
            short(digest)
        );
        let mended = line.with(image.span(), &format!("{name}:{digest}"));
        return Some(Mistake::new("digest", message, span).mended(mended));
    }
    let message = Text::of(|| short(&error.to_string()));
    let mistake = Mistake::new("digest", message, span).help(text!(
        "a digest is `sha256:` and 64 of `0-9 a-f`",
        "摘要是 `sha256:` 加 64 个 `0-9 a-f`"
    ));
    Some(match digest.strip_prefix("sha256-") {
        Some(hex) => mistake.mended(line.with(image.span(), &format!("{name}@sha256:{hex}"))),
        None => mistake,
    })
}

/// Whatever the others did not recognise.
pub(super) fn anything_else(line: &Line<'_>) -> Mistake {
    let words = line.behind_platform();
    let (start, end) = match (words.first(), words.last()) {
        (Some(first), Some(last)) => (first.start, last.span().end),
        _ => (0, line.text.len()),
    };
    let message = text!(
        "`{}` is not an image",
        "`{}` 不是镜像",
        short(&line.text[start..end])
    );
    Mistake::new("not-an-image", message, start..end).help(text!(
        "images are written as in `nginx:1.27`, `xhofe/alist` or `ghcr.io/org/app:v1`",
        "镜像的写法如 `nginx:1.27`、`xhofe/alist` 或 `ghcr.io/org/app:v1`"
    ))
}
