//! What became of the records that were to be attached to their images.

use std::fmt;

use crate::model::{Failure, Reference};
use crate::plan::{Attached, Attachment, Report};
use crate::render::units::{Noun, counted};

/// Says how many records are attached, and that the target takes none; nothing where nobody asked for that.
pub fn attached(report: &Report) -> Option<String> {
    let count = |is: fn(&Attached) -> bool| {
        let attachments = report.attachments.iter();
        attachments.filter(|one| is(&one.attached)).count()
    };
    let done = count(|attached| matches!(attached, Attached::As(_)));
    if done > 0 {
        let images = counted(done, Noun::Image);
        return Some(tr!(
            "The record is attached to {images}.",
            "记录已经附在 {images}上。"
        ));
    }
    let not_taken = count(|attached| *attached == Attached::NotTaken);
    (not_taken > 0).then(|| not_taken_by(report))
}

/// Returns the images whose records could not be attached, and why.
pub fn unattached(report: &Report) -> impl Iterator<Item = (&Reference, &Failure)> {
    let attachments = report.attachments.iter();
    attachments.filter_map(|Attachment { image, attached }| match attached {
        Attached::Failed(failure) => Some((image, failure)),
        Attached::As(_) | Attached::NotTaken => None,
    })
}

/// Says of a record that it could not be attached.
pub fn not_attached(image: impl fmt::Display, why: impl fmt::Display) -> String {
    tr!(
        "The record is not attached to {image}: {why}.",
        "记录没有附在 {image} 上：{why}。"
    )
}

/// Says why no record is attached.
fn not_taken_by(report: &Report) -> String {
    let (registry, profile) = (
        &report.plan.target.registry,
        &report.plan.target.profile.name,
    );
    tr!(
        "No record is attached: {registry} ({profile}) takes no artifacts, or lists none.",
        "没有附上记录：{registry}（{profile}）不收制品，或者不列出它们。"
    )
}
