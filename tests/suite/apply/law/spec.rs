//! Worlds made up at random: what the source holds, what is wanted, what others do meanwhile.

use proptest::collection::vec;
use proptest::option;
use proptest::prelude::*;
use proptest::sample::select;
use pusher::model::Platforms;
use pusher::sandbox::images::{Artifact, Image, Index, helm_chart};
use pusher::sandbox::{Delete, Effect, Options};

/// A name in a registry: few, so that they clash, share manifests and come back.
pub(super) type Name = (&'static str, &'static str);

const REPOSITORIES: [&str; 2] = ["app", "web"];
const TAGS: [&str; 3] = ["1", "2", "latest"];

/// What an image is made of. The children of an index are images that also have tags of their own.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Content {
    Image(u8),
    Index(u8),
    Chart,
}

impl Content {
    pub(super) fn build(self) -> Artifact {
        let image = |platform: &str, number: u8| {
            Image::new(platform)
                .layer("of all")
                .layer(format!("{platform} {number}"))
        };
        match self {
            Self::Image(number) => image("linux/amd64", number).build(),
            Self::Index(number) => Index::new()
                .image(&image("linux/amd64", number))
                .image(&image("linux/arm64", number))
                .build(),
            Self::Chart => helm_chart("chart", "1"),
        }
    }
}

/// One line of a list: which name of the source goes under which name of the target.
#[derive(Debug, Clone)]
pub(super) struct Wish {
    pub(super) source: Name,
    pub(super) target: Name,
    pub(super) all: bool,
}

impl Wish {
    pub(super) fn platforms(&self) -> Platforms {
        if self.all {
            Platforms::All
        } else {
            Platforms::linux_amd64()
        }
    }
}

/// A request to the source or the target that goes wrong.
#[derive(Debug, Clone)]
pub(super) struct Trouble {
    pub(super) at_target: bool,
    pub(super) method: &'static str,
    pub(super) path: String,
    pub(super) effect: Effect,
    pub(super) always: bool,
}

/// What kind of registry the target is.
#[derive(Debug, Clone, Copy)]
pub(super) struct Kind {
    pub(super) delete: Delete,
    pub(super) mount: bool,
    pub(super) images_only: bool,
}

impl Kind {
    pub(super) fn options(self) -> Options {
        Options {
            delete: self.delete,
            mount: self.mount,
            images_only: self.images_only,
            ..Options::default()
        }
    }
}

#[derive(Debug, Clone)]
pub(super) struct Spec {
    pub(super) target: Kind,
    pub(super) source: Vec<(Name, Content)>,
    /// What was wanted at first, and mirrored without trouble.
    pub(super) before: Vec<Wish>,
    /// What the source holds later; none where the tag is gone.
    pub(super) moved: Vec<(Name, Option<Content>)>,
    /// What others push into the target before the plan is made, and after it.
    pub(super) others: Vec<(Name, Content)>,
    pub(super) late: Vec<(Name, Content)>,
    /// What is wanted now.
    pub(super) after: Vec<Wish>,
    pub(super) trouble: Vec<Trouble>,
    /// Whether a plan is kept and taken up again before it is carried out.
    pub(super) saved: bool,
}

fn name() -> impl Strategy<Value = Name> {
    (select(&REPOSITORIES[..]), select(&TAGS[..]))
}

fn content() -> impl Strategy<Value = Content> {
    prop_oneof![
        4 => (0..3_u8).prop_map(Content::Image),
        4 => (0..2_u8).prop_map(Content::Index),
        1 => Just(Content::Chart),
    ]
}

/// No two lines have the same target.
fn wishes() -> impl Strategy<Value = Vec<Wish>> {
    let wish = (name(), name(), any::<bool>()).prop_map(|(source, target, all)| Wish {
        source,
        target,
        all,
    });
    vec(wish, 0..6).prop_map(|mut wishes| {
        let mut seen = std::collections::HashSet::new();
        wishes.retain(|wish| seen.insert(wish.target));
        wishes
    })
}

fn target() -> impl Strategy<Value = Kind> {
    let delete = select(vec![Delete::Off, Delete::Digests, Delete::All]);
    (delete, any::<bool>(), any::<bool>()).prop_map(|(delete, mount, images_only)| Kind {
        delete,
        mount,
        images_only,
    })
}

fn trouble() -> impl Strategy<Value = Trouble> {
    let effect = prop_oneof![
        Just(Effect::status(403)),
        Just(Effect::status(500)),
        Just(Effect::Reset),
        Just(Effect::LoseAnswer),
    ];
    let asked = prop_oneof![
        Just(("HEAD", "/manifests/")),
        Just(("GET", "/manifests/")),
        Just(("PUT", "/manifests/")),
        Just(("DELETE", "/manifests/")),
        Just(("GET", "/tags/list")),
        Just(("GET", "/blobs/")),
        Just(("POST", "/blobs/uploads/")),
        Just(("PUT", "/blobs/uploads/")),
    ];
    (
        any::<bool>(),
        asked,
        select(&REPOSITORIES[..]),
        effect,
        any::<bool>(),
    )
        .prop_map(
            |(at_target, (method, path), repository, effect, always)| Trouble {
                at_target,
                method,
                path: format!("{repository}{path}"),
                effect,
                always,
            },
        )
}

pub(super) fn specs() -> impl Strategy<Value = Spec> {
    (
        target(),
        vec((name(), content()), 3..7),
        wishes(),
        vec((name(), option::weighted(0.8, content())), 0..3),
        vec((name(), content()), 0..2),
        vec((name(), content()), 0..2),
        wishes(),
        vec(trouble(), 0..3),
        any::<bool>(),
    )
        .prop_map(
            |(target, source, before, moved, others, late, after, trouble, saved)| Spec {
                target,
                source,
                before,
                moved,
                others,
                late,
                after,
                trouble,
                saved,
            },
        )
}
