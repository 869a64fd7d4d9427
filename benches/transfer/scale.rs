//! Ever more images, to see that nothing grows faster than they do; and a list of a million lines.

use std::collections::HashMap;
use std::net::SocketAddr;
use std::time::Duration;

use pusher::sandbox::{Options, Sandbox};

use crate::Result;
use crate::images::{Named, SOURCE_NAMESPACE};
use crate::made_up::{expect, fill, many};
use crate::measure::{self, Usage};
use crate::proxy::Proxy;
use crate::registry::memory_folder;
use crate::table;
use crate::tools::{self, Job};

/// A mirror far away, of images so small that nothing but their number counts.
struct Mirror {
    images: Vec<Named>,
    source: Sandbox,
    target: Sandbox,
    sources: Vec<Proxy>,
    way: Proxy,
}

/// Plans and applies so many images of so many hosts, each number on registries of its own.
pub(crate) async fn images(counts: &[usize], hosts: usize, round_trip: Duration) -> Result<()> {
    table::say(&format!(
        "\n### Tiny images of {hosts} hosts, a round trip of {} ms\n\n\
         | | images | time | cpu | peak memory | an image more | requests at source, at target | an image |\n\
         | --- | --- | --- | --- | --- | --- | --- | --- |",
        round_trip.as_millis()
    ))?;
    let mut before = Before::new();
    for count in counts {
        let mirror = Mirror::start(*count, hosts, round_trip).await?;
        let jobs = [
            ("plan, all missing", "plan"),
            ("apply", "apply"),
            ("plan, all in place", "plan"),
        ];
        for (what, command) in jobs {
            mirror.row(what, command, &mut before).await?;
            if command == "apply" {
                expect(&mirror.images, &mirror.target)?;
            }
        }
    }
    Ok(())
}

impl Mirror {
    async fn start(count: usize, hosts: usize, round_trip: Duration) -> Result<Self> {
        let images = many(count, hosts);
        let source = Sandbox::start(Options::default()).await?;
        // Uploads, too, go the long way.
        let target = Sandbox::start(Options {
            relative_locations: true,
            ..Options::default()
        })
        .await?;
        fill(&source, SOURCE_NAMESPACE, &images);
        let mut sources = Vec::new();
        for _ in 0..hosts {
            sources.push(Proxy::open(source.address().parse()?, round_trip).await?);
        }
        let way = Proxy::open(target.address().parse()?, round_trip).await?;
        Ok(Self {
            images,
            source,
            target,
            sources,
            way,
        })
    }

    /// Runs a command, and prints what it took, whole and for each image.
    async fn row(&self, what: &'static str, command: &str, before: &mut Before) -> Result<()> {
        let folder = memory_folder()?;
        let sources: Vec<SocketAddr> = self.sources.iter().map(|way| way.address).collect();
        let job = Job {
            images: &self.images,
            sources: &sources,
            target: self.way.address,
            folder: folder.path(),
            identity: None,
            login: None,
        };
        let program = tools::run_pusher(&job, &[command], None)?;
        self.source.log().clear();
        self.target.log().clear();
        let usage = measure::run(&program, folder.path(), measure::PATIENCE).await?;
        let requests = [&self.source, &self.target].map(|one| one.log().requests().len());
        let count = self.images.len();
        let each = each(requests.iter().sum(), count);
        table::say(&format!(
            "| {what} | {count} | {} | {} + {} | {each:.2} |",
            costs(before, what, count, usage),
            requests[0],
            requests[1],
        ))
    }
}

/// Reads lists of so many lines.
pub(crate) async fn lines(counts: &[usize]) -> Result<()> {
    table::say(
        "\n### Long image lists\n\n| | lines | time | cpu | peak memory | a line more |\n\
         | --- | --- | --- | --- | --- | --- |",
    )?;
    let mut before = Before::new();
    for count in counts {
        for (what, command) in [("check", &["check"][..]), ("list", &["list"])] {
            let folder = memory_folder()?;
            let job = Job {
                images: &[],
                sources: &[],
                target: SocketAddr::from(([127, 0, 0, 1], 5000)),
                folder: folder.path(),
                identity: None,
                login: None,
            };
            let program = tools::run_pusher(&job, command, None)?;
            let line = |number: usize| {
                format!("registry.example.com/team-{}/app-{number}:1\n", number % 50)
            };
            let list: String = (0..*count).map(line).collect();
            std::fs::write(folder.path().join("images.txt"), list)?;
            let usage = measure::run(&program, folder.path(), measure::PATIENCE).await?;
            let costs = costs(&mut before, what, *count, usage);
            table::say(&format!("| {what} | {count} | {costs} |"))?;
        }
    }
    Ok(())
}

/// What as many as the smaller number took, by what was done.
type Before = HashMap<&'static str, (usize, Usage)>;

/// Returns cells: the time, the processor time, the memory, and what each one took that there are more than before.
fn costs(before: &mut Before, what: &'static str, count: usize, usage: Usage) -> String {
    let more = before.insert(what, (count, usage)).map(|(fewer, less)| {
        let more = count - fewer;
        let cpu = usage.cpu.saturating_sub(less.cpu);
        let memory = usage.peak.saturating_sub(less.peak) / more as u64;
        format!("{}, {}", table::each(cpu, more), table::small(memory))
    });
    format!(
        "{} | {} | {} | {}",
        table::seconds(usage.time),
        table::seconds(usage.cpu),
        table::mebibytes(usage.peak),
        more.unwrap_or_default()
    )
}

#[expect(clippy::cast_precision_loss, reason = "there are far below 2^52")]
fn each(of: usize, count: usize) -> f64 {
    of as f64 / count as f64
}
