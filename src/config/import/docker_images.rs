//! What `docker images`, `nerdctl images` and `crictl images` print: a table of images.

use std::sync::Arc;

use crate::config::image_list_line::{Word, words};
use crate::config::lines::each_line;

use super::gathered::{Gathered, Goes};

/// What stands where a name or a tag is missing.
const NOTHING: &str = "<none>";

/// How a table begins: with a repository and a tag, or with both in one.
enum Columns {
    NameAndTag,
    Image,
}

fn columns(line: &str) -> Option<Columns> {
    let words = words(line);
    let texts: Vec<&str> = words.iter().map(|word| word.text).collect();
    match texts.as_slice() {
        ["REPOSITORY" | "IMAGE", "TAG", ..] => Some(Columns::NameAndTag),
        ["IMAGE", "ID", ..] => Some(Columns::Image),
        _ => None,
    }
}

fn header(text: &str) -> Option<Columns> {
    text.lines()
        .find(|line| !line.trim().is_empty())
        .and_then(columns)
}

pub(super) fn is(text: &str) -> bool {
    header(text).is_some()
}

pub(super) fn read(file: &str, text: &str, into: &mut Gathered) {
    let Some(form) = header(text) else { return };
    let file: &Arc<str> = &file.into();
    let mut told = Vec::new();
    each_line(file, text, &mut told, |line| {
        let words = words(line.text);
        if words.is_empty() || columns(line.text).is_some() {
            return;
        }
        let image = image(&form, &words);
        let end = match form {
            Columns::NameAndTag => words.get(1).or(words.first()),
            Columns::Image => words.first(),
        };
        let start = words.first().map_or(0, |word| word.start);
        let end = end.map_or(start, |word| word.span().end);
        let span = line.start + start..line.start + end;
        match image {
            Some(image) => drop(into.take(&image, &span, |_| Some(Goes::Flat(None)))),
            None => into.leave_out(
                &span,
                text!(
                    "an image without a name or a tag is not carried over: no registry has it by that",
                    "没有名字或标签的镜像没有转换：仓库里找不到它"
                ),
            ),
        }
    });
    into.diagnostics.append(&mut told);
}

fn image(form: &Columns, words: &[Word<'_>]) -> Option<String> {
    let is_there = |word: &&Word<'_>| !word.text.contains(NOTHING);
    let name = words.first().filter(is_there)?;
    match form {
        Columns::Image => Some(name.text.to_owned()),
        Columns::NameAndTag => {
            let tag = words.get(1).filter(is_there)?;
            Some(format!("{}:{}", name.text, tag.text))
        }
    }
}
