//! Signatures and other referrers follow an image whose digest is unchanged.

use std::collections::BTreeSet;

use pusher::model::{
    Digest, IndexType, Manifest, Platforms, Profile, Reference, Repository, media_type,
};
use pusher::plan::{Action, Referrers, RefusedReferrers};
use pusher::registry::ReadRegistry;
use pusher::sandbox::images::{Artifact, Image, Index, referrer, signature, signature_tag};
use pusher::sandbox::{Effect, Fault, Options, Sandbox};
use serde_json::json;

use super::world::{World, actions, assert_done, client};

async fn signed(target: Options) -> World {
    let mut world = World::with(Options::default(), target).await;
    let image = Image::new("linux/amd64").layer("app").build();
    let digest = image.push(&world.source, "app", "1");
    signature(&digest).push(&world.source, "app", signature_tag(&digest).as_str());
    referrer(&image, "application/vnd.example.sbom", "sbom").push(&world.source, "app", None);
    let notary = "application/vnd.cncf.notary.signature";
    referrer(&image, notary, "signature").push(&world.source, "app", None);
    world.want("app:1", Platforms::linux_amd64());
    world
}

#[tokio::test]
async fn what_the_fallback_tag_no_longer_lists_is_listed_again() {
    let mut world = signed(Options {
        referrers: false,
        ..Options::default()
    })
    .await;
    world.desired.entries[0].policy.referrers = Referrers::All;
    assert_done(&world.apply().await);
    let digest = world.target.tag("team/app", "1").unwrap();
    let fallback = format!("sha256-{}", digest.hex());
    let whole = listed(&world, &fallback).await;
    assert_eq!(whole.len(), 2);
    world.target.delete_tag("team/app", &fallback);
    let plan = world.plan().await;
    assert_eq!(actions(&plan), ["no-op", "no-op", "create", "create"]);
    world.clear_logs();
    assert_done(&world.carry_out(&plan).await);
    let sent = world.target.log().count("PUT", "/blobs/");
    assert_eq!(sent, 0, "{:#?}", world.target.log().lines());
    assert_eq!(listed(&world, &fallback).await, whole);
    assert_eq!(actions(&world.plan().await), ["no-op"; 4]);
}

/// Returns what the index under this tag lists: in which order depends on which arrived first.
async fn listed(world: &World, tag: &str) -> BTreeSet<String> {
    let repository = Repository {
        registry: world.target.address().to_owned(),
        name: "team/app".to_owned(),
    };
    let tag = Reference::tagged(repository, tag);
    let index = client().get_manifest(&tag).await.unwrap().unwrap();
    let Manifest::Index(index) = Manifest::parse(&index).unwrap() else {
        panic!("{tag} is no index")
    };
    let children = index.children.into_iter();
    children
        .map(|child| child.descriptor.digest.to_string())
        .collect()
}

#[tokio::test]
async fn they_arrive_in_the_form_that_the_target_has() {
    for (wanted, count) in [
        (Referrers::None, 1),
        (Referrers::Signatures, 3),
        (Referrers::All, 4),
    ] {
        for api in [true, false] {
            let mut world = signed(Options {
                referrers: api,
                ..Options::default()
            })
            .await;
            world.desired.entries[0].policy.referrers = wanted;
            let report = world.apply().await;
            assert_eq!(
                report.plan.changes.len(),
                count,
                "{wanted:?}, referrers API {api}"
            );
            assert_done(&report);
            let plan = world.plan().await;
            assert_eq!(
                actions(&plan),
                vec!["no-op"; count],
                "{wanted:?}, referrers API {api}"
            );

            let digest = world.target.tag("team/app", "1").unwrap();
            let has_signature = world
                .target
                .tag("team/app", &signature_tag(&digest))
                .is_some();
            assert_eq!(has_signature, wanted != Referrers::None);
            let fallback = format!("sha256-{}", digest.hex());
            let listed = world.target.tag("team/app", &fallback);
            assert_eq!(listed.is_some(), !api && wanted != Referrers::None);
            if let Some(listed) = listed {
                let index = world.target.manifest("team/app", &listed).unwrap();
                let index: serde_json::Value = serde_json::from_slice(&index.bytes).unwrap();
                assert_eq!(index["manifests"].as_array().unwrap().len(), count - 2);
            }
        }
    }
}

