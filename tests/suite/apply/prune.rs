//! What left the files leaves the target, and nothing else does.

use pusher::lock::undeclared;
use pusher::model::{Digest, Platforms, media_type};
use pusher::observe::{SourceAnswers, observe, tags};
use pusher::plan::{
    DeclaredAt, Lock, LockedImage, NotDone, Outcome, PRUNE_LIMIT, Plan, plan, prune,
};
use pusher::progress::Progress;
use pusher::sandbox::images::{Image, Index};
use pusher::sandbox::{Delete, Effect, Fault, Options};
use serde_json::{Value, json};

use super::stops::{not_done, stopped};
use super::world::{World, actions, assert_done, client};

fn lock(world: &World, plan: &Plan) -> Lock {
    let images = plan.changes.iter().map(|change| {
        let expected = change.action.copy().unwrap().expected.descriptor.clone();
        let locked = LockedImage {
            source: change.source.clone(),
            source_digest: expected.digest.clone(),
            platforms: change.platforms.clone(),
            expected,
            rule: String::new(),
        };
        (change.target.clone(), locked)
    });
    assert!(!world.desired.entries.is_empty());
    Lock {
        images: images.collect(),
        ..Lock::default()
    }
}

/// A world whose target deletes so.
async fn deleting(delete: Delete) -> World {
    let target = Options {
        delete,
        ..Options::default()
    };
    World::with(Options::default(), target).await
}

async fn pruned(world: &World, lock: &Lock) -> Plan {
    let client = client();
    let observed = observe(
        &world.desired,
        &SourceAnswers::for_all([&world.desired]),
        &client,
        &world.cache,
        &Progress::default(),
    )
    .await;
    let mut plan = plan(&world.desired, observed);
    let undeclared = undeclared(&world.desired, lock);
    let names = undeclared.iter().map(|(name, _)| name);
    let found = tags(&world.desired.target, names, &client).await;
    prune(&mut plan, &undeclared, &found, PRUNE_LIMIT, |_| {
        DeclaredAt {
            file: "mirror.lock".into(),
            line: 1,
        }
    });
    plan
}

/// Mirrors `images`, and returns what a lock would hold of them.
async fn mirrored(world: &mut World, images: &[&str]) -> Lock {
    for image in images {
        world.want(image, Platforms::All);
    }
    let lock = lock(world, &world.plan().await);
    assert_done(&world.apply().await);
    lock
}

fn leave(world: &mut World, tag: &str) {
    world
        .desired
        .entries
        .retain(|entry| entry.target.to_string() != tag);
}

fn digest(content: &str) -> Digest {
    Image::new("linux/amd64").layer(content).build().digest
}

#[tokio::test]
async fn a_tag_that_left_the_files_goes_and_every_other_stays() {
    for delete in [Delete::All, Delete::Digests] {
        let mut world = deleting(delete).await;
        for tag in ["1", "2"] {
            Image::new("linux/amd64")
                .layer(tag)
                .push(&world.source, "app", tag);
        }
        let lock = mirrored(&mut world, &["app:1", "app:2"]).await;
        Image::new("linux/amd64")
            .layer("of others")
            .push(&world.target, "team/app", "theirs");
        leave(&mut world, "app:1");

        let plan = pruned(&world, &lock).await;
        assert_eq!(actions(&plan), ["no-op", "delete"]);
        assert_done(&world.carry_out(&plan).await);
        assert_eq!(world.target.tag("team/app", "1"), None);
        assert_eq!(world.target.tag("team/app", "2"), Some(digest("2")));
        assert!(world.target.tag("team/app", "theirs").is_some());
        assert_eq!(actions(&pruned(&world, &lock).await), ["no-op"]);
    }
}

