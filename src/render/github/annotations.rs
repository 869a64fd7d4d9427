//! GitHub's workflow commands that put a message on a line of a file.
//!
//! Their form and what must be escaped in it:
//! <https://docs.github.com/en/actions/reference/workflows-and-actions/workflow-commands>, and for the
//! escapes `@actions/core`.

use std::fmt::{self, Write as _};

use crate::render::sanitize::excerpt;

/// GitHub shows no more of each level for one step.
const MOST: usize = 10;

/// How an annotation looks, the worst first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Level {
    Error,
    Warning,
    Notice,
}

impl Level {
    const ALL: [Self; 3] = [Self::Error, Self::Warning, Self::Notice];

    fn as_str(self) -> &'static str {
        match self {
            Self::Error => "error",
            Self::Warning => "warning",
            Self::Notice => "notice",
        }
    }
}

/// Where an annotation stands; lines and columns are counted from 1.
pub(super) struct At<'a> {
    pub(super) file: &'a str,
    pub(super) line: usize,
    pub(super) column: Option<usize>,
}

/// A message on a line of a file.
pub(super) struct Annotation<'a> {
    pub(super) level: Level,
    pub(super) at: Option<At<'a>>,
    pub(super) title: String,
    pub(super) message: String,
    pub(super) hint: Option<String>,
}

/// Writes annotations, the worst first; of those that GitHub would leave out, how many there are.
pub(super) fn write(annotations: &[Annotation<'_>], out: &mut dyn fmt::Write) -> fmt::Result {
    for level in Level::ALL {
        let all: Vec<_> = annotations.iter().filter(|a| a.level == level).collect();
        let shown = if all.len() > MOST {
            MOST - 1
        } else {
            all.len()
        };
        for annotation in &all[..shown] {
            line(annotation, out)?;
        }
        if shown < all.len() {
            let left = all.len() - shown;
            let level = level.as_str();
            write_tr!(
                out,
                "::{level} title=pusher::and {left} more like these\n",
                "::{level} title=pusher::还有 {left} 条这样的\n"
            )?;
        }
    }
    Ok(())
}

fn line(annotation: &Annotation<'_>, out: &mut dyn fmt::Write) -> fmt::Result {
    write!(out, "::{} ", annotation.level.as_str())?;
    if let Some(At { file, line, column }) = &annotation.at {
        write!(out, "file={},line={line},", property(file))?;
        if let Some(column) = column {
            write!(out, "col={column},")?;
        }
    }
    let message = escaped(&excerpt(&annotation.message), &[]);
    write!(out, "title={}::{message}", property(&annotation.title))?;
    if let Some(hint) = &annotation.hint {
        let hint = escaped(&excerpt(hint), &[]);
        write_tr!(out, "%0Ahint: {hint}", "%0A提示：{hint}")?;
    }
    writeln!(out)
}

fn property(text: &str) -> String {
    escaped(&excerpt(text), &[':', ','])
}

/// Writes by its number what would end a command or a part of it.
fn escaped(text: &str, also: &[char]) -> String {
    let mut safe = String::with_capacity(text.len());
    for character in text.chars() {
        if matches!(character, '%' | '\r' | '\n') || also.contains(&character) {
            // Writing into a `String` cannot fail.
            let _ = write!(safe, "%{:02X}", u32::from(character));
        } else {
            safe.push(character);
        }
    }
    safe
}

#[cfg(test)]
mod tests {
    use super::*;

    fn annotation(level: Level, message: &str) -> Annotation<'_> {
        Annotation {
            level,
            at: Some(At {
                file: "a,b:c%.txt",
                line: 3,
                column: None,
            }),
            title: "t: u".to_owned(),
            message: message.to_owned(),
            hint: None,
        }
    }

    fn written(annotations: &[Annotation<'_>]) -> String {
        let mut text = String::new();
        write(annotations, &mut text).unwrap();
        text
    }

    #[test]
    fn nothing_ends_a_part_of_a_command_before_its_end() {
        assert_eq!(
            written(&[annotation(Level::Error, "100%, a::b\n::error::forged")]),
            "::error file=a%2Cb%3Ac%25.txt,line=3,title=t%3A u::100%25, a::b \\u{3a}:error::forged\n"
        );
    }

    #[test]
    fn the_worst_come_first_and_what_is_left_out_is_counted() {
        let mut all: Vec<_> = (0..12).map(|_| annotation(Level::Notice, "n")).collect();
        all.extend((0..10).map(|_| annotation(Level::Error, "e")));
        let text = written(&all);
        let lines: Vec<_> = text.lines().collect();
        assert_eq!(lines.len(), 20, "{text}");
        assert!(
            lines[..10].iter().all(|line| line.ends_with("::e")),
            "{text}"
        );
        assert!(lines[18].ends_with("::n"), "{text}");
        assert_eq!(lines[19], "::notice title=pusher::and 3 more like these");
    }
}
