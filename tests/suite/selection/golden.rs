//! The bytes of the rewriting rule, version 1. They must never change: a new rule is a new version,
//! with fixtures of its own.
//!
//! The files were not written by this program: `jq` made them, as `docs/rewritten-index.md` says,
//! and `awkward` was written by hand.

use bytes::Bytes;
use pusher::model::{Descriptor, Digest, RawManifest, media_type};
use pusher::plan::Content;
use pusher::plan::rewrite::{Kept, RETYPING_VERSION, RULE, RULE_VERSION, SOURCE_DIGEST, rewrite};

use super::source::{Attesting, Source, on, written};
use super::{generic, resolve};

struct Golden {
    name: &'static str,
    media_type: &'static str,
    source: &'static str,
    kept: &'static [usize],
    rewritten: &'static str,
    digest: &'static str,
}

macro_rules! golden {
    ($name:literal, $media_type:expr, $kept:expr, $digest:literal) => {
        Golden {
            name: $name,
            media_type: $media_type,
            source: include_str!(concat!("../../fixtures/rewrite/", $name, ".source.json")),
            kept: &$kept,
            rewritten: include_str!(concat!("../../fixtures/rewrite/", $name, ".v1.json")),
            digest: $digest,
        }
    };
}

/// The same for version 2, by which an index gets the other type: its name, what is kept, its digest.
const RETYPED: [(&str, &str, &str, &str); 2] = [
    (
        "buildkit",
        include_str!("../../fixtures/rewrite/buildkit.source.json"),
        include_str!("../../fixtures/rewrite/buildkit.v2.json"),
        "sha256:5478f5aac1257e9df76a66e7796a014c5e1731dcdc5a6a2634cbd4cd0a528479",
    ),
    (
        "nested",
        include_str!("../../fixtures/rewrite/nested.source.json"),
        include_str!("../../fixtures/rewrite/nested.v2.json"),
        "sha256:1b36f570c28ea10d4a8aef5ede8ac42025dc43a3b686256a83b4c923a8d14dd5",
    ),
];

const GOLDEN: [Golden; 5] = [
    golden!(
        "buildkit",
        media_type::OCI_INDEX,
        [0, 1],
        "sha256:cc8fb216487cb8b6be369e2124727cabc610e26e60a909b47690d49ffa54a7a9"
    ),
    golden!(
        "docker-list",
        media_type::DOCKER_LIST,
        [1, 3, 4],
        "sha256:d71dc63d08d7f0e04c699d78bb59663352b6169e1a9826a7764e57997d79a6ae"
    ),
    golden!(
        "awkward",
        media_type::OCI_INDEX,
        [0],
        "sha256:7ff25be00737ccc8da4a1fc29f0ef6312ad611432bd3c3b71f7913b8781cac98"
    ),
    golden!(
        "nested",
        media_type::OCI_INDEX,
        [0, 1],
        "sha256:1d6fbb35238db76b7ac9b82f15ffce39846fba94073a24129309e9dce9dbe205"
    ),
    golden!(
        "again",
        media_type::OCI_INDEX,
        [1],
        "sha256:6b9388cebc76ba5b0000d235132a1461dccc8c79bb982498c8a5d72c5571f9b0"
    ),
];

fn raw(media_type: &str, bytes: &'static str) -> RawManifest {
    let descriptor = Descriptor {
        media_type: media_type.to_owned(),
        digest: Digest::sha256(bytes.as_bytes()),
        size: bytes.len() as u64,
    };
    RawManifest {
        descriptor,
        bytes: Bytes::from_static(bytes.as_bytes()),
    }
}

