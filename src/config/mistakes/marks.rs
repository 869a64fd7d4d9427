//! Marks that do not belong to an image: of comments, of lists, of quotations.

use crate::model::is_hidden;

use super::mistake::{Line, Mistake, image_alone, short};

/// What git leaves where it cannot merge.
pub(super) fn conflict(line: &Line<'_>) -> Option<Mistake> {
    let first = line.words.first().filter(|first| first.start == 0)?;
    let marks = ["<<<<<<<", "|||||||", "=======", ">>>>>>>"];
    marks.contains(&first.text).then(|| {
        let message = text!("git left a conflict here", "git 在这里留下了冲突");
        Mistake::new("conflict", message, first.span()).help(text!(
            "keep the lines that are right, and delete this one",
            "留下对的行，删掉这一行"
        ))
    })
}

/// `---`
pub(super) fn rule(line: &Line<'_>) -> Option<Mistake> {
    let text = line.text.trim();
    let is_rule = text.len() > 2 && text.chars().all(|c| "-=_*~+".contains(c));
    is_rule.then(|| {
        let message = text!(
            "this is a line between parts, not an image",
            "这是分隔线，不是镜像"
        );
        Mistake::new("rule", message, line.from(&line.words[0])).help(text!(
            "leave it out, or write `#` before it",
            "去掉它，或者在前面写 `#`"
        ))
    })
}

/// `// web`, `; web`, `<!-- web -->`
pub(super) fn comment_of_another_kind(line: &Line<'_>) -> Option<Mistake> {
    /// What begins a comment, and what ends it.
    const KINDS: [(&str, &str); 6] = [
        ("//", ""),
        (";", ""),
        ("<!--", "-->"),
        ("/*", "*/"),
        ("-- ", ""),
        ("REM ", ""),
    ];
    let text = line.text.trim();
    let found = KINDS.iter().find(|(begin, _)| text.starts_with(begin));
    let (begin, end) = found?;
    let (mark, inner) = (begin.trim_end(), text.strip_prefix(begin)?);
    let inner = inner.strip_suffix(end).unwrap_or(inner).trim();
    let start = line.words.first()?.start;
    let message = text!(
        "`{mark}` begins no comment; comments begin with `#`",
        "`{mark}` 不是注释的开头；注释以 `#` 开头"
    );
    Some(
        Mistake::new("comment-mark", message, start..start + mark.len()).help(text!(
            "write `# {}`",
            "写成 `# {}`",
            short(inner)
        )),
    )
}

/// `[web]`
pub(super) fn section(line: &Line<'_>) -> Option<Mistake> {
    let text = line.text.trim();
    let name = text.strip_prefix('[')?.strip_suffix(']')?;
    let named =
        name.starts_with(|c: char| c.is_alphanumeric()) && !name.contains(['"', ',', '/', ':']);
    named.then(|| {
        let message = text!(
            "`{}` begins a section, and an image list has none",
            "`{}` 是一节的开头，镜像列表不分节",
            short(text)
        );
        Mistake::new("section", message, line.from(&line.words[0])).help(text!(
            "as a comment it does no harm: `# {}`",
            "可以改成注释：`# {}`",
            short(name)
        ))
    })
}

/// `nginx：1.27`, and other characters that look like the right ones or like nothing
pub(super) fn full_width_characters(line: &Line<'_>) -> Option<Mistake> {
    let begins = |at: usize| !line.text[..at].ends_with(|c: char| !c.is_whitespace());
    let found = |(at, c): (usize, char)| plain(c, begins(at)).map(|plain| (at, c, plain));
    let (at, c, instead) = line.text.char_indices().find_map(found)?;
    let message = match instead {
        "" => text!(
            "an invisible character (U+{:04X}) stands here",
            "这里有一个看不见的字符（U+{:04X}）",
            u32::from(c)
        ),
        instead if ('\u{ff01}'..='\u{ff5e}').contains(&c) => {
            text!(
                "`{c}` is a full-width character, which looks like `{instead}`",
                "`{c}` 是全角字符，应该写 `{instead}`"
            )
        }
        instead => text!(
            "`{c}` looks like `{instead}` but is another character",
            "`{c}` 看起来像 `{instead}`，其实是另一个字符"
        ),
    };
    let mut mended = String::new();
    for (at, c) in line.text.char_indices() {
        match plain(c, begins(at)) {
            Some(instead) => mended.push_str(instead),
            None => mended.push(c),
        }
    }
    Some(Mistake::new("odd-character", message, at..at + c.len_utf8()).mended(mended.trim()))
}

