//! What is measured, on what.

use std::time::Duration;

use crate::Result;
use crate::arguments::{Arguments, Case};
use crate::contest::Contest;
use crate::images::{self, Named};
use crate::machine::{self, Machine};
use crate::made_up;
use crate::table;
use crate::tools::Tool;

const MIB: usize = 1024 * 1024;
const GIB: usize = 1024 * MIB;

/// Runs the cases that were asked for, and prints a table for each.
pub(crate) async fn run(arguments: &Arguments) -> Result<()> {
    table::say(&format!("Measured on {}.", Machine::look()))?;
    let far = arguments.round_trip();
    let tags = images::tags(arguments.size(200, 8));
    let many = || images::tags(arguments.size(1000, 16));
    let count = tags.len();
    let far_away = format!("a round trip of {} ms", far.as_millis());

    if arguments.runs(Case::NoOpRtt) {
        let title = format!("No-op, {count} tags, {far_away}");
        contest(arguments, &title, &tags, far, false).await?;
    }
    if arguments.runs(Case::ManyRtt) {
        let many = many();
        let title = format!("No-op, {} tags, {far_away}", many.len());
        contest(arguments, &title, &many, far, false).await?;
    }
    if arguments.runs(Case::ColdRtt) {
        let title = format!("Cold copy, {count} images, {far_away}");
        contest(arguments, &title, &tags, far, true).await?;
    }
    if arguments.runs(Case::NoOp) {
        let title = format!("No-op, {count} tags, loopback");
        contest(arguments, &title, &tags, Duration::ZERO, false).await?;
    }
    if arguments.runs(Case::Cold) {
        let title = format!("Cold copy, {count} images, loopback");
        contest(arguments, &title, &tags, Duration::ZERO, true).await?;
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

async fn contest(
    arguments: &Arguments,
    title: &str,
    images: &[Named],
    round_trip: Duration,
    cold: bool,
) -> Result<()> {
    let far = !round_trip.is_zero();
    let contest = Contest {
        images,
        tools: tools(arguments, &Tool::COPIERS),
        rounds: arguments.rounds(if far { 3 } else { 5 }),
        round_trip,
        cold,
        // Where nothing has to be waited for, more processes than this are in each other's way.
        at_once: if far { 16 } else { 4 },
    };
    table::standings(title, &contest.run().await?, round_trip)
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