#[tokio::test]
async fn a_manifest_that_another_tag_needs_goes_only_as_a_tag() {
    for delete in [Delete::All, Delete::Digests] {
        let mut world = deleting(delete).await;
        Image::new("linux/amd64")
            .layer("one")
            .push(&world.source, "app", "1");
        let index = Index::of(&["linux/amd64", "linux/arm64"]);
        index.push(&world.source, "multi", "1");
        let child = index.build().children[0].digest.clone();
        world.want("app:1", Platforms::All);
        world.want("app:1", Platforms::All).target.tag = "same".to_owned();
        world.want("multi:1", Platforms::All);
        let entry = world.want("multi:1", Platforms::linux_amd64());
        entry.target.tag = "child".to_owned();
        let lock = lock(&world, &world.plan().await);
        assert_done(&world.apply().await);
        let tag = |repository, tag| world.target.tag(repository, tag);
        assert_eq!(tag("team/multi", "child"), Some(child.clone()));
        let mut world = world;
        leave(&mut world, "app:same");
        leave(&mut world, "multi:child");

        let plan = pruned(&world, &lock).await;
        assert_eq!(actions(&plan), ["no-op", "no-op", "delete", "delete"]);
        let report = world.carry_out(&plan).await;
        let tag = |repository, tag| world.target.tag(repository, tag);
        assert_eq!(tag("team/app", "1"), Some(digest("one")));
        assert_eq!(tag("team/multi", "1"), Some(index.build().digest));
        if delete == Delete::All {
            assert_done(&report);
            assert_eq!(tag("team/app", "same"), None);
            assert_eq!(tag("team/multi", "child"), None);
            continue;
        }
        let needed_by = ["the tag `1`", "the index behind the tag `1`"];
        for (outcome, needed_by) in report.outcomes[2..].iter().zip(needed_by) {
            let Outcome::Failed { failure, .. } = outcome else {
                panic!("{outcome:?}");
            };
            let message = failure.to_string();
            assert!(message.contains(needed_by), "{message}");
        }
        assert_eq!(tag("team/app", "same"), Some(digest("one")));
        assert_eq!(tag("team/multi", "child"), Some(child));
    }
}

#[tokio::test]
async fn a_registry_that_does_not_delete_keeps_everything_and_says_so() {
    let mut world = deleting(Delete::Off).await;
    for tag in ["1", "2"] {
        Image::new("linux/amd64")
            .layer(tag)
            .push(&world.source, "app", tag);
    }
    let lock = mirrored(&mut world, &["app:1", "app:2"]).await;
    leave(&mut world, "app:1");
    let report = world.carry_out(&pruned(&world, &lock).await).await;
    let Outcome::Failed { failure, .. } = &report.outcomes[1] else {
        panic!("{:?}", report.outcomes);
    };
    let message = failure.to_string();
    assert!(message.contains("does not delete"), "{message}");
    assert!(world.target.tag("team/app", "1").is_some());
}

#[tokio::test]
async fn a_tag_that_moves_between_plan_and_apply_is_left_alone() {
    let mut world = World::new().await;
    for tag in ["1", "2"] {
        Image::new("linux/amd64")
            .layer(tag)
            .push(&world.source, "app", tag);
    }
    let lock = mirrored(&mut world, &["app:1", "app:2"]).await;
    leave(&mut world, "app:1");
    let plan = pruned(&world, &lock).await;
    Image::new("linux/amd64")
        .layer("of others")
        .push(&world.target, "team/app", "1");
    let report = world.carry_out(&plan).await;
    assert!(matches!(report.outcomes[1], Outcome::Stale { .. }));
    assert_eq!(world.target.tag("team/app", "1"), Some(digest("of others")));
}