#[tokio::test]
async fn a_rewritten_index_says_that_its_signatures_stay_behind() {
    let mut world = World::new().await;
    let index = Index::of(&["linux/amd64", "linux/arm64", "linux/s390x"]);
    let digest = index.push(&world.source, "app", "1").digest;
    signature(&digest).push(&world.source, "app", signature_tag(&digest).as_str());
    let some = ["linux/amd64", "linux/arm64"].map(|text| text.parse().unwrap());
    world
        .want("app:1", Platforms::only(some.to_vec()))
        .policy
        .referrers = Referrers::Signatures;
    let plan = world.plan().await;
    assert_eq!(actions(&plan), ["create"]);
    let Action::Create { after } = &plan.changes[0].action else {
        panic!()
    };
    assert!(after.referrers_stay);
}

/// An index with attestations, what names its parts, and what names that.
struct Family {
    index: Artifact,
    /// Names an image in the index, by a tag alone.
    child_signature: Artifact,
    /// Name the same image.
    child_sbom: Artifact,
    child_notary: Artifact,
    /// Name what names it.
    sbom_notary: Artifact,
    sbom_signature: Artifact,
    notary_notary: Artifact,
}

const NOTARY: &str = "application/vnd.cncf.notary.signature";

impl Family {
    fn new() -> Self {
        let inner = Index::of(&["linux/s390x"]);
        let index = Index::of(&["linux/amd64", "linux/arm64"])
            .attested()
            .nested(&inner);
        let index = index.build();
        let child = &index.children[0];
        let child_sbom = referrer(child, "application/spdx+json", "sbom");
        let child_notary = referrer(child, NOTARY, "signature");
        Self {
            child_signature: signature(&child.digest),
            sbom_notary: referrer(&child_sbom, NOTARY, "signature of the sbom"),
            sbom_signature: signature(&child_sbom.digest),
            notary_notary: referrer(&child_notary, NOTARY, "signature of the signature"),
            child_sbom,
            child_notary,
            index,
        }
    }

    /// The tags that cosign gives.
    fn tagged(&self) -> [(&Artifact, String); 2] {
        let child = &self.index.children[0];
        [
            (&self.child_signature, signature_tag(&child.digest)),
            (&self.sbom_signature, signature_tag(&self.child_sbom.digest)),
        ]
    }

    fn named(&self) -> [&Artifact; 4] {
        let Self {
            child_sbom,
            child_notary,
            sbom_notary,
            notary_notary,
            ..
        } = self;
        [child_sbom, child_notary, sbom_notary, notary_notary]
    }

    fn push(&self, source: &Sandbox, api: bool) {
        self.index.push(source, "app", "1");
        for (artifact, tag) in self.tagged() {
            artifact.push(source, "app", &*tag);
        }
        for artifact in self.named() {
            artifact.push(source, "app", None);
        }
        if api {
            return;
        }
        let Self {
            child_sbom,
            child_notary,
            ..
        } = self;
        for (subject, listed) in [
            (&self.index.children[0], vec![child_sbom, child_notary]),
            (child_sbom, vec![&self.sbom_notary]),
            (child_notary, vec![&self.notary_notary]),
        ] {
            fallback(source, subject, &listed);
        }
    }
}

/// Lists referrers as registries without the API have it.
fn fallback(source: &Sandbox, subject: &Artifact, listed: &[&Artifact]) {
    let described = listed.iter().map(|referrer| {
        let body: serde_json::Value = serde_json::from_slice(&referrer.bytes).unwrap();
        let mut described = referrer.descriptor();
        described["artifactType"] = body["artifactType"].clone();
        described
    });
    let index = serde_json::json!({
        "schemaVersion": 2, "mediaType": media_type::OCI_INDEX,
        "manifests": described.collect::<Vec<_>>(),
    });
    let tag = format!("sha256-{}", subject.digest.hex());
    source.put_manifest("app", Some(&*tag), media_type::OCI_INDEX, index.to_string());
}

#[tokio::test]
async fn what_names_a_part_of_an_image_or_another_referrer_follows_too() {
    let family = Family::new();
    for (source_api, target_api) in [(true, true), (true, false), (false, true), (false, false)] {
        let [source, target] = [source_api, target_api].map(|referrers| Options {
            referrers,
            ..Options::default()
        });
        let mut world = World::with(source, target).await;
        family.push(&world.source, source_api);
        world.want("app:1", Platforms::All).policy.referrers = Referrers::All;
        let report = world.apply().await;
        assert_done(&report);
        let told = format!("source API {source_api}, target API {target_api}");
        assert_eq!(report.plan.changes.len(), 1 + 2 + 4, "{told}");
        for (artifact, tag) in family.tagged() {
            let found = world.target.tag("team/app", &tag);
            assert_eq!(found.as_ref(), Some(&artifact.digest), "{told}");
        }
        for artifact in family.named() {
            assert!(
                world
                    .target
                    .manifest("team/app", &artifact.digest)
                    .is_some(),
                "{told}"
            );
        }
        let digest = &family.index.children[0].digest;
        let names_child = [
            &family.child_sbom,
            &family.child_notary,
            &family.index.children[2],
        ];
        assert_listed(&world, digest, &names_child, target_api).await;
        assert_listed(
            &world,
            &family.child_sbom.digest,
            &[&family.sbom_notary],
            target_api,
        )
        .await;
        assert_eq!(actions(&world.plan().await), ["no-op"; 7], "{told}");
        // What was lost is found missing, and nothing else.
        assert!(
            world
                .target
                .delete_manifest("team/app", &family.notary_notary.digest)
        );
        let pending = world.plan().await.summary().pending();
        assert_eq!(pending, 1, "{told}");
        assert_done(&world.apply().await);
    }
}

