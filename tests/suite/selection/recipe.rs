//! Sources and asks, made up at random.

use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::{Index as Pick, select};
use pusher::model::{Descriptor, Digest, Platforms, Profile, media_type};
use pusher::plan::{Attestations, MissingPlatforms, Policy};
use serde_json::{Value, json};

use super::source::{Attesting, Source, on, typed, written};
use super::{Asking, KINDS};

const PLATFORMS: [&str; 8] = [
    "linux/amd64",
    "linux/arm64/v8",
    "linux/arm64",
    "linux/arm/v7",
    "linux/arm/v6",
    "windows/amd64@10.0.20348",
    "windows/amd64@10.0.17763",
    "wasip1/wasm",
];
const PATTERNS: [&str; 8] = [
    "linux/amd64",
    "linux/arm64",
    "linux/arm/v7",
    "linux/arm/v6",
    "linux/*",
    "windows/amd64",
    "wasip1/wasm",
    "linux/s390x",
];
const ARTIFACTS: [&str; 2] = [media_type::OCI_EMPTY, "application/vnd.wasm.config.v0+json"];

/// How to make one entry of an index.
#[derive(Debug, Clone)]
enum Recipe {
    Image {
        platform: &'static str,
        named: bool,
        note: u8,
    },
    Artifact {
        config: &'static str,
        platform: Option<&'static str>,
        typed: bool,
    },
    Attestation {
        of: Pick,
        form: Attesting,
    },
    Again {
        of: Pick,
    },
    Dangling,
    Blob,
    Inner {
        entries: Vec<Recipe>,
        platform: Option<&'static str>,
        list: bool,
    },
}

fn recipes() -> impl Strategy<Value = Vec<Recipe>> {
    let form = select(vec![Attesting::Old, Attesting::New]);
    let leaf = prop_oneof![
        6 => (select(&PLATFORMS[..]), prop::bool::weighted(0.8), 0..3u8)
            .prop_map(|(platform, named, note)| Recipe::Image { platform, named, note }),
        1 => (select(&ARTIFACTS[..]), any::<bool>(), any::<bool>()).prop_map(
            |(config, known, typed)| Recipe::Artifact {
                config,
                platform: known.then_some("wasip1/wasm"),
                typed,
            }
        ),
        3 => (any::<Pick>(), form).prop_map(|(of, form)| Recipe::Attestation { of, form }),
        1 => any::<Pick>().prop_map(|of| Recipe::Again { of }),
        1 => Just(Recipe::Dangling),
        1 => Just(Recipe::Blob),
    ];
    let entry = leaf.prop_recursive(3, 24, 5, |entry| {
        let platform = prop::option::of(select(&PLATFORMS[..]));
        (vec(entry, 0..5), platform, any::<bool>()).prop_map(|(entries, platform, list)| {
            Recipe::Inner {
                entries,
                platform,
                list,
            }
        })
    });
    vec(entry, 0..7)
}

/// Makes the entries, and their order such that attestations may stand before what they attest.
fn make(recipes: &[Recipe], source: &mut Source) -> Vec<Value> {
    let mut entries: Vec<Value> = vec![];
    for (position, recipe) in recipes.iter().enumerate() {
        let earlier =
            |of: &Pick| (!entries.is_empty()).then(|| entries[of.index(entries.len())].clone());
        let entry = match recipe {
            Recipe::Image {
                platform,
                named,
                note,
            } => {
                let image = source.image(platform, &note.to_string());
                if *named { on(image, platform) } else { image }
            }
            Recipe::Artifact {
                config,
                platform,
                typed: is_typed,
            } => {
                let mut entry = source.manifest(config, &json!({"artifact": position}));
                if *is_typed {
                    entry = typed(entry, config);
                }
                platform.map_or(entry.clone(), |platform| on(entry, platform))
            }
            Recipe::Attestation { of, form } => match earlier(of) {
                Some(attested) => source.attestation(&attested, *form),
                None => continue,
            },
            Recipe::Again { of } => match earlier(of) {
                Some(again) => again,
                None => continue,
            },
            Recipe::Dangling => {
                let nothing = json!({"digest": Digest::sha256(b"nothing")});
                source.attestation(&nothing, Attesting::Old)
            }
            Recipe::Blob => json!({
                "mediaType": "application/vnd.oci.image.layer.v1.tar",
                "digest": Digest::sha256(b"blob"),
                "size": 4,
                "x-unknown": [1.50, " "],
            }),
            Recipe::Inner {
                entries,
                platform,
                list,
            } => {
                let children = make(entries, source);
                let media_type = if *list {
                    media_type::DOCKER_LIST
                } else {
                    media_type::OCI_INDEX
                };
                let inner = written(&source.index_of(media_type, &children));
                platform.map_or(inner.clone(), |platform| on(inner, platform))
            }
        };
        if position % 3 == 2 {
            entries.insert(0, entry);
        } else {
            entries.push(entry);
        }
    }
    entries
}

