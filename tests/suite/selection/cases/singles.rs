//! Single manifests, and artifacts.

use super::*;

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
    for kind in KINDS {
        let unasked = resolve(&image, &asking("linux/amd64", kind).undeclared(), &source);
        assert_unchanged(&unasked, &image);
        assert_read(&unasked, usize::from(kind == "acr-personal"), 0);
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
            for kind in ["generic", "acr-enterprise"] {
                let outcome = resolve(&artifact, &asking(platforms, kind), &source);
                assert_unchanged(&outcome, &artifact);
            }
            assert_eq!(
                resolve(&artifact, &personal(platforms), &source).answer,
                Err(CannotMirror::ConfigRefused {
                    profile: ProfileName::new("acr-personal"),
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
        Err(CannotMirror::PlatformsMissing { .. })
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
