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
    let (heads, reads) = in_place(&source, &mirror, "plan --detailed-exitcode").await;
    let (same_heads, reads_anew) =
        in_place(&source, &mirror, "plan --detailed-exitcode --no-cache").await;

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
    assert_eq!(heads, [at_source, at_target]);
    assert_eq!(same_heads, heads);
    assert_eq!(reads, BTreeMap::new());
    // What was not seen before is read: the index of which one platform is wanted; the one with
    // attestations, and each of these, since the target does not take every attestation.
    let of = |name: &str| reads_anew.keys().filter(|line| line.contains(name)).count();
    assert_eq!((of("library/redis"), of("org/app")), (1, 3));
    assert_eq!(reads_anew.values().sum::<usize>(), 4, "{reads_anew:?}");
}

/// Runs a plan that finds all in place, and returns the requests that are no reads of manifests, at
/// the source and at the target, and those that are.
async fn in_place(
    source: &TestRegistry,
    mirror: &Mirror,
    typed: &str,
) -> ([BTreeMap<String, usize>; 2], BTreeMap<String, usize>) {
    source.forget_requests().await;
    mirror.target.forget_requests().await;
    let ran = mirror.place.run(typed);
    assert_eq!(ran.status, 0, "{}", ran.whole());
    assert_eq!(mirror.target.writes().await + source.writes().await, 0);
    let at_target = answered(&mirror.target).await;
    // One token opens all the repositories.
    assert_eq!(mirror.target.tokens(), 1);
    let is_read = |(line, _): &(String, usize)| line.starts_with("GET ");
    let (reads, at_source) = answered(source).await.into_iter().partition(is_read);
    ([at_source, at_target], reads)
}