/// Wants the target to list just these.
async fn assert_listed(world: &World, subject: &Digest, referrers: &[&Artifact], api: bool) {
    let expected: BTreeSet<_> = referrers
        .iter()
        .map(|referrer| referrer.digest.to_string())
        .collect();
    let repository = Repository {
        registry: world.target.address().to_owned(),
        name: "team/app".to_owned(),
    };
    let found = match client().list_referrers(&repository, subject).await.unwrap() {
        Some(listed) => listed
            .into_iter()
            .map(|child| child.descriptor.digest.to_string())
            .collect(),
        None => listed(world, &format!("sha256-{}", subject.hex())).await,
    };
    assert_eq!(found, expected);
    let tag = world
        .target
        .tag("team/app", &format!("sha256-{}", subject.hex()));
    assert_eq!(tag.is_some(), !api);
}

#[tokio::test]
async fn a_signature_of_a_signature_is_one_and_that_of_an_sbom_needs_it() {
    let family = Family::new();
    let mut world = World::new().await;
    family.push(&world.source, true);
    world.want("app:1", Platforms::All).policy.referrers = Referrers::Signatures;
    let plan = world.plan().await;
    let targets: BTreeSet<_> = plan
        .changes
        .iter()
        .map(|change| change.target.to_string())
        .collect();
    let child = &family.index.children[0];
    let expected = [
        "app:1".to_owned(),
        format!("app:{}", signature_tag(&child.digest)),
        format!("app@{}", family.child_notary.digest),
        format!("app@{}", family.notary_notary.digest),
    ];
    assert_eq!(targets, BTreeSet::from(expected));
}

#[tokio::test]
async fn what_names_the_images_in_a_rewritten_index_follows_them() {
    let family = Family::new();
    let mut world = World::new().await;
    family.push(&world.source, true);
    let of_root = referrer(&family.index, NOTARY, "signature of the index");
    of_root.push(&world.source, "app", None);
    let some = ["linux/amd64", "linux/s390x"].map(|text| text.parse().unwrap());
    world
        .want("app:1", Platforms::only(some.to_vec()))
        .policy
        .referrers = Referrers::All;
    let report = world.apply().await;
    assert_done(&report);
    assert_eq!(report.plan.changes.len(), 1 + 2 + 4);
    let Action::Create { after } = &report.plan.changes[0].action else {
        panic!()
    };
    assert!(after.referrers_stay);
    assert_eq!(world.target.manifest("team/app", &of_root.digest), None);
    world.clear_logs();
    assert_eq!(actions(&world.plan().await), ["no-op"; 7]);
}

#[tokio::test]
async fn lists_that_turn_in_circles_or_name_what_does_not_belong_there_end() {
    let without = || Options {
        referrers: false,
        ..Options::default()
    };
    let mut world = World::with(without(), without()).await;
    let image = Image::new("linux/amd64").layer("app").build();
    let other = Image::new("linux/amd64").layer("other").build();
    image.push(&world.source, "app", "1");
    let sbom = referrer(&image, "application/spdx+json", "sbom");
    let elsewhere = referrer(&other, "application/spdx+json", "of something else");
    for artifact in [&sbom, &elsewhere, &other] {
        artifact.push(&world.source, "app", None);
    }
    fallback(&world.source, &image, &[&sbom, &image, &elsewhere]);
    fallback(&world.source, &sbom, &[&image, &sbom]);
    fallback(&world.source, &elsewhere, &[&other]);
    world
        .want("app:1", Platforms::linux_amd64())
        .policy
        .referrers = Referrers::All;
    let report = world.apply().await;
    assert_done(&report);
    let targets: Vec<_> = report
        .plan
        .changes
        .iter()
        .map(|change| change.target.to_string())
        .collect();
    assert_eq!(
        targets,
        ["app:1".to_owned(), format!("app@{}", sbom.digest)]
    );
    assert_eq!(actions(&world.plan().await), ["no-op"; 2]);
}

