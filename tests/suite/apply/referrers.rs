//! Signatures and other referrers follow an image whose digest is unchanged.

use std::collections::BTreeSet;

use pusher::model::{Manifest, Platforms, Reference, Repository};
use pusher::plan::{Action, Referrers};
use pusher::registry::ReadRegistry;
use pusher::sandbox::Options;
use pusher::sandbox::images::{Image, Index, referrer, signature, signature_tag};

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
