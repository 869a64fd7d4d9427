//! Images more.

use std::ops::Range;

use crate::config::declared::{Naming, Resolved};
use crate::config::format::Format;
use crate::config::repeats::is_repeat;
use crate::config::{FileKind, ListForm};
use crate::model::{Reference, Text};

use super::finish::{finish, not_laid_out, start, stop_for_mistakes};
use super::fits::{fits, imported, require_plain};
use super::list_text;
use super::mirror_text::MirrorText;
use super::outcome::{Edited, News, Refused};
use super::same::{has_name, has_platforms, is_same};
use super::texts::{State, Texts};
use super::wish::Keys;

pub(super) fn add(mut texts: Texts<'_>, images: &[String], keys: &Keys) -> Result<Edited, Refused> {
    let before = start(&texts)?;
    require_plain(images, keys)?;
    let form = texts.kind(texts.main());
    fits(form, keys, || imported(texts.main()))?;
    put_in(&mut texts, form, images, keys)?;
    let first = before.images.len();
    let mut after = texts.load();
    let mut news = vec![];
    let mut left = images.to_vec();
    if let Some(own) = own_images(&after, first, images.len()) {
        let there = already_there(&before, &after.images, own, form, keys)?;
        if there.iter().any(Option::is_some) {
            let known = there.iter().flatten();
            let known = known.filter(|at| **at < first);
            news.extend(known.map(|at| News::There(before.named(*at))));
            let mut is_new = there.iter().map(Option::is_none);
            left.retain(|_| is_new.next().unwrap_or_default());
            texts.reset();
            put_in(&mut texts, form, &left, keys)?;
            after = texts.load();
        }
    }
    let after = stop_for_mistakes(&texts, &before, after)?;
    let Some(own) = own_images(&after, first, left.len()) else {
        return Err(no_image(&left).unwrap_or_else(|| not_laid_out(texts.main())));
    };
    let is_meant = |(image, typed): (&Resolved, &String)| {
        image.declared.written == *typed
            && image.declared.selection.is_none()
            && has_platforms(image, keys)
            && has_name(image, keys)
            && keys.target.is_some() == !matches!(image.declared.naming, Naming::Flat { .. })
    };
    if !after.images[own.clone()].iter().zip(&left).all(is_meant) {
        return Err(not_laid_out(texts.main()));
    }
    news.extend(own.map(|at| News::Added(after.named(at))));
    let pairs = before.images.iter().zip(&after.images).enumerate();
    let pairs = pairs.map(|(at, (was, is))| is_same(was, is).then_some((at, at)));
    finish(&texts, &before, &after, news, pairs)
}

/// Returns which images came, if as many did as there should.
fn own_images(after: &State, first: usize, count: usize) -> Option<Range<usize>> {
    (after.images.len() == first + count).then_some(first..first + count)
}

fn put_in(
    texts: &mut Texts<'_>,
    kind: FileKind,
    images: &[String],
    keys: &Keys,
) -> Result<(), Refused> {
    let file = texts.main().to_owned();
    for image in images {
        let text = texts.text(&file);
        let mirror = |format| MirrorText::of(format, &text)?.add(image, keys);
        let more = match kind {
            FileKind::List(form) => Some(list_text::add(form, &text, image, keys)),
            FileKind::Yaml => mirror(Format::Yaml),
            FileKind::Toml => mirror(Format::Toml),
        };
        texts.change(&file, &more.ok_or_else(|| not_laid_out(&file))?);
    }
    Ok(())
}

/// Returns for each new image which one is the same; stops where one is in the way of another.
fn already_there(
    before: &State,
    images: &[Resolved],
    own: Range<usize>,
    kind: FileKind,
    keys: &Keys,
) -> Result<Vec<Option<usize>>, Refused> {
    let mut there = vec![];
    for at in own {
        let (others, image) = (&images[..at], &images[at]);
        let is_its_source = |other: &Resolved| is_one_source(other, image);
        let same = others
            .iter()
            .position(|other| is_its_source(other) && is_repeat(other, image));
        if same.is_none() {
            let other = others.iter().position(|other| {
                is_its_source(other) && other.entry.platforms == image.entry.platforms
                    || other.entry.target == image.entry.target
            });
            if let Some(other) = other {
                // As it is called now, which another one beside it may change.
                let known = before.images.get(other).unwrap_or(&images[other]);
                let has_name = images[other].entry.target == image.entry.target;
                return Err(in_the_way(known, image, has_name, kind, keys));
            }
        }
        there.push(same);
    }
    Ok(there)
}

fn is_one_source(one: &Resolved, other: &Resolved) -> bool {
    one.entry.source == other.entry.source && one.declared.selection == other.declared.selection
}

fn in_the_way(
    other: &Resolved,
    image: &Resolved,
    has_name: bool,
    kind: FileKind,
    keys: &Keys,
) -> Refused {
    let (entry, target) = (&other.entry, &image.entry.target);
    let (source, place) = (&entry.source, &entry.origin);
    let can_name = kind != FileKind::List(ListForm::Lines);
    if !has_name {
        let message = text!(
            "`{source}` is declared already, as `{}`: {place}",
            "`{source}` 已经声明了，名字是 `{}`：{place}",
            entry.target
        );
        return match &keys.target {
            Some(wanted) if can_name => Refused::because(
                message,
                text!(
                    "`pusher set {} --target {wanted}` gives it that name",
                    "`pusher set {} --target {wanted}` 给它改成这个名字",
                    entry.target
                ),
            ),
            _ => Refused::Because {
                message,
                hint: None,
            },
        };
    }
    let message = text!(
        "the name `{target}` is that of `{source}` already: {place}",
        "名字 `{target}` 已经是 `{source}` 的：{place}"
    );
    let is_one = entry.source == image.entry.source;
    let hint = match (is_one && can_name, can_name) {
        (true, _) => text!(
            "`pusher set {target} --platform …` changes its platforms; `--target NAME` gives these another name",
            "`pusher set {target} --platform …` 修改它的平台；`--target NAME` 给这些另起名字"
        ),
        (false, true) => text!(
            "give it another one: `--target NAME`",
            "换一个名字：`--target NAME`"
        ),
        (false, false) => text!(
            "an image list has no names of its own: a mirror file has",
            "镜像列表里不能写名字，mirror 文件里可以"
        ),
    };
    Refused::because(message, hint)
}

/// Says which of these is no image at all, though it may pass for a comment.
fn no_image(images: &[String]) -> Option<Refused> {
    let wrong = |image: &String| Some((image.clone(), image.parse::<Reference>().err()?));
    let (image, why) = images.iter().find_map(wrong)?;
    let why = Text::of(|| why.to_string());
    Some(Refused::Because {
        message: text!("`{image}`: {why}", "`{image}`：{why}"),
        hint: None,
    })
}
