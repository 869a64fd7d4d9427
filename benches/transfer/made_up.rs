//! Cases on registries inside this process: one huge layer.
//!
//! Their bytes are made up as they are read, and thrown away where they arrive, so they say much
//! about memory and little about time: the registries need the same processors.

use std::net::SocketAddr;
use std::path::Path;

use pusher::model::Digest;
use pusher::sandbox::images::Image;
use pusher::sandbox::{Options, Sandbox};

use crate::Result;
use crate::images::{Named, SOURCE_NAMESPACE, TARGET_NAMESPACE};
use crate::measure::{self, Usage};
use crate::registry::memory_folder;
use crate::table;
use crate::tools::{self, Job};

const KEPT: u64 = 1024 * 1024;
const TAGS_A_REPOSITORY: usize = 10;

/// Copies one layer of `bytes`.
pub(crate) async fn huge_layer(bytes: u64) -> Result<()> {
    let source = Sandbox::start(Options::default()).await?;
    let target = Sandbox::start(Options {
        discard_above: Some(KEPT),
        ..Options::default()
    })
    .await?;
    let image = Image::new("linux/amd64").generated_layer(bytes, 1).build();
    image.push(&source, &format!("{SOURCE_NAMESPACE}/huge"), "1");
    let images = [Named {
        repository: "huge".to_owned(),
        tag: "1".to_owned(),
        artifact: image,
        host: 0,
    }];
    let usage = run(&images, &source, &target, "apply").await?;
    expect(&images, &target)?;
    table::say(&format!(
        "\n### One layer of {}, made up\n\n| | time | cpu | peak memory |\n| --- | --- | --- | --- |\n\
         | pusher apply | {} | {} | {} |",
        table::mebibytes(bytes),
        table::seconds(usage.time),
        table::seconds(usage.cpu),
        table::mebibytes(usage.peak),
    ))
}

/// Returns so many tags, ten a repository; one repository after the other is at the next host.
pub(crate) fn many(count: usize, hosts: usize) -> Vec<Named> {
    let image = |position: usize| Named {
        repository: format!("app-{:04}", position / TAGS_A_REPOSITORY),
        tag: format!("{}", position % TAGS_A_REPOSITORY),
        artifact: Image::new("linux/amd64")
            .layer(format!("layer {position}"))
            .build(),
        host: position / TAGS_A_REPOSITORY % hosts,
    };
    (0..count).map(image).collect()
}

/// Puts images below a namespace.
pub(crate) fn fill(sandbox: &Sandbox, namespace: &str, images: &[Named]) {
    for image in images {
        let name = format!("{namespace}/{}", image.repository);
        image.artifact.push(sandbox, &name, image.tag.as_str());
    }
}

async fn run(images: &[Named], source: &Sandbox, target: &Sandbox, command: &str) -> Result<Usage> {
    let folder = memory_folder()?;
    let folder: &Path = folder.path();
    let job = Job {
        images,
        sources: &[source.address().parse::<SocketAddr>()?],
        target: target.address().parse::<SocketAddr>()?,
        folder,
        identity: None,
        login: None,
    };
    let program = tools::run_pusher(&job, &[command], None)?;
    measure::run(&program, folder, measure::PATIENCE).await
}

/// Fails unless a sandbox holds every image below the target's namespace.
pub(crate) fn expect(images: &[Named], target: &Sandbox) -> Result<()> {
    for image in images {
        let name = format!("{TARGET_NAMESPACE}/{}", image.repository);
        let found: Option<Digest> = target.tag(&name, &image.tag);
        if found.as_ref() != Some(&image.artifact.digest) {
            return Err(format!("{} is {found:?} in the target", image.name()).into());
        }
    }
    Ok(())
}
