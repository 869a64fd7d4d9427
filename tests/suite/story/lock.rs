//! What a lock is for, on the real registry: moving tags move by a commit alone, who overwrites one
//! is found out, and what leaves the files leaves the target.

use pusher::sandbox::images::{Artifact, Image};

use super::mirror::{GENERIC, Mirror, NAMESPACE};
use crate::support::registry::{Setup, TestRegistry};

fn image(content: &str) -> Artifact {
    Image::new("linux/amd64").layer(content).build()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_lock_holds_moving_tags_tells_drift_and_lets_prune_do_its_work() {
    let Some(source) = TestRegistry::real(&Setup::default()).await else {
        return;
    };
    let Some(mirror) = Mirror::from(source.address(), &Setup::default()).await else {
        return;
    };
    let [first, second, redis, foreign] = ["first", "second", "redis", "foreign"].map(image);
    source.push(&first, "org/app", "latest").await;
    source.push(&redis, "org/redis", "7").await;
    mirror.declare(
        GENERIC,
        "images:\n  - SOURCE/org/app:latest\n  - SOURCE/org/redis:7\n",
    );
    let held =
        async |name: &str, tag: &str| mirror.target.tag(&format!("{NAMESPACE}/{name}"), tag).await;

    mirror.run("lock", 0);
    mirror.run("lock --check", 0);
    mirror.run("apply --locked", 0);
    mirror.assert_in_place(2);
    assert_eq!(mirror.drift(0), []);

    // The source moves: nothing changes but what drift tells, until someone moves the lock.
    source.push(&second, "org/app", "latest").await;
    mirror.assert_in_place(2);
    let told = |kind: &str, target: &str| vec![(kind.to_owned(), target.to_owned())];
    assert_eq!(mirror.drift(2), told("upstream-moved", "app:latest"));
    mirror.run("apply --locked", 0);
    assert_eq!(held("app", "latest").await, Some(first.digest.clone()));
    mirror.run("lock --update app:latest", 0);
    mirror.run("apply --locked", 0);
    assert_eq!(held("app", "latest").await, Some(second.digest.clone()));
    mirror.assert_in_place(2);

    // Someone pushes over a tag: drift names it, apply mends it.
    let repository = format!("{NAMESPACE}/redis");
    mirror.target.push(&foreign, &repository, "7").await;
    assert_eq!(mirror.drift(2), told("target-changed", "redis:7"));
    mirror.run("apply", 0);
    assert_eq!(held("redis", "7").await, Some(redis.digest.clone()));
    mirror.assert_in_place(2);

    // An image leaves the list: prune removes that tag and nothing else.
    mirror.target.push(&foreign, &repository, "theirs").await;
    mirror.declare(GENERIC, "images:\n  - SOURCE/org/app:latest\n");
    assert_eq!(mirror.drift(2), told("not-declared", "redis:7"));
    mirror.assert_in_place(1);
    mirror.run("lock", 0);
    assert_eq!(mirror.drift(2), told("not-declared", "redis:7"));
    let planned = mirror.run("plan --prune", 0);
    assert!(planned.contains("1 to delete"), "{planned}");
    mirror.run("apply --prune", 0);
    assert_eq!(held("redis", "7").await, None);
    assert_eq!(held("redis", "theirs").await, Some(foreign.digest.clone()));
    assert_eq!(held("app", "latest").await, Some(second.digest.clone()));
    mirror.run("plan --prune --detailed-exitcode", 0);
    mirror.run("lock", 0);
    assert_eq!(mirror.drift(0), []);
    mirror.run("lock --check", 0);
}
