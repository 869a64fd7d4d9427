//! The words for drift that all formats share.

use crate::plan::{Drift, DriftKind};

use super::images::in_place;

/// Says what a kind means, in the words that follow a count.
pub fn meaning(kind: DriftKind) -> &'static str {
    match kind {
        DriftKind::UpstreamMoved => "moved upstream",
        DriftKind::TargetChanged => "changed in the target",
        DriftKind::Differs => "differ",
        DriftKind::TargetMissing => "missing in the target",
        DriftKind::SourceMissing => "missing at the source",
        DriftKind::NotDeclared => "no longer declared",
        DriftKind::Unreadable => "could not be read",
        DriftKind::Blocked => "blocked",
    }
}

/// Says in one line what was found.
pub fn summary(drift: &Drift<'_>) -> String {
    let counts = DriftKind::ALL
        .into_iter()
        .map(|kind| (drift.count(kind), kind))
        .filter(|(count, _)| *count > 0)
        .map(|(count, kind)| match (count, kind) {
            (1, DriftKind::Differs) => "1 differs".to_owned(),
            _ => format!("{count} {}", meaning(kind)),
        });
    let mut parts: Vec<String> = counts.collect();
    parts.push(format!("{} in place", drift.in_place));
    let verdict = match (drift.has_drifted(), drift.is_unsure()) {
        (true, _) => "Drift:",
        (false, true) => "Drift cannot be told:",
        (false, false) if drift.narrowed => "No drift of the kinds that were asked for:",
        (false, false) => return format!("No drift: {}", in_place(drift.in_place)),
    };
    format!("{verdict} {}.", parts.join(", "))
}

/// Says what to do about what was found, and what it does not tell.
pub fn advice(drift: &Drift<'_>) -> Vec<&'static str> {
    let mut advice = vec![];
    if drift.is_unsure() {
        advice.push("what could not be read may have drifted or not: see the reason at each");
    }
    if drift.count(DriftKind::Differs) > 0 {
        advice.push(
            "where the two differ, the upstream tag moved or someone changed the target; the \
             digests alone do not tell which",
        );
    }
    if !drift.locked && drift.has_drifted() {
        advice.push(
            "there is no lock: with one (`pusher lock`) drift tells an upstream tag that moved \
             from a target that someone changed, and what is no longer declared",
        );
    }
    if drift.count(DriftKind::UpstreamMoved) > 0 {
        advice.push("`pusher lock --update` takes what moved upstream");
    }
    let mended = [
        DriftKind::TargetChanged,
        DriftKind::Differs,
        DriftKind::TargetMissing,
    ];
    if mended.into_iter().any(|kind| drift.count(kind) > 0) {
        advice.push("`pusher apply` makes the target what is declared");
    }
    if drift.count(DriftKind::NotDeclared) > 0 {
        advice.push("`pusher apply --prune` deletes what is no longer declared");
    }
    advice
}
