//! Shapes of sources that are out there, one test for each.

use pusher::model::{Descriptor, Platform, media_type};
use pusher::plan::{Attestations, Content, Expected, LeftOut, ProfileKind, Refusal};
use serde_json::{Value, json};

use super::source::{Attesting, Source, digest_of, on, typed, written};
use super::{Outcome, asking, generic, personal, resolve};

const FOUR: [&str; 4] = [
    "linux/amd64",
    "linux/arm64/v8",
    "linux/arm/v7",
    "linux/s390x",
];
const HELM: &str = "application/vnd.cncf.helm.config.v1+json";
const WASM: &str = "application/vnd.wasm.config.v0+json";

fn children(source: &mut Source, platforms: &[&str]) -> Vec<Value> {
    platforms
        .iter()
        .map(|platform| source.child(platform))
        .collect()
}

/// Four platforms, then an attestation of each.
fn attested(source: &mut Source, form: Attesting) -> (Vec<Value>, Descriptor) {
    let mut entries = children(source, &FOUR);
    for position in 0..4 {
        let attestation = source.attestation(&entries[position].clone(), form);
        entries.push(attestation);
    }
    let index = source.index(&entries);
    (entries, index)
}

fn digests(entries: &[Value]) -> Vec<String> {
    let digest = |entry: &Value| entry["digest"].as_str().unwrap().to_owned();
    entries.iter().map(digest).collect()
}

#[track_caller]
fn assert_unchanged(outcome: &Outcome, source: &Descriptor) {
    let Expected {
        descriptor,
        content,
        selection,
    } = outcome.expected();
    assert_eq!(descriptor, source);
    assert_eq!(*content, Content::Source);
    assert_eq!(selection.left_out, []);
}

#[track_caller]
fn assert_read(outcome: &Outcome, manifests: usize, configs: usize) {
    let read = (outcome.manifests.len(), outcome.configs.len());
    assert_eq!(read, (manifests, configs), "manifests and configs read");
}

