//! What lines that are not understood were meant to be.
//!
//! Each sort of mistake that people are known to make has a function here that recognises it and,
//! where that can be known, mends it. The first that recognises the line names the mistake; what is
//! offered instead is the line after all of them are through with it, and only if that is good.
//!
//! Nothing is offered that lacks a word of the line which may be a part of the image, its platform
//! or its target: better no offer than another image. What is of another form, as other programs
//! print it, is told once for all its lines, and a file of another form once for all of it.

mod columns;
mod dockerfile;
mod files;
mod forms;
mod image;
mod marks;
mod mistake;
mod pages;
mod platform;
mod targets;
mod words;

use std::sync::Arc;

use indexmap::IndexMap;

use super::at::At;
use super::diagnostics::Diagnostic;
use super::dockerfile_line;
use super::format::Format;
use super::image_list_line::parse_line;
use super::lines::place;

use mistake::{Line, Mistake, OTHER_FORM};

pub(super) use columns::is_image;
pub(super) use files::whole_file;
pub(super) use targets::is_related;

type Recogniser = fn(&Line<'_>) -> Option<Mistake>;

/// The order matters: each may rely on those before it having found nothing.
const RECOGNISERS: &[Recogniser] = &[
    marks::conflict,
    marks::rule,
    marks::comment_of_another_kind,
    words::comment_behind_the_image,
    marks::full_width_characters,
    marks::section,
    forms::header,
    forms::listed_by_a_program,
    forms::log,
    targets::source_and_target,
    marks::placeholder,
    words::command,
    marks::number,
    marks::bullet,
    words::stage,
    words::key,
    marks::around,
    platform::misspelt_option,
    platform::behind_the_image,
    platform::nothing_behind,
    platform::several,
    platform::wildcard,
    platform::not_a_platform,
    image::page_address,
    image::scheme,
    columns::in_columns,
    words::torn_apart,
    columns::several,
    words::assignment,
    columns::words_behind,
    image::not_ascii,
    image::upper_case,
    image::slashes,
    image::tag,
    image::digest,
];

fn find(line: &Line<'_>) -> Mistake {
    let found = RECOGNISERS.iter().find_map(|recognise| recognise(line));
    found.unwrap_or_else(|| image::anything_else(line))
}

/// How many mistakes a line may have and still be mended.
const PATIENCE: usize = 6;

/// What lines are to be, and what is wrong with those that are not.
#[derive(Clone, Copy)]
pub(super) struct Grammar {
    is_right: fn(&str) -> bool,
    find: fn(&str) -> Mistake,
}

/// That of image lists.
pub(super) const OF_LISTS: Grammar = Grammar {
    is_right: |line| parse_line(line).is_ok(),
    find: |line| find(&Line::of(line)),
};

/// That of Dockerfiles which list images.
pub(super) const OF_DOCKERFILES: Grammar = Grammar {
    is_right: |line| dockerfile_line::parse_line(line).is_ok(),
    find: |line| dockerfile::find(line, find),
};

impl Grammar {
    /// Returns the line without any mistake, if it can be known.
    fn mend(self, line: &str, patience: usize) -> Option<String> {
        if (self.is_right)(line) {
            return Some(line.to_owned());
        }
        let mended = (self.find)(line)
            .mended
            .filter(|mended| patience > 0 && mended != line)?;
        let lines: Option<Vec<String>> = mended
            .lines()
            .map(|line| self.mend(line, patience - 1))
            .collect();
        lines
            .map(|lines| lines.join("\n"))
            .filter(|lines| !lines.trim().is_empty())
    }
}

/// Tells whether a line names an image, or would with its mistakes mended.
pub(super) fn could_be_image(line: &str) -> bool {
    OF_LISTS.mend(line.trim(), PATIENCE).is_some()
}

/// A line that is not understood, and the byte of the file at which it begins.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Wrong<'a> {
    pub(super) start: usize,
    pub(super) line: &'a str,
}

