//! Which platforms of an index are chosen.

use super::*;

#[test]
fn one_platform_is_the_childs_manifest() {
    let mut source = Source::default();
    let (entries, index) = attested(&mut source, Attesting::New);
    for kind in KINDS {
        for (platform, position) in [("linux/amd64", 0), ("linux/arm64", 1), ("linux/arm/v7", 2)] {
            let outcome = resolve(&index, &asking(platform, kind), &source);
            let expected = outcome.expected();
            assert_eq!(
                written(&expected.descriptor)["digest"],
                entries[position]["digest"]
            );
            assert_eq!(expected.descriptor.media_type, media_type::OCI_MANIFEST);
            assert_eq!(expected.content, Content::Source);
            assert_eq!(expected.selection.platforms_kept, 1);
            assert_read(&outcome, 1, 0);
        }
    }
}

#[test]
fn everything_is_the_index_itself_and_costs_nothing() {
    let mut source = Source::default();
    let (_, index) = attested(&mut source, Attesting::New);
    for kind in ["generic", "acr-enterprise"] {
        for attestations in [Attestations::Auto, Attestations::Keep] {
            let outcome = resolve(
                &index,
                &asking("all", kind).attestations(attestations),
                &source,
            );
            assert_unchanged(&outcome, &index);
            assert_read(&outcome, 0, 0);
        }
    }
}

#[test]
fn a_list_keeps_the_platforms_and_their_attestations_in_the_sources_order() {
    let mut source = Source::default();
    let (entries, index) = attested(&mut source, Attesting::New);
    let outcome = resolve(&index, &generic("linux/s390x,linux/amd64"), &source);
    let kept = [0, 3, 4, 7].map(|position| entries[position].clone());
    assert_eq!(outcome.children(), digests(&kept));
    assert_eq!(outcome.expected().selection.platforms_kept, 2);
    assert_eq!(outcome.expected().selection.left_out, []);
    assert_read(&outcome, 1, 0);

    let outcome = resolve(&index, &personal("linux/s390x,linux/amd64"), &source);
    assert_eq!(
        outcome.children(),
        digests(&[entries[0].clone(), entries[3].clone()])
    );
    // Only the attestations of what is kept are looked at.
    assert_read(&outcome, 3, 0);
}

#[test]
fn a_list_of_all_there_is_changes_nothing() {
    let mut source = Source::default();
    let (_, index) = attested(&mut source, Attesting::Old);
    let every = FOUR.join(",");
    for kind in OF_ANY_TYPE {
        assert_unchanged(&resolve(&index, &asking(&every, kind), &source), &index);
        assert_unchanged(&resolve(&index, &asking("linux/*", kind), &source), &index);
    }
}

#[test]
fn a_pattern_takes_every_platform_of_its_system() {
    let mut source = Source::default();
    let entries = children(
        &mut source,
        &["linux/amd64", "windows/amd64@10.0.1", "linux/riscv64"],
    );
    let index = source.index(&entries);
    let outcome = resolve(&index, &generic("linux/*"), &source);
    assert_eq!(
        outcome.children(),
        digests(&[entries[0].clone(), entries[2].clone()])
    );
    let outcome = resolve(&index, &generic("linux/*,windows/*"), &source);
    assert_unchanged(&outcome, &index);
}

#[test]
fn variants_are_told_apart_and_implied_ones_are_not() {
    let mut source = Source::default();
    let platforms = [
        "linux/arm/v6",
        "linux/arm",
        "linux/arm64",
        "linux/amd64/v3",
        "linux/amd64",
    ];
    let entries = children(&mut source, &platforms);
    let index = source.index(&entries);
    for (asked, position) in [
        ("linux/arm/v6", 0),
        ("linux/arm/v7", 1),
        ("linux/arm64/v8", 2),
        ("linux/aarch64", 2),
        ("linux/amd64/v3", 3),
        ("linux/amd64", 4),
    ] {
        let outcome = resolve(&index, &generic(asked), &source);
        let expected = written(&outcome.expected().descriptor);
        assert_eq!(expected["digest"], entries[position]["digest"], "{asked}");
    }
    assert_eq!(
        resolve(&index, &generic("linux/arm/v5"), &source).refusal(),
        "the source has no linux/arm/v5; it has linux/arm/v6, linux/arm/v7, linux/arm64, \
         linux/amd64/v3, linux/amd64"
    );
}