#[tokio::test]
async fn a_rename_is_mounted_and_the_old_name_goes_last() {
    let mut world = World::new().await;
    Image::new("linux/amd64")
        .layer("one")
        .push(&world.source, "app", "1");
    let lock = mirrored(&mut world, &["app:1"]).await;
    world.desired.entries[0].target.repository = "renamed".to_owned();

    let plan = pruned(&world, &lock).await;
    assert_eq!(actions(&plan), ["create", "delete"]);
    world.clear_logs();
    let report = world.carry_out(&plan).await;
    assert_done(&report);
    let Outcome::Done(transfer) = &report.outcomes[0] else {
        panic!("{:?}", report.outcomes);
    };
    assert_eq!(transfer.bytes_sent, 0);
    assert!(transfer.bytes_mounted > 0);
    assert_eq!(world.source.log().count("GET", "/blobs/"), 0);
    assert_eq!(world.target.tag("team/renamed", "1"), Some(digest("one")));
    assert_eq!(world.target.tag("team/app", "1"), None);
}

#[tokio::test]
async fn the_old_name_stays_when_the_new_one_does_not_arrive() {
    let mut world = World::new().await;
    Image::new("linux/amd64")
        .layer("one")
        .push(&world.source, "app", "1");
    let lock = mirrored(&mut world, &["app:1"]).await;
    world.desired.entries[0].target.repository = "renamed".to_owned();
    let plan = pruned(&world, &lock).await;
    world.source.delete_manifest("app", &digest("one"));
    let report = world.carry_out(&plan).await;
    assert!(matches!(report.outcomes[0], Outcome::Failed { .. }));
    assert!(matches!(report.outcomes[1], Outcome::NotDone { .. }));
    assert!(world.target.tag("team/app", "1").is_some());
}

#[tokio::test]
async fn a_tag_that_stays_after_all_keeps_the_manifest_it_shares() {
    let mut world = deleting(Delete::Digests).await;
    for name in ["app:1", "app:latest"] {
        let tag = name.split_once(':').unwrap().1;
        Image::new("linux/amd64")
            .layer("one")
            .push(&world.source, "app", tag);
    }
    let lock = mirrored(&mut world, &["app:1", "app:latest"]).await;
    // `app:1` gets another name, which does not arrive; `app:latest` leaves.
    leave(&mut world, "app:latest");
    world.desired.entries[0].target.repository = "renamed".to_owned();
    let plan = pruned(&world, &lock).await;
    assert_eq!(actions(&plan), ["create", "delete", "delete"]);
    world
        .target
        .faults()
        .add(Fault::new("PUT", "/team/renamed/manifests/", Effect::status(403)).always());
    let report = world.carry_out(&plan).await;
    assert!(matches!(report.outcomes[0], Outcome::Failed { .. }));
    assert!(matches!(report.outcomes[1], Outcome::NotDone { .. }));
    let Outcome::Failed { failure, .. } = &report.outcomes[2] else {
        panic!("{report:?}");
    };
    assert!(failure.to_string().contains("the tag `1`"), "{failure}");
    for tag in ["1", "latest"] {
        assert_eq!(world.target.tag("team/app", tag), Some(digest("one")));
    }

    // Where it arrives, both go, and with them the one manifest.
    world.target.faults().clear();
    assert_done(&world.carry_out(&pruned(&world, &lock).await).await);
    assert!(world.target.tags("team/app").is_empty());
    assert_eq!(world.target.tag("team/renamed", "1"), Some(digest("one")));
}

#[tokio::test]
async fn an_index_goes_before_the_child_that_it_lists() {
    let mut world = deleting(Delete::Digests).await;
    Index::of(&["linux/amd64", "linux/arm64"]).push(&world.source, "multi", "1");
    world.want("multi:1", Platforms::linux_amd64()).target.tag = "child".to_owned();
    world.want("multi:1", Platforms::All);
    let lock = lock(&world, &world.plan().await);
    assert_done(&world.apply().await);
    world.desired.entries.clear();
    let plan = pruned(&world, &lock).await;
    assert_eq!(actions(&plan), ["delete", "delete"]);
    assert_done(&world.carry_out(&plan).await);
    assert!(world.target.tags("team/multi").is_empty());
}

