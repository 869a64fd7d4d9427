//! Which declared images somebody means.

use crate::config::declared::{Form, Resolved};
use crate::config::repeats::is_repeat;
use crate::config::spelling::closest;
use crate::model::{Reference, listed};

use super::outcome::Refused;
use super::texts::State;

/// Finds the one image that is called so, by the source as it is written or written out, or by the name in any
/// target; returns its positions, which are several where it is declared again or stands for several tags.
pub(super) fn find(state: &State, name: &str) -> Result<Vec<usize>, Refused> {
    let images = &state.images;
    let typed: Option<Reference> = name.parse().ok();
    let is_written = |at: usize| {
        let image = &images[at];
        let written = &image.declared.written;
        match image.declared.form {
            Form::Tag(..) => without_tag(written) == Some(name),
            _ => written == name,
        }
    };
    let is_source = |at: usize| {
        let image = &images[at];
        image.entry.source.to_string() == name || typed.as_ref() == Some(&image.entry.source)
    };
    let is_target = |at: usize| {
        let names = state.called(at);
        names.iter().any(|called| called.name.to_string() == name)
    };
    let is_repository = |at: usize| {
        let repository = typed.as_ref().map(Reference::repository);
        let names = state.called(at);
        names.iter().any(|called| called.name.repository == name)
            || !has_tag(name) && repository == Some(images[at].entry.source.repository())
    };
    // The first of these that names any: what is meant is rather what is named whole.
    let ways: [&dyn Fn(usize) -> bool; 4] = [&is_target, &is_source, &is_written, &is_repository];
    for is_meant in ways {
        let found: Vec<_> = (0..images.len()).filter(|at| is_meant(*at)).collect();
        let groups = apart(images, &found);
        match groups.as_slice() {
            [] => {}
            [_] => return Ok(found),
            [..] => return Err(several(state, name, &groups)),
        }
    }
    Err(none(state, name))
}

/// Returns where the source begins of what stands for several tags, or is one of them.
pub(super) fn item_of_tags(image: &Resolved) -> Option<usize> {
    match image.declared.form {
        Form::Tag(_, item) => Some(item),
        _ => (image.declared.selection.is_some()).then_some(image.declared.place.span.start),
    }
}

/// Returns what an item of several tags is written as.
fn without_tag(written: &str) -> Option<&str> {
    written.rsplit_once(':').map(|(written, _)| written)
}

fn has_tag(name: &str) -> bool {
    let last = name.rsplit('/').next().unwrap_or(name);
    last.contains([':', '@'])
}

/// Parts images that are not one: an image that is declared again is, and so are the tags of one item.
fn apart(images: &[Resolved], found: &[usize]) -> Vec<usize> {
    let mut firsts: Vec<usize> = vec![];
    for at in found {
        let is_one = |first: &&usize| {
            let (one, other) = (&images[**first], &images[*at]);
            match (item_of_tags(one), item_of_tags(other)) {
                (Some(item), Some(another)) => {
                    item == another && one.declared.place.file == other.declared.place.file
                }
                (None, None) => one.entry.source == other.entry.source && is_repeat(one, other),
                _ => false,
            }
        };
        if !firsts.iter().any(|first| is_one(&first)) {
            firsts.push(*at);
        }
    }
    firsts
}

fn several(state: &State, name: &str, found: &[usize]) -> Refused {
    let one = |at: &usize| {
        let entry = &state.images[*at].entry;
        format!("`{}` ({})", entry.target, entry.origin)
    };
    let all: Vec<_> = found.iter().map(one).collect();
    let message = text!(
        "`{name}` may be any of these: {}",
        "`{name}` 可能是其中任何一个：{}",
        listed(&all)
    );
    // At one target it is the name of one, and at another that of another one.
    let is_name = |at: &usize| {
        let names = state.called(*at);
        names.iter().any(|called| called.name.to_string() == name)
    };
    let hint = if found.iter().any(is_name) {
        text!(
            "name the one that is meant by its source",
            "用源写明是哪一个"
        )
    } else {
        text!(
            "name the one that is meant by its name in the target",
            "用目标里的名字写明是哪一个"
        )
    };
    Refused::because(message, hint)
}

fn none(state: &State, name: &str) -> Refused {
    let known = state.images.iter().enumerate().flat_map(|(at, image)| {
        let names = state.called(at).into_iter();
        let names = names.map(|called| called.name.to_string());
        [image.declared.written.clone()].into_iter().chain(names)
    });
    let known: Vec<_> = known.collect();
    let message = text!("`{name}` is no declared image", "`{name}` 不是已声明的镜像");
    let hint = match closest(name, known.iter().map(String::as_str)) {
        Some(meant) => text!("did you mean `{meant}`?", "要写的是 `{meant}` 吗？"),
        None => text!(
            "name it as `pusher list` does: by its source or its target",
            "按 `pusher list` 列出的源或目标来写"
        ),
    };
    Refused::because(message, hint)
}