/// Returns what stands on a keyboard instead of a character that only looks like it; `begins` tells
/// whether it begins a word.
fn plain(c: char, begins: bool) -> Option<&'static str> {
    const ASCII: &str = "!\"#$%&'()*+,-./0123456789:;<=>?@ABCDEFGHIJKLMNOPQRSTUVWXYZ[\\]^_`\
                         abcdefghijklmnopqrstuvwxyz{|}~";
    match c {
        '\u{ff01}'..='\u{ff5e}' => {
            let at = usize::try_from(u32::from(c) - 0xff01).ok()?;
            ASCII.get(at..=at)
        }
        c if is_hidden(c) && !c.is_whitespace() => Some(""),
        // What an office program makes of `--`.
        '–' | '—' if begins => Some("--"),
        '\u{2010}'..='\u{2015}' | '\u{2212}' => Some("-"),
        '“' | '”' => Some("\""),
        '‘' | '’' => Some("'"),
        '。' => Some("."),
        '、' => Some(","),
        _ => None,
    }
}

/// `nginx:${TAG}`, `<image>:<tag>`, `nginx:*`
pub(super) fn placeholder(line: &Line<'_>) -> Option<Mistake> {
    for word in &line.words {
        let filled_in = ["{{", "$", "<"]
            .into_iter()
            .find_map(|mark| word.text.find(mark));
        if let Some(at) = filled_in.filter(|at| at + 1 < word.text.len()) {
            let rest = &word.text[at..];
            let end = at + rest.find(['}', '>']).map_or(rest.len(), |end| end + 1);
            let message = text!(
                "`{}` stands for something else",
                "`{}` 代表别的内容",
                short(&word.text[at..end])
            );
            let span = word.start + at..word.start + end;
            let help = text!(
                "write what it stands for: nothing is filled in here",
                "写上它代表的内容：这里不做替换"
            );
            return Some(Mistake::new("placeholder", message, span).help(help));
        }
        let tag = word.text.rsplit_once(':').map_or("", |(_, tag)| tag);
        let is_quoted = word.text.starts_with('*');
        if tag.contains(['*', '^', '~', '>']) && !is_quoted {
            let message = text!("`{}` is a pattern", "`{}` 是通配写法", short(tag));
            let help = text!(
                "write an image with its tag for each that is meant",
                "要哪些镜像，就把每个连同标签写上"
            );
            return Some(Mistake::new("placeholder", message, word.span()).help(help));
        }
    }
    None
}

/// `2. nginx:1.27`, `(3) nginx:1.27`
pub(super) fn number(line: &Line<'_>) -> Option<Mistake> {
    let first = line.words.first().filter(|_| line.words.len() > 1)?;
    let digits = first.text.trim_matches(['(', ')', '.', ':', '、']);
    if digits.is_empty() || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let message = text!(
        "`{}` is a number before the image",
        "镜像前面有编号 `{}`",
        short(first.text)
    );
    Some(
        Mistake::new("number", message, first.span())
            .help(image_alone())
            .mended(line.text[first.span().end..].trim()),
    )
}

/// `- nginx`, `- [x] nginx`
pub(super) fn bullet(line: &Line<'_>) -> Option<Mistake> {
    /// The last ones are those of a box, as it falls into words: `[x]` or `[ ]`.
    const BULLETS: [&str; 11] = ["-", "*", "+", ">", "•", "·", "▪", "◦", "[x]", "[", "]"];
    let first = line
        .words
        .first()
        .filter(|word| BULLETS.contains(&word.text))?;
    let rest = line.text[first.span().end..].trim();
    let message = text!(
        "`{}` does not belong to an image list",
        "镜像列表里不写 `{}`",
        first.text
    );
    Some(
        Mistake::new("odd-punctuation", message, first.span())
            .help(image_alone())
            .mended(rest),
    )
}

/// `"nginx"`, `nginx,`, `**nginx**`, `(nginx)`
pub(super) fn around(line: &Line<'_>) -> Option<Mistake> {
    let (first, last) = (line.words.first()?, line.words.last()?);
    let text = line.text.trim();
    let brackets = [('(', ')'), ('[', ']')];
    let bracketed = brackets
        .into_iter()
        .find_map(|(open, close)| text.strip_prefix(open)?.strip_suffix(close));
    let marks = ['"', '\'', '`', ',', ';', '*', '•', '·'];
    let inner = bracketed.unwrap_or_else(|| text.trim_matches(marks));
    // Between several they are for others to look at.
    if inner.is_empty() || inner.contains(['"', '\'', ',', ';']) {
        return None;
    }
    let start = line.text.find(inner)?;
    let odd = if start > first.start {
        first.start..start
    } else {
        start + inner.len()..last.span().end
    };
    let marks = line.text.get(odd.clone())?;
    let message = text!(
        "`{marks}` does not belong to an image",
        "镜像里不写 `{marks}`"
    );
    (!odd.is_empty()).then(|| Mistake::new("odd-punctuation", message, odd).mended(inner))
}
