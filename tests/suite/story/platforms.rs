//! Sets of platforms into a registry that takes images alone: plain indexes, and those with either
//! kind of attestation.

use pusher::model::Digest;
use pusher::sandbox::images::{Artifact, Attestation, Index};

use super::mirror::{Mirror, NAMESPACE, PERSONAL, images_only};
use crate::support::registry::{Auth, Setup, TestRegistry};

/// The platforms of every index here.
const PLATFORMS: [&str; 4] = [
    "linux/amd64",
    "linux/arm64/v8",
    "linux/arm/v7",
    "linux/s390x",
];

/// What an index has beside its images.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Beside {
    Nothing,
    /// As before BuildKit 0.32: the registry takes them.
    OldAttestations,
    /// As of BuildKit 0.32: it refuses them.
    NewAttestations,
}

impl Beside {
    pub(super) const ALL: [Self; 3] = [Self::Nothing, Self::OldAttestations, Self::NewAttestations];

    /// Returns the source's repository and the first part of the target's name.
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Nothing => "plain",
            Self::OldAttestations => "old",
            Self::NewAttestations => "new",
        }
    }

    /// Returns four images, and what is beside them.
    pub(super) fn index(self) -> Artifact {
        let index = Index::of(&PLATFORMS).annotation("of", self.name());
        let index = match self {
            Self::Nothing => index,
            Self::OldAttestations => index.attested_as(Attestation::ImageConfig),
            Self::NewAttestations => index.attested_as(Attestation::EmptyConfig),
        };
        index.build()
    }
}

/// How many platforms are asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Asked {
    One,
    Two,
    All,
}

impl Asked {
    pub(super) const ALL: [Self; 3] = [Self::One, Self::Two, Self::All];

    /// Returns what the mirror file says.
    pub(super) fn written(self) -> &'static str {
        match self {
            Self::One => "[linux/arm64]",
            // The order in which they are asked for is not that of the index.
            Self::Two => "[linux/arm64, linux/amd64]",
            Self::All => "all",
        }
    }

    /// Returns the last part of the target's name.
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::One => "one",
            Self::Two => "two",
            Self::All => "all",
        }
    }
}

/// What the target must hold.
enum Wanted<'a> {
    /// This, byte for byte.
    Exactly(&'a Artifact),
    /// A new index of these, each byte for byte.
    IndexOf(Vec<&'a Artifact>),
}

fn wanted(index: &Artifact, beside: Beside, asked: Asked) -> Wanted<'_> {
    // The images, then an attestation for each, in the same order.
    let children: Vec<&Artifact> = index.children.iter().collect();
    match (asked, beside) {
        (Asked::One, _) => Wanted::Exactly(children[1]),
        (Asked::Two, Beside::OldAttestations) => {
            Wanted::IndexOf([&children[..2], &children[4..6]].concat())
        }
        (Asked::Two, _) => Wanted::IndexOf(children[..2].to_vec()),
        (Asked::All, Beside::NewAttestations) => Wanted::IndexOf(children[..4].to_vec()),
        (Asked::All, _) => Wanted::Exactly(index),
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn each_set_of_each_index_arrives_and_is_found_in_place() {
    let Some(source) = TestRegistry::real(&Setup::default()).await else {
        return;
    };
    let Some(mirror) = Mirror::from(source.address(), &images_only(Auth::Open)).await else {
        return;
    };
    let mut cases = vec![];
    let mut images = vec!["images:\n".to_owned()];
    for beside in Beside::ALL {
        let (name, index) = (beside.name(), beside.index());
        source.push(&index, &format!("org/{name}"), "v1").await;
        for asked in Asked::ALL {
            let target = format!("{name}-{}", asked.name());
            let platforms = asked.written();
            images.push(format!(
                "  - {{ source: 'SOURCE/org/{name}:v1', platforms: {platforms}, target: '{target}:v1' }}\n"
            ));
            cases.push((beside, asked, target, index.clone()));
        }
    }
    mirror.declare(PERSONAL, &images.concat());
    let planned = mirror.plan();
    assert_eq!(planned.counts(), [9, 0, 0, 0], "{:#}", planned.json);
    assert_eq!(planned.statuses, [0, 2]);
    mirror.apply();

    for (beside, asked, target, index) in &cases {
        let name = format!("{target}:v1");
        let expected = planned.expected(&name);
        let notes = planned.change(&name)["notes"].to_string();
        match wanted(index, *beside, *asked) {
            Wanted::Exactly(artifact) => {
                assert_eq!(expected, artifact.digest.to_string(), "{name}");
                mirror.assert_holds(&name, artifact).await;
                assert_eq!(notes, "[]", "{name}");
            }
            Wanted::IndexOf(children) => {
                assert_ne!(expected, index.digest.to_string(), "{name}");
                let raw = mirror.raw(&name).await;
                assert_eq!(expected, Digest::sha256(&raw).to_string(), "{name}");
                let copied = mirror.copied(&name).await;
                let listed: serde_json::Value = serde_json::from_slice(&raw).unwrap();
                let listed = listed["manifests"].as_array().unwrap();
                let descriptors: Vec<_> = children.iter().map(|child| child.descriptor()).collect();
                assert_eq!(*listed, descriptors, "{name}");
                for child in children {
                    assert_eq!(copied.manifest(Some(&child.digest)), child.bytes, "{name}");
                }
                let left_out = *beside == Beside::NewAttestations;
                assert_eq!(notes.contains("attestations left out"), left_out, "{notes}");
            }
        }
    }

    source.forget_requests().await;
    mirror.target.forget_requests().await;
    let ran = mirror.place.run("plan --detailed-exitcode");
    assert_eq!(ran.status, 0, "{}", ran.whole());
    let mut at_target = mirror.target.requests().await;
    at_target.sort();
    let head = |(_, _, target, _): &_| format!("HEAD /v2/{NAMESPACE}/{target}/manifests/v1 200");
    let mut heads: Vec<_> = cases.iter().map(head).collect();
    heads.sort();
    assert_eq!(at_target, heads);
    // Three entries share each source, which is asked once.
    let mut at_source = source.requests().await;
    at_source.sort();
    let heads = ["new", "old", "plain"].map(|name| format!("HEAD /v2/org/{name}/manifests/v1 200"));
    assert_eq!(at_source, heads);
}