#[test]
fn the_rule_gives_these_bytes_for_ever() {
    assert_eq!(RULE_VERSION, 1, "a new version has fixtures of its own");
    for golden in GOLDEN {
        let kept: Vec<Kept> = golden
            .kept
            .iter()
            .map(|&position| Kept {
                position,
                replacement: (golden.name == "nested" && position == 0).then(|| Descriptor {
                    media_type: media_type::OCI_INDEX.to_owned(),
                    digest: Digest::sha256(b"new"),
                    size: 42,
                }),
            })
            .collect();
        let made = rewrite(&raw(golden.media_type, golden.source), &kept, None).unwrap();
        let text = std::str::from_utf8(&made.bytes).unwrap();
        assert_eq!(text, golden.rewritten, "{}", golden.name);
        let expected = Descriptor {
            media_type: golden.media_type.to_owned(),
            digest: golden.digest.parse().unwrap(),
            size: golden.rewritten.len() as u64,
        };
        assert_eq!(made.descriptor, expected, "{}", golden.name);
    }
}

#[test]
fn the_rule_for_another_type_gives_these_bytes_for_ever() {
    assert_eq!(RETYPING_VERSION, 2, "a new version has fixtures of its own");
    for (name, source, rewritten, digest) in RETYPED {
        let replaced = |position| Kept {
            position,
            replacement: (name == "nested" && position == 0).then(|| Descriptor {
                media_type: media_type::DOCKER_LIST.to_owned(),
                digest: Digest::sha256(b"new"),
                size: 42,
            }),
        };
        let (source, kept) = (raw(media_type::OCI_INDEX, source), [0, 1].map(replaced));
        let made = rewrite(&source, &kept, Some(media_type::DOCKER_LIST)).unwrap();
        assert_eq!(
            std::str::from_utf8(&made.bytes).unwrap(),
            rewritten,
            "{name}"
        );
        let expected = Descriptor {
            media_type: media_type::DOCKER_LIST.to_owned(),
            digest: digest.parse().unwrap(),
            size: rewritten.len() as u64,
        };
        assert_eq!(made.descriptor, expected, "{name}");
    }
}

#[test]
fn a_whole_selection_gives_these_digests_for_ever() {
    let mut source = Source::default();
    let platforms = ["linux/amd64", "linux/arm64", "linux/arm/v7"];
    let mut entries: Vec<_> = platforms
        .into_iter()
        .map(|platform| source.child(platform))
        .collect();
    let attestation = source.attestation(&entries[0], Attesting::New);
    entries.push(attestation);
    let inner = [source.child("linux/amd64"), source.child("linux/s390x")];
    let inner = written(&source.index(&inner));
    entries.extend([inner.clone(), on(inner, "windows/amd64")]);
    let index = source.index(&entries);
    let outcome = resolve(&index, &generic("linux/amd64,linux/arm/v7"), &source);
    let expected = outcome.expected();
    let Content::Rewritten(indexes) = &expected.content else {
        panic!("not rewritten");
    };
    let digests: Vec<_> = indexes
        .iter()
        .map(|index| index.descriptor.digest.to_string())
        .collect();
    assert_eq!(
        digests,
        [
            "sha256:de3ea662315242a7403367355fbae9c37d768bbc5dfdf72229f0d91f1356b380",
            "sha256:709a0dfa260954264fd7aaf9c87a8ec3521f834f83d1a4a2e6ee9fbc9f802aa6",
        ]
    );
    assert_eq!(outcome.children().len(), 4);
}

#[test]
fn the_documents_example_is_a_golden_one() {
    let document = include_str!("../../../docs/rewritten-index.md");
    let [buildkit, ..] = GOLDEN;
    let source_digest = Digest::sha256(buildkit.source.as_bytes()).to_string();
    for part in [
        buildkit.source,
        buildkit.rewritten,
        buildkit.digest,
        &source_digest,
        SOURCE_DIGEST,
        RULE,
    ] {
        assert!(document.contains(part), "the document lacks\n{part}");
    }
    let [(_, _, retyped, digest), _] = RETYPED;
    assert!(
        document.contains(retyped) && document.contains(digest),
        "{retyped}"
    );
    let jq = document.lines().filter(|line| line.starts_with("jq -cj"));
    assert_eq!(jq.count(), 1);
}
