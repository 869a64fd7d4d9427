//! The proxy of a registry in the mirror file: it is gone through, it is told by `doctor`, its login is shown nowhere.

use pusher::sandbox::images::Image;

use super::harness::{NAMESPACE, Place, pair};
use crate::support::forwarding_proxy::ForwardingProxy;

#[tokio::test(flavor = "multi_thread")]
async fn a_registry_is_reached_through_its_proxy_whose_login_is_never_shown() {
    let (source, target) = pair().await;
    Image::new("linux/amd64")
        .layer("x")
        .push(&source, "app", "1");
    let proxy = ForwardingProxy::start().await;
    let text = format!(
        "version: 1\n\
         target: {{ registry: TARGET, namespace: {NAMESPACE} }}\n\
         images: [\"SOURCE/app:1\"]\n\
         registries:\n  \"SOURCE\": {{ proxy: \"http://me:${{SECRET}}@WAY\" }}\n"
    );
    let place = Place::between(&source, &target)
        .naming(&proxy.address, "WAY")
        .variable("SECRET", "hunter2")
        .file("mirror.yaml", &text);
    let applied = place.run("apply -vv");
    assert_eq!(applied.status, 0, "{}", applied.whole());
    assert!(proxy.forwarded_to(source.address()));
    assert!(!proxy.forwarded_to(target.address()));
    assert_eq!(source.log().connections(), proxy.heard().len());
    // me:hunter2
    let login = "proxy-authorization: basic bwu6ahvudgvymg==";
    assert!(proxy.heard().iter().all(|head| head.contains(login)));

    let doctor = place.run("doctor");
    assert!(doctor.stdout.contains("http://WAY"), "{}", doctor.whole());
    let unset = place.variable("SECRET", "");
    let without = unset.run("plan");
    assert_eq!(without.status, 1, "{}", without.whole());
    assert!(without.stderr.contains("SECRET"), "{}", without.stderr);
    for ran in [applied, doctor, without] {
        assert!(!ran.whole().contains("hunter2"), "{}", ran.whole());
    }
}
