//! `doctor --probe`: a registry is measured, and the profile that follows is the one that it has by name.

use std::time::Duration;

use pusher::config::{Input, load};
use pusher::model::Profile;
use pusher::sandbox::{Auth, Delete, Effect, Fault, Options, Sandbox};

use super::harness::{NAMESPACE, Place, Ran};
use crate::support::registry::{PASSWORD, Setup, TestRegistry, USER};

fn place(address: &str) -> Place {
    Place::empty()
        .naming(address, "TARGET")
        .variable("ALIYUN_REGISTRY", address)
        .variable("ALIYUN_NAME_SPACE", NAMESPACE)
        .variable("ALIYUN_REGISTRY_USER", USER)
        .variable("ALIYUN_REGISTRY_PASSWORD", PASSWORD)
        .file("images.txt", "nginx:1.27\n")
}

/// What it says, without what no two runs have in common.
fn steady(ran: &Ran) -> String {
    let whole = ran.whole();
    let mut parts = whole.split("pusher-probe-");
    let mut text = parts.next().unwrap().to_owned();
    for part in parts {
        text.push_str("pusher-probe-X");
        let rest = &part[12..];
        // What is called by it has digests of its own.
        match rest.split_once("sha256:") {
            Some((before, digest)) => {
                text.push_str(before);
                text.push_str("DIGEST");
                text.push_str(&digest[64..]);
            }
            None => text.push_str(rest),
        }
    }
    text
}

/// Reads the profile file as a mirror file names it.
fn read(text: &str) -> Profile {
    let mirror = "version: 1\n\
         target: { registry: registry.example.com, namespace: team, profile: ./probed.toml }\n\
         images: [nginx:1.27]\n";
    let loaded = load(&Input {
        path: "mirror.yaml",
        text: mirror,
        environment: &pusher::config::Variables::default(),
        read: &|_| Ok(text.to_owned()),
        names: &|_| vec![],
    });
    assert_eq!(loaded.diagnostics, [], "{text}");
    let target = loaded.known_targets().next().unwrap();
    target.profile.clone()
}

