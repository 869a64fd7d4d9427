//! What people, programs and pull requests get to see.

#![allow(clippy::unwrap_used, reason = "these are tests")]

mod diff;
mod fixtures;
mod golden;
mod hostile;
mod schema;

use pusher::plan::{Evidence, Plan, Report};
use pusher::render::drift::Drift;
use pusher::render::{self, Format, View};

fn plan(plan: &Plan, format: Format, view: &View) -> String {
    let mut text = String::new();
    render::plan(plan, format, view, &mut text).unwrap();
    text
}

fn report(report: &Report, format: Format, view: &View) -> String {
    let mut text = String::new();
    render::report(report, format, view, &mut text).unwrap();
    text
}

fn drift(plan: &Plan, format: Format, view: &View) -> String {
    let mut text = String::new();
    let drift = Drift::of(plan, &Evidence::default(), &[]);
    render::drift(&drift, format, view, &mut text).unwrap();
    text
}
