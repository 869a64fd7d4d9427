//! Mistakes in the platform before an image.

use crate::config::image_list_line::split_platform;
use crate::config::spelling::closest;
use crate::model::{PlatformPattern, Reference, Text};

use super::mistake::{Line, Mistake, short};

const OPTION: &str = "--platform";

/// What platforms look like, for those who cannot be told which one they meant.
fn examples() -> Text {
    text!(
        "platforms are written as in `linux/amd64`, `linux/arm64`, `linux/arm/v7`, `linux/386`",
        "平台的写法如 `linux/amd64`、`linux/arm64`、`linux/arm/v7`、`linux/386`"
    )
}

/// The platforms that most images are made for.
const COMMON: [&str; 9] = [
    "linux/amd64",
    "linux/arm64",
    "linux/arm/v7",
    "linux/arm/v6",
    "linux/386",
    "linux/ppc64le",
    "linux/s390x",
    "linux/riscv64",
    "windows/amd64",
];

/// Returns the common platform that a text is with one letter or two in the wrong place.
fn misspelt(text: &str) -> Option<&'static str> {
    let near = |known: &&str| strsim::damerau_levenshtein(text, known) <= 2;
    closest(text, COMMON).filter(near)
}

/// `--platfrom=linux/arm64 nginx`, `-platform linux/arm64 nginx`
pub(super) fn misspelt_option(line: &Line<'_>) -> Option<Mistake> {
    let option = line
        .words
        .first()
        .filter(|word| word.text.starts_with('-'))?;
    if split_platform(&line.words).is_some() {
        return None;
    }
    let end = option.text.find(['=', ':']).unwrap_or(option.text.len());
    let name = &option.text[..end];
    let mistake = Mistake::new(
        "unknown-option",
        text!("unknown option `{}`", "没有 `{}` 这个选项", short(name)),
        option.start..option.start + end,
    );
    let is_platform =
        closest(name, [OPTION]).is_some() || matches!(name.trim_matches('-'), "arch" | "p" | "os");
    if !is_platform {
        return Some(mistake.help(text!(
            "the only option there is, is `--platform`",
            "选项只有 `--platform`"
        )));
    }
    let value = option.text[end..].trim_start_matches(['=', ':']);
    let equals = if end < option.text.len() { "=" } else { "" };
    Some(mistake.mended(line.with(option.span(), &format!("{OPTION}{equals}{value}"))))
}

/// `nginx --platform=linux/arm64`
pub(super) fn behind_the_image(line: &Line<'_>) -> Option<Mistake> {
    let at = line
        .words
        .iter()
        .position(|word| word.text.starts_with(OPTION))
        .filter(|at| *at > 0)?;
    let (platform, rest) = split_platform(&line.words[at..])?;
    let mistake = Mistake::new(
        "platform-behind-image",
        text!(
            "the platform stands before the image, not behind it",
            "平台写在镜像前面，不是后面"
        ),
        line.words[at].start..platform.map_or(line.text.len(), |platform| platform.span().end),
    );
    let Some(platform) = platform else {
        return Some(mistake);
    };
    // Of two images, it may be that of either.
    if !rest.is_empty() {
        return Some(mistake.help(text!("write one image a line", "一行写一个镜像")));
    }
    let image = line.text[..line.words[at].start].trim();
    Some(mistake.mended(format!("{OPTION}={} {image}", platform.text)))
}

/// `--platform`, `--platform=linux/arm64`, `--platform=nginx:1.27`
pub(super) fn nothing_behind(line: &Line<'_>) -> Option<Mistake> {
    let (platform, rest) = split_platform(&line.words)?;
    if !rest.is_empty() {
        return None;
    }
    let option = line.words.first()?.span();
    if platform.is_none() {
        let message = text!(
            "a platform and an image are missing behind `--platform`",
            "`--platform` 后面缺少平台和镜像"
        );
        return Some(Mistake::new("image-missing", message, option).help(text!(
            "write both on this line, as in `--platform=linux/arm64 nginx:1.27`",
            "都写在这一行，如 `--platform=linux/arm64 nginx:1.27`"
        )));
    }
    if let Some(mistake) = image_in_its_place(line) {
        return Some(mistake);
    }
    let message = text!(
        "an image is missing behind the platform",
        "平台后面缺少镜像"
    );
    Some(
        Mistake::new("image-missing", message, option.start..line.text.len()).help(text!(
            "write it on this line, behind the platform",
            "写在这一行，平台后面"
        )),
    )
}

