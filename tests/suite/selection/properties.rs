//! What holds for every source, made up at random.

use std::collections::HashSet;

use bytes::Bytes;
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::{Index as Pick, select};
use pusher::model::{
    Descriptor, Digest, Index, Manifest, Platforms, Profile, RawManifest, config_platform,
    media_type,
};
use pusher::plan::rewrite::{RULE, SOURCE_DIGEST};
use pusher::plan::{Attestations, Content, Known, Need, Resolution, ResolutionKey, expect};
use serde_json::Value;

use super::recipe::{asks, json_like, sources};
use super::source::{Source, digest_of, written};
use super::{Asking, KINDS, Outcome, resolve};

fn index_of(raw: &RawManifest) -> Index {
    match Manifest::parse(raw).expect("an index that can be read") {
        Manifest::Index(index) => index,
        Manifest::Image(_) => panic!("not an index"),
    }
}

fn values(raw: &RawManifest) -> Vec<Value> {
    let body: Value = serde_json::from_slice(&raw.bytes).unwrap();
    body["manifests"].as_array().unwrap().clone()
}

/// Returns every manifest in an index, at any level, inner indexes left out.
fn leaves(root: &RawManifest, source: &Source, made: &[RawManifest]) -> Vec<Value> {
    let mut found = vec![];
    for entry in values(root) {
        if media_type::is_index(entry["mediaType"].as_str().unwrap()) {
            let inner = find(&entry, source, made);
            found.extend(leaves(&inner, source, made));
        } else {
            found.push(entry);
        }
    }
    found
}

fn find(entry: &Value, source: &Source, made: &[RawManifest]) -> RawManifest {
    let digest = digest_of(entry);
    let made = made.iter().find(|raw| raw.descriptor.digest == digest);
    made.unwrap_or_else(|| &source.all.manifests[&digest])
        .clone()
}

/// Fails unless `new` is `old` with some entries less, and inner indexes replaced likewise.
fn assert_filtered(old: &RawManifest, new: &RawManifest, source: &Source, made: &[RawManifest]) {
    let type_of = |raw: &RawManifest| raw.descriptor.media_type.clone();
    let mut retyped = type_of(new) != type_of(old);
    assert!(new.descriptor.digest.matches(&new.bytes));
    assert_eq!(new.descriptor.size, new.bytes.len() as u64);
    let annotations = index_of(new).annotations;
    assert_eq!(
        annotations[SOURCE_DIGEST],
        old.descriptor.digest.to_string()
    );
    let kept = values(new);
    assert!(!kept.is_empty() || values(old).is_empty());
    let mut rest = values(old).into_iter();
    for entry in &kept {
        let digest = digest_of(entry);
        let replaced = made.iter().find(|raw| raw.descriptor.digest == digest);
        let found = match replaced {
            None => rest.any(|old| old == *entry),
            Some(inner) => rest.any(|old| {
                let recorded = &index_of(inner).annotations[SOURCE_DIGEST];
                let same = old["digest"] == recorded.as_str()
                    && old.get("platform") == entry.get("platform");
                if same {
                    assert_eq!(entry["mediaType"], type_of(inner));
                    retyped |= entry["mediaType"] != old["mediaType"];
                    assert_filtered(&find(&old, source, &[]), inner, source, made);
                }
                same
            }),
        };
        assert!(
            found,
            "an entry that the source has not, or not in this place: {entry}"
        );
    }
    let mut body: Value = serde_json::from_slice(&new.bytes).unwrap();
    let mut source_body: Value = serde_json::from_slice(&old.bytes).unwrap();
    for (body, of) in [(&mut body, type_of(new)), (&mut source_body, type_of(old))] {
        let body = body.as_object_mut().unwrap();
        body.remove("manifests");
        body.remove("annotations");
        if let Some(media_type) = body.remove("mediaType") {
            assert_eq!(media_type, of);
        }
    }
    assert_eq!(annotations[RULE], if retyped { "2" } else { "1" });
    assert_eq!(body, source_body);
    assert!(!new.bytes.contains(&b'\n'));
}

