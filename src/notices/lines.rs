//! A message as lines, made harmless for a dialect and cut at a line where there is no more room.

use crate::model::{cut, is_hidden, listed};

use super::message::{Item, Message, Place};

/// How many images that have something in common are named.
const NAMED: usize = 5;
/// How much of a line is told, in characters.
const LONGEST: usize = 400;

/// What a service makes of a text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Dialect {
    /// Nothing.
    Plain,
    /// Markdown, as `DingTalk` and `WeCom` have it.
    Markdown,
    /// Slack's own.
    Slack,
}

impl Dialect {
    /// Writes a text so that nothing in it is obeyed: it calls nobody, and leads nowhere.
    ///
    /// What is written so has a look-alike instead: none of them says how it is quoted.
    pub(super) fn harmless(self, text: &str) -> String {
        let visible = text.chars().map(|c| if is_hidden(c) { ' ' } else { c });
        let text: String = visible.collect();
        if self == Self::Plain {
            return text;
        }
        let text = text.replace("://", ":／／");
        let mut safe = String::with_capacity(text.len());
        for (at, character) in text.char_indices() {
            let is_digest = || text[at..].starts_with("@sha256:");
            safe.push(match character {
                '<' => '＜',
                '>' => '＞',
                '&' if self == Self::Slack => '＆',
                '[' => '［',
                ']' => '］',
                '*' => '＊',
                '`' => '\'',
                '~' => '～',
                '|' => '｜',
                '#' => '＃',
                '\\' => '＼',
                '@' if !is_digest() => '＠',
                other => other,
            });
        }
        safe
    }

    pub(super) fn strong(self, text: &str) -> String {
        let text = self.harmless(text);
        match self {
            Self::Plain => text,
            Self::Markdown => format!("**{text}**"),
            Self::Slack => format!("*{text}*"),
        }
    }
}

/// A line, and how many images it tells of.
pub(super) struct Line {
    text: String,
    images: usize,
}

/// Returns what is told below the title: of each target what came of it, then of its images, the gravest first.
pub(super) fn lines(message: &Message, dialect: Dialect) -> Vec<Line> {
    let mut lines = vec![];
    for place in &message.places {
        let Place {
            target,
            summary,
            items,
        } = place;
        let summary = cut(summary, LONGEST);
        let text = match target {
            Some(target) => {
                let (target, summary) = (
                    dialect.strong(&cut(target, LONGEST)),
                    dialect.harmless(&summary),
                );
                tr!("{target}: {summary}", "{target}：{summary}")
            }
            None => dialect.harmless(&summary),
        };
        lines.push(Line { text, images: 0 });
        let mut items: Vec<&Item> = items.iter().filter(|item| !item.names.is_empty()).collect();
        items.sort_by_key(|item| item.event);
        lines.extend(items.into_iter().map(|item| line(item, dialect)));
    }
    lines
}

fn line(item: &Item, dialect: Dialect) -> Line {
    let Item {
        names, word, why, ..
    } = item;
    let images = names.len();
    let left = images.saturating_sub(NAMED);
    let shown = names.iter().take(NAMED);
    let shown = listed(shown.map(|name| dialect.strong(&cut(name, LONGEST))));
    let shown = match left {
        0 => shown,
        left => tr!("{shown} and {left} more", "{shown} 等，还有 {left} 个"),
    };
    let word = dialect.harmless(word);
    let text = match why {
        None => tr!("- {shown}: {word}", "- {shown}：{word}"),
        Some(why) => {
            let why = dialect.harmless(&cut(why, LONGEST));
            tr!("- {shown}: {word}: {why}", "- {shown}：{word}：{why}")
        }
    };
    Line { text, images }
}

/// Returns as many lines as fit, as one text; where that is not all, the last one counts the images of the others.
pub(super) fn fitting(lines: &[Line], between: &str, fits: impl Fn(&str) -> bool) -> String {
    let first = |count: usize| {
        let (told, left) = lines.split_at(count);
        let left = left.iter().map(|line| line.images).sum::<usize>();
        let mut told: Vec<&str> = told.iter().map(|line| &*line.text).collect();
        let more = tr!("… and {left} more", "……还有 {left} 个");
        if left > 0 {
            told.push(&more);
        }
        told.join(between)
    };
    let all = first(lines.len());
    if fits(&all) {
        return all;
    }
    // The longest beginning, found by halving: each try writes the whole request.
    let (mut fit, mut too_many) = (0, lines.len());
    while too_many - fit > 1 {
        let middle = usize::midpoint(fit, too_many);
        if fits(&first(middle)) {
            fit = middle;
        } else {
            too_many = middle;
        }
    }
    first(fit)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_others_wrote_calls_nobody_and_leads_nowhere() {
        for hostile in [
            "<!channel>",
            "<@U123>",
            "<at user_id=\"all\">",
            "@all",
            "@13800000000",
            "[free](https://evil.example)",
            "![](http://evil.example/x.png)",
            "**bold** `code` ~~x~~",
            "# head",
            "\\<!here>",
            "&lt;!here&gt;",
            "a\n@all\u{202e}",
        ] {
            for dialect in [Dialect::Markdown, Dialect::Slack] {
                let shown = dialect.harmless(hostile);
                for part in [
                    "<", ">", "[", "]", "*", "`", "@", "://", "#", "\\", "\n", "\u{202e}",
                ] {
                    assert!(!shown.contains(part), "{hostile}: {shown}");
                }
            }
            assert!(!Dialect::Slack.harmless(hostile).contains('&'), "{hostile}");
        }
        let image = "linux_arm64_redis:7.4@sha256:0123";
        assert_eq!(Dialect::Markdown.harmless(image), image);
        assert_eq!(Dialect::Plain.harmless("a <b>\n"), "a <b> ");
    }

    #[test]
    fn what_does_not_fit_is_left_out_by_lines_and_counted() {
        let line = |text: &str, images| Line {
            text: text.to_owned(),
            images,
        };
        let lines = [
            line("head", 0),
            line("- one", 1),
            line("- two", 2),
            line("- three, of which there is more to say", 1),
        ];
        for (most, told) in [
            (
                100,
                "head\n- one\n- two\n- three, of which there is more to say",
            ),
            (31, "head\n- one\n- two\n… and 1 more"),
            (30, "head\n- one\n… and 3 more"),
            (20, "head\n… and 4 more"),
            (1, "… and 4 more"),
        ] {
            let found = fitting(&lines, "\n", |text| text.len() <= most);
            assert_eq!(found, told, "{most}");
        }
    }
}
