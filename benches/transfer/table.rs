//! What is printed: markdown.

use std::collections::BTreeSet;
use std::io::Write as _;
use std::time::Duration;

use crate::Result;
use crate::contest::Standings;
use crate::registry::Requests;
use crate::standing::Standing;

/// Prints a line.
pub(crate) fn say(line: &str) -> Result<()> {
    let mut stdout = std::io::stdout().lock();
    writeln!(stdout, "{line}")?;
    Ok(stdout.flush()?)
}

/// Prints what a contest came to; the first tool is what the others are compared with.
pub(crate) fn standings(title: &str, standings: &Standings, round_trip: Duration) -> Result<()> {
    let Standings { all, load } = standings;
    let Some(first) = all.first() else {
        return Ok(());
    };
    say(&format!(
        "\n### {title}\n\nLoad {:.1} before, {:.1} at most during it.\n",
        load.before, load.most
    ))?;
    let counted = all.iter().any(|standing| standing.requests.is_some());
    let mut columns = vec![
        "",
        "runs",
        "median",
        "least",
        "most",
        "factor",
        "cpu",
        "peak memory",
    ];
    if !round_trip.is_zero() {
        columns.push("round trips");
    }
    if counted {
        columns.extend(["requests at source", "at target"]);
    }
    let mut remarked: Vec<&str> = Vec::new();
    for (column, _) in all.iter().flat_map(|standing| &standing.remarks) {
        if !remarked.contains(column) {
            remarked.push(column);
        }
    }
    row(columns.iter().chain(&remarked).copied())?;
    row(columns.iter().chain(&remarked).map(|_| "---"))?;
    for standing in all {
        let mut cells = numbers(standing, first, round_trip);
        if counted {
            match &standing.requests {
                Some((source, target)) => cells.extend([total(source), total(target)]),
                None => cells.extend([String::new(), String::new()]),
            }
        }
        let remarks = remarked.iter().map(|column| standing.remark(column));
        let remarks = remarks.map(|remark| remark.unwrap_or_default().to_owned());
        cells.extend(remarks);
        row(cells.iter().map(String::as_str))?;
    }
    for standing in all {
        if let Some(failure) = &standing.failure {
            let last = failure.lines().next_back().unwrap_or_default();
            say(&format!("\n{} failed: {last}", standing.name))?;
        }
    }
    if counted {
        requests(all)?;
    }
    Ok(())
}

/// Returns the name of a tool and its numbers, or that it has none.
fn numbers(standing: &Standing, first: &Standing, round_trip: Duration) -> Vec<String> {
    let (name, runs, time) = (&standing.name, standing.runs(), standing.time());
    let mut cells = vec![name.clone(), runs.to_string()];
    if runs == 0 {
        cells.push("failed".to_owned());
        let empty = if round_trip.is_zero() { 5 } else { 6 };
        cells.extend(std::iter::repeat_n(String::new(), empty));
        return cells;
    }
    cells.extend([
        seconds(time),
        seconds(standing.least()),
        seconds(standing.most()),
        format!("{:.2}", time.as_secs_f64() / first.time().as_secs_f64()),
        seconds(standing.cpu()),
        mebibytes(standing.peak()),
    ]);
    if !round_trip.is_zero() {
        let trips = time.as_secs_f64() / round_trip.as_secs_f64();
        cells.push(format!("{trips:.1}"));
    }
    cells
}

fn requests(standings: &[Standing]) -> Result<()> {
    let with: Vec<_> = standings
        .iter()
        .filter_map(|standing| Some((&standing.name, standing.requests.as_ref()?)))
        .collect();
    say("")?;
    let names = with.iter().map(|(name, _)| name.as_str());
    row(["requests"].into_iter().chain(names))?;
    row(std::iter::repeat_n("---", with.len() + 1))?;
    for (place, at_target) in [("source", false), ("target", true)] {
        let of = |(source, target): &(Requests, Requests)| {
            if at_target {
                target.clone()
            } else {
                source.clone()
            }
        };
        let sorts: BTreeSet<String> = with
            .iter()
            .flat_map(|(_, requests)| of(requests).into_keys())
            .collect();
        for sort in sorts {
            let counts = with
                .iter()
                .map(|(_, requests)| of(requests).get(&sort).copied().unwrap_or_default());
            let cells: Vec<String> = [format!("{place}: {sort}")]
                .into_iter()
                .chain(counts.map(|count| count.to_string()))
                .collect();
            row(cells.iter().map(String::as_str))?;
        }
    }
    Ok(())
}

fn row<'a>(cells: impl IntoIterator<Item = &'a str>) -> Result<()> {
    let cells: Vec<&str> = cells.into_iter().collect();
    say(&format!("| {} |", cells.join(" | ")))
}

fn total(requests: &Requests) -> String {
    requests.values().sum::<usize>().to_string()
}

/// Returns the part of a time that each of so many had.
pub(crate) fn each(time: Duration, count: usize) -> String {
    let count = u32::try_from(count).unwrap_or(u32::MAX);
    format!("{:.1} µs", time.as_secs_f64() * 1e6 / f64::from(count))
}

/// Returns a small number of bytes.
#[expect(clippy::cast_precision_loss, reason = "it is small")]
pub(crate) fn small(bytes: u64) -> String {
    format!("{:.1} KiB", bytes as f64 / 1024.0)
}

pub(crate) fn seconds(time: Duration) -> String {
    format!("{:.2} s", time.as_secs_f64())
}

#[expect(clippy::cast_precision_loss, reason = "memory is far below 2^52 bytes")]
pub(crate) fn mebibytes(bytes: u64) -> String {
    format!("{:.1} MiB", bytes as f64 / (1024.0 * 1024.0))
}
