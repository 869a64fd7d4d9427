//! How an image breaks the rules of the files' policy, and what to do about it.

use crate::plan::Change;
use crate::plan::policy::{Found, Violation};

/// Says which rules an image breaks.
pub fn violations(violations: &[Violation]) -> String {
    let told: Vec<_> = violations.iter().map(ToString::to_string).collect();
    told.join(tr_word!("; ", "；"))
}

/// Says which rules an image breaks beside those for which it is blocked, each by itself.
pub fn warnings(change: &Change) -> Vec<String> {
    let told = change.warnings.iter().map(|broken| {
        // What is too young is blocked as such, whoever wants it older.
        if broken.blocks() {
            broken.to_string()
        } else {
            tr!("warning: {broken}", "警告：{broken}")
        }
    });
    told.collect()
}

/// Says what to do about it; nothing where there is no advice to give.
pub fn violations_hint(change: &Change, violations: &[Violation]) -> Option<String> {
    let hint = |violation: &Violation| match &violation.found {
        Found::NotPinned => Some(tr!(
            "`pusher lock` writes down which digest it is; or write that behind the source: `…@sha256:…`",
            "`pusher lock` 会记下它的摘要；或者在源后面写上：`…@sha256:…`"
        )),
        Found::NoReport(digests) => {
            let image = change.source.at(digests.first()?.clone());
            Some(tr!(
                "scan it by its digest: `trivy image --format json --output FILE {image}`, where FILE is one of the \
                 rule's `reports`",
                "按摘要扫描它：`trivy image --format json --output 文件 {image}`，文件要在规则的 `reports` 里"
            ))
        }
        Found::PlatformsNotAsked(_) => Some(tr!(
            "add them to the image's `platforms`, or to those of `defaults`",
            "把它们加到这个镜像或 `defaults` 的 `platforms` 里"
        )),
        _ => None,
    };
    violations.iter().find_map(hint)
}
