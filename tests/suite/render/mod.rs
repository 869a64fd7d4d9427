//! What people, programs and pull requests get to see.

#![allow(clippy::unwrap_used, reason = "these are tests")]

mod chinese;
mod chinese_checkup;
mod diff;
mod fixtures;
mod golden;
mod hostile;
mod lock;
mod notices;
mod schema;

use pusher::plan::{Cost, Drift, Evidence, Inventory, Plan, Report};
use pusher::render::{self, Details, Format, View};

fn plan(plan: &Plan, format: Format, view: &View) -> String {
    let target = Inventory::default();
    plan_at(plan, Some(&target), format, view)
}

fn plan_at(plan: &Plan, target: Option<&Inventory>, format: Format, view: &View) -> String {
    let cost = Cost::of(plan, target);
    let details = Details {
        cost: Some(&cost),
        diffs: None,
        same_content: None,
        part: None,
        shards: None,
    };
    let mut text = String::new();
    render::plan(plan, &details, format, view, &mut text).unwrap();
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