/// `--platform=linux/amd64,linux/arm64 nginx`
pub(super) fn several(line: &Line<'_>) -> Option<Mistake> {
    let (platform, rest) = split_platform(&line.words)?;
    let platform = platform.filter(|platform| platform.text.contains([',', ';', '|']))?;
    let message = text!(
        "an image list has one platform a line",
        "镜像列表一行只能写一个平台"
    );
    let mistake = Mistake::new("several-platforms", message, platform.span()).help(text!(
        "write a line for each; a mirror file can put them under one name, \
         with `platforms: [linux/amd64, linux/arm64]`",
        "每个平台写一行；mirror 文件可以把它们放在一个名字下：`platforms: [linux/amd64, linux/arm64]`"
    ));
    let platforms: Vec<&str> = platform.text.split([',', ';', '|']).collect();
    let [image] = rest else { return Some(mistake) };
    // With a blank behind the comma, the next platform is the next word.
    if platforms.contains(&"") {
        return Some(mistake);
    }
    let line = |platform: &&str| format!("{OPTION}={platform} {}", image.text);
    let lines: Vec<String> = platforms.iter().map(line).collect();
    Some(mistake.mended(lines.join("\n")))
}

/// `--platform=all nginx`, `--platform=linux/* nginx`
pub(super) fn wildcard(line: &Line<'_>) -> Option<Mistake> {
    let (platform, _) = split_platform(&line.words)?;
    let parsed = |text: &str| {
        text.parse::<PlatformPattern>()
            .is_ok_and(|one| one.is_wildcard())
    };
    let platform = platform.filter(|platform| platform.text == "all" || parsed(platform.text))?;
    let message = text!(
        "an image list has one platform a line, not `{}`",
        "镜像列表一行只能写一个平台，不能写 `{}`",
        platform.text
    );
    let help = text!(
        "a mirror file can ask for more: `platforms: {}`",
        "mirror 文件可以要多个：`platforms: {}`",
        platform.text
    );
    Some(Mistake::new("several-platforms", message, platform.span()).help(help))
}

/// `--platform=linux/armv7 redis`, `--platform=nginx linux/arm64`
pub(super) fn not_a_platform(line: &Line<'_>) -> Option<Mistake> {
    let (platform, rest) = split_platform(&line.words)?;
    let platform = platform?;
    let error = platform.text.parse::<PlatformPattern>().err()?;
    if let ([other], true) = (rest, error.meant.is_none())
        && other.text.parse::<PlatformPattern>().is_ok()
        && platform.text.parse::<Reference>().is_ok()
    {
        let message = text!("platform and image have changed places", "平台和镜像写反了");
        let mended = format!("{OPTION}={} {}", other.text, platform.text);
        let span = platform.start..other.span().end;
        return Some(Mistake::new("image-in-platforms-place", message, span).mended(mended));
    }
    if let Some(mistake) = image_in_its_place(line) {
        return Some(mistake);
    }
    let message = text!(
        "`{}` is not a platform",
        "`{}` 不是平台",
        short(platform.text)
    );
    let mistake = Mistake::new("not-a-platform", message, platform.span()).help(examples());
    let meant = error
        .meant
        .or_else(|| misspelt(platform.text).map(str::to_owned));
    Some(match meant {
        Some(meant) => mistake
            .help(text!("did you mean `{meant}`?", "要写的是 `{meant}` 吗？"))
            .mended(line.with(platform.span(), &meant)),
        None => mistake,
    })
}

/// Recognises an image where a platform should be, by its tag or by the lack of anything that a
/// platform could be meant by.
fn image_in_its_place(line: &Line<'_>) -> Option<Mistake> {
    let (platform, rest) = split_platform(&line.words)?;
    let platform = platform?;
    let error = platform.text.parse::<PlatformPattern>().err()?;
    let could_be_platform = error.meant.is_some()
        || misspelt(platform.text).is_some()
        || platform.text.starts_with("linux/");
    if could_be_platform || platform.text.parse::<Reference>().is_err() {
        return None;
    }
    let image = short(platform.text);
    let message = text!(
        "`{image}` stands in the platform's place, and is not a platform",
        "`{image}` 在平台的位置上，但它不是平台"
    );
    let help = match rest {
        [] => text!(
            "write `{OPTION}=linux/arm64 {image}`, or `{image}` alone",
            "写成 `{OPTION}=linux/arm64 {image}`，或者只写 `{image}`"
        ),
        _ => examples(),
    };
    Some(Mistake::new("image-in-platforms-place", message, platform.span()).help(help))
}
