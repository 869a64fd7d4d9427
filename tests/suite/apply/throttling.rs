//! Targets, and token servers, that take only so much at a time.
//!
//! `PUSHER_THROTTLED=60 cargo test --test suite throttling -- --nocapture --test-threads 1` copies so many images,
//! and says how long that took beside the right fixed limit.

use std::collections::HashMap;
use std::time::Duration;

use pusher::model::Platforms;
use pusher::registry::{Client, ClientOptions, HostOptions, Login, RetryOptions};
use pusher::sandbox::images::Image;
use pusher::sandbox::{
    Auth, Bearer, Effect, Fault, Options, Origin, Refusal, Takes, Throttle, User,
};
use tokio::time::Instant;

use super::world::{World, assert_done, quick_retries};
use crate::faults::how_many;
use crate::support::found;
use crate::support::tools::say;

/// The most that may be refused before the limit is found: all that goes out at once in the beginning.
const FIRST: usize = 256;

/// What a run met.
struct Met {
    took: Duration,
    refused: usize,
}

/// Copies images to a target that answers each request after 30 ms.
async fn copy(target: Options, options: HostOptions, tries: usize, of: Origin) -> Met {
    let wanted: Option<usize> = how_many("PUSHER_THROTTLED");
    let mut world = World::with(Options::default(), target).await;
    let delay = Effect::Delay(Duration::from_millis(30));
    world
        .target
        .faults()
        .add(Fault::new("", "/v2/", delay).always());
    for number in 0..wanted.unwrap_or(20) {
        let name = format!("app{number}");
        let image = Image::new("linux/amd64").layer(&name);
        image.push(&world.source, &name, "1");
        world.want(&format!("{name}:1"), Platforms::linux_amd64());
    }
    let client = Client::new(ClientOptions {
        hosts: HashMap::from([(world.target.address().to_owned(), options)]),
        retry: RetryOptions {
            tries,
            ..quick_retries()
        },
        ..ClientOptions::default()
    });
    let begun = Instant::now();
    let report = world.apply_with(&client).await;
    let took = begun.elapsed();
    assert_done(&report);
    let is_refused = |status: Option<u16>| matches!(status, None | Some(401 | 429 | 503));
    let log = world.target.log();
    let refused = log.count_where(|request| request.origin == of && is_refused(request.status));
    Met { took, refused }
}

/// One try is all that there is: what is refused for the rate is none.
#[tokio::test(flavor = "multi_thread")]
async fn what_a_target_refuses_for_the_rate_waits_its_turn_and_is_no_try() {
    for refusal in [
        Refusal::Status(429),
        Refusal::Seconds(429, 1),
        Refusal::Date(429, 1),
        Refusal::Status(503),
        Refusal::Seconds(503, 1),
    ] {
        let target = || Options {
            throttle: Some(Throttle {
                takes: Takes::AtOnce(8),
                refusal,
            }),
            ..Options::default()
        };
        let fixed = HostOptions {
            concurrency: Some(8),
            ..HostOptions::default()
        };
        let fixed = copy(target(), fixed, 1, Origin::Registry).await;
        let own = copy(target(), HostOptions::default(), 1, Origin::Registry).await;
        say(&format!(
            "{refusal:?}: {:.2} s, {} refused; by itself {:.2} s, {} refused",
            fixed.took.as_secs_f64(),
            fixed.refused,
            own.took.as_secs_f64(),
            own.refused
        ));
        assert!(own.refused < FIRST + 10, "{refusal:?}: {}", own.refused);
    }
}

/// A token server is a host of its own, and some tell by a 401 or a reset that it is too much.
#[tokio::test(flavor = "multi_thread")]
async fn a_token_server_that_is_asked_too_often_is_asked_more_slowly() {
    for refusal in [
        Refusal::Seconds(429, 1),
        Refusal::Status(401),
        Refusal::Reset,
    ] {
        let target = Options {
            auth: Auth::Bearer(Bearer {
                users: vec![User::new("user", "secret")],
                single_scope: true,
                throttle: Some(Throttle {
                    takes: Takes::PerSecond {
                        rate: 20.0,
                        burst: 5.0,
                    },
                    refusal,
                }),
                ..Bearer::default()
            }),
            ..Options::default()
        };
        let options = HostOptions {
            login: Some(found(Login::Password {
                username: "user".to_owned(),
                password: pusher::model::Secret::new("secret".to_owned()),
            })),
            ..HostOptions::default()
        };
        let met = copy(target, options, 5, Origin::Token).await;
        assert!(met.refused < 30, "{refusal:?}: {}", met.refused);
    }
}
