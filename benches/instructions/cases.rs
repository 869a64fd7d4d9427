//! What is counted.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::hint::black_box;

use pusher::config::{self, Input, Loaded};
use pusher::model::{Descriptor, Digest, RawManifest, Text, media_type};
use pusher::plan::observed::ObservedReferrers;
use pusher::plan::rewrite::{Kept, rewrite};
use pusher::plan::{
    Absence, ClassifiedImages, Expected, Observation, ObservedImage, SourceImage, plan,
};
use pusher::sandbox::images::Index;

use crate::Result;

const ENTRIES: usize = 5000;
/// A usual index, and which of its children stay.
const PLATFORMS: [&str; 8] = [
    "linux/amd64",
    "linux/arm/v5",
    "linux/arm/v7",
    "linux/arm64",
    "linux/386",
    "linux/ppc64le",
    "linux/riscv64",
    "linux/s390x",
];
const KEPT: [usize; 2] = [0, 3];

/// A hot loop.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Case {
    Parse,
    Plan,
    Rewrite,
}

impl Case {
    pub(crate) const ALL: [Self; 3] = [Self::Parse, Self::Plan, Self::Rewrite];

    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Parse => "parse",
            Self::Plan => "plan",
            Self::Rewrite => "rewrite",
        }
    }

    pub(crate) fn words(self) -> String {
        match self {
            Self::Parse => format!("an image list of {ENTRIES} lines"),
            Self::Plan => format!("{ENTRIES} entries, half of them in place"),
            Self::Rewrite => format!("an index of {} children to {}", PLATFORMS.len(), KEPT.len()),
        }
    }

    /// Returns how many things it works on.
    pub(crate) fn items(self) -> u64 {
        match self {
            Self::Parse | Self::Plan => ENTRIES as u64,
            Self::Rewrite => 1,
        }
    }

    /// Prepares everything, then does it so many times.
    pub(crate) fn run(self, times: usize) -> Result<()> {
        match self {
            Self::Parse => {
                let list = list();
                repeat(times, || load(&list));
            }
            Self::Plan => {
                let desired = load(&list()).desired();
                let mut desired = desired.map_err(|why| format!("{why:?}"))?;
                let desired = desired.remove(0);
                let targets = desired.entries.iter().map(|entry| entry.target.clone());
                let observed: ClassifiedImages = targets
                    .enumerate()
                    .map(|(position, target)| (target, image(position).into()))
                    .collect();
                repeat(times, || plan(&desired, observed.clone()));
            }
            Self::Rewrite => {
                let source = index();
                let kept = KEPT.map(|position| Kept {
                    position,
                    replacement: None,
                });
                repeat(times, || rewrite(&source, &kept, None));
            }
        }
        Ok(())
    }
}

fn repeat<T>(times: usize, mut work: impl FnMut() -> T) {
    for _ in 0..times {
        black_box(work());
    }
}

fn list() -> String {
    let mut list = String::new();
    for position in 0..ENTRIES {
        let platform = ["", "--platform=linux/arm64 "][position % 2];
        let _ = writeln!(
            list,
            "{platform}registry.example.com/team-{}/app-{position}:1.{position}",
            position % 50
        );
    }
    list
}

fn load(list: &str) -> Loaded {
    let environment = BTreeMap::from([
        (
            config::REGISTRY_VARIABLE.to_owned(),
            "registry.cn-hangzhou.aliyuncs.com".to_owned(),
        ),
        (config::NAMESPACE_VARIABLE.to_owned(), "team".to_owned()),
    ]);
    config::load(&Input {
        path: "images.txt",
        text: list,
        environment: &environment,
        read: &|path| Err(Text::verbatim(format!("`{path}` is not there"))),
        names: &|_| vec![],
    })
}

fn image(position: usize) -> ObservedImage {
    let descriptor = Descriptor {
        media_type: media_type::OCI_MANIFEST.to_owned(),
        digest: Digest::sha256(position.to_string().as_bytes()),
        size: 1024,
    };
    let target = match position % 2 {
        0 => Observation::Present(descriptor.clone()),
        _ => Observation::Absent(Absence::Plain),
    };
    let source = SourceImage {
        expected: Ok(Expected::unchanged(descriptor.clone())),
        descriptor,
        contents: None,
        verdict: None,
    };
    ObservedImage {
        source: Observation::Present(source),
        target,
        referrers: ObservedReferrers::default(),
    }
}

fn index() -> RawManifest {
    let artifact = Index::of(&PLATFORMS).build();
    RawManifest {
        descriptor: Descriptor {
            media_type: artifact.media_type.clone(),
            digest: artifact.digest.clone(),
            size: artifact.bytes.len() as u64,
        },
        bytes: artifact.bytes,
    }
}
