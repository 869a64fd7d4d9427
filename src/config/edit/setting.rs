//! Other keys of an image.

use crate::config::FileKind;
use crate::config::declared::{Form, Resolved};
use crate::config::format::Format;
use crate::model::Text;

use super::called::Names;
use super::finish::{finish, not_laid_out, start, stop_for_mistakes};
use super::fits::{fits, imported, require_plain};
use super::list_text;
use super::names::{find, item_of_tags};
use super::outcome::{Edited, Named, News, Refused};
use super::same::{has_name, has_platforms, has_same_naming, is_same, says_the_same};
use super::set_keys;
use super::texts::Texts;
use super::wish::Keys;

pub(super) fn set(mut texts: Texts<'_>, name: &str, keys: &Keys) -> Result<Edited, Refused> {
    let before = start(&texts)?;
    require_plain(&[name.to_owned()], keys)?;
    let images = &before.images;
    let found = find(&before, name)?;
    let first = &images[found[0]];
    let file = first.declared.place.file.to_string();
    if let [_, second, ..] = found[..]
        && item_of_tags(first).is_none()
    {
        return Err(declared_twice(first, &images[second]));
    }
    if let [_] = found[..]
        && matches!(first.declared.form, Form::Tag(..))
        && images.iter().filter(|one| is_of_one(one, first)).count() > 1
    {
        return Err(one_of_several(first));
    }
    fits(texts.kind(&file), keys, || moved(&texts, first, &file))?;
    let text = texts.text(&file);
    let at = match first.declared.form {
        Form::Tag(_, item) => item,
        _ => first.declared.place.span.start,
    };
    let other = match texts.kind(&file) {
        FileKind::List(form) => Some(list_text::set(
            form,
            &text,
            &first.declared.place.span,
            keys,
        )),
        FileKind::Yaml => set_keys::set(Format::Yaml, &text, at, keys),
        FileKind::Toml => set_keys::set(Format::Toml, &text, at, keys),
    };
    texts.change(&file, &other.ok_or_else(|| not_laid_out(&file))?);
    let after = stop_for_mistakes(&texts, &before, texts.load())?;
    if after.images.len() != images.len() {
        return Err(not_laid_out(&file));
    }
    let is_meant = |at: &usize| is_what_was_meant(&images[*at], &after.images[*at], keys);
    if !found.iter().all(is_meant) {
        return Err(not_laid_out(&file));
    }
    let is_as_before = texts.changed().next().is_none();
    let news = found.iter().map(|at| {
        let (was, is) = (before.called(*at), after.called(*at));
        if is_as_before {
            return News::IsSo(after.named(*at));
        }
        if was == is {
            return News::Set(after.named(*at));
        }
        let (before, names) = Names::changed(was, is);
        let entry = after.images[*at].entry.clone();
        let image = Named { entry, names };
        News::Moved { image, before }
    });
    let news = news.collect();
    let pairs = images.iter().zip(&after.images).enumerate();
    // Its own name is told already.
    let others = pairs.filter(|(at, _)| !found.contains(at));
    let others = others.map(|(at, (was, is))| is_same(was, is).then_some((at, at)));
    finish(&texts, &before, &after, news, others)
}

fn is_of_one(one: &Resolved, other: &Resolved) -> bool {
    item_of_tags(one) == item_of_tags(other) && one.declared.place.file == other.declared.place.file
}

fn is_what_was_meant(was: &Resolved, is: &Resolved, keys: &Keys) -> bool {
    let has_name = || match &keys.target {
        Some(_) => has_name(is, keys),
        // The platform of a line goes into its name.
        None if matches!(is.declared.form, Form::Line | Form::From) => true,
        None => has_same_naming(&was.declared, &is.declared),
    };
    let has_platforms = || {
        let is_as_before = was.entry.platforms == is.entry.platforms;
        has_platforms(is, keys) && (is_as_before || !keys.platforms.is_empty())
    };
    says_the_same(was, is) && has_platforms() && has_name()
}

/// Says how an image comes from a list into a file that can say more.
fn moved(texts: &Texts<'_>, image: &Resolved, list: &str) -> Text {
    if texts.main() == list {
        return imported(list);
    }
    let (main, target) = (texts.main(), &image.entry.target);
    let written = &image.declared.written;
    text!(
        "`pusher remove {target}`, and `pusher add {written}` with what it is to have: that declares it in `{main}`, which \
         can say that",
        "先 `pusher remove {target}`，再 `pusher add {written}` 加上要写的：这样它就写在 `{main}` 里，那里可以写"
    )
}

fn declared_twice(first: &Resolved, second: &Resolved) -> Refused {
    let (one, other) = (&first.entry.origin, &second.entry.origin);
    Refused::because(
        text!(
            "`{}` is declared twice: {one}, {other}",
            "`{}` 声明了两次：{one}、{other}",
            first.entry.source
        ),
        text!("keep one of them", "留下一个"),
    )
}

fn one_of_several(image: &Resolved) -> Refused {
    let source = &image.entry.source;
    let whole = image.declared.written.rsplit_once(':');
    let whole = whole.map_or(&*image.declared.written, |(whole, _)| whole);
    Refused::because(
        text!(
            "`{source}` is one of several tags that are declared together: {}",
            "`{source}` 是一起声明的几个标签之一：{}",
            image.entry.origin
        ),
        text!("name them all: `{whole}`", "写明全部：`{whole}`"),
    )
}