#[test]
fn one_platform_is_the_childs_manifest() {
    let mut source = Source::default();
    let (entries, index) = attested(&mut source, Attesting::New);
    for kind in ProfileKind::ALL {
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
    for kind in [ProfileKind::Generic, ProfileKind::AcrEnterprise] {
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
fn acr_personal_gets_an_index_without_the_attestations_it_refuses() {
    let mut source = Source::default();
    let (entries, index) = attested(&mut source, Attesting::New);
    let outcome = resolve(&index, &personal("all"), &source);
    assert_eq!(outcome.children(), digests(&entries[..4]));
    let selection = &outcome.expected().selection;
    assert_eq!(selection.platforms_kept, 4);
    let left_out = |entry: &Value| LeftOut {
        digest: digest_of(entry),
        attestation: true,
        refused_config: Some(media_type::OCI_EMPTY.to_owned()),
    };
    let all_left_out: Vec<_> = entries[4..].iter().map(left_out).collect();
    assert_eq!(selection.left_out, all_left_out);
    // The index, and the four attestations in one round.
    assert_read(&outcome, 5, 0);
    assert_eq!(outcome.rounds, 2);
}

#[test]
fn acr_personal_gets_the_same_index_where_it_takes_the_attestations() {
    let mut source = Source::default();
    let (_, index) = attested(&mut source, Attesting::Old);
    let outcome = resolve(&index, &personal("all"), &source);
    assert_unchanged(&outcome, &index);
    assert_eq!(outcome.expected().selection.platforms_kept, 4);
}

#[test]
fn attestations_are_kept_dropped_or_left_to_the_target() {
    let mut source = Source::default();
    let (new, new_index) = attested(&mut source, Attesting::New);
    let (_, old_index) = attested(&mut source, Attesting::Old);

    let drop = resolve(
        &new_index,
        &generic("all").attestations(Attestations::Drop),
        &source,
    );
    assert_eq!(drop.children(), digests(&new[..4]));
    let left_out = &drop.expected().selection.left_out;
    assert_eq!(left_out.len(), 4);
    assert!(left_out.iter().all(|child| child.refused_config.is_none()));
    assert_read(&drop, 1, 0);
    let personal_drop = personal("all").attestations(Attestations::Drop);
    assert_read(&resolve(&new_index, &personal_drop, &source), 1, 0);

    let keep = personal("all").attestations(Attestations::Keep);
    assert_unchanged(&resolve(&old_index, &keep, &source), &old_index);
    assert_eq!(
        resolve(&new_index, &keep, &source).refusal(),
        "acr-personal refuses manifests whose config is \
         `application/vnd.oci.empty.v1+json`: only container images"
    );
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
    for kind in ProfileKind::ALL {
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
    for kind in ProfileKind::ALL {
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
            Err(Refusal::PlatformsMissing { .. })
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
fn an_inner_index_without_a_platform_is_filtered_like_the_outer_one() {
    let mut source = Source::default();
    let inner_entries = children(&mut source, &["linux/amd64", "linux/arm64"]);
    let inner = written(&source.index(&inner_entries));
    let outer_entries = [source.child("linux/s390x"), inner];
    let index = source.index(&outer_entries);

    let outcome = resolve(&index, &generic("linux/s390x,linux/arm64"), &source);
    let Content::Rewritten(indexes) = &outcome.expected().content else {
        panic!("not rewritten");
    };
    let [inner, outer] = indexes.as_slice() else {
        panic!("two indexes, the inner one first");
    };
    let read = |bytes| serde_json::from_slice::<Value>(bytes).unwrap();
    assert_eq!(read(&inner.bytes)["manifests"], json!([inner_entries[1]]));
    let replaced = &read(&outer.bytes)["manifests"][1];
    assert_eq!(*replaced, written(&inner.descriptor));
    assert_eq!(outcome.expected().selection.platforms_kept, 2);

    // One platform is the manifest itself, however deep it lies.
    let outcome = resolve(&index, &generic("linux/arm64"), &source);
    let expected = written(&outcome.expected().descriptor);
    assert_eq!(expected["digest"], inner_entries[1]["digest"]);
    // An inner index of which nothing is wanted goes.
    let outcome = resolve(
        &index,
        &generic("linux/s390x,linux/riscv64").skipping(),
        &source,
    );
    assert_eq!(outcome.children(), digests(&outer_entries[..1]));
    // One of which everything is wanted stays as it is.
    let outcome = resolve(&index, &generic("linux/amd64,linux/arm64"), &source);
    assert_eq!(outcome.children(), digests(&outer_entries[1..]));
}

#[test]
fn an_inner_index_with_a_platform_is_taken_whole_or_not_read() {
    let mut source = Source::default();
    let unnamed = source.image("linux/amd64", "unnamed");
    let inner = source.index(&[unnamed.clone()]);
    let inner = on(written(&inner), "linux/amd64");
    let other = source.index(&[]);
    let other = on(written(&other), "linux/arm64");
    let entries = [inner, other, source.child("linux/s390x")];
    let index = source.index(&entries);

    let outcome = resolve(&index, &generic("linux/amd64,linux/s390x"), &source);
    assert_eq!(
        outcome.children(),
        digests(&[entries[0].clone(), entries[2].clone()])
    );
    assert_eq!(outcome.expected().selection.platforms_kept, 2);
    // The outer and the one inner index; not the image, which needs no config to be chosen.
    assert_read(&outcome, 2, 0);

    let outcome = resolve(&index, &generic("linux/amd64"), &source);
    assert_eq!(written(&outcome.expected().descriptor), unnamed);
    let refusal = resolve(&index, &generic("linux/arm64"), &source).refusal();
    assert!(
        refusal.starts_with("the source has no linux/arm64"),
        "{refusal}"
    );
}

#[test]
fn an_inner_index_for_an_unknown_platform_is_looked_into() {
    let mut source = Source::default();
    let image = source.child("linux/amd64");
    let inner = written(&source.index(&[image.clone()]));
    let index = source.index(&[on(inner, "unknown/unknown")]);
    let outcome = resolve(&index, &generic("linux/amd64"), &source);
    assert_eq!(
        written(&outcome.expected().descriptor)["digest"],
        image["digest"]
    );
    assert_eq!(
        resolve(&index, &generic("linux/arm64"), &source).refusal(),
        "the source has no linux/arm64; it has linux/amd64"
    );
}

#[test]
fn what_is_no_manifest_is_no_image_of_its_inner_index() {
    let mut source = Source::default();
    let blob = json!({
        "mediaType": "application/vnd.oci.image.layer.v1.tar",
        "digest": format!("sha256:{}", "1".repeat(64)),
        "size": 7,
    });
    let inner = written(&source.index(&[blob]));
    let index = source.index(&[on(inner, "linux/amd64")]);
    let refusal = resolve(&index, &generic("linux/amd64"), &source).refusal();
    assert!(
        refusal.starts_with("the source has no linux/amd64"),
        "{refusal}"
    );
}

#[test]
fn an_empty_inner_index_is_no_platform() {
    let mut source = Source::default();
    let empty = written(&source.index(&[]));
    let entries = [source.child("linux/amd64"), empty];
    let index = source.index(&entries);
    let asked = generic("linux/amd64,linux/arm64").skipping();
    assert_eq!(
        resolve(&index, &asked, &source).children(),
        digests(&entries[..1])
    );
    assert_unchanged(&resolve(&index, &personal("all"), &source), &index);
}

#[test]
fn indexes_in_indexes_end_somewhere() {
    let mut source = Source::default();
    let mut level = source.child("linux/amd64");
    let mut roots = vec![];
    for _ in 0..5 {
        let index = source.index(&[level.clone(), level.clone()]);
        level = written(&index);
        roots.push(index);
    }
    let asked = generic("linux/amd64");
    let leaf = source.child("linux/amd64")["digest"].clone();
    let outcome = resolve(&roots[3], &asked, &source);
    assert_eq!(written(&outcome.expected().descriptor)["digest"], leaf);
    assert_read(&outcome, 4, 0);
    let outcome = resolve(&roots[4], &asked, &source);
    assert_eq!(outcome.answer, Err(Refusal::TooDeep(4)));
    assert_unchanged(&resolve(&roots[4], &generic("all"), &source), &roots[4]);
}

#[test]
fn few_indexes_that_name_each_other_often_are_walked_once() {
    let mut source = Source::default();
    let mut level = source.child("linux/amd64");
    let attestation = source.attestation(&level, Attesting::New);
    let mut index = source.index(&[level.clone(), attestation]);
    for _ in 0..3 {
        level = written(&index);
        // To walk a thousand million leaves would take minutes.
        let mut entries = vec![level; 1_000];
        entries.push(source.child("linux/arm64"));
        index = source.index(&entries);
    }
    let outcome = resolve(&index, &personal("all"), &source);
    assert_eq!(outcome.children().len(), 1_001);
    assert_eq!(outcome.expected().selection.left_out.len(), 1);
    assert_read(&outcome, 5, 0);
}

#[test]
fn children_without_a_platform_are_asked_for_theirs() {
    let mut source = Source::default();
    let unnamed = source.image("linux/arm64", "unnamed");
    let chart = source.manifest(HELM, &json!({"name": "chart"}));
    let sbom = typed(
        source.manifest(media_type::OCI_EMPTY, &json!({})),
        "application/spdx+json",
    );
    let empty_platform = {
        let mut image = source.image("linux/riscv64", "");
        image["platform"] = json!({"architecture": "", "os": ""});
        image
    };
    let entries = [
        source.child("linux/amd64"),
        unnamed,
        chart,
        sbom,
        empty_platform,
    ];
    let index = source.index(&entries);

    let outcome = resolve(&index, &generic("linux/arm64"), &source);
    assert_eq!(written(&outcome.expected().descriptor), entries[1]);
    // The index, the three without a platform or an artifact type; the configs of the two images.
    assert_read(&outcome, 4, 2);
    assert_eq!(outcome.rounds, 3);
    let outcome = resolve(&index, &generic("linux/amd64,linux/riscv64"), &source);
    assert_eq!(
        outcome.children(),
        digests(&[entries[0].clone(), entries[4].clone()])
    );
    assert_unchanged(&resolve(&index, &generic("all"), &source), &index);
    let outcome = resolve(&index, &personal("all"), &source);
    assert_eq!(
        outcome.children(),
        digests(&[0, 1, 4].map(|kept| entries[kept].clone()))
    );
    let configs = outcome.expected().selection.left_out.iter();
    let configs: Vec<_> = configs
        .map(|child| child.refused_config.as_deref())
        .collect();
    assert_eq!(configs, [Some(HELM), Some(media_type::OCI_EMPTY)]);
}

#[test]
fn unknown_platforms_without_the_annotations_are_no_attestations() {
    let mut source = Source::default();
    let stranger = source.manifest(media_type::OCI_EMPTY, &json!({"stranger": 1}));
    let friend = source.image("linux/amd64", "not an image really");
    let entries = [
        source.child("linux/amd64"),
        on(stranger, "unknown/unknown"),
        on(friend, "unknown/unknown"),
    ];
    let index = source.index(&entries);
    let outcome = resolve(&index, &generic("linux/*"), &source);
    assert_eq!(outcome.children(), digests(&entries[..1]));
    assert_read(&outcome, 1, 0);
    let dropping = generic("all").attestations(Attestations::Drop);
    assert_unchanged(&resolve(&index, &dropping, &source), &index);
    let outcome = resolve(&index, &personal("all"), &source);
    assert_eq!(
        outcome.children(),
        digests(&[entries[0].clone(), entries[2].clone()])
    );
    let left_out = &outcome.expected().selection.left_out;
    assert_eq!(left_out.len(), 1);
    assert!(!left_out[0].attestation);
}

#[test]
fn an_attestation_goes_where_its_image_goes() {
    let mut source = Source::default();
    let wasm = source.manifest(WASM, &json!({"wasm": true}));
    let wasm = on(wasm, "wasi/wasm");
    let image = source.child("linux/amd64");
    let entries = [
        source.attestation(&wasm, Attesting::Old),
        wasm,
        source.attestation(&image, Attesting::Old),
        image,
        source.attestation(
            &json!({"digest": format!("sha256:{}", "0".repeat(64))}),
            Attesting::Old,
        ),
    ];
    let index = source.index(&entries);
    for attestations in [Attestations::Auto, Attestations::Keep] {
        let outcome = resolve(&index, &personal("all").attestations(attestations), &source);
        // The last attests what the source does not list; that is not this target's doing.
        let kept = [2, 3, 4].map(|position| entries[position].clone());
        assert_eq!(outcome.children(), digests(&kept));
        let left_out = &outcome.expected().selection.left_out;
        assert_eq!(left_out.len(), 2);
        assert_eq!(
            (left_out[0].attestation, &left_out[0].refused_config),
            (true, &None)
        );
        assert_eq!(left_out[1].refused_config.as_deref(), Some(WASM));
        let outcome = resolve(
            &index,
            &generic("linux/*").attestations(attestations),
            &source,
        );
        assert_eq!(outcome.children(), digests(&entries[2..4]));
    }
}

#[test]
fn an_attestation_of_an_index_that_was_rewritten_goes() {
    let mut source = Source::default();
    let image = source.child("linux/amd64");
    let inner_entries = [image.clone(), source.attestation(&image, Attesting::New)];
    let inner = written(&source.index(&inner_entries));
    let of_inner = source.attestation(&inner, Attesting::Old);
    let of_image = source.attestation(&image, Attesting::Old);
    let index = source.index(&[of_inner.clone(), inner, of_image.clone()]);
    let outcome = resolve(&index, &personal("all"), &source);
    let kept = outcome.children();
    assert_eq!(kept.len(), 2);
    assert_eq!(kept[1], of_image["digest"]);
    let left_out = &outcome.expected().selection.left_out;
    assert_eq!(left_out.len(), 2);
    assert_eq!(left_out[1].digest.to_string(), of_inner["digest"]);
    assert_unchanged(&resolve(&index, &generic("linux/*"), &source), &index);
}

#[test]
fn the_same_child_twice_is_still_one_image() {
    let mut source = Source::default();
    let child = source.child("linux/amd64");
    let mut noted = child.clone();
    noted["annotations"] = json!({"note": "again"});
    let arm = source.child("linux/arm64");
    let index = source.index(&[child.clone(), noted.clone(), arm.clone()]);
    let outcome = resolve(&index, &generic("linux/amd64"), &source);
    assert_eq!(
        written(&outcome.expected().descriptor)["digest"],
        child["digest"]
    );
    let outcome = resolve(
        &index,
        &generic("linux/amd64,linux/s390x").skipping(),
        &source,
    );
    assert_eq!(outcome.children(), digests(&[child.clone(), noted]));

    // Two images for one platform are two images: containers choose, not the mirror.
    let other = on(source.image("linux/amd64", "other"), "linux/amd64");
    let index = source.index(&[child.clone(), other.clone(), arm]);
    let outcome = resolve(&index, &generic("linux/amd64"), &source);
    assert_eq!(outcome.children(), digests(&[child, other]));
}

#[test]
fn an_index_of_one_child_and_one_of_none() {
    let mut source = Source::default();
    let child = source.child("linux/amd64");
    let one = source.index(&[child.clone()]);
    let outcome = resolve(&one, &generic("linux/amd64").undeclared(), &source);
    assert_eq!(
        written(&outcome.expected().descriptor)["digest"],
        child["digest"]
    );
    assert_unchanged(&resolve(&one, &generic("linux/*"), &source), &one);
    assert_unchanged(&resolve(&one, &personal("all"), &source), &one);

    let empty = source.index(&[]);
    let null = source.add(
        media_type::OCI_INDEX,
        r#"{"schemaVersion":2,"manifests":null}"#,
    );
    for index in [empty, null] {
        assert_unchanged(&resolve(&index, &personal("all"), &source), &index);
        for asked in [generic("linux/amd64"), generic("linux/*").skipping()] {
            let refusal = resolve(&index, &asked, &source).refusal();
            assert!(refusal.ends_with("it has no platform at all"), "{refusal}");
        }
    }

    let attestation = source.attestation(&child, Attesting::Old);
    let only_attestations = source.index(&[attestation]);
    let dropping = generic("all").attestations(Attestations::Drop);
    assert_eq!(
        resolve(&only_attestations, &dropping, &source).refusal(),
        "nothing of the source's index is left without what generic refuses and the entry drops"
    );
}

#[test]
fn a_single_manifest_is_copied_unless_someone_asked_for_another_platform() {
    let mut source = Source::default();
    source.image("linux/arm64", "");
    let image = source
        .all
        .manifests
        .values()
        .next()
        .unwrap()
        .descriptor
        .clone();
    for kind in ProfileKind::ALL {
        let unasked = resolve(&image, &asking("linux/amd64", kind).undeclared(), &source);
        assert_unchanged(&unasked, &image);
        assert_read(&unasked, usize::from(kind == ProfileKind::AcrPersonal), 0);
        let all = resolve(&image, &asking("all", kind), &source);
        assert_unchanged(&all, &image);
        let fits = resolve(&image, &asking("linux/arm64", kind), &source);
        assert_unchanged(&fits, &image);
        assert_unchanged(&resolve(&image, &asking("linux/*", kind), &source), &image);
        assert_eq!(
            resolve(&image, &asking("linux/amd64", kind), &source).refusal(),
            "the source has no linux/amd64; it has linux/arm64"
        );
        let two = asking("linux/amd64,linux/arm64", kind);
        assert_eq!(
            resolve(&image, &two, &source).refusal(),
            "the source has no linux/amd64; it has linux/arm64"
        );
        let outcome = resolve(&image, &two.skipping(), &source);
        assert_unchanged(&outcome, &image);
        let skipped = &outcome.expected().selection.skipped;
        assert_eq!(skipped, &["linux/amd64".parse().unwrap()]);
        let none = asking("linux/amd64", kind).skipping();
        assert!(resolve(&image, &none, &source).answer.is_err());
    }
    let silent = source.manifest(media_type::DOCKER_CONFIG, &json!({"history": []}));
    let silent = source.all.manifests[&digest_of(&silent)].descriptor.clone();
    assert_unchanged(&resolve(&silent, &generic("linux/amd64"), &source), &silent);
}

#[test]
fn artifacts_go_where_they_are_taken() {
    for config in [HELM, WASM, media_type::OCI_EMPTY] {
        let mut source = Source::default();
        source.manifest(config, &json!({"name": "thing"}));
        let artifact = source.all.manifests[0].descriptor.clone();
        for platforms in ["all", "linux/amd64"] {
            for kind in [ProfileKind::Generic, ProfileKind::AcrEnterprise] {
                let outcome = resolve(&artifact, &asking(platforms, kind), &source);
                assert_unchanged(&outcome, &artifact);
            }
            assert_eq!(
                resolve(&artifact, &personal(platforms), &source).answer,
                Err(Refusal::ConfigRefused {
                    profile: ProfileKind::AcrPersonal,
                    config: config.to_owned(),
                })
            );
        }
    }
}

#[test]
fn artifacts_in_an_index() {
    let mut source = Source::default();
    let wasm = source.manifest(WASM, &json!({"wasm": true}));
    let typed_wasm = typed(wasm.clone(), WASM);
    let entries = [
        source.child("linux/amd64"),
        on(typed_wasm, "linux/wasm"),
        on(wasm, "wasip1/wasm"),
    ];
    let index = source.index(&entries);
    assert_unchanged(&resolve(&index, &generic("all"), &source), &index);
    let all = resolve(&index, &personal("all"), &source);
    assert_eq!(all.children(), digests(&entries[..1]));
    assert_eq!(all.expected().selection.platforms_kept, 1);
    let linux = resolve(&index, &personal("linux/*"), &source);
    assert_eq!(linux.children(), digests(&entries[..1]));
    assert_eq!(linux.expected().selection.left_out.len(), 1);
    let accepted = resolve(&index, &generic("wasip1/wasm"), &source);
    assert_eq!(
        written(&accepted.expected().descriptor)["digest"],
        entries[2]["digest"]
    );

    // What was asked for by name and is refused is not passed over in silence.
    for asked in [personal("wasip1/wasm"), personal("linux/amd64,wasip1/wasm")] {
        let outcome = resolve(&index, &asked, &source);
        assert!(outcome.refusal().contains(WASM), "{}", outcome.refusal());
    }
    let missing = resolve(&index, &personal("linux/riscv64,wasip1/wasm"), &source);
    assert!(matches!(
        missing.answer,
        Err(Refusal::PlatformsMissing { .. })
    ));
    assert_read(&missing, 1, 0);
    let skipping = resolve(
        &index,
        &personal("linux/amd64,wasip1/wasm").skipping(),
        &source,
    );
    assert_eq!(skipping.children(), digests(&entries[..1]));
    assert_eq!(skipping.expected().selection.skipped.len(), 1);
    let only_artifacts = source.index(&entries[1..]);
    let refusal = resolve(&only_artifacts, &personal("all"), &source).refusal();
    assert!(refusal.contains(WASM), "{refusal}");
}

#[test]
fn children_that_are_no_manifests_are_left_alone_or_refused() {
    let mut source = Source::default();
    let blob = json!({
        "mediaType": "application/vnd.oci.image.layer.v1.tar+gzip",
        "digest": format!("sha256:{}", "1".repeat(64)),
        "size": 7,
    });
    // As BuildKit's caches are: layers where manifests should be.
    let image = source.child("linux/arm64");
    let cache = source.index(&[blob.clone(), image]);
    assert_unchanged(&resolve(&cache, &personal("all"), &source), &cache);
    let outcome = resolve(&cache, &generic("linux/arm64"), &source);
    assert_eq!(outcome.expected().selection.platforms_kept, 1);
    assert_read(&outcome, 1, 0);
    let schema_1 = json!({
        "mediaType": media_type::DOCKER_SCHEMA_1[0],
        "digest": format!("sha256:{}", "2".repeat(64)),
        "size": 7,
    });
    for (child, why) in [(blob, "layer.v1.tar+gzip"), (schema_1, "schema 1")] {
        let index = source.index(&[on(child, "linux/amd64")]);
        let refusal = resolve(&index, &generic("linux/amd64"), &source).refusal();
        assert!(refusal.contains(why), "{refusal}");
    }
}

#[test]
fn roots_that_cannot_be_copied_are_refused_unread() {
    let mut source = Source::default();
    for (media_type, why) in [
        (media_type::DOCKER_SCHEMA_1[0], "schema 1"),
        ("application/json", "`application/json` is neither"),
    ] {
        let root = source.add(media_type, "{}");
        let outcome = resolve(&root, &generic("all"), &source);
        assert!(outcome.refusal().contains(why), "{}", outcome.refusal());
        assert_read(&outcome, 0, 0);
    }
    for (body, why) in [
        ("", "EOF"),
        ("[]", "not a valid manifest"),
        (r#"{"manifests":[],"layers":[]}"#, "also has"),
        (r#"{"manifests":[],"manifests":[]}"#, "duplicate field"),
        (
            r#"{"manifests":[],"schemaVersion":1e999}"#,
            "not a valid manifest",
        ),
        (r#"{"manifests":[],"schemaVersion":1}"#, "schema 1"),
        (r#"{"manifests":[],"mediaType":"text/plain"}"#, "text/plain"),
    ] {
        let root = source.add(media_type::OCI_INDEX, body);
        let refusal = resolve(&root, &personal("all"), &source).refusal();
        assert!(refusal.contains(why), "{body}: {refusal}");
    }
}

#[test]
fn what_the_index_says_a_child_is_counts_not_a_header() {
    let mut source = Source::default();
    let child = source.child("linux/amd64");
    let attestation = source.attestation(&child, Attesting::New);
    let index = source.index(&[child, attestation.clone()]);
    let digest = digest_of(&attestation);
    let raw = source.all.manifests.get_mut(&digest).unwrap();
    raw.descriptor.media_type = "application/octet-stream".to_owned();
    assert_eq!(
        resolve(&index, &personal("all"), &source).children().len(),
        1
    );
}

#[test]
fn other_digest_algorithms_are_followed() {
    let mut source = Source::default();
    let image = source.child("linux/amd64");
    let digest = digest_of(&image);
    let bytes = source.all.manifests[&digest].bytes.clone();
    let image = source.add_sha512(media_type::OCI_MANIFEST, bytes);
    let entries = [
        on(written(&image), "linux/amd64"),
        source.child("linux/arm64"),
    ];
    let body = json!({"schemaVersion": 2, "manifests": entries}).to_string();
    let index = source.add_sha512(media_type::OCI_INDEX, body);
    let outcome = resolve(&index, &generic("linux/amd64"), &source);
    assert_eq!(outcome.expected().descriptor, image);
    assert_unchanged(&resolve(&index, &generic("linux/*"), &source), &index);
    let asked = generic("linux/amd64,linux/s390x").skipping();
    let outcome = resolve(&index, &asked, &source);
    assert_eq!(outcome.children(), [image.digest.to_string()]);
    let root = &outcome.expected().descriptor;
    assert!(root.digest.to_string().starts_with("sha256:"));
    let Content::Rewritten(made) = &outcome.expected().content else {
        panic!("not rewritten");
    };
    let made: Value = serde_json::from_slice(&made[0].bytes).unwrap();
    let recorded = &made["annotations"]["dev.pusher.source.digest"];
    assert_eq!(*recorded, index.digest.to_string());
}

#[test]
fn platforms_that_are_there_are_named_once() {
    let mut source = Source::default();
    let children = children(&mut source, &["linux/amd64", "linux/amd64", "linux/arm"]);
    let index = source.index(&children);
    let Err(Refusal::PlatformsMissing { available, .. }) =
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
