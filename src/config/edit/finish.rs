//! The guard: what an edit makes of the files has to be what was meant.

use std::collections::HashSet;

use crate::config::{Diagnostic, Files, Loaded, Place, Replacement, Severity};

use super::called::Names;
use super::line;
use super::outcome::{Edited, Named, News, Refused, Rewritten};
use super::same::has_same_settings;
use super::texts::{State, Texts};

/// Loads the files as they are; stops for the mistakes in them, since nobody could say what is declared.
pub(super) fn start(texts: &Texts<'_>) -> Result<State, Refused> {
    let state = texts.load();
    let mistakes = mistakes(&state);
    // A name that the target refuses blocks that one image, and the others can be edited.
    let blocks = |told: &Diagnostic| !told.kind.is_of_one_image();
    if mistakes.iter().any(blocks) {
        return Err(told(state));
    }
    Ok(state)
}

fn mistakes(state: &State) -> Vec<Diagnostic> {
    let told = state.loaded.check().into_iter();
    told.filter(|told| told.severity == Severity::Error)
        .collect()
}

fn told(state: State) -> Refused {
    let told = mistakes(&state);
    Refused::Mistakes {
        told,
        files: Box::new(state.loaded.files),
    }
}

/// Stops for mistakes that were not there before.
pub(super) fn stop_for_mistakes(
    texts: &Texts<'_>,
    before: &State,
    after: State,
) -> Result<State, Refused> {
    let known: HashSet<_> = mistakes(before)
        .iter()
        .map(|told| (told.code, told.message.english().to_owned()))
        .collect();
    let mut after = after;
    let is_new =
        |told: &Diagnostic| !known.contains(&(told.code, told.message.english().to_owned()));
    // What was typed is quoted where it has to be: it is the layout.
    if mistakes(&after).iter().any(|told| told.code == "syntax") {
        let file = texts.changed().next().unwrap_or(texts.main());
        return Err(not_laid_out(file));
    }
    if mistakes(&after).iter().any(is_new) {
        after.loaded.diagnostics.retain(is_new);
        let Loaded {
            diagnostics, files, ..
        } = &mut after.loaded;
        for told in diagnostics {
            leave_out_places(told, &before.loaded.files, files);
        }
        return Err(told(after));
    }
    Ok(after)
}

/// Leaves out the places in lines that no file has, since nothing was written: nobody could look there.
fn leave_out_places(told: &mut Diagnostic, before: &Files, after: &Files) {
    let is_there = |place: &Place| {
        let (text, at) = (after.text(&place.file), place.span.start);
        if !text.is_char_boundary(at) {
            return false;
        }
        let line = text[line::start(text, at)..line::end(text, at)].trim_end();
        let mut lines = before.text(&place.file).lines();
        lines.any(|known| known.trim_end() == line)
    };
    told.related.retain(|(place, _)| is_there(place));
    if told.place.as_ref().is_none_or(is_there) {
        return;
    }
    let place = told.place.take();
    told.label = None;
    let offered = told.replacement.take();
    if let Some(Replacement { place: at, text }) = offered
        && told.help.is_none()
        && Some(at) == place
    {
        told.help = Some(text!("write `{text}`", "写成 `{text}`"));
    }
}

/// Says that the layout of a file is none that can be edited here.
pub(super) fn not_laid_out(file: &str) -> Refused {
    let message = text!(
        "`{file}` is laid out in a way that this command cannot change safely; nothing was written",
        "`{file}` 的写法特殊，这个命令不能保证改对；什么都没有写"
    );
    Refused::because(
        message,
        text!(
            "edit it by hand, and see with `pusher check` whether it is right",
            "请手工修改，用 `pusher check` 检查对不对"
        ),
    )
}

/// Takes what was meant for done, if the files declare `expected` and nothing else has changed.
///
/// `pairs` has which image before is which one after, none where they differ in more than a name.
pub(super) fn finish(
    texts: &Texts<'_>,
    before: &State,
    after: &State,
    mut news: Vec<News>,
    pairs: impl Iterator<Item = Option<(usize, usize)>>,
) -> Result<Edited, Refused> {
    let changed: Vec<_> = texts.changed().map(str::to_owned).collect();
    let file = changed.first().map_or(texts.main(), String::as_str);
    if !has_same_settings(&before.loaded, &after.loaded) {
        return Err(not_laid_out(file));
    }
    for pair in pairs {
        let Some((was, is)) = pair else {
            return Err(not_laid_out(file));
        };
        let (was, called) = (before.called(was), after.called(is));
        if was != called {
            let (before, names) = Names::changed(was, called);
            let entry = after.images[is].entry.clone();
            let image = Named { entry, names };
            news.push(News::Renamed { image, before });
        }
    }
    let rewritten = changed.iter().map(|name| Rewritten {
        name: name.clone(),
        text: texts.whole(name),
        before: before.loaded.files.text(name).to_owned(),
        after: after.loaded.files.text(name).to_owned(),
    });
    Ok(Edited {
        files: rewritten.collect(),
        news,
        prunes: before.loaded.prune.wanted,
    })
}
