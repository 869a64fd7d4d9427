//! Where the demo plays: two registries, a few images, a folder with a list.

use std::path::Path;

use tempfile::TempDir;

use crate::cli::environment::Environment;
use crate::cli::error::CliError;
use crate::cli::variables::Variable;
use crate::disk;
use crate::model::Digest;
use crate::sandbox::images::{Image, Index};
use crate::sandbox::{Auth, Options, Sandbox};

const NAMESPACE: &str = "team";
const USER: &str = "demo";
const PASSWORD: &str = "not-a-secret";
/// The size of the layer that several images share, as images of one distribution do.
const BASE_SIZE: u64 = 2 << 20;

/// Where the demo plays.
pub(super) struct Stage {
    pub(super) source: Sandbox,
    pub(super) target: Sandbox,
    folder: TempDir,
    list: String,
    /// Repository and tag below the namespace, and the digest that must be there in the end.
    expected: Vec<(&'static str, &'static str, Digest)>,
}

impl Stage {
    /// Starts the registries and fills the source.
    pub(super) async fn set() -> Result<Self, CliError> {
        let failed = |error| {
            CliError::new(text!(
                "the demo's registries cannot start: {error}",
                "演示用的仓库无法启动：{error}"
            ))
        };
        let source = Sandbox::start(Options::default()).await.map_err(failed)?;
        let guarded = Options {
            auth: Auth::bearer(USER, PASSWORD),
            ..Options::acr_personal()
        };
        let target = Sandbox::start(guarded).await.map_err(failed)?;
        let folder = tempfile::Builder::new()
            .prefix("pusher-demo-")
            .tempdir()
            .map_err(|error| {
                CliError::new(text!(
                    "no temporary folder can be made: {error}",
                    "无法创建临时目录：{error}"
                ))
            })?;
        let expected = fill(&source);
        let list = list(source.address());
        disk::write(&folder.path().join("images.txt"), list.as_bytes()).map_err(|error| {
            CliError::new(text!(
                "the demo's list cannot be written: {error}",
                "无法写入演示用的列表：{error}"
            ))
        })?;
        Ok(Self {
            source,
            target,
            folder,
            list,
            expected,
        })
    }

    /// Returns the folder that the list is in.
    pub(super) fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// Returns the list.
    pub(super) fn list(&self) -> &str {
        &self.list
    }

    /// Returns the variables that name the target, as they would be set.
    pub(super) fn environment(&self) -> Environment {
        let variables = [
            (Variable::Registry, self.target.address()),
            (Variable::Namespace, NAMESPACE),
            (Variable::User, USER),
            (Variable::Password, PASSWORD),
        ];
        let own =
            |(variable, value): (Variable, &str)| (variable.name().to_owned(), value.to_owned());
        variables.map(own).into_iter().collect()
    }

    /// Overwrites one tag in the target with another image, and deletes a second one.
    pub(super) fn meddle(&self) {
        let other = Image::new("linux/amd64").layer("not the web server that was mirrored");
        let nginx = format!("{NAMESPACE}/nginx");
        other.push(&self.target, &nginx, "1.27");
        let redis = format!("{NAMESPACE}/linux_arm64_redis");
        self.target.delete_tag(&redis, "7.4");
    }

    /// Tells whether the target holds exactly what it should, asked past all other code.
    pub(super) fn is_mirrored(&self) -> bool {
        self.expected.iter().all(|(repository, tag, digest)| {
            let repository = format!("{NAMESPACE}/{repository}");
            self.target.tag(&repository, tag).as_ref() == Some(digest)
        })
    }
}

fn list(source: &str) -> String {
    format!(
        "# One image a line. Without a platform it is linux/amd64.\n\
         {source}/library/nginx:1.27\n\
         --platform=linux/arm64 {source}/library/redis:7.4\n\
         {source}/kube-state-metrics/kube-state-metrics:v2.13.0\n\
         {source}/xhofe/alist:latest\n\
         {source}/xiaoyaliu/alist:latest\n"
    )
}

/// Fills the source, and returns what a mirror of [`list`] must hold.
fn fill(source: &Sandbox) -> Vec<(&'static str, &'static str, Digest)> {
    let image = |platform: &str, text: &str| {
        let base = platform.bytes().map(u64::from).sum();
        Image::new(platform)
            .generated_layer(BASE_SIZE, base)
            .layer(text)
    };
    let index = |text: &str| {
        let platforms = ["linux/amd64", "linux/arm64", "linux/arm/v7"];
        let images = platforms.map(|platform| image(platform, text));
        images.iter().fold(Index::new(), Index::image).attested()
    };
    let (nginx, redis, alist) = (index("nginx"), index("redis"), index("xiaoyaliu's alist"));
    nginx.push(source, "library/nginx", "1.27");
    redis.push(source, "library/redis", "7.4");
    alist.push(source, "xiaoyaliu/alist", "latest");
    let single = image("linux/amd64", "xhofe's alist");
    let single = single.push(source, "xhofe/alist", "latest").digest;
    let metrics = Image::new("linux/amd64")
        .docker()
        .generated_layer(3 << 20, 1);
    let metrics = metrics.push(source, "kube-state-metrics/kube-state-metrics", "v2.13.0");
    // The children stand in the order in which they were added.
    let child = |index: &Index, position: usize| index.build().children[position].digest.clone();
    vec![
        ("nginx", "1.27", child(&nginx, 0)),
        ("linux_arm64_redis", "7.4", child(&redis, 1)),
        ("kube-state-metrics", "v2.13.0", metrics.digest),
        ("xhofe_alist", "latest", single),
        ("xiaoyaliu_alist", "latest", child(&alist, 0)),
    ]
}
