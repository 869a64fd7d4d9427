//! Different images that would have one name in the target.

use std::collections::HashMap;
use std::collections::hash_map::Entry as Slot;

use indexmap::IndexMap;

use crate::model::Text;
use crate::plan::TargetName;

use super::advice;
use super::declared::{Form, Naming, Resolved};
use super::diagnostics::Diagnostic;
use super::format::Format;

/// How many images beside the first are each told that they would have its name.
const FEW: usize = 3;

/// The code of a name that two different images would have.
pub(super) const SAME_TARGET: &str = "same-target";

/// Parts the images that are the first of their names from the others, by the position of their first.
pub(super) fn apart(all: Vec<Resolved>) -> (Vec<Resolved>, IndexMap<usize, Vec<Resolved>>) {
    let mut firsts: HashMap<&TargetName, usize> = HashMap::with_capacity(all.len());
    let mut first_of = vec![];
    let mut images = 0;
    for (at, one) in all.iter().enumerate() {
        match firsts.entry(&one.entry.target) {
            Slot::Vacant(new) => {
                new.insert(images);
                images += 1;
            }
            Slot::Occupied(first) => first_of.push((at, *first.get())),
        }
    }
    let mut others: IndexMap<usize, Vec<Resolved>> = IndexMap::new();
    if first_of.is_empty() {
        return (all, others);
    }
    let mut first_of = first_of.into_iter().peekable();
    let mut firsts = Vec::with_capacity(images);
    for (at, one) in all.into_iter().enumerate() {
        match first_of.next_if(|(other, _)| *other == at) {
            Some((_, first)) => others.entry(first).or_default().push(one),
            None => firsts.push(one),
        }
    }
    (firsts, others)
}

/// Tells of an image and others that would have its name, each with a name that nothing else has.
pub(super) fn tell(
    first: &Resolved,
    others: &[(Resolved, TargetName)],
    diagnostics: &mut Vec<Diagnostic>,
) {
    match others {
        [(second, name), .., (last, _)] if others.len() > FEW => {
            diagnostics.push(crowd(first, second, last, others.len() + 1, name));
        }
        few => diagnostics.extend(
            few.iter()
                .map(|(other, name)| collision(first, other, name)),
        ),
    }
}

/// Says once that many images would have one name.
fn crowd(
    first: &Resolved,
    second: &Resolved,
    last: &Resolved,
    count: usize,
    name: &TargetName,
) -> Diagnostic {
    let target = &first.entry.target;
    let message = text!(
        "{count} different images would be `{target}` in the target",
        "{count} 个不同的镜像在目标里都会叫 `{target}`"
    );
    let help = match second.declared.form {
        Form::Line => imported(second),
        Form::From => text!(
            "give each a name of its own, such as `AS {}` for the second",
            "给每个写上自己的名字，例如第二个写 `AS {}`",
            advice::behind_as(&second.declared, name)
        ),
        Form::Text(_) | Form::Table(_) | Form::Tag(..) => text!(
            "give each a `target` of its own, such as `{name}` for the second",
            "给每个写上自己的 `target`，例如第二个写 `{name}`"
        ),
    };
    Diagnostic::error(SAME_TARGET, message)
        .at(second.name_place().clone())
        .label(text!("the second", "第二个"))
        .related(first.name_place().clone(), text!("the first", "第一个"))
        .related(last.name_place().clone(), text!("the last", "最后一个"))
        .help(help)
}

fn collision(first: &Resolved, other: &Resolved, name: &TargetName) -> Diagnostic {
    let message = text!(
        "two different images would be `{}` in the target",
        "两个不同的镜像在目标里都会叫 `{}`",
        first.entry.target
    );
    let diagnostic = Diagnostic::error(SAME_TARGET, message)
        .at(other.name_place().clone())
        .label(text!("the second", "第二个"))
        .related(first.name_place().clone(), text!("the first", "第一个"));
    let is_same = first.entry.source == other.entry.source;
    match (&other.declared.naming, other.declared.form) {
        _ if is_same && other.declared.selection.is_some() => diagnostic.help(text!(
            "write the rules of both below one `select`, or give each a `target` of its own, such as `{}`",
            "把两边的规则写在同一个 `select` 下面，或者各写一个 `target`，例如 `{}`",
            name.repository
        )),
        (Naming::Flat { .. }, Form::Line) => {
            let line = advice::table(&other.declared, name, Format::Yaml);
            let file = &other.declared.place.file;
            diagnostic.help(text!(
                "an image list has no names of its own: `pusher import {file}` writes it as a mirror file \
                 that has one for each, this one as `- {line}`",
                "镜像列表里不能写名字：`pusher import {file}` 会把它写成 mirror 文件，每个镜像有自己的名字，\
                 这一个写成 `- {line}`"
            ))
        }
        _ => advice::rename(diagnostic, other, name),
    }
}

/// Says what settles every name of an image list at once.
fn imported(one: &Resolved) -> Text {
    let file = &one.declared.place.file;
    text!(
        "an image list has no names of its own: `pusher import {file}` writes it as a mirror file that \
         has one for each",
        "镜像列表里不能写名字：`pusher import {file}` 会把它写成 mirror 文件，每个镜像有自己的名字"
    )
}
