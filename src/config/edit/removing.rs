//! Images less.

use std::collections::BTreeSet;

use crate::config::FileKind;
use crate::config::declared::Resolved;
use crate::config::format::Format;
use crate::config::repeats::is_repeat;

use super::finish::{finish, not_laid_out, start, stop_for_mistakes};
use super::fits::require_names;
use super::list_text;
use super::mirror_text::MirrorText;
use super::names::{find, item_of_tags};
use super::outcome::{Edited, Named, News, Refused};
use super::same::is_same;
use super::texts::Texts;

pub(super) fn remove(mut texts: Texts<'_>, names: &[String]) -> Result<Edited, Refused> {
    let before = start(&texts)?;
    require_names(names)?;
    let images = &before.images;
    let mut gone = BTreeSet::new();
    for name in names {
        gone.extend(find(&before, name)?);
    }
    gone.extend(repeats(images, &gone));
    for (file, at) in places(images, &gone) {
        let text = texts.text(&file);
        let mirror = |format| MirrorText::of(format, &text)?.remove(at);
        let less = match texts.kind(&file) {
            FileKind::List(_) => Some(list_text::remove(&text, at)),
            FileKind::Yaml => mirror(Format::Yaml),
            FileKind::Toml => mirror(Format::Toml),
        };
        texts.change(&file, &less.ok_or_else(|| not_laid_out(&file))?);
    }
    let after = stop_for_mistakes(&texts, &before, texts.load())?;
    let kept = (0..images.len()).filter(|at| !gone.contains(at));
    let kept: Vec<_> = kept.collect();
    if kept.len() != after.images.len() {
        let file = places(images, &gone).into_iter().next();
        let file = file.map_or(texts.main().to_owned(), |(file, _)| file);
        return Err(not_laid_out(&file));
    }
    let mut news: Vec<News> = vec![];
    for at in &gone {
        let entry = &images[*at].entry;
        let is_told = |told: &News| {
            matches!(told, News::Removed(Named { entry: other, .. }) if other.source == entry.source
                && other.platforms == entry.platforms && other.policy == entry.policy)
        };
        if !news.iter().any(is_told) {
            news.push(News::Removed(before.named(*at)));
        }
    }
    let pairs = kept.into_iter().zip(&after.images).enumerate();
    let pairs = pairs.map(|(at, (kept, is))| {
        let was = &images[kept];
        let was_without = without_tags(images, &gone, was);
        is_same(was_without.as_ref().unwrap_or(was), is).then_some((kept, at))
    });
    finish(&texts, &before, &after, news, pairs)
}

/// Returns what stands for the tags that rules choose, without those of its tags that go; none for another image, or
/// where none of them does.
fn without_tags(
    images: &[Resolved],
    gone: &BTreeSet<usize>,
    family: &Resolved,
) -> Option<Resolved> {
    let item = item_of_tags(family)?;
    let mut without = family.clone();
    let literals = &mut without.declared.selection.as_mut()?.literals;
    let own = gone.iter().map(|at| &images[*at]);
    let own = own.filter(|one| {
        let is_its_file = one.declared.place.file == family.declared.place.file;
        is_its_file && item_of_tags(one) == Some(item)
    });
    let tags: Vec<_> = own.filter_map(|one| one.entry.source.tag()).collect();
    literals.retain(|tag| !tags.contains(&&**tag));
    Some(without)
}

/// Returns what would take the place of what goes, being the same.
fn repeats(images: &[Resolved], gone: &BTreeSet<usize>) -> Vec<usize> {
    let is_one = |at: &usize| {
        let image = &images[*at];
        gone.iter().any(|gone| {
            let gone = &images[*gone];
            gone.entry.source == image.entry.source && is_repeat(gone, image)
        })
    };
    (0..images.len()).filter(is_one).collect()
}

/// Returns where to take something out, the last places of a file first, so that the others stay where they are. An
/// item of which everything goes is taken out whole.
fn places(images: &[Resolved], gone: &BTreeSet<usize>) -> Vec<(String, usize)> {
    let place = |at: &usize| {
        let image = &images[*at];
        let file = image.declared.place.file.to_string();
        let of_item = |other: &Resolved| {
            item_of_tags(other).is_some()
                && item_of_tags(other) == item_of_tags(image)
                && other.declared.place.file == image.declared.place.file
        };
        let item = item_of_tags(image).filter(|_| {
            let mut all = (0..images.len()).filter(|at| of_item(&images[*at]));
            all.all(|at| gone.contains(&at))
        });
        let is_whole = item.is_some();
        (
            file,
            item.unwrap_or(image.declared.place.span.start),
            is_whole,
        )
    };
    let mut places: Vec<_> = gone.iter().map(place).collect();
    places.sort();
    // Of an item of several tags, once; an image that is declared by an alias is there as often as it stands.
    places.dedup_by(|one, other| one == other && one.2);
    let places = places.into_iter().rev();
    places.map(|(file, at, _)| (file, at)).collect()
}
