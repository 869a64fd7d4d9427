//! Transfers that break, lie or are stopped.

use std::collections::HashMap;
use std::time::Duration;

use pusher::model::Fault::{Paused, TooLong};
use pusher::model::Platforms;
use pusher::plan::{Outcome, TagAfter};
use pusher::registry::{Client, ClientOptions, HostOptions, Timeouts};
use pusher::sandbox::images::{Image, Index};
use pusher::sandbox::{Effect, Fault, Options, Origin};

use super::world::{World, assert_done, client_with, quick_retries};

const MIB: u64 = 1024 * 1024;

fn layers() -> Image {
    Image::new("linux/amd64").generated_layer(32 * MIB, 7)
}

/// One image with one large layer, wanted.
async fn world(options: Options) -> World {
    let mut world = World::with(Options::default(), options).await;
    layers().push(&world.source, "app", "1");
    world.want("app:1", Platforms::linux_amd64());
    world
}

#[tokio::test]
async fn a_download_that_breaks_goes_on_from_the_byte_it_had() {
    let world = world(Options::default()).await;
    let broken = Effect::Truncate { after: 20 * MIB };
    world
        .source
        .faults()
        .add(Fault::new("GET", "/blobs/", broken).times(2));
    assert_done(&world.apply().await);
    let sent = world.source.log().bytes_out();
    assert!(sent < 34 * MIB, "{sent} bytes were sent for 32 MiB");
    let is_ranged = |request: &pusher::sandbox::Request| request.range.is_some();
    assert!(
        world.source.log().count_where(is_ranged) >= 1,
        "{:#?}",
        world.source.log().lines()
    );
}

#[tokio::test]
async fn a_source_that_knows_no_ranges_sends_again_and_the_bytes_are_still_right() {
    let mut world = World::with(
        Options {
            ranges: false,
            ..Options::default()
        },
        Options::default(),
    )
    .await;
    let image = Image::new("linux/amd64").generated_layer(8 * MIB, 7);
    let digest = image.push(&world.source, "app", "1");
    world.want("app:1", Platforms::linux_amd64());
    world.source.faults().add(Fault::new(
        "GET",
        "/blobs/",
        Effect::Truncate { after: 5 * MIB },
    ));
    assert_done(&world.apply().await);
    assert_eq!(world.target.tag("team/app", "1"), Some(digest.digest));
}

#[tokio::test]
async fn an_upload_that_breaks_goes_on_where_the_target_stands() {
    for resumable in [true, false] {
        let world = world(Options {
            resumable,
            ..Options::default()
        })
        .await;
        let broken = Effect::ResetUpload { after: 24 * MIB };
        let layer = &layers().build().blobs[1].digest;
        let path = format!("/blobs/uploads/*{}", layer.hex());
        world.target.faults().add(Fault::new("PUT", &path, broken));
        assert_done(&world.apply().await);
        let received = world.target.log().bytes_in();
        let most = if resumable { 40 * MIB } else { 60 * MIB };
        assert!(
            received < most,
            "resumable {resumable}: {received} bytes for 32 MiB"
        );
        assert!(
            resumable || received > 40 * MIB,
            "an upload that starts over sends all again"
        );
    }
}

/// Distribution 2.8 forgets all of an upload whose request breaks.
#[tokio::test]
async fn a_layer_larger_than_what_the_way_lets_through_arrives_in_pieces() {
    for most in [3, 12, 20] {
        let world = world(Options::distribution()).await;
        let cut = Effect::CutUpload { after: most * MIB };
        let faults = world.target.faults();
        faults.add(Fault::new("", "/blobs/uploads/", cut).always());
        assert_done(&world.apply().await);
        let log = world.target.log();
        assert!(
            log.count("PATCH", "/blobs/uploads/") > 1,
            "{:?}",
            log.lines()
        );
        let received = log.bytes_in();
        assert!(received < 4 * 32 * MIB, "{most}: {received} bytes");
        let connections = log.connections();
        assert!(connections > 3, "{connections} connections");
        assert_eq!(world.target.uploads(), 0);
        // A piece follows the one before: the source is not read again for it.
        let sent = world.source.log().bytes_out();
        assert!(sent < 3 * 34 * MIB, "{most}: {sent} bytes were read");
    }
}

