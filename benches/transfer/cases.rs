//! What is measured, on what.

use std::time::Duration;

use crate::Result;
use crate::arguments::{Arguments, Case};
use crate::contest::Contest;
use crate::identity::Identity;
use crate::images;
use crate::machine::{self, Machine};
use crate::made_up;
use crate::table;
use crate::tools::Tool;

const MIB: usize = 1024 * 1024;
const GIB: usize = 1024 * MIB;

/// The cases in which all tools do the same job on many images.
const CONTESTS: [Case; 7] = [
    Case::NoOpRtt,
    Case::ManyRtt,
    Case::ColdRtt,
    Case::NoOpRttTls,
    Case::ColdRttTls,
    Case::NoOp,
    Case::Cold,
];

/// Runs the cases that were asked for, and prints a table for each.
pub(crate) async fn run(arguments: &Arguments) -> Result<()> {
    table::say(&format!("Measured on {}.", Machine::look()))?;
    for case in CONTESTS {
        if arguments.runs(case) {
            contest(arguments, case).await?;
        }
    }
    if arguments.runs(Case::Large) {
        large(arguments).await?;
    }
    if arguments.runs(Case::Huge) {
        made_up::huge_layer(arguments.size(20 * GIB, 64 * MIB) as u64).await?;
    }
    if arguments.runs(Case::Entries) {
        made_up::entries(arguments.size(&[1000, 5000], &[50, 100])).await?;
    }
    Ok(())
}

async fn contest(arguments: &Arguments, case: Case) -> Result<()> {
    let count = if case == Case::ManyRtt {
        arguments.size(1000, 16)
    } else {
        arguments.size(200, 8)
    };
    let far = case.is_far();
    let round_trip = if far {
        arguments.round_trip()
    } else {
        Duration::ZERO
    };
    let contest = Contest {
        images: &images::tags(count),
        tools: tools(arguments, &Tool::COPIERS),
        rounds: arguments.rounds(if far { 3 } else { 5 }),
        round_trip,
        cold: case.is_cold(),
        identity: case.has_tls().then(Identity::new).transpose()?,
        // Where nothing has to be waited for, more processes than this are in each other's way.
        at_once: if far { 16 } else { 4 },
    };
    let job = if case.is_cold() {
        format!("Cold copy, {count} images")
    } else {
        format!("No-op, {count} tags")
    };
    let way = if far {
        format!("a round trip of {} ms", round_trip.as_millis())
    } else {
        "loopback".to_owned()
    };
    let protocol = if case.has_tls() { ", TLS" } else { "" };
    let title = format!("{job}, {way}{protocol}");
    table::standings(&title, &contest.run().await?, round_trip)
}

async fn large(arguments: &Arguments) -> Result<()> {
    let unit = arguments.size(GIB, 16 * MIB);
    let images = [images::large(unit)];
    let mut all = vec![Tool::Curl];
    all.extend(Tool::COPIERS);
    let contest = Contest {
        images: &images,
        tools: tools(arguments, &all),
        rounds: arguments.rounds(5),
        round_trip: Duration::ZERO,
        cold: true,
        identity: None,
        at_once: 4,
    };
    let bytes = 2 * unit;
    let title = format!("Cold copy, {}, loopback", table::mebibytes(bytes as u64));
    table::standings(&title, &contest.run().await?, Duration::ZERO)?;
    let hashing = machine::hash(bytes);
    table::say(&format!(
        "\nOne core hashes these bytes in {}.",
        table::seconds(hashing)
    ))
}

/// Returns those of `all` that are wanted and there; says which are not there.
fn tools(arguments: &Arguments, all: &[Tool]) -> Vec<Tool> {
    all.iter()
        .copied()
        .filter(|tool| arguments.uses(tool.name()) && tool.is_installed())
        .collect()
}
