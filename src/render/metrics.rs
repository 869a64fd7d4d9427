//! What a run came to, for Prometheus: node-exporter's textfile collector, and whatever else reads `OpenMetrics`.
//!
//! All of it are gauges without times of their own, which both forms write alike; a comment ends it, as `OpenMetrics`
//! wants it.

use std::collections::BTreeMap;
use std::fmt::{self, Write as _};

use chrono::{DateTime, Utc};

use crate::plan::{Drift, DriftKind, Report, ReportSummary, Target};

/// What is told of a run besides what it came to.
#[derive(Debug, Clone)]
pub struct Run<'a> {
    /// What tells its file from others in one folder.
    pub name: &'a str,
    /// The command.
    pub command: &'static str,
    /// When it ended.
    pub ended: DateTime<Utc>,
    /// How long it took, in seconds.
    pub seconds: f64,
    /// With which status it ends.
    pub status: u8,
    /// How many pulls registries said are left.
    pub pulls_left: BTreeMap<String, u64>,
}

/// A metric with what it means; the same in every file, for two that differ are refused.
struct Metric(&'static str, &'static str);

const ENDED: Metric = Metric(
    "pusher_run_end_timestamp_seconds",
    "When the last run ended.",
);
const SECONDS: Metric = Metric("pusher_run_seconds", "How long the last run took.");
const STATUS: Metric = Metric(
    "pusher_run_status",
    "The exit status of the last run: 0, 1, 2 or 130.",
);
const IMAGES: Metric = Metric(
    "pusher_images",
    "Images of a target by what came of them in the last run.",
);
const BYTES: Metric = Metric(
    "pusher_blob_bytes",
    "Bytes of blobs that the last run sent, had mounted, or found in the target.",
);
const PULLS: Metric = Metric(
    "pusher_pulls_left",
    "Pulls that a registry said are left, in its last answer.",
);
const DRIFTING: Metric = Metric(
    "pusher_drift_since_timestamp_seconds",
    "Since when every run that wrote this file has found drift in a target.",
);

/// Writes what an `apply` did.
pub fn of_reports(run: &Run<'_>, reports: &[Report], out: &mut dyn fmt::Write) -> fmt::Result {
    let mut page = Page { run, out };
    page.run()?;
    page.head(&IMAGES)?;
    for report in reports {
        for (state, count) in states(&report.summary()) {
            let labels = [
                ("target", place(&report.plan.target)),
                ("state", state.to_owned()),
            ];
            page.sample(&IMAGES, &labels, count)?;
        }
    }
    page.head(&BYTES)?;
    for report in reports {
        let cost = report.summary().cost;
        for (how, bytes) in [
            ("sent", cost.bytes_sent),
            ("mounted", cost.bytes_mounted),
            ("present", cost.bytes_present),
        ] {
            let labels = [
                ("target", place(&report.plan.target)),
                ("how", how.to_owned()),
            ];
            page.sample(&BYTES, &labels, bytes)?;
        }
    }
    page.end()
}

/// Writes what a `drift` found; `before` is what stands in the file.
pub fn of_drifts(
    run: &Run<'_>,
    drifts: &[Drift<'_>],
    before: &str,
    out: &mut dyn fmt::Write,
) -> fmt::Result {
    let mut page = Page { run, out };
    page.run()?;
    page.head(&IMAGES)?;
    for drift in drifts {
        let place = place(&drift.plan.target);
        let kinds = DriftKind::ALL.map(|kind| (kind.as_str(), drift.count(kind)));
        for (state, count) in kinds.into_iter().chain([("in-place", drift.in_place)]) {
            let labels = [("target", place.clone()), ("state", state.to_owned())];
            page.sample(&IMAGES, &labels, count)?;
        }
    }
    // What could not be read may have drifted still: it ends nothing, and begins nothing.
    let drifting = drifts.iter().filter_map(|drift| {
        let labels = [("target", place(&drift.plan.target))];
        let known = page.before(before, &labels);
        let since = match (drift.has_drifted(), drift.is_unsure()) {
            (true, _) => Some(known.unwrap_or(run.ended.timestamp())),
            (false, true) => known,
            (false, false) => None,
        };
        Some((labels, since?))
    });
    let drifting: Vec<_> = drifting.collect();
    if !drifting.is_empty() {
        page.head(&DRIFTING)?;
    }
    for (labels, since) in drifting {
        page.sample(&DRIFTING, &labels, since)?;
    }
    page.end()
}

fn place(target: &Target) -> String {
    target.to_string()
}

fn states(summary: &ReportSummary) -> [(&'static str, usize); 9] {
    let ReportSummary {
        created,
        updated,
        deleted,
        unchanged,
        blocked,
        stale,
        failed,
        left,
        not_done,
        cost: _,
        interrupted: _,
    } = *summary;
    [
        ("created", created),
        ("updated", updated),
        ("deleted", deleted),
        ("unchanged", unchanged),
        ("blocked", blocked),
        ("stale", stale),
        ("failed", failed),
        ("left", left),
        ("not-done", not_done),
    ]
}

/// What is written of a run.
struct Page<'a> {
    run: &'a Run<'a>,
    out: &'a mut dyn fmt::Write,
}

impl Page<'_> {
    /// Writes what every command has.
    fn run(&mut self) -> fmt::Result {
        let run = self.run;
        self.head(&ENDED)?;
        self.sample(&ENDED, &[], run.ended.timestamp())?;
        self.head(&SECONDS)?;
        self.sample(&SECONDS, &[], format_args!("{:.3}", run.seconds))?;
        self.head(&STATUS)?;
        self.sample(&STATUS, &[], run.status)?;
        if !run.pulls_left.is_empty() {
            self.head(&PULLS)?;
        }
        for (registry, left) in &run.pulls_left {
            self.sample(&PULLS, &[("registry", registry.clone())], left)?;
        }
        Ok(())
    }

    fn head(&mut self, Metric(name, help): &Metric) -> fmt::Result {
        writeln!(self.out, "# HELP {name} {help}\n# TYPE {name} gauge")
    }

    /// Returns a sample without its value.
    fn named(&self, Metric(name, _): &Metric, labels: &[(&str, String)]) -> String {
        let Run {
            name: run, command, ..
        } = self.run;
        let mut text = format!("{name}{{run=\"{}\",command=\"{command}\"", escaped(run));
        for (label, value) in labels {
            // A string takes all that is written to it.
            let _ = write!(text, ",{label}=\"{}\"", escaped(value));
        }
        text + "} "
    }

    fn sample(
        &mut self,
        metric: &Metric,
        labels: &[(&str, String)],
        value: impl fmt::Display,
    ) -> fmt::Result {
        let named = self.named(metric, labels);
        writeln!(self.out, "{named}{value}")
    }

    /// Finds since when something drifts, as the file has it.
    fn before(&self, before: &str, labels: &[(&str, String)]) -> Option<i64> {
        let named = self.named(&DRIFTING, labels);
        let value = before.lines().find_map(|line| line.strip_prefix(&*named))?;
        let since = value.parse().ok()?;
        // A clock that was put back would make it later than now.
        (since <= self.run.ended.timestamp()).then_some(since)
    }

    fn end(&mut self) -> fmt::Result {
        writeln!(self.out, "# EOF")
    }
}

fn escaped(value: &str) -> String {
    value
        .replace('\\', "\\\\")
        .replace('"', "\\\"")
        .replace('\n', "\\n")
}