#[tokio::test]
async fn what_names_a_subject_is_listed_before_the_tag_moves_whatever_is_wanted() {
    let without = Options {
        referrers: false,
        ..Options::default()
    };
    let mut world = World::with(Options::default(), without).await;
    let index =
        Index::of(&["linux/amd64", "linux/arm64"])
            .attested()
            .push(&world.source, "app", "1");
    let sbom = referrer(&index, "application/spdx+json", "sbom");
    sbom.push(&world.source, "app", "sbom");
    world.want("app:1", Platforms::All);
    world.want("app:sbom", Platforms::linux_amd64());
    let denied = Fault::new("PUT", "/manifests/sha256-", Effect::status(403)).always();
    world.target.faults().add(denied);
    let report = world.apply().await;
    for outcome in &report.outcomes {
        assert!(format!("{outcome:?}").contains("sha256-"), "{outcome:?}");
    }
    assert_eq!(world.target.tags("team/app"), [""; 0]);

    world.target.faults().clear();
    assert_done(&world.apply().await);
    for child in 0..2 {
        let attestation = &index.children[child + 2];
        let tag = format!("sha256-{}", index.children[child].digest.hex());
        assert_listed(&world, &index.children[child].digest, &[attestation], false).await;
        let stored = world.target.tag("team/app", &tag).unwrap();
        let list = world.target.manifest("team/app", &stored).unwrap();
        let list: serde_json::Value = serde_json::from_slice(&list.bytes).unwrap();
        let kind = "application/vnd.docker.attestation.manifest.v1+json";
        assert_eq!(list["manifests"][0]["artifactType"], kind);
    }
    assert_listed(&world, &index.digest, &[&sbom], false).await;
    assert_eq!(actions(&world.plan().await), ["no-op"; 2]);
}

#[tokio::test]
async fn no_more_is_asked_than_has_to_be() {
    let mut world = World::new().await;
    let index =
        Index::of(&["linux/amd64", "linux/arm64"])
            .attested()
            .push(&world.source, "app", "1");
    world.source.put_tag("app", "2", &index.digest);
    for tag in ["app:1", "app:2"] {
        world.want(tag, Platforms::All).policy.referrers = Referrers::All;
    }
    assert_done(&world.apply().await);
    let asked = world.target.log().count("GET", "/referrers/");
    assert_eq!(
        asked, 0,
        "the registry says at each push that it lists them"
    );
    let sbom = referrer(&index, "application/spdx+json", "sbom");
    sbom.push(&world.source, "app", None);
    sbom.push(&world.target, "team/app", None);
    world.clear_logs();
    assert_eq!(actions(&world.plan().await), ["no-op"; 3]);
    // The index, its two images, their attestations, and the SBOM: three tags of cosign's and a list each.
    let source = world.source.log();
    assert_eq!(
        source.count("HEAD", "/manifests/"),
        2 + 6 * 3,
        "{:#?}",
        source.lines()
    );
    assert_eq!(source.count("GET", "/referrers/"), 6);
    assert_eq!(source.requests().len(), 2 + 6 * 4, "no pull");
    // The two tags, what the index names, the SBOM, and whether there are lists.
    let target = world.target.log();
    assert_eq!(target.count("HEAD", ""), 3, "{:#?}", target.lines());
    assert_eq!(target.requests().len(), 3 + 2, "{:#?}", target.lines());
}

#[tokio::test]
async fn a_registry_without_the_api_is_asked_for_it_once() {
    for (api, times) in [(true, 2), (false, 1)] {
        let world = signed(Options {
            referrers: api,
            ..Options::default()
        })
        .await;
        let target = &world.desired.target;
        let client = client();
        for repository in ["app", "other"] {
            let image = Image::new("linux/amd64").layer(repository);
            let image = image.push(&world.target, &format!("team/{repository}"), "1");
            let repository = Repository {
                registry: target.registry.clone(),
                name: format!("team/{repository}"),
            };
            let listed = client.list_referrers(&repository, &image.digest).await;
            assert_eq!(listed.unwrap().is_some(), api);
        }
        assert_eq!(world.target.log().count("GET", "/referrers/"), times);
    }
}