/// Tells whether a profile is the one of this name in all that can be measured.
fn assert_is(text: &str, name: &str) {
    let (measured, named) = (read(text), Profile::named(name).unwrap());
    let facts = |profile: &Profile| {
        (
            profile.image_configs_only,
            profile.only_index,
            profile.attestations,
            profile.name_levels,
        )
    };
    assert_eq!(facts(&measured), facts(&named), "{name}: {text}");
    // What the profile of that name leaves open, a try tells.
    for (open, found) in [
        (named.mount, measured.mount),
        (named.delete, measured.delete),
        (named.referrers_api, measured.referrers_api),
    ] {
        assert!(
            found.is_some() && (open.is_none() || open == found),
            "{text}"
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn each_registry_measures_as_the_profile_that_it_has_by_name() {
    for (options, name) in [
        (Options::swr(), "swr"),
        (Options::acr_personal(), "acr-personal"),
        (Options::default(), "generic"),
    ] {
        let target = Sandbox::start(options).await.unwrap();
        let place = place(target.address());
        let ran = place.run("doctor --probe --yes");
        assert_eq!(ran.status, 0, "{}", ran.whole());
        assert_is(&ran.stdout, name);
        insta::assert_snapshot!(format!("probe_{name}"), steady(&ran));
        assert_eq!(target.repositories(), [""; 0], "{name}: all is gone");
        assert_eq!(target.uploads(), 0);
    }
    let bearer = Setup::with_auth(crate::support::registry::Auth::bearer());
    for setup in [Setup::default(), bearer] {
        for registry in TestRegistry::each(&setup).await {
            let place = place(registry.address());
            let ran = place.run("doctor --probe --yes --out probed.toml");
            assert_eq!(ran.status, 0, "{} {}", registry.name(), ran.whole());
            assert_eq!(ran.stdout, "");
            let text = std::fs::read_to_string(place.path().join("probed.toml")).unwrap();
            assert_is(&text, "generic");
            assert!(!ran.stderr.contains("warning:"), "{}", ran.stderr);
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn it_asks_before_it_pushes_and_says_what_stays() {
    let target = Sandbox::start(Options::default()).await.unwrap();
    let place = place(target.address());
    insta::assert_snapshot!("probe_unasked", steady(&place.run("doctor --probe")));
    insta::assert_snapshot!(
        "probe_unasked_chinese",
        steady(&place.run("doctor --probe --lang zh"))
    );
    assert_eq!(place.run("doctor --probe --yes --format json").status, 1);
    assert_eq!(target.log().writes(), 0);
    // One at a time.
    place.write(
        "mirror.yaml",
        "version: 1\n\
         targets:\n  one: { registry: TARGET, namespace: a }\n  two: { registry: TARGET, namespace: b }\n\
         images: [nginx:1.27]\n",
    );
    insta::assert_snapshot!("probe_several", steady(&place.run("doctor --probe --yes")));
    assert_eq!(place.run("doctor --probe --yes --to three").status, 1);
    assert_eq!(target.log().writes(), 0);
    let ran = place.run("doctor --probe --yes --to two");
    assert!(
        ran.stderr.contains("`TARGET/b/pusher-probe-"),
        "{}",
        ran.whole()
    );
    target.log().clear();
    // A file that cannot be written is no reason to push.
    assert_eq!(
        place
            .run("doctor --probe --yes --out no/such/folder")
            .status,
        1
    );
    assert_eq!(target.log().writes(), 0);

    let kept = Options {
        delete: Delete::Off,
        ..Options::default()
    };
    let target = Sandbox::start(kept).await.unwrap();
    let place = self::place(target.address());
    let ran = place.run("doctor --probe --yes");
    insta::assert_snapshot!("probe_kept", steady(&ran));
    for repository in target.repositories() {
        for tag in target.tags(&repository) {
            assert!(
                ran.stderr.contains(&format!("TARGET/{repository}:{tag}`")),
                "{tag}"
            );
        }
    }

    let chinese = place.run("doctor --probe --yes --lang zh");
    insta::assert_snapshot!("probe_kept_chinese", steady(&chinese));

    // Who may not push at all.
    let basic = Options {
        auth: Auth::basic("somebody", "else"),
        ..Options::default()
    };
    let target = Sandbox::start(basic).await.unwrap();
    let ran = self::place(target.address()).run("doctor --probe --yes");
    assert_eq!(
        (ran.status, ran.stdout.as_str()),
        (1, ""),
        "{}",
        ran.whole()
    );
}

#[cfg(unix)]
#[tokio::test(flavor = "multi_thread")]
async fn whatever_ends_it_all_is_taken_away() {
    // Stopped in the middle.
    let target = Sandbox::start(Options::default()).await.unwrap();
    let place = place(target.address());
    target
        .faults()
        .add(Fault::new("PUT", "/manifests/attested", Effect::Stall).always());
    let child = place.start("doctor --probe --yes");
    let pid = child.id().to_string();
    while target.log().count("PUT", "/manifests/attested") == 0 {
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    assert!(!target.repositories().is_empty());
    let signal = std::process::Command::new("kill")
        .args(["-INT", &pid])
        .status();
    assert!(signal.unwrap().success());
    let ran = place.wait(child);
    assert_eq!(ran.status, 130, "{}", ran.whole());
    assert_eq!(target.repositories(), [""; 0], "{}", ran.whole());

    // A registry that fails now and then is not measured by that.
    let target = Sandbox::start(Options::default()).await.unwrap();
    let place = self::place(target.address());
    target.faults().add(
        Fault::new(
            "PUT",
            "/manifests/index",
            Effect::Answer {
                status: 503,
                headers: vec![],
            },
        )
        .always(),
    );
    let ran = place.run("doctor --probe --yes");
    assert_eq!(ran.status, 0, "{}", ran.whole());
    assert!(
        ran.stdout.contains("# `index-types`: nothing follows"),
        "{}",
        ran.stdout
    );
    assert_eq!(target.repositories(), [""; 0], "{}", ran.whole());
}