/// How many lines may have the same mistake before it is told once for all of them.
const MANY: usize = 20;

/// Explains why lines are not understood.
pub(super) fn explain(file: &Arc<str>, lines: &[Wrong<'_>], grammar: &Grammar) -> Vec<Diagnostic> {
    let mut groups: IndexMap<String, Vec<(Wrong<'_>, Mistake)>> = IndexMap::new();
    for wrong in lines {
        let mistake = (grammar.find)(wrong.line);
        // The message of another form is the same for each of its lines.
        let key = match mistake.code {
            OTHER_FORM => mistake.message.english().to_owned(),
            code => code.to_owned(),
        };
        groups.entry(key).or_default().push((*wrong, mistake));
    }
    let told = groups.into_values().flat_map(|mut group| {
        let more = group.len() - 1;
        let is_form = group.iter().any(|(_, mistake)| mistake.code == OTHER_FORM);
        if more > 0 && (is_form || more >= MANY) {
            group.truncate(1);
            let plural = if more == 1 { "" } else { "s" };
            for (_, mistake) in &mut group {
                let message = &mistake.message;
                mistake.message = text!(
                    "{message} (here and in {more} more line{plural})",
                    "{message}（这一行和另外 {more} 行都是）"
                );
            }
        }
        group
            .into_iter()
            .map(|(wrong, mistake)| diagnostic(file, wrong, mistake, grammar))
    });
    let mut told: Vec<_> = told.collect();
    told.sort_by_key(|one| one.place.as_ref().map(|place| place.span.start));
    told
}

fn diagnostic(
    file: &Arc<str>,
    Wrong { start, line }: Wrong<'_>,
    mistake: Mistake,
    grammar: &Grammar,
) -> Diagnostic {
    let first = line.len() - line.trim_start().len();
    let whole = place(file, start, &(first..line.len()));
    let at = place(file, start, &mistake.span);
    let diagnostic = Diagnostic {
        help: mistake.help,
        ..Diagnostic::error(mistake.code, mistake.message).at(at)
    };
    match grammar.mend(line.trim(), PATIENCE) {
        Some(line) => diagnostic.replace(whole, line),
        None => diagnostic,
    }
}

/// Explains why an item of a mirror file is not understood; `whole` tells whether the text is the
/// whole item, and not the `source` of a table.
pub(super) fn explain_item(text: &At<String>, whole: bool, format: Format) -> Diagnostic {
    let line = text.value.trim();
    let (code, message, help) = match parse_line(line) {
        Ok(None) => (
            "not-an-image",
            text!("no image is named here", "这里没有写镜像"),
            None,
        ),
        Ok(Some(_)) => (
            "not-an-image",
            text!(
                "`--platform` is of image lists; a mirror file has the key `platforms`",
                "`--platform` 用在镜像列表里；mirror 文件用 `platforms` 这个键"
            ),
            None,
        ),
        Err(_) => {
            let mistake = find(&Line::of(line));
            (mistake.code, mistake.message, mistake.help)
        }
    };
    let diagnostic = Diagnostic::error(code, message).at(text.place.clone());
    let diagnostic = Diagnostic { help, ..diagnostic };
    match OF_LISTS
        .mend(line, PATIENCE)
        .and_then(|line| item(&line, whole, format))
    {
        Some(item) => diagnostic.replace(text.place.clone(), item),
        None => diagnostic,
    }
}

/// Returns a line of an image list as an item of a mirror file, if it can be one.
fn item(line: &str, whole: bool, format: Format) -> Option<String> {
    let image = parse_line(line).ok().flatten()?;
    let source = format.quote(image.written);
    match (image.platform, format) {
        (None, _) => Some(source),
        (Some((platform, _)), Format::Yaml) if whole => {
            Some(format!("{{ source: {source}, platforms: [{platform}] }}"))
        }
        (Some((platform, _)), Format::Toml) if whole => Some(format!(
            "{{ source = {source}, platforms = [{platform:?}] }}"
        )),
        (Some(_), _) => None,
    }
}
