//! What became of a lock, in Markdown.

use std::fmt;

use crate::lock::Renewal;
use crate::plan::TargetName;
use crate::render::inputs::{Fitting, Renewing};
use crate::render::words::{
    fit_summary, renewal_hint, renewal_reason, renewal_word, renewed_summary, unfit_hint,
    unfit_reason, unfit_word,
};

use super::document::Document;
use super::escape::{code, digests, prose};

/// Writes what became of each image of a lock; what stayed is counted alone.
pub fn renewed(renewing: &Renewing<'_>, out: &mut dyn fmt::Write) -> fmt::Result {
    let Renewing {
        renewed, desired, ..
    } = renewing;
    let mut document = Document::new(&renewed_summary(renewed, &code(renewing.file)));
    let changed = renewed.images.iter();
    let changed = changed.filter(|(_, renewal)| *renewal != Renewal::Kept);
    document.table(
        [
            "",
            tr_word!("image", "镜像"),
            tr_word!("before", "之前"),
            tr_word!("now", "现在"),
            tr_word!("why", "原因"),
        ],
        changed.map(|(name, renewal)| row(name, renewal, renewing)),
    );
    let mut advised: Vec<String> = vec![];
    for (_, renewal) in &renewed.images {
        if let Some(hint) = renewal_hint(renewal, &desired.target)
            && !advised.contains(&hint)
        {
            document.hint(&hint);
            advised.push(hint);
        }
    }
    document.finish(out)
}

fn row(name: &TargetName, renewal: &Renewal, renewing: &Renewing<'_>) -> [String; 5] {
    let (before, after) = match renewal {
        Renewal::Added(digest) => (String::new(), code(&digest.short())),
        Renewal::Moved { before, after } => digests(before, after).into(),
        _ => (String::new(), String::new()),
    };
    let why = renewal_reason(renewal, &renewing.desired.target);
    [
        renewal_word(renewal).to_owned(),
        code(&name.to_string()),
        before,
        after,
        prose(&why.unwrap_or_default()),
    ]
}

/// Writes whether a lock fits the files, and in what it does not.
pub fn fit(fitting: &Fitting<'_>, out: &mut dyn fmt::Write) -> fmt::Result {
    let Fitting {
        unfit,
        desired,
        file,
    } = fitting;
    let summary = fit_summary(unfit.is_empty(), desired, &code(file));
    let mut document = Document::new(&summary);
    document.table(
        ["", tr_word!("image", "镜像"), tr_word!("why", "原因")],
        unfit.iter().map(|(name, unfit)| {
            [
                unfit_word(*unfit).to_owned(),
                code(&name.to_string()),
                prose(unfit_reason(*unfit)),
            ]
        }),
    );
    if !unfit.is_empty() {
        document.hint(unfit_hint());
    }
    document.finish(out)
}