/// A download that waits for the turn of its next piece must not keep that from an upload that waits for it.
#[tokio::test]
async fn pieces_of_several_layers_do_not_wait_for_each_other() {
    let mut world = World::with(Options::default(), Options::distribution()).await;
    let image = Image::new("linux/amd64");
    let image = (1..4).fold(image, |image, seed| image.generated_layer(8 * MIB, seed));
    image.push(&world.source, "app", "1");
    world.want("app:1", Platforms::linux_amd64());
    let cut = Effect::CutUpload { after: 5 * MIB };
    let faults = world.target.faults();
    faults.add(Fault::new("", "/blobs/uploads/", cut).always());
    let alone = HostOptions {
        concurrency: Some(1),
        ..HostOptions::default()
    };
    let hosts = [world.source.address(), world.target.address()];
    let hosts = hosts.map(|host| (host.to_owned(), alone.clone()));
    let client = client_with(HashMap::from(hosts));
    let applying = tokio::time::timeout(Duration::from_secs(50), world.apply_with(&client));
    assert_done(&applying.await.expect("each waits for the other"));
    assert!(world.target.log().count("PATCH", "/blobs/uploads/") > 3);
}

#[tokio::test]
async fn a_registry_that_takes_no_pieces_is_sent_the_whole_again() {
    let world = world(Options {
        chunked: false,
        ..Options::distribution()
    })
    .await;
    let cut = Effect::CutUpload { after: 12 * MIB };
    let faults = world.target.faults();
    faults.add(Fault::new("PUT", &layer_upload(), cut).times(2));
    assert_done(&world.apply().await);
    assert_eq!(world.target.log().count("PATCH", ""), 1);
}

/// Whatever ends an upload, the next one begins with the bytes that its target lacks.
#[tokio::test(flavor = "multi_thread")]
async fn an_upload_that_ends_early_is_taken_up_again() {
    for effect in [Effect::Stall, Effect::status(503), Effect::Reset] {
        let world = world(Options::default()).await;
        let layer = &layers().build().blobs[1].digest;
        let path = format!("/blobs/uploads/*{}", layer.hex());
        let fault = Fault::new("PUT", &path, effect.clone());
        world.target.faults().add(fault.times(2));
        let client = impatient_client();
        let applying = tokio::time::timeout(Duration::from_secs(60), world.apply_with(&client));
        let report = applying
            .await
            .expect("an upload that is over is waited for");
        assert_done(&report);
        assert_eq!(world.target.faults().used(), 2, "{effect:?}");
        let Outcome::Done(cost) = &report.outcomes[0] else {
            panic!("{report:?}")
        };
        assert!(cost.retries >= 2, "{effect:?}: {cost:?}");
    }
}

/// Many images under way when one side goes away, and is back after a while.
#[tokio::test(flavor = "multi_thread")]
async fn a_side_that_goes_away_in_the_middle_loses_no_image() {
    for is_source in [false, true] {
        let mut world = World::new().await;
        for number in 0..24_u64 {
            let name = format!("app{number}");
            Image::new("linux/amd64")
                .generated_layer(2 * MIB, number)
                .push(&world.source, &name, "1");
            world.want(&format!("{name}:1"), Platforms::linux_amd64());
        }
        let plan = world.plan().await;
        world.clear_logs();
        let side = if is_source {
            &world.source
        } else {
            &world.target
        };
        let going = async {
            while side.log().bytes_in() + side.log().bytes_out() < 6 * MIB {
                tokio::time::sleep(Duration::from_millis(1)).await;
            }
            side.go_away(Origin::Registry);
            tokio::time::sleep(Duration::from_millis(500)).await;
            side.come_back(Origin::Registry).unwrap();
        };
        let (report, ()) = tokio::join!(world.carry_out(&plan), going);
        assert_done(&report);
        // Of an upload whose opening the target could not answer any more, nobody knows.
        if is_source {
            assert_eq!(world.target.uploads(), 0);
        }
    }
}