#[test]
fn every_windows_version_is_kept_in_order() {
    let mut source = Source::default();
    let platforms = [
        "windows/amd64@10.0.20348",
        "linux/amd64",
        "windows/amd64@10.0.17763",
    ];
    let entries = children(&mut source, &platforms);
    let index = source.index(&entries);
    let outcome = resolve(&index, &generic("windows/amd64"), &source);
    assert_eq!(
        outcome.children(),
        digests(&[entries[0].clone(), entries[2].clone()])
    );
    assert_eq!(outcome.expected().selection.platforms_kept, 2);
    let refusal = resolve(&index, &generic("windows/arm64"), &source).refusal();
    assert!(refusal.contains("windows/amd64 (10.0.20348)"), "{refusal}");
}

#[test]
fn a_missing_platform_blocks_or_is_skipped() {
    let mut source = Source::default();
    let (entries, index) = attested(&mut source, Attesting::New);
    let asked = "linux/amd64,linux/riscv64";
    for kind in KINDS {
        let outcome = resolve(&index, &asking(asked, kind), &source);
        assert_eq!(
            outcome.refusal(),
            "the source has no linux/riscv64; it has linux/amd64, linux/arm64, linux/arm/v7, \
             linux/s390x"
        );
        // The index alone tells it.
        assert_read(&outcome, 1, 0);
        let outcome = resolve(&index, &asking("linux/riscv64", kind).skipping(), &source);
        assert!(matches!(
            outcome.answer,
            Err(CannotMirror::PlatformsMissing { .. })
        ));
    }
    let outcome = resolve(&index, &personal(asked).skipping(), &source);
    assert_eq!(outcome.children(), digests(&entries[..1]));
    let skipped = &outcome.expected().selection.skipped;
    assert_eq!(skipped, &["linux/riscv64".parse().unwrap()]);
}

#[test]
fn both_kinds_of_index_keep_their_media_type() {
    let mut source = Source::default();
    let entries = children(&mut source, &FOUR);
    for media_type in [media_type::OCI_INDEX, media_type::DOCKER_LIST] {
        let index = source.index_of(media_type, &entries);
        let outcome = resolve(&index, &generic("linux/amd64,linux/s390x"), &source);
        let expected = outcome.expected();
        assert_eq!(expected.descriptor.media_type, media_type);
        let Content::Rewritten(indexes) = &expected.content else {
            panic!("not rewritten");
        };
        assert_eq!(indexes.len(), 1);
        assert_eq!(indexes[0].descriptor, expected.descriptor);
        let root: Value = serde_json::from_slice(&indexes[0].bytes).unwrap();
        assert_eq!(root["mediaType"], media_type);
    }
}

#[test]
fn platforms_that_are_there_are_named_once() {
    let mut source = Source::default();
    let children = children(&mut source, &["linux/amd64", "linux/amd64", "linux/arm"]);
    let index = source.index(&children);
    let Err(CannotMirror::PlatformsMissing { available, .. }) =
        resolve(&index, &generic("linux/386"), &source).answer
    else {
        panic!("nothing is missing");
    };
    assert!(available.contains(&Platform::new("linux", "arm", Some("v7"))));
    let refusal = resolve(&index, &generic("linux/386"), &source).refusal();
    assert!(
        refusal.ends_with("it has linux/amd64, linux/arm/v7"),
        "{refusal}"
    );
}