#[tokio::test]
async fn what_referrers_consist_of_is_not_looked_at_without_end() {
    let mut world = World::new().await;
    let image = Image::new("linux/amd64").layer("app").build();
    let digest = image.push(&world.source, "app", "1");
    image.push(&world.target, "team/app", "1");
    // Each is as large as an image may be, and is in place; nobody has what it names.
    for kind in ["sig", "att"] {
        let children = (0..600).map(|number| {
            let digest = Digest::sha256(format!("{kind} {number}").as_bytes());
            json!({ "mediaType": media_type::OCI_MANIFEST, "digest": digest, "size": 500 })
        });
        let children: Vec<_> = children.collect();
        let index = json!({ "schemaVersion": 2, "manifests": children }).to_string();
        let tag = format!("sha256-{}.{kind}", digest.hex());
        for (sandbox, name) in [(&world.source, "app"), (&world.target, "team/app")] {
            sandbox.put_manifest(name, tag.as_str(), media_type::OCI_INDEX, index.clone());
        }
    }
    world
        .want("app:1", Platforms::linux_amd64())
        .policy
        .referrers = Referrers::All;
    let plan = world.plan().await;
    assert_eq!(actions(&plan)[0], "no-op");
    let told = format!("{plan:?}");
    assert!(told.contains("more than 1000 manifests name it"), "{told}");
    let asked = world.source.log().requests().len();
    assert!(asked < 20, "{:#?}", world.source.log().lines());
}

/// A registry without OCI indexes: what names an image there must be found, or stays at its source.
#[tokio::test]
async fn a_registry_that_refuses_indexes_gets_no_referrer_that_would_be_one_or_need_one() {
    let swr = Options::swr();
    for (api, refused) in [
        (
            false,
            RefusedReferrers {
                indexes: 2,
                unlisted: 1,
                not_images: 0,
            },
        ),
        (
            true,
            RefusedReferrers {
                indexes: 2,
                unlisted: 0,
                not_images: 0,
            },
        ),
    ] {
        let target = Options {
            referrers: api,
            ..swr.clone()
        };
        let mut world = World::with(Options::default(), target).await;
        world.desired.target.profile = Profile::named("swr").unwrap();
        let image = Image::new("linux/amd64").layer("app").build();
        let digest = image.push(&world.source, "app", "1");
        let signature_tag = signature_tag(&digest);
        signature(&digest).push(&world.source, "app", signature_tag.as_str());
        let sbom = referrer(&image, "application/spdx+json", "sbom");
        sbom.push(&world.source, "app", None);
        // One is found by its subject, one by its tag.
        let attached = json!({
            "schemaVersion": 2,
            "mediaType": media_type::OCI_INDEX,
            "artifactType": "application/vnd.example.bundle",
            "subject": { "mediaType": image.media_type, "digest": digest, "size": image.bytes.len() },
            "manifests": [],
        });
        let attached = attached.to_string();
        let source = &world.source;
        source.put_manifest("app", None, media_type::OCI_INDEX, attached.clone());
        let tag = format!("sha256-{}.att", digest.hex());
        let tagged = attached.replace("bundle", "tagged");
        source.put_manifest("app", tag.as_str(), media_type::OCI_INDEX, tagged);
        world
            .want("app:1", Platforms::linux_amd64())
            .policy
            .referrers = Referrers::All;

        let plan = world.plan().await;
        let count = 2 + usize::from(api);
        assert_eq!(actions(&plan), vec!["create"; count], "{plan:#?}");
        let copy = plan.changes[0].action.copy().unwrap();
        assert_eq!(copy.referrers_refused, refused, "referrers API {api}");
        assert_eq!(world.target.repositories(), [""; 0], "nothing was pushed");
        assert_done(&world.carry_out(&plan).await);
        let mut tags = world.target.tags("team/app");
        tags.sort();
        assert_eq!(tags, ["1", &signature_tag]);
        assert_eq!(actions(&world.plan().await), vec!["no-op"; count]);
    }
}

/// What stands in an index is found there.
#[tokio::test]
async fn attestations_come_to_a_registry_that_has_no_list_for_them() {
    let target = Options {
        docker_lists_only: true,
        referrers: false,
        ..Options::default()
    };
    let mut world = World::with(Options::default(), target).await;
    world.desired.target.profile.only_index = Some(IndexType::Docker);
    let index =
        Index::of(&["linux/amd64", "linux/arm64"])
            .attested()
            .push(&world.source, "app", "1");
    world.want("app:1", Platforms::All).policy.referrers = Referrers::All;
    assert_done(&world.apply().await);
    for attestation in &index.children[2..] {
        let manifest = world.target.manifest("team/app", &attestation.digest);
        assert!(manifest.is_some(), "{}", attestation.digest);
    }
    assert_eq!(world.target.tags("team/app"), ["1"]);
    assert_eq!(actions(&world.plan().await), ["no-op"]);
}
