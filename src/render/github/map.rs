//! A mirror's names, as annotations.

use std::fmt;

use crate::consumers::{Found, Mapping, MirrorMap};
use crate::render::inputs::Mapped;
use crate::render::words::map as words;
use crate::render::words::short_reference;

use super::annotations::{Annotation, Level, write};
use super::at;

/// Writes each name as a notice; where someone looked, what is not there as an error, and nothing of the rest.
pub fn map(mapped: &Mapped<'_>, out: &mut dyn fmt::Write) -> fmt::Result {
    let images = mapped.map.images.iter().enumerate();
    let found: Vec<_> = images
        .filter_map(|(number, image)| match mapped.found {
            None => Some(name(image)),
            Some(_) => wrong(mapped.map, image, mapped.found(number)?),
        })
        .collect();
    write(&found, out)
}

fn name(image: &Mapping) -> Annotation<'_> {
    Annotation {
        level: Level::Notice,
        at: Some(at(&image.origin)),
        title: short_reference(&image.source),
        message: image.target.to_string(),
        hint: None,
    }
}

fn wrong<'a>(map: &MirrorMap, image: &'a Mapping, found: &Found) -> Option<Annotation<'a>> {
    let word = words::found_word(found);
    let target = image.target.to_string();
    let message = match (found, words::found_reason(image, found)) {
        (Found::There(_), _) => return None,
        (_, Some(reason)) => tr!("{target}: {reason}", "{target}：{reason}"),
        (_, None) => target,
    };
    Some(Annotation {
        level: Level::Error,
        at: Some(at(&image.origin)),
        title: format!("{word} {}", short_reference(&image.source)),
        message,
        hint: words::found_hint(map, image, found),
    })
}
