//! Where attestations go.

use super::*;

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
        why: WhyLeftOut::ConfigRefused(media_type::OCI_EMPTY.to_owned()),
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
    assert!(
        left_out
            .iter()
            .all(|child| child.why == WhyLeftOut::NotWanted)
    );
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
            (left_out[0].attestation, &left_out[0].why),
            (true, &WhyLeftOut::NotWanted)
        );
        assert_eq!(left_out[1].refused_config(), Some(WASM));
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