/// Returns the source with what `outcome` made put into it.
fn with_made(source: Source, outcome: &Outcome) -> Source {
    let mut source = source;
    if let Ok(expected) = &outcome.answer
        && let Content::Rewritten(made) = &expected.content
    {
        for raw in made {
            let digest = raw.descriptor.digest.clone();
            source.all.manifests.insert(digest, raw.clone());
        }
    }
    source
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..Default::default() })]

    #[test]
    fn mirrored_exactly_or_rewritten_or_refused(
        (source, root) in sources(),
        asking in asks(),
    ) {
        let outcome = resolve(&root, &asking, &source);
        let Ok(expected) = &outcome.answer else {
            prop_assert!(!outcome.refusal().is_empty());
            return Ok(());
        };
        let original = &source.all.manifests[&root.digest];
        match &expected.content {
            Content::Source if expected.descriptor == root => {}
            Content::Source => {
                let leaves = leaves(original, &source, &[]);
                let single = asking.platforms.single().expect("one platform");
                let is_leaf = |leaf: &Value| digest_of(leaf) == expected.descriptor.digest;
                prop_assert!(leaves.iter().any(is_leaf));
                let manifest = &source.all.manifests[&expected.descriptor.digest];
                prop_assert_eq!(&manifest.descriptor, &expected.descriptor);
                prop_assert_eq!(expected.selection.platforms_kept, 1);
                prop_assert!(!single.is_wildcard());
            }
            Content::Rewritten(made) => {
                let new = made.last().expect("the root");
                prop_assert_eq!(&new.descriptor, &expected.descriptor);
                prop_assert_ne!(&new.descriptor.digest, &root.digest);
                assert_filtered(original, new, &source, made);
                let digests: HashSet<_> = made.iter().map(|raw| &raw.descriptor.digest).collect();
                prop_assert_eq!(digests.len(), made.len(), "one index made twice");
            }
        }
    }

    #[test]
    fn filtering_again_changes_nothing((source, root) in sources(), asking in asks()) {
        let outcome = resolve(&root, &asking, &source);
        if let Ok(expected) = outcome.answer.clone()
            && media_type::is_index(&expected.descriptor.media_type)
        {
            let source = with_made(source, &outcome);
            let again = resolve(&expected.descriptor, &asking, &source);
            prop_assert_eq!(&again.expected().descriptor, &expected.descriptor);
            prop_assert_eq!(&again.expected().content, &Content::Source);
            prop_assert_eq!(&again.expected().selection.left_out, &vec![]);
            prop_assert_eq!(&again.expected().selection.skipped, &expected.selection.skipped);
        }
    }

    #[test]
    fn the_order_of_platforms_means_nothing((source, root) in sources(), asking in asks()) {
        let outcome = resolve(&root, &asking, &source);
        if let Platforms::Only(patterns) = &asking.platforms {
            let mut reversed = asking.clone();
            reversed.platforms = Platforms::Only(patterns.iter().rev().cloned().collect());
            let other = resolve(&root, &reversed, &source);
            match (&outcome.answer, &other.answer) {
                (Ok(one), Ok(other)) => {
                    prop_assert_eq!(&one.descriptor, &other.descriptor);
                    prop_assert_eq!(&one.content, &other.content);
                }
                (one, other) => prop_assert_eq!(one.is_err(), other.is_err()),
            }
        }
    }

    #[test]
    fn equal_keys_have_equal_answers(
        (source, root) in sources(),
        asking in asks(),
        kind in select(KINDS.to_vec()),
    ) {
        let mut other = asking.clone();
        other.profile = Profile::named(kind).unwrap();
        let key = |asking: &Asking| ResolutionKey::of(&root, &asking.ask());
        if key(&asking) == key(&other) {
            let answer = |asking| resolve(&root, asking, &source).answer.ok();
            prop_assert_eq!(answer(&asking), answer(&other));
        }
    }

    #[test]
    fn what_is_kept_is_what_was_asked_for((source, root) in sources(), asking in asks()) {
        let outcome = resolve(&root, &asking, &source);
        let Ok(expected) = &outcome.answer else { return Ok(()) };
        if !media_type::is_index(&expected.descriptor.media_type) {
            return Ok(());
        }
        let made = match &expected.content {
            Content::Rewritten(made) => made.as_slice(),
            Content::Source => &[],
        };
        let root = find(&written(&expected.descriptor), &source, made);
        for leaf in leaves(&root, &source, made) {
            let Some(raw) = source.all.manifests.get(&digest_of(&leaf)) else { continue };
            let Ok(Manifest::Image(image)) = Manifest::parse(raw) else { panic!("a manifest") };
            let is_image = media_type::is_image_config(&image.config.media_type);
            if asking.profile.image_configs_only {
                prop_assert!(is_image, "the profile refuses {}", leaf);
            }
            prop_assert_eq!(asking.profile.index_instead(&expected.descriptor.media_type), None);
            let attests = leaf["annotations"]["vnd.docker.reference.digest"].as_str();
            if attests.is_some() {
                prop_assert_ne!(asking.policy.attestations, Attestations::Drop);
                prop_assert!(asking.profile.attestations);
            }
            // What an inner index that is for a platform holds need not say so again.
            if let Platforms::Only(patterns) = &asking.platforms
                && attests.is_none()
                && !has_named_inner(&root, &source, made)
            {
                let config = &source.all.configs[&image.config.digest];
                let platform = config_platform(config);
                let named = index_platform(&leaf).or(platform).expect("a platform");
                prop_assert!(patterns.iter().any(|pattern| pattern.fits(&named)), "{}", leaf);
            }
        }
    }

    #[test]
    fn nothing_is_read_that_cannot_matter((source, root) in sources(), asking in asks()) {
        let outcome = resolve(&root, &asking, &source);
        let everything = asking.platforms == Platforms::All;
        let strict = asking.profile.image_configs_only;
        if everything {
            prop_assert_eq!(outcome.configs.len(), 0);
            if asking.profile.takes_indexes_whole() && asking.policy.attestations != Attestations::Drop {
                prop_assert_eq!(outcome.manifests.len(), 0);
            }
        }
        let top = values(&source.all.manifests[&root.digest]);
        for entry in &top {
            let read = outcome.manifests.contains(&digest_of(entry));
            let listed_once = times_listed(entry, &source) == 1;
            let attestation = entry["annotations"]["vnd.docker.reference.type"].is_string();
            let dropped = asking.policy.attestations == Attestations::Drop;
            if read && listed_once && !media_type::is_index(entry["mediaType"].as_str().unwrap()) {
                prop_assert!(!attestation || (strict && !dropped), "read in vain: {}", entry);
                let image = entry["platform"]["os"] == "linux";
                let artifact = entry.get("artifactType").is_some();
                prop_assert!(!image || artifact, "read in vain: {}", entry);
            }
        }
        prop_assert!(outcome.rounds <= 7, "{} rounds", outcome.rounds);
    }

    #[test]
    fn bytes_of_any_kind_are_answered(
        bytes in prop_oneof![vec(any::<u8>(), 0..200), json_like().prop_map(String::into_bytes)],
        media_type in select(vec![
            media_type::OCI_INDEX,
            media_type::DOCKER_LIST,
            media_type::OCI_MANIFEST,
            media_type::DOCKER_MANIFEST,
            "text/html",
        ]),
        asking in asks(),
    ) {
        answered(media_type, &Bytes::from(bytes), &asking, &Source::default());
    }

    #[test]
    fn damaged_indexes_are_answered(
        (source, root) in sources(),
        damage in vec((any::<Pick>(), any::<u8>()), 1..4),
        asking in asks(),
    ) {
        let mut bytes = source.all.manifests[&root.digest].bytes.to_vec();
        for (place, byte) in damage {
            let place = place.index(bytes.len());
            bytes[place] = byte;
        }
        answered(media_type::OCI_INDEX, &Bytes::from(bytes), &asking, &source);
    }
}

