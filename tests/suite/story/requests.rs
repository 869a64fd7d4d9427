//! What a plan costs, from the registries' own logs.

use std::collections::BTreeMap;

use super::five_images::Images;
use super::mirror::{Mirror, NAMESPACE, images_only};
use crate::support::registry::{Auth, Setup, TestRegistry};

/// Counts what was asked for and given: what a registry answered with 401 was a question for the
/// way to log in.
async fn answered(registry: &TestRegistry) -> BTreeMap<String, usize> {
    let mut counts = BTreeMap::new();
    for line in registry.requests().await {
        if !line.ends_with(" 401") {
            *counts.entry(line).or_default() += 1;
        }
    }
    counts
}

#[tokio::test(flavor = "multi_thread")]
async fn a_plan_over_images_in_place_makes_one_head_for_each_tag_at_each_side() {
    let Some(source) = TestRegistry::real(&Setup::default()).await else {
        return;
    };
    let Some(mirror) = Mirror::from(source.address(), &images_only(Auth::bearer())).await else {
        return;
    };
    let images = Images::publish(&source, &mirror).await;
    mirror.apply();
    source.forget_requests().await;
    mirror.target.forget_requests().await;
    let ran = mirror.place.run("plan --detailed-exitcode");
    assert_eq!(ran.status, 0, "{}", ran.whole());

    let head = |repository: &str, reference: &str| {
        (
            format!("HEAD /v2/{repository}/manifests/{reference} 200"),
            1,
        )
    };
    let at_target = images.expected.iter().map(|(name, _)| {
        let (repository, tag) = name.split_once(':').unwrap();
        head(&format!("{NAMESPACE}/{repository}"), tag)
    });
    let at_target: BTreeMap<_, _> = at_target.collect();
    assert_eq!(answered(&mirror.target).await, at_target);
    // One token is for every repository of the plan: docker-registry gives such.
    assert_eq!(mirror.target.tokens(), 1);

    let pinned = images.of("tool:stable").digest.to_string();
    let at_source = [
        ("library/nginx", "1.27"),
        ("org/app", "v1"),
        ("library/redis", "7.4"),
        ("org/tool", &pinned),
        ("first/same", "1.10"),
        ("second/same", "1.10"),
    ];
    let at_source: BTreeMap<_, _> = at_source.map(|(name, tag)| head(name, tag)).into();
    assert_eq!(answered(&source).await, at_source);

    source.forget_requests().await;
    assert_eq!(mirror.place.run("plan --no-cache").status, 0);
    let (reads, heads): (BTreeMap<_, _>, BTreeMap<_, _>) = answered(&source)
        .await
        .into_iter()
        .partition(|(line, _)| line.starts_with("GET "));
    assert_eq!(heads, at_source);
    // The index of which one platform is wanted; the one with attestations, and each of these, since
    // not every attestation is taken.
    let of = |name: &str| reads.keys().filter(|line| line.contains(name)).count();
    assert_eq!((of("library/redis"), of("org/app"), reads.len()), (1, 3, 4));
    assert!(reads.values().all(|times| *times == 1), "{reads:?}");
    assert_eq!(mirror.target.writes().await + source.writes().await, 0);
}