#[tokio::test]
async fn a_source_that_is_away_for_long_costs_no_tries_of_the_upload_that_waits_for_it() {
    let world = world(Options::default()).await;
    let stall = Effect::StallBody { after: 20 * MIB };
    let faults = world.source.faults();
    faults.add(Fault::new("GET", "/blobs/", stall).skip(1).times(1));
    let hour = HostOptions {
        patience: Some(Duration::from_secs(3600)),
        ..HostOptions::default()
    };
    let client = Client::new(ClientOptions {
        hosts: HashMap::from([(world.source.address().to_owned(), hour)]),
        ..ClientOptions::default()
    });
    tokio::time::pause();
    let going = async {
        while world.target.log().bytes_in() < 10 * MIB {
            tokio::time::sleep(Duration::from_secs(1)).await;
        }
        world.source.go_away(Origin::Registry);
        tokio::time::sleep(Duration::from_secs(20 * 60)).await;
        world.source.come_back(Origin::Registry).unwrap();
    };
    let (report, ()) = tokio::join!(world.apply_with(&client), going);
    assert_done(&report);
    let layer = layers().build().blobs[1].digest.clone();
    let uploads = world.target.log().count("PUT", &layer.hex());
    assert_eq!(uploads, 2, "nothing is sent while there is nothing to send");
}

/// Returns the path of the uploads of the large layer.
fn layer_upload() -> String {
    format!("/blobs/uploads/*{}", layers().build().blobs[1].digest.hex())
}

#[tokio::test]
async fn a_target_that_takes_every_byte_and_keeps_none_is_given_up() {
    for resumable in [true, false] {
        let world = world(Options {
            resumable,
            ..Options::default()
        })
        .await;
        let path = layer_upload();
        let faults = world.target.faults();
        faults.add(Fault::new("PUT", &path, Effect::KeepOpen(503)).always());
        let report = world.apply().await;
        let Outcome::Failed { failure, .. } = &report.outcomes[0] else {
            panic!("{report:?}")
        };
        assert_eq!(failure.status(), Some(503), "{failure}");
        let log = world.target.log();
        let sent = log.bytes_in();
        // Where it says that it has all of them, it is asked to close the upload and sent nothing.
        let most = if resumable { 33 * MIB } else { 5 * 33 * MIB };
        assert!(sent < most, "resumable {resumable}: {sent} bytes");
        let puts = log.count_where(|request| {
            request.method == "PUT"
                && request
                    .path
                    .contains(&layers().build().blobs[1].digest.hex())
        });
        assert_eq!(puts, 5, "resumable {resumable}");
        assert_eq!(world.target.uploads(), 0, "the upload was given up");
    }
}

#[tokio::test]
async fn a_blob_that_arrived_is_not_sent_again_for_a_wrong_answer() {
    for effect in [Effect::Instead(503), Effect::LoseAnswer] {
        let world = world(Options::default()).await;
        let faults = world.target.faults();
        faults.add(Fault::new("PUT", &layer_upload(), effect.clone()));
        assert_done(&world.apply().await);
        let sent = world.target.log().bytes_in();
        assert!(sent < 33 * MIB, "{effect:?}: {sent} bytes");
    }
}

#[tokio::test]
async fn an_upload_that_its_target_forgot_begins_anew() {
    for status in [404, 409, 410, 416] {
        let world = world(Options::default()).await;
        let faults = world.target.faults();
        faults.add(Fault::new("PUT", &layer_upload(), Effect::status(status)));
        assert_done(&world.apply().await);
    }
}

/// Of one byte and of none a registry says the same, `0-0`.
#[tokio::test]
async fn an_upload_whose_target_refuses_what_it_says_that_it_wants_begins_anew() {
    let world = world(Options {
        strict_ranges: true,
        ..Options::default()
    })
    .await;
    let one = Effect::ResetUpload { after: 1 };
    let faults = world.target.faults();
    faults.add(Fault::new("PUT", &layer_upload(), one));
    assert_done(&world.apply().await);
    let refused = world.target.log().requests();
    let refused = refused.iter().filter(|request| request.status == Some(416));
    assert_eq!(refused.count(), 1);
}

