//! Targets that take one type of index alone.

use pusher::model::IndexType;

use super::*;
use crate::selection::Asking;

fn swr(platforms: &str) -> Asking {
    asking(platforms, "swr")
}

#[test]
fn an_index_gets_the_type_that_the_target_takes() {
    let mut source = Source::default();
    let (entries, index) = attested(&mut source, Attesting::New);
    let outcome = resolve(&index, &swr("all"), &source);
    assert_eq!(outcome.children(), digests(&entries[..4]));
    let expected = outcome.expected();
    assert_eq!(expected.descriptor.media_type, media_type::DOCKER_LIST);
    let why = expected.selection.left_out.iter().map(|child| &child.why);
    assert!(why.eq(&vec![WhyLeftOut::AttestationRefused; 4]));
    // The attestations are not read: it takes none, whatever they are.
    assert_read(&outcome, 1, 0);
    let keep = swr("all").attestations(Attestations::Keep);
    assert_eq!(
        resolve(&index, &keep, &source).refusal(),
        "swr refuses attestations, and the entry asks to keep them"
    );
    // One platform is a manifest, whose type stays.
    let one = resolve(&index, &swr("linux/amd64"), &source);
    assert_eq!(one.expected().descriptor.digest, digest_of(&entries[0]));
    assert_eq!(one.expected().content, Content::Source);
}

#[test]
fn what_has_that_type_already_is_left_as_it_is() {
    let mut source = Source::default();
    let (entries, index) = attested(&mut source, Attesting::Old);
    let mut only_oci = swr("all");
    only_oci.profile.only_index = Some(IndexType::Oci);
    only_oci.profile.attestations = true;
    assert_unchanged(&resolve(&index, &only_oci, &source), &index);
    // What was made for the one is, for the other, an index of the first type again.
    let listed = resolve(&index, &swr("all"), &source);
    assert_eq!(listed.children(), digests(&entries[..4]));
}
