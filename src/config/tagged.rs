//! Images of which several tags are meant.

use super::at::At;
use super::declared::Declared;
use super::diagnostics::Diagnostic;
use super::files::Files;
use super::format::Format;
use super::mirror_file::TagsTable;
use crate::selection::Selection;

/// Makes one image of each tag that is named, and one that stands for those which rules choose.
pub(super) fn each(image: Declared, tags: TagsTable, files: &Files) -> Vec<Declared> {
    let TagsTable {
        tags,
        select,
        min_tags,
        max_tags,
    } = tags;
    let of = |tag: &At<String>| Declared {
        origin: files.origin(&tag.place),
        place: tag.place.clone(),
        ..image.with_tag(&tag.value)
    };
    let mut images: Vec<_> = tags.iter().map(of).collect();
    if !select.is_empty() {
        let selection = Selection {
            literals: tags.into_iter().map(|tag| tag.value).collect(),
            rules: select,
            min: min_tags,
            max: max_tags,
        };
        images.push(Declared {
            selection: Some(selection),
            ..image
        });
    } else if images.is_empty() {
        images.push(image);
    }
    images
}

/// Says where a source or a target has a tag, though several are meant.
pub(super) fn said_twice(
    source: &At<String>,
    target: Option<&At<String>>,
    tags: &TagsTable,
    format: Format,
) -> Vec<Diagnostic> {
    let key = match (tags.tags.is_empty(), tags.select.is_empty()) {
        (true, true) => return vec![],
        (false, _) => "tags",
        (true, false) => "select",
    };
    let told = |at: &At<String>, code, message| {
        let bare = without_tag(&at.value);
        let place = at.place.clone();
        Diagnostic::error(code, message)
            .at(place.clone())
            .replace(place, format.quote(bare))
    };
    let has_tag = |at: &&At<String>| without_tag(&at.value) != at.value;
    let source = Some(source).filter(has_tag).map(|source| {
        let message = text!(
            "this source has a tag of its own, beside those of `{key}`",
            "这个源自己带了标签，又写了 `{key}`"
        );
        told(source, "tag-twice", message)
    });
    // A template says how each tag goes there.
    let is_said = |at: &&At<String>| has_tag(at) && !at.value.contains("{tag}");
    let target = target.filter(is_said).map(|target| {
        let message = text!(
            "a target of several tags has none of its own: each goes there under its own tag",
            "一个源有多个标签时，目标不写标签：每个标签照原样过去"
        );
        told(target, "target-tag", message)
    });
    source.into_iter().chain(target).collect()
}

/// Returns an image without its tag and its digest.
pub(super) fn without_tag(image: &str) -> &str {
    let image = image.split_once('@').map_or(image, |(image, _)| image);
    let last = image.rfind('/').map_or(0, |slash| slash + 1);
    let end = image[last..].find(':').map_or(image.len(), |at| last + at);
    &image[..end]
}
