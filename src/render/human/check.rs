//! Diagnostics for people: a snippet of the file, line and column, what to write instead.

use std::fmt;
use std::ops::Range;

use annotate_snippets::{
    Annotation, AnnotationKind, Group, Level, Padding, Patch, Renderer, Snippet,
};

use crate::config::{Diagnostic, Files, Place, Replacement, Severity};
use crate::model::{Text, is_hidden};
use crate::render::inputs::Checked;
use crate::render::sanitize::{line, lines};
use crate::render::style::{Style, View};
use crate::render::units::{Noun, clauses, counted};
use crate::render::words;

/// Writes what there is to say about the files.
pub fn check(checked: &Checked<'_>, view: &View, out: &mut dyn fmt::Write) -> fmt::Result {
    let Checked {
        diagnostics: found,
        files,
        images,
    } = *checked;
    diagnostics(found, files, view.style, out)?;
    match summary(found).as_str() {
        "" => {
            let images = counted(images, Noun::Image);
            write_tr!(out, "{images}, no mistakes\n", "{images}，没有错误\n")
        }
        summary => writeln!(out, "{summary}"),
    }
}

/// Writes diagnostics, with a blank line after each.
pub fn diagnostics(
    diagnostics: &[Diagnostic],
    files: &Files,
    style: Style,
    out: &mut dyn fmt::Write,
) -> fmt::Result {
    let renderer = match style {
        Style::COLOURED => Renderer::styled(),
        _ => Renderer::plain(),
    };
    for diagnostic in diagnostics {
        let groups = groups(diagnostic, files);
        // The renderer draws a line down from a message to its help, even where no file is shown.
        let parts = if shows_a_file(diagnostic) {
            vec![groups.as_slice()]
        } else {
            groups.chunks(1).collect()
        };
        for part in parts {
            writeln!(out, "{}", renderer.render(part))?;
        }
        writeln!(out)?;
    }
    Ok(())
}

/// Writes what there is to say in one line: `1 error, 2 warnings`; nothing where there is nothing.
pub fn summary(diagnostics: &[Diagnostic]) -> String {
    let counts = [
        (Severity::Error, Noun::Error),
        (Severity::Warning, Noun::Warning),
        (Severity::Note, Noun::Note),
    ]
    .map(|(severity, noun)| {
        let count = diagnostics
            .iter()
            .filter(|one| one.severity == severity)
            .count();
        (count > 0).then(|| counted(count, noun))
    });
    clauses(&counts.into_iter().flatten().collect::<Vec<_>>())
}

fn shows_a_file(diagnostic: &Diagnostic) -> bool {
    let Diagnostic {
        place,
        related,
        replacement,
        ..
    } = diagnostic;
    place.is_some() || !related.is_empty() || replacement.is_some()
}

fn groups<'a>(diagnostic: &'a Diagnostic, files: &'a Files) -> Vec<Group<'a>> {
    let Diagnostic {
        severity,
        kind: _,
        code: _,
        message,
        place,
        label,
        related,
        help,
        replacement,
    } = diagnostic;
    let level = match severity {
        Severity::Error => Level::ERROR,
        Severity::Warning => Level::WARNING,
        Severity::Note => Level::NOTE,
    };
    let level = level.with_name(words::severity(*severity));
    let help_level = || Level::HELP.with_name(tr_word!("help", "提示"));
    let mut main = Group::with_title(level.primary_title(line(message.as_str())));
    let mut marks: Vec<Mark<'a>> = Vec::new();
    marks.extend(place.iter().map(|place| Mark {
        place,
        kind: AnnotationKind::Primary,
        label: label.as_ref().map(Text::as_str),
    }));
    marks.extend(related.iter().map(|(place, label)| Mark {
        place,
        kind: AnnotationKind::Context,
        label: Some(label.as_str()),
    }));
    let mut shown: Vec<&str> = Vec::new();
    for Mark { place, .. } in &marks {
        if !shown.contains(&&*place.file) {
            shown.push(&place.file);
            let here = marks.iter().filter(|mark| mark.place.file == place.file);
            for near in neighbours(here.copied().collect()) {
                main = main.element(snippet(&place.file, files, &near));
            }
        }
    }
    let is_short = |offered: &&Replacement| {
        let Replacement { place, text } = offered;
        place.span.len() <= NEAR && text.len() <= NEAR
    };
    let fix = replacement.as_ref().filter(is_short).map(|replacement| {
        let window = Window::around(files, &replacement.place.file, [&replacement.place.span]);
        let patch = Patch::new(
            window.within(&replacement.place.span),
            lines(&replacement.text),
        );
        Snippet::source(window.text)
            .line_start(window.line)
            .path(&*replacement.place.file)
            .patch(patch)
    });
    match (help, fix) {
        (help, Some(fix)) => {
            let help = line(
                help.as_ref()
                    .map_or_else(|| tr_word!("write it like this", "写成这样"), Text::as_str),
            );
            vec![
                main,
                Group::with_title(help_level().secondary_title(help)).element(fix),
            ]
        }
        (Some(help), None) if marks.is_empty() => {
            vec![
                main,
                Group::with_title(help_level().secondary_title(line(help.as_str()))),
            ]
        }
        (Some(help), None) => {
            vec![
                main.element(Padding)
                    .element(help_level().message(line(help.as_str()))),
            ]
        }
        (None, None) => vec![main],
    }
}