fn times_listed(entry: &Value, source: &Source) -> usize {
    let digest = &entry["digest"];
    let raws = source.all.manifests.values();
    let indexes = raws.filter(|raw| media_type::is_index(&raw.descriptor.media_type));
    indexes
        .flat_map(values)
        .filter(|other| other["digest"] == *digest)
        .count()
}

fn index_platform(leaf: &Value) -> Option<pusher::model::Platform> {
    config_platform(leaf.get("platform")?.to_string().as_bytes())
}

fn has_named_inner(root: &RawManifest, source: &Source, made: &[RawManifest]) -> bool {
    values(root).iter().any(|entry| {
        media_type::is_index(entry["mediaType"].as_str().unwrap())
            && (entry.get("platform").is_some()
                || has_named_inner(&find(entry, source, made), source, made))
    })
}

/// Reads whatever is asked for, some of it made up on the spot, until there is an answer.
fn answered(media_type: &str, bytes: &Bytes, asking: &Asking, source: &Source) {
    let descriptor = Descriptor {
        media_type: media_type.to_owned(),
        digest: Digest::sha256(bytes),
        size: bytes.len() as u64,
    };
    let raw = RawManifest {
        descriptor: descriptor.clone(),
        bytes: bytes.clone(),
    };
    let mut known = Known::default();
    for _ in 0..10 {
        let needs = match expect(&descriptor, &asking.ask(), &known) {
            Resolution::Known(Ok(expected)) => {
                if let Content::Rewritten(made) = &expected.content {
                    for raw in made {
                        index_of(raw);
                    }
                }
                return;
            }
            Resolution::Known(Err(refusal)) => {
                assert!(!refusal.to_string().is_empty());
                return;
            }
            Resolution::Needs(needs) => needs,
        };
        for need in needs {
            match need {
                Need::Manifest(wanted) => {
                    let found = source.all.manifests.get(&wanted.digest).unwrap_or(&raw);
                    assert!(
                        known
                            .manifests
                            .insert(wanted.digest, found.clone())
                            .is_none()
                    );
                }
                Need::Config(wanted) => {
                    assert!(known.configs.insert(wanted.digest, bytes.clone()).is_none());
                }
            }
        }
    }
    panic!("no answer");
}