pub(crate) fn sources() -> impl Strategy<Value = (Source, Descriptor)> {
    (recipes(), any::<bool>()).prop_map(|(recipes, pretty)| {
        let mut source = Source::default();
        let children = make(&recipes, &mut source);
        let index =
            json!({"schemaVersion": 2, "manifests": children, "x-unknown": {"b": 1, "a": 2}});
        let body = if pretty {
            format!("{index:#}\n")
        } else {
            index.to_string()
        };
        let root = source.add(media_type::OCI_INDEX, body);
        (source, root)
    })
}

pub(crate) fn asks() -> impl Strategy<Value = Asking> {
    let patterns = prop_oneof![
        1 => Just(vec![]),
        1 => select(&PATTERNS[..]).prop_map(|one| vec![one]),
        2 => vec(select(&PATTERNS[..]), 1..5),
    ];
    let attestations = select(vec![
        Attestations::Auto,
        Attestations::Keep,
        Attestations::Drop,
    ]);
    let kinds = select(KINDS.to_vec());
    (patterns, any::<bool>(), any::<bool>(), attestations, kinds).prop_map(
        |(patterns, declared, skip, attestations, kind)| Asking {
            platforms: if patterns.is_empty() {
                Platforms::All
            } else {
                Platforms::only(patterns.iter().map(|one| one.parse().unwrap()).collect())
            },
            declared,
            policy: Policy {
                missing_platforms: if skip {
                    MissingPlatforms::Skip
                } else {
                    MissingPlatforms::Block
                },
                attestations,
                ..Policy::default()
            },
            profile: Profile::named(kind).unwrap(),
        },
    )
}

/// Text that is nearly an index.
pub(crate) fn json_like() -> impl Strategy<Value = String> {
    let digest = format!("\"sha256:{}\"", "a".repeat(64));
    let token = select(vec![
        "{".to_owned(),
        "}".into(),
        "[".into(),
        "]".into(),
        ",".into(),
        ":".into(),
        "null".into(),
        "\"manifests\"".into(),
        "\"annotations\"".into(),
        "\"platform\"".into(),
        "\"os\"".into(),
        "\"linux\"".into(),
        "\"digest\"".into(),
        "\"size\"".into(),
        "1e999".into(),
        "-1".into(),
        "18446744073709551616".into(),
        "\"\\ud800\"".into(),
        "\"schemaVersion\"".into(),
        digest,
        format!("\"{}\"", media_type::OCI_INDEX),
        format!("\"{}\"", media_type::OCI_MANIFEST),
        "\"mediaType\"".into(),
        "\"config\"".into(),
        "\"layers\"".into(),
        " \n".into(),
    ]);
    let entry = vec(token, 0..12).prop_map(|tokens| tokens.concat());
    prop_oneof![
        entry.clone(),
        entry
            .clone()
            .prop_map(|inside| format!("{{\"manifests\":[{inside}]}}")),
        entry.prop_map(|inside| format!("{{\"manifests\":[],{inside}}}")),
    ]
}
