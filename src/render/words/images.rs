//! How images are named in a sentence.

use std::fmt::Display;

use crate::model::{Platforms, Reference, listed};
use crate::render::units::{Noun, counted};

/// Returns a reference with its digest cut to what people compare.
pub fn short_reference(reference: &Reference) -> String {
    match (reference.tag(), reference.digest()) {
        (_, None) => reference.to_string(),
        (None, Some(digest)) => format!("{}@{}", reference.repository(), digest.short()),
        (Some(tag), Some(digest)) => {
            format!("{}:{tag}@{}", reference.repository(), digest.short())
        }
    }
}

/// Returns which platforms are wanted, as it stands in a sentence.
pub fn platforms(platforms: &Platforms) -> String {
    match platforms {
        Platforms::All => tr!("all platforms", "所有平台"),
        Platforms::Only(patterns) => listed(patterns.iter()),
    }
}

/// How many of the images or tags that have something in common are named.
const NAMED: usize = 5;

/// Returns the names of images or tags that have something in common, the first few of many.
pub fn named(names: impl ExactSizeIterator<Item = impl Display>, all: bool) -> String {
    let most = if all { names.len() } else { NAMED };
    let left = names.len().saturating_sub(most);
    let shown = listed(names.take(most).map(|name| format!("`{name}`")));
    match left {
        0 => shown,
        left => tr!("{shown} and {left} more", "{shown} 等，还有 {left} 个"),
    }
}

/// Says that so many images stay as they are.
pub fn unchanged(images: usize) -> String {
    let images = counted(images, Noun::Image);
    tr!("{images} unchanged", "{images}不变")
}

/// Says that so many images, and so everything, are in place.
pub fn in_place(images: usize) -> String {
    match images {
        0 => tr!("no image is declared.", "没有声明任何镜像。"),
        1 => tr!("1 image is in place.", "1 个镜像已经就位。"),
        count => tr!("{count} images are in place.", "{count} 个镜像都已经就位。"),
    }
}