/// It asked for a pause, and what is begun anew waits for that like any other request.
#[tokio::test]
async fn a_blob_that_was_refused_for_now_is_begun_anew_when_its_target_wants() {
    let world = world(Options::default()).await;
    let later = Effect::status(503).header("Retry-After", "3600");
    let faults = world.target.faults();
    faults.add(Fault::new("PUT", &layer_upload(), later));
    let report = world.apply().await;
    let Outcome::Failed { failure, .. } = &report.outcomes[0] else {
        panic!("{report:?}")
    };
    assert!(matches!(failure.fault, Paused(_)), "{failure}");
    let requests = world.target.log().requests();
    let refused = requests.iter().position(|r| r.status == Some(503));
    let after = &requests[refused.unwrap() + 1..];
    assert!(after.is_empty(), "nothing is asked in the pause: {after:?}");
}

#[tokio::test]
async fn pauses_that_a_target_asks_for_cost_no_tries_but_not_for_ever() {
    for (times, expected) in [(12, 4..5), (usize::MAX, 5..10)] {
        let mut world = World::new().await;
        let image = Image::new("linux/amd64").layer("a");
        let layer = image.push(&world.source, "app", "1").blobs[1]
            .digest
            .clone();
        world.want("app:1", Platforms::linux_amd64());
        let plan = world.plan().await;
        let busy = Effect::status(503).header("Retry-After", "20");
        let fault = Fault::new("PUT", &layer.hex(), busy);
        world.target.faults().add(fault.times(times));
        tokio::time::pause();
        let begun = tokio::time::Instant::now();
        let report = world.carry_out(&plan).await;
        let minutes = begun.elapsed().as_secs() / 60;
        tokio::time::resume();
        assert!(expected.contains(&minutes), "{times}: {minutes} min");
        match &report.outcomes[0] {
            Outcome::Done(_) => assert_eq!(times, 12),
            Outcome::Failed { failure, .. } => assert_eq!(failure.status(), Some(503), "{failure}"),
            other => panic!("{other:?}"),
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_download_that_falls_silent_goes_on_from_the_byte_it_had() {
    let world = world(Options::default()).await;
    let silent = Effect::StallBody { after: 20 * MIB };
    let fault = Fault::new("GET", "/blobs/", silent);
    world.source.faults().add(fault.skip(1).times(1));
    let report = world.apply_with(&impatient_client()).await;
    assert_done(&report);
    assert_eq!(world.source.faults().used(), 1);
    let sent = world.source.log().bytes_out();
    assert!(sent < 34 * MIB, "{sent} bytes were sent for 32 MiB");
    let Outcome::Done(cost) = &report.outcomes[0] else {
        panic!("{report:?}")
    };
    assert!(cost.retries >= 1, "{cost:?}");
}

/// A client that takes silence for a break after a moment.
fn impatient_client() -> Client {
    let timeouts = Timeouts {
        stall: Duration::from_millis(300),
        commit: Duration::from_secs(3),
        ..Timeouts::default()
    };
    Client::new(ClientOptions {
        retry: quick_retries(),
        timeouts,
        ..ClientOptions::default()
    })
}

/// One wrong byte may have become so on its way.
#[tokio::test]
async fn a_blob_with_one_wrong_byte_is_read_again_once() {
    // Small blobs are read as a whole, large ones are streamed.
    for size in [1000, 4 * MIB] {
        for effect in [Effect::Corrupt { at: 9 }, Effect::Append("more")] {
            let mut world = World::new().await;
            let image = Image::new("linux/amd64").generated_layer(size, 7);
            let layer = image.push(&world.source, "app", "1").blobs[1]
                .digest
                .to_string();
            world.want("app:1", Platforms::linux_amd64());
            let faults = world.source.faults();
            faults.add(Fault::new("GET", &layer, effect.clone()));
            assert_done(&world.apply().await);
            assert_eq!(faults.used(), 1, "{effect:?}");
            assert_eq!(world.source.log().count("GET", &layer), 2, "{effect:?}");
        }
    }
}

#[tokio::test]
async fn a_blob_that_suffered_on_its_way_to_the_target_is_sent_again_once() {
    for times in [1, usize::MAX] {
        let world = world(Options::default()).await;
        let wrong = Effect::CorruptUpload { at: 9 };
        let faults = world.target.faults();
        faults.add(Fault::new("PUT", &layer_upload(), wrong).times(times));
        let report = world.apply().await;
        let is_done = matches!(report.outcomes[0], Outcome::Done(_));
        assert_eq!(is_done, times == 1, "{report:?}");
        assert_eq!(world.target.uploads(), 0);
    }
}

#[tokio::test]
async fn bytes_that_are_not_what_was_promised_never_get_a_tag() {
    let world = world(Options::default()).await;
    world
        .source
        .faults()
        .add(Fault::new("GET", "/blobs/", Effect::Corrupt { at: 9 }).always());
    let report = world.apply().await;
    let Outcome::Failed { failure, .. } = &report.outcomes[0] else {
        panic!("{report:?}")
    };
    let message = failure.to_string();
    assert!(
        message.contains("other bytes") && message.contains("sha256:"),
        "{message}"
    );
    assert!(world.target.tags("team/app").is_empty());
    assert_eq!(world.target.uploads(), 0, "the upload was given up");
}

#[tokio::test]
async fn a_transfer_that_always_breaks_is_given_up() {
    let world = world(Options::default()).await;
    let broken = Effect::Truncate { after: 0 };
    world
        .source
        .faults()
        .add(Fault::new("GET", "/blobs/", broken).always());
    let report = world.apply().await;
    let Outcome::Failed { failure, .. } = &report.outcomes[0] else {
        panic!("{report:?}")
    };
    let message = failure.to_string();
    assert!(message.contains("tried 5 times"), "{message}");
}

#[tokio::test]
async fn a_blob_with_bytes_after_its_end_is_the_sources_fault() {
    // Small blobs are read as a whole, large ones are streamed.
    for size in [1000, 2 * MIB] {
        let mut world = World::new().await;
        let image = Image::new("linux/amd64").generated_layer(size, 7);
        image.push(&world.source, "app", "1");
        world.want("app:1", Platforms::linux_amd64());
        world
            .source
            .faults()
            .add(Fault::new("GET", "/blobs/", Effect::Append("more")).always());
        let report = world.apply().await;
        let Outcome::Failed { failure, .. } = &report.outcomes[0] else {
            panic!("{report:?}")
        };
        assert!(matches!(failure.fault, TooLong { .. }), "{failure}");
        assert!(world.target.tags("team/app").is_empty());
    }
}

#[tokio::test]
async fn a_tag_is_looked_at_again_when_the_answer_to_its_move_was_lost() {
    let world = world(Options::default()).await;
    let faults = world.target.faults();
    faults.add(Fault::new("PUT", "/manifests/1", Effect::LoseAnswer).always());
    assert_done(&world.apply().await);
}

#[tokio::test]
async fn what_cannot_be_looked_at_again_is_not_said_to_be_unchanged() {
    for (look, tag) in [
        (None, TagAfter::Unchanged),
        (Some(Effect::status(500)), TagAfter::Unknown),
    ] {
        let world = world(Options::default()).await;
        let faults = world.target.faults();
        faults.add(Fault::new("PUT", "/manifests/1", Effect::status(500)).always());
        if let Some(effect) = look {
            // The plan looks at the tag, and so does the run before it moves it.
            faults.add(Fault::new("", "/manifests/1", effect).skip(2).always());
        }
        let report = world.apply().await;
        let Outcome::Failed { tag: found, .. } = report.outcomes[0] else {
            panic!("{report:?}")
        };
        assert_eq!(found, tag);
    }
}

/// A registry may remember a blob that was deleted under it.
#[tokio::test]
async fn a_blob_that_a_target_says_to_have_and_has_not_is_sent() {
    let mut world = World::new().await;
    let index = Index::of(&["linux/amd64", "linux/arm64"]);
    let index = index.image(&layers());
    index.push(&world.source, "app", "1");
    world.want("app:1", Platforms::All);
    layers().push(&world.source, "single", "1");
    world.want("single:1", Platforms::linux_amd64());
    let said = Fault::new("HEAD", "/blobs/", Effect::status(200)).always();
    world.target.faults().add(said);
    assert_done(&world.apply().await);
    assert_eq!(world.target.tags("team/app"), ["1"]);
    assert_eq!(world.target.tags("team/single"), ["1"]);
}
