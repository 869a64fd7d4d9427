//! Indexes inside indexes.

use super::*;

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
    let inner = source.index(std::slice::from_ref(&unnamed));
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
    let inner = written(&source.index(std::slice::from_ref(&image)));
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
    for _ in 0..6 {
        let index = source.index(&[level.clone(), level.clone()]);
        level = written(&index);
        roots.push(index);
    }
    let asked = generic("linux/amd64");
    let leaf = source.child("linux/amd64")["digest"].clone();
    let outcome = resolve(&roots[4], &asked, &source);
    assert_eq!(written(&outcome.expected().descriptor)["digest"], leaf);
    assert_read(&outcome, 5, 0);
    let outcome = resolve(&roots[5], &asked, &source);
    assert_eq!(outcome.answer, Err(CannotMirror::Excess(Excess::Levels)));
    assert_unchanged(&resolve(&roots[5], &generic("all"), &source), &roots[5]);
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