#[tokio::test]
async fn nothing_is_deleted_by_digest_where_the_tags_are_not_listed_whole() {
    let unlisted = [
        Effect::status(404),
        Effect::status(500),
        Effect::Json(r#"{"name":"team/app","tags":null}"#),
        Effect::Json(r#"{"name":"team/app","tags":["2"]}"#),
    ];
    for effect in unlisted {
        let mut world = deleting(Delete::Digests).await;
        for tag in ["1", "2"] {
            Image::new("linux/amd64")
                .layer("one")
                .push(&world.source, "app", tag);
        }
        let lock = mirrored(&mut world, &["app:1", "app:2"]).await;
        leave(&mut world, "app:1");
        let plan = pruned(&world, &lock).await;
        world
            .target
            .faults()
            .add(Fault::new("GET", "/tags/list", effect.clone()).always());
        let report = world.carry_out(&plan).await;
        assert!(
            matches!(report.outcomes[1], Outcome::Failed { .. }),
            "{effect:?}: {report:?}"
        );
        for tag in ["1", "2"] {
            assert_eq!(world.target.tag("team/app", tag), Some(digest("one")));
        }
    }
}

/// Puts an index of these children beside the mirrored images.
fn beside(world: &World, tag: Option<&str>, children: &[Value]) -> Value {
    let body = json!({
        "schemaVersion": 2, "mediaType": media_type::OCI_INDEX, "manifests": children,
    });
    let body = body.to_string();
    let size = body.len();
    let digest = world
        .target
        .put_manifest("team/app", tag, media_type::OCI_INDEX, body);
    json!({ "mediaType": media_type::OCI_INDEX, "digest": digest, "size": size })
}

#[tokio::test]
async fn what_is_looked_through_before_a_deletion_has_an_end() {
    let child = |number: usize| {
        let digest = Digest::sha256(&number.to_le_bytes());
        json!({ "mediaType": media_type::OCI_MANIFEST, "digest": digest, "size": 500 })
    };
    let often = |world: &World| {
        let inner = beside(world, None, &vec![child(0); 1000]);
        let middle = beside(world, None, &vec![inner; 1000]);
        beside(world, Some("theirs"), &vec![middle; 1000]);
    };
    let many = |world: &World| {
        let many: Vec<_> = (0..2000).map(child).collect();
        beside(world, Some("theirs"), &many);
    };
    let puts: [&dyn Fn(&World); 2] = [&often, &many];
    for (put, (reads, goes)) in puts.into_iter().zip([(3, true), (1, false)]) {
        let mut world = deleting(Delete::Digests).await;
        Image::new("linux/amd64")
            .layer("one")
            .push(&world.source, "app", "1");
        let lock = mirrored(&mut world, &["app:1"]).await;
        put(&world);
        leave(&mut world, "app:1");
        let plan = pruned(&world, &lock).await;
        world.clear_logs();
        let report = world.carry_out(&plan).await;
        assert_eq!(report.is_success(), goes, "{report:?}");
        assert_eq!(world.target.tag("team/app", "1").is_none(), goes);
        let read = world.target.log().count("GET", "/manifests/");
        assert_eq!(read, reads, "{:#?}", world.target.log().lines());
    }
}

#[tokio::test]
async fn a_deletion_that_is_not_answered_before_a_stop_is_not_said_to_be_undone() {
    for delete in [Delete::All, Delete::Digests] {
        let mut world = deleting(delete).await;
        Image::new("linux/amd64")
            .layer("one")
            .push(&world.source, "app", "1");
        let lock = mirrored(&mut world, &["app:1"]).await;
        leave(&mut world, "app:1");
        let plan = pruned(&world, &lock).await;
        // The tag alone comes first; where that is refused, the whole manifest.
        let part = match delete {
            Delete::Digests => "/manifests/sha256:",
            _ => "/manifests/1",
        };
        let silent = Fault::new("DELETE", part, Effect::Stall).always();
        world.target.faults().add(silent);
        let report = stopped(&plan, &world.target, ("DELETE", part), 1).await;
        assert_eq!(not_done(&report), [Some(NotDone::Unanswered)]);
    }
}
