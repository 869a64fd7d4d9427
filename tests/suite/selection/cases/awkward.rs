//! Sources that are not as they should be.

use super::*;

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
    let configs: Vec<_> = configs.map(|child| child.refused_config()).collect();
    assert_eq!(configs, [Some(HELM), Some(media_type::OCI_EMPTY)]);
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
    let one = source.index(std::slice::from_ref(&child));
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
