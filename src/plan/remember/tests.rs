use crate::model::Profile;
use crate::plan::{Attestations, ForeignLayers, MissingPlatforms, Policy, Referrers};

use super::*;

fn descriptor(content: &str) -> Descriptor {
    Descriptor {
        media_type: media_type::OCI_INDEX.to_owned(),
        digest: Digest::sha256(content.as_bytes()),
        size: 7,
    }
}

fn platforms(listed: &[&str]) -> Platforms {
    Platforms::Only(listed.iter().map(|one| one.parse().unwrap()).collect())
}

const BOTH: [&str; 2] = ["linux/amd64", "linux/arm64"];

fn ask<'a>(platforms: &'a Platforms, profile: &'a Profile) -> Ask<'a> {
    Ask {
        platforms,
        platforms_declared: true,
        policy: Policy::default(),
        profile,
    }
}

#[test]
fn every_part_that_matters_is_in_the_key() {
    let source = descriptor("source");
    let (one, both) = (platforms(&["linux/amd64"]), platforms(&BOTH));
    let profiles = ["acr-personal", "acr-enterprise"].map(|name| Profile::named(name).unwrap());
    let ask = ask(&both, &profiles[0]);
    let key = ResolutionKey::of(&source, &ask);
    assert_eq!(
        key.to_string(),
        format!(
            "{} application/vnd.oci.image.index.v1+json; linux/amd64,linux/arm64; \
             rule 1.1, images only",
            source.digest
        )
    );
    let policy = |attestations, missing_platforms| Policy {
        missing_platforms,
        attestations,
        ..ask.policy
    };
    let different = [
        Ask {
            platforms: &one,
            ..ask
        },
        Ask {
            platforms: &Platforms::All,
            ..ask
        },
        Ask {
            platforms_declared: false,
            ..ask
        },
        Ask {
            profile: &profiles[1],
            ..ask
        },
        Ask {
            policy: policy(Attestations::Auto, MissingPlatforms::Skip),
            ..ask
        },
        Ask {
            policy: policy(Attestations::Keep, MissingPlatforms::Block),
            ..ask
        },
        Ask {
            policy: policy(Attestations::Drop, MissingPlatforms::Block),
            ..ask
        },
    ];
    let docker = Descriptor {
        media_type: media_type::DOCKER_LIST.to_owned(),
        ..source.clone()
    };
    let of_versions = |versions| {
        let mut rule = ResolutionRule::of(&ask);
        rule.versions = versions;
        ResolutionKey::by(rule, &source, &both)
    };
    let mut keys: Vec<_> = different
        .iter()
        .map(|ask| ResolutionKey::of(&source, ask))
        .collect();
    keys.extend([
        ResolutionKey::of(&descriptor("other"), &ask),
        ResolutionKey::of(&docker, &ask),
        of_versions((2, 1)),
        of_versions((1, 2)),
        key,
    ]);
    keys.sort();
    keys.dedup();
    assert_eq!(keys.len(), different.len() + 5);
}

#[test]
fn no_other_part_is_in_the_key() {
    let source = descriptor("source");
    let both = platforms(&BOTH);
    let reversed = platforms(&["linux/arm64", "linux/amd64"]);
    let personal = Profile::named("acr-personal").unwrap();
    let slower = Profile {
        starting_concurrency: 1,
        ..personal.clone()
    };
    let ask = ask(&both, &personal);
    let key = ResolutionKey::of(&source, &ask);
    let policy = Policy {
        referrers: Referrers::All,
        foreign_layers: ForeignLayers::Copy,
        ..ask.policy
    };
    for ask in [
        Ask {
            platforms: &reversed,
            ..ask
        },
        Ask {
            profile: &slower,
            ..ask
        },
        Ask { policy, ..ask },
    ] {
        assert_eq!(ResolutionKey::of(&source, &ask), key);
    }
    let sized = Descriptor { size: 8, ..source };
    let sized = ResolutionKey::of(&sized, &ask);
    assert_eq!(sized, key, "a header may lack the size");
}

#[test]
fn lines_hold_all_and_answer_their_own_key_alone() {
    let key = ResolutionKey("a \"key\"".to_owned());
    let left_out = |config: Option<&str>| LeftOut {
        digest: Digest::sha256(b"left out"),
        attestation: config.is_none(),
        why: config.map_or(WhyLeftOut::NotWanted, |config| {
            WhyLeftOut::ConfigRefused(config.to_owned())
        }),
    };
    let remembered = Remembered {
        descriptor: descriptor("expected"),
        selection: Selection {
            platforms_kept: 3,
            left_out: vec![left_out(None), left_out(Some("line\nend"))],
            skipped: vec!["linux/*".parse().unwrap(), "linux/arm/v7".parse().unwrap()],
        },
        rewritten: true,
    };
    let line = remembered.encode(&key);
    assert!(!line.contains('\n'));
    assert_eq!(Remembered::decode(&key, &line), Some(remembered.clone()));
    assert_eq!(
        Remembered::decode(&ResolutionKey("another".to_owned()), &line),
        None
    );
    for end in 0..line.len() {
        assert_eq!(Remembered::decode(&key, &line[..end]), None);
    }
    let other_type = line.replace("image.index", "image.thing");
    assert_eq!(Remembered::decode(&key, &other_type), None);
    assert_eq!(remembered.expected(), None);
    let copied = Remembered {
        rewritten: false,
        ..remembered
    };
    let expected = copied.expected().unwrap();
    assert_eq!(Remembered::from(&expected), copied);
}
