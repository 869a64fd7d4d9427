//! A thin way on which connections break in the middle of layers, with what is on its way in them.

use pusher::sandbox::{Options, Sandbox};

use crate::Result;
use crate::images::{self, Named, SOURCE_NAMESPACE};
use crate::made_up::{expect, fill};
use crate::measure;
use crate::proxy::{Counts, Proxy};
use crate::registry::memory_folder;
use crate::table;
use crate::tools::{self, Job};
use crate::way::Thin;

/// Copies images over a thin way: one that holds, and one on which each connection breaks after so many bytes. The
/// target keeps what has come of a request that broke.
pub(crate) async fn run(images: &[Named], thin: Thin, after: u64) -> Result<()> {
    let size = images::bytes(images);
    table::say(&format!(
        "\n### Cold copy, {}, {thin}\n\n\
         | connections | time | of the width | cpu | peak memory | from the source, lost in breaks | to the target, lost in breaks |\n\
         | --- | --- | --- | --- | --- | --- | --- |",
        table::mebibytes(size)
    ))?;
    let source = Sandbox::start(Options::default()).await?;
    fill(&source, SOURCE_NAMESPACE, images);
    let breaking = format!("break after {}", table::mebibytes(after));
    for (connections, breaks) in [("hold", None), (&*breaking, Some(after))] {
        let from = Proxy::reaching(source.address().parse()?, thin.reach(breaks)).await?;
        // Uploads, too, go that way.
        let target = Sandbox::start(Options {
            relative_locations: true,
            ..Options::default()
        })
        .await?;
        let to = Proxy::reaching(target.address().parse()?, thin.reach(breaks)).await?;
        let folder = memory_folder()?;
        let job = Job {
            images,
            sources: &[from.address],
            target: to.address,
            folder: folder.path(),
            identity: None,
            login: None,
        };
        let apply = tools::run_pusher(&job, &["apply"], None)?;
        let usage = measure::run(&apply, folder.path(), measure::PATIENCE).await?;
        expect(images, &target)?;
        table::say(&format!(
            "| {connections} | {} | {} | {} | {} | {} | {} |",
            table::seconds(usage.time),
            thin.share(size, usage.time),
            table::seconds(usage.cpu),
            table::mebibytes(usage.peak),
            told(from.counts()),
            told(to.counts()),
        ))?;
    }
    Ok(())
}

fn told(Counts { sent, lost, breaks }: Counts) -> String {
    let [sent, lost] = [sent, lost].map(table::mebibytes);
    format!("{sent}, {lost} in {breaks}")
}
