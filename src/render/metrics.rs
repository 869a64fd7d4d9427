//! What a run came to, for Prometheus: node-exporter's textfile collector, and whatever else reads `OpenMetrics`.
//!
//! What a file has are gauges without times of their own, which both forms write alike; a comment ends it, as
//! `OpenMetrics` wants it. Only what `watch` counts is written in two ways.

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

/// What every sample says of where it comes from.
#[derive(Debug, Clone, Copy)]
pub struct Name<'a> {
    /// What tells it from others.
    pub run: &'a str,
    /// The command.
    pub command: &'static str,
}

/// What is told of all rounds of a `watch`.
#[derive(Debug, Clone, Copy, Default)]
pub struct SoFar {
    /// How many did all that they should.
    pub done: u64,
    /// How many did not.
    pub failed: u64,
    /// When the last one ended that did.
    pub success: Option<DateTime<Utc>>,
    /// When the next one begins; none while one is under way.
    pub next: Option<DateTime<Utc>>,
}

/// How it is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Form {
    /// As Prometheus writes it.
    Text,
    /// As `OpenMetrics` has it.
    OpenMetrics,
}

impl Form {
    /// How it is asked for.
    pub const OPEN_METRICS: &str = "application/openmetrics-text";

    /// Returns its name in an answer.
    pub fn content_type(self) -> &'static str {
        match self {
            Self::Text => "text/plain; version=0.0.4; charset=utf-8",
            Self::OpenMetrics => "application/openmetrics-text; version=1.0.0; charset=utf-8",
        }
    }
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

const ROUNDS: Metric = Metric(
    "pusher_rounds_total",
    "Rounds since the start, by whether they did all that they should.",
);
const SUCCESS: Metric = Metric(
    "pusher_last_success_timestamp_seconds",
    "When the last round ended that did all that it should.",
);
const NEXT: Metric = Metric(
    "pusher_next_round_timestamp_seconds",
    "When the next round begins.",
);

/// Writes what an `apply` did.
pub fn of_reports(run: &Run<'_>, reports: &[Report], out: &mut dyn fmt::Write) -> fmt::Result {
    of_round(run, reports, &mut *out)?;
    end(out)
}

/// Writes what a round did, without the end of the page; one that came to no target has no reports.
pub fn of_round(run: &Run<'_>, reports: &[Report], out: &mut dyn fmt::Write) -> fmt::Result {
    let mut page = Page::of(run, out);
    page.run(run)?;
    if reports.is_empty() {
        return Ok(());
    }
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
    Ok(())
}

/// Writes what is told of all rounds, and the end of the page.
pub fn so_far(
    name: &Name<'_>,
    so_far: &SoFar,
    form: Form,
    out: &mut dyn fmt::Write,
) -> fmt::Result {
    let SoFar {
        done,
        failed,
        success,
        next,
    } = *so_far;
    let mut page = Page { name: *name, out };
    page.counted(&ROUNDS, form)?;
    for (result, count) in [("done", done), ("failed", failed)] {
        page.sample(&ROUNDS, &[("result", result.to_owned())], count)?;
    }
    for (metric, at) in [(&SUCCESS, success), (&NEXT, next)] {
        if let Some(at) = at {
            page.head(metric)?;
            page.sample(metric, &[], at.timestamp())?;
        }
    }
    end(out)
}

/// Writes what a `drift` found; `before` is what stands in the file.
pub fn of_drifts(
    run: &Run<'_>,
    drifts: &[Drift<'_>],
    before: &str,
    out: &mut dyn fmt::Write,
) -> fmt::Result {
    let mut page = Page::of(run, &mut *out);
    page.run(run)?;
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
        let known = page.before(run, before, &labels);
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
    end(out)
}

fn end(out: &mut dyn fmt::Write) -> fmt::Result {
    writeln!(out, "# EOF")
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
    name: Name<'a>,
    out: &'a mut dyn fmt::Write,
}

impl<'a> Page<'a> {
    fn of(run: &Run<'a>, out: &'a mut dyn fmt::Write) -> Self {
        let Run {
            name: run, command, ..
        } = *run;
        let name = Name { run, command };
        Self { name, out }
    }

    /// Writes what every command has.
    fn run(&mut self, run: &Run<'_>) -> fmt::Result {
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

    /// Writes the head of what only grows: each form has the name of the whole in its own way.
    fn counted(&mut self, Metric(name, help): &Metric, form: Form) -> fmt::Result {
        let name = match form {
            Form::Text => name,
            Form::OpenMetrics => name.trim_end_matches("_total"),
        };
        writeln!(self.out, "# HELP {name} {help}\n# TYPE {name} counter")
    }

    /// Returns a sample without its value.
    fn named(&self, Metric(name, _): &Metric, labels: &[(&str, String)]) -> String {
        let Name { run, command } = self.name;
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
    fn before(&self, run: &Run<'_>, before: &str, labels: &[(&str, String)]) -> Option<i64> {
        let named = self.named(&DRIFTING, labels);
        let value = before.lines().find_map(|line| line.strip_prefix(&*named))?;
        let since = value.parse().ok()?;
        // A clock that was put back would make it later than now.
        (since <= run.ended.timestamp()).then_some(since)
    }
}

fn escaped(value: &str) -> String {
    value
        .replace('\\', "\\\\")
        .replace('"', "\\\"")
        .replace('\n', "\\n")
}