/// A place with a few words beside it.
#[derive(Clone, Copy)]
struct Mark<'a> {
    place: &'a Place,
    kind: AnnotationKind,
    label: Option<&'a str>,
}

/// How many bytes apart two places may be to be shown in one snippet: rendering goes through all between.
const NEAR: usize = 4096;

/// How many bytes of its line are shown before a place and behind it.
const WIDE: usize = 400;

/// Returns places of one file in groups of those that are near each other, in their order but for that.
fn neighbours(marks: Vec<Mark<'_>>) -> Vec<Vec<Mark<'_>>> {
    let mut groups: Vec<Vec<Mark<'_>>> = Vec::new();
    for mark in marks {
        let begin = mark.place.span.start;
        let is_near = |other: &Mark<'_>| other.place.span.start.abs_diff(begin) <= NEAR;
        match groups.iter_mut().find(|group| group.iter().all(is_near)) {
            Some(group) => group.push(mark),
            None => groups.push(vec![mark]),
        }
    }
    groups
}

fn snippet<'a>(file: &'a str, files: &Files, marks: &[Mark<'a>]) -> Snippet<'a, Annotation<'a>> {
    let window = Window::around(files, file, marks.iter().map(|mark| &mark.place.span));
    let annotation = |mark: &Mark<'a>| {
        mark.kind
            .span(window.within(&mark.place.span))
            .label(mark.label.map(line))
    };
    let annotations: Vec<Annotation<'a>> = marks.iter().map(annotation).collect();
    Snippet::source(window.text)
        .line_start(window.line)
        .path(file)
        .annotations(annotations)
}

/// The lines of a file that hold all places of interest: rendering takes time in proportion to the
/// text it is given.
struct Window {
    text: String,
    start: usize,
    line: usize,
}

impl Window {
    fn around<'a>(
        files: &Files,
        file: &str,
        spans: impl IntoIterator<Item = &'a Range<usize>>,
    ) -> Self {
        let text = files.text(file);
        let (mut first, mut last) = (text.len(), 0);
        for span in spans {
            first = first.min(span.start);
            last = last.max(span.end.min(text.len()));
        }
        // Of a very long line what is near is shown.
        let last = whole(text, last.min(first + NEAR).max(first));
        let near = whole(text, first.saturating_sub(WIDE));
        let start = text
            .get(near..first)
            .and_then(|before| before.rfind('\n'))
            .map_or(near, |at| near + at + 1);
        let far = whole(text, last + WIDE);
        let end = text
            .get(last..far)
            .and_then(|rest| rest.find('\n'))
            .map_or(far, |at| last + at);
        let place = Place {
            file: file.into(),
            span: start..start,
        };
        let text = text
            .get(start..end)
            .unwrap_or_default()
            .trim_end_matches('\r');
        Self {
            text: same_length(text),
            start,
            line: files.line(&place),
        }
    }

    fn within(&self, span: &Range<usize>) -> Range<usize> {
        let shift = |at: usize| at.saturating_sub(self.start).min(self.text.len());
        shift(span.start)..shift(span.end)
    }
}

/// Returns the last place up to `at` at which a text can be cut.
fn whole(text: &str, at: usize) -> usize {
    let mut at = at.min(text.len());
    while !text.is_char_boundary(at) {
        at -= 1;
    }
    at
}

/// Makes characters seen that the renderer lets through unseen, such as those that a terminal might
/// obey; what stands for them is of the same length, so that spans stay right.
fn same_length(text: &str) -> String {
    let seen = |c: char| match c.len_utf8() {
        2 if is_hidden(c) => '\u{b7}',
        3 if is_hidden(c) => char::REPLACEMENT_CHARACTER,
        _ => c,
    };
    let seen: String = text.chars().map(seen).collect();
    // GitHub would obey it in the log of a job.
    seen.replace("##[", "#.[")
}
