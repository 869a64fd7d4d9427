//! Thousands of entries, all in place, whose sources are many hosts: sandboxes of this process, far away.

use std::net::SocketAddr;
use std::time::Duration;

use pusher::sandbox::{Options, Sandbox};

use crate::Result;
use crate::contest::Standings;
use crate::images::{SOURCE_NAMESPACE, TARGET_NAMESPACE};
use crate::made_up::{expect, fill, many};
use crate::measure;
use crate::proxy::Proxy;
use crate::registry::memory_folder;
use crate::table;
use crate::tools::{Job, Tool};

/// Brings so many entries of so many hosts up to date, which they are.
pub(crate) async fn run(
    (count, hosts): (usize, usize),
    tools: &[Tool],
    rounds: usize,
    round_trip: Duration,
) -> Result<()> {
    let images = many(count, hosts);
    let source = Sandbox::start(Options::default()).await?;
    let target = Sandbox::start(Options::default()).await?;
    fill(&source, SOURCE_NAMESPACE, &images);
    fill(&target, TARGET_NAMESPACE, &images);
    let mut ways = Vec::new();
    for _ in 0..hosts {
        ways.push(Proxy::open(source.address().parse()?, round_trip).await?);
    }
    let sources: Vec<SocketAddr> = ways.iter().map(|way| way.address).collect();
    let way = Proxy::open(target.address().parse()?, round_trip).await?;
    let standings = Standings::gather(tools, rounds, async |tool, standing| {
        let folder = memory_folder()?;
        let job = Job {
            images: &images,
            sources: &sources,
            target: way.address,
            folder: folder.path(),
            identity: None,
            login: None,
        };
        let usage = measure::run(&tool.program(&job)?, folder.path(), measure::PATIENCE).await?;
        expect(&images, &target)?;
        let an_entry = usage.peak / count as u64;
        standing.remarks = vec![("an entry", format!("{an_entry} bytes"))];
        standing.add(usage);
        Ok(())
    })
    .await?;
    let title = format!(
        "No-op, {count} entries, {hosts} hosts, a round trip of {} ms",
        round_trip.as_millis()
    );
    table::standings(&title, &standings, round_trip)
}
