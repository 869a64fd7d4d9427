//! What a target must hold, for every shape of source: the pure selection, driven to its answer.

mod cases;
mod golden;
mod properties;
mod recipe;
mod source;

use std::collections::HashSet;

use pusher::model::{Descriptor, Digest, Platforms, Profile};
use pusher::plan::{
    Ask, Attestations, CannotMirror, Content, Expected, Known, MissingPlatforms, Need, Policy,
    Resolution, expect,
};

use source::Source;

/// Registries of every sort.
const KINDS: [&str; 4] = ["acr-personal", "acr-enterprise", "generic", "swr"];
/// Those that take an index whatever its type.
const OF_ANY_TYPE: [&str; 3] = ["acr-personal", "acr-enterprise", "generic"];

/// An ask that owns what it asks.
#[derive(Debug, Clone)]
pub(crate) struct Asking {
    pub(crate) platforms: Platforms,
    pub(crate) declared: bool,
    pub(crate) policy: Policy,
    pub(crate) profile: Profile,
}

impl Asking {
    fn ask(&self) -> Ask<'_> {
        Ask {
            platforms: &self.platforms,
            platforms_declared: self.declared,
            policy: self.policy,
            profile: &self.profile,
        }
    }

    fn attestations(mut self, attestations: Attestations) -> Self {
        self.policy.attestations = attestations;
        self
    }

    fn skipping(mut self) -> Self {
        self.policy.missing_platforms = MissingPlatforms::Skip;
        self
    }

    fn undeclared(mut self) -> Self {
        self.declared = false;
        self
    }
}

/// Asks for `platforms`, written `all` or with commas between them.
fn asking(platforms: &str, kind: &str) -> Asking {
    let platforms = match platforms {
        "all" => Platforms::All,
        listed => Platforms::only(listed.split(',').map(|one| one.parse().unwrap()).collect()),
    };
    Asking {
        platforms,
        declared: true,
        policy: Policy::default(),
        profile: Profile::named(kind).unwrap(),
    }
}

fn generic(platforms: &str) -> Asking {
    asking(platforms, "generic")
}

fn personal(platforms: &str) -> Asking {
    asking(platforms, "acr-personal")
}

/// What came out, and what had to be read for it.
#[derive(Debug)]
pub(crate) struct Outcome {
    pub(crate) answer: Result<Expected, CannotMirror>,
    /// The manifests that were read, in order.
    pub(crate) manifests: Vec<Digest>,
    pub(crate) configs: Vec<Digest>,
    pub(crate) rounds: usize,
}

impl Outcome {
    #[track_caller]
    fn expected(&self) -> &Expected {
        self.answer.as_ref().expect("an answer")
    }

    #[track_caller]
    fn refusal(&self) -> String {
        self.answer.as_ref().expect_err("a refusal").to_string()
    }

    /// Returns the digests of the children of the index that was made.
    #[track_caller]
    fn children(&self) -> Vec<String> {
        let Content::Rewritten(indexes) = &self.expected().content else {
            panic!("nothing was rewritten");
        };
        let root: serde_json::Value =
            serde_json::from_slice(&indexes.last().unwrap().bytes).unwrap();
        let children = root["manifests"].as_array().unwrap();
        children
            .iter()
            .map(|child| child["digest"].as_str().unwrap().to_owned())
            .collect()
    }
}

/// Reads what is needed until the answer is known.
///
/// Fails when something is needed twice, or when the answer depends on the order of reading.
#[track_caller]
pub(crate) fn resolve(root: &Descriptor, asking: &Asking, source: &Source) -> Outcome {
    let ask = asking.ask();
    let mut known = Known::default();
    let mut asked = HashSet::new();
    for rounds in 0.. {
        let needs = match expect(root, &ask, &known) {
            Resolution::Needs(needs) => needs,
            Resolution::Known(answer) => {
                let at_once = expect(root, &ask, &source.all);
                assert_eq!(at_once, Resolution::Known(answer.clone()));
                return Outcome {
                    answer,
                    manifests: known.manifests.into_keys().collect(),
                    configs: known.configs.into_keys().collect(),
                    rounds,
                };
            }
        };
        assert!(!needs.is_empty(), "waits for nothing");
        for need in needs {
            match need {
                Need::Manifest(Descriptor { digest, .. }) => {
                    assert!(asked.insert(("manifest", digest.clone())), "{digest} twice");
                    let manifest = source.all.manifests[&digest].clone();
                    known.manifests.insert(digest, manifest);
                }
                Need::Config(Descriptor { digest, .. }) => {
                    assert!(asked.insert(("config", digest.clone())), "{digest} twice");
                    let config = source.all.configs[&digest].clone();
                    known.configs.insert(digest, config);
                }
            }
        }
    }
    unreachable!("each round reads something new")
}
