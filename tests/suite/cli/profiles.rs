//! Profiles: of the program, and of files beside the mirror file.

use pusher::model::media_type;
use pusher::sandbox::images::Index;
use pusher::sandbox::{Options, Sandbox};

use super::harness::{NAMESPACE, Place};
use crate::support::tools::skopeo;

const MIRROR: &str = "version: 1
target: { registry: TARGET, namespace: team, profile: PROFILE }
images:
  - { source: SOURCE/org/app:v1, platforms: all }
";

#[tokio::test(flavor = "multi_thread")]
async fn a_registry_without_oci_indexes_gets_a_docker_list_and_then_nothing() {
    let source = Sandbox::start(Options::default()).await.unwrap();
    let index = Index::of(&["linux/amd64", "linux/arm64"]).attested();
    let index = index.push(&source, "org/app", "v1");
    let app = format!("{NAMESPACE}/app");
    // By the profile of the program, by one of a file, and by one that a file gives this host.
    let own = "index-types = ['docker']\nattestations = false\n";
    let by_host = format!("hosts = ['127.0.0.*']\n{own}");
    for (profile, file, text) in [
        ("swr", "other.txt", ""),
        ("./mine/old.toml", "mine/old.toml", own),
        ("old", "profiles/old.toml", own),
        ("auto", "profiles/old.toml", &*by_host),
    ] {
        let target = Sandbox::start(Options::swr()).await.unwrap();
        let place = Place::between(&source, &target)
            .file("mirror.yaml", &MIRROR.replace("PROFILE", profile))
            .file(file, text);
        let ran = place.run("apply");
        assert_eq!(ran.status, 0, "{profile}: {}", ran.whole());
        let digest = target.tag(&app, "v1").unwrap();
        assert_ne!(digest, index.digest, "{profile}");
        for log in [source.log(), target.log()] {
            log.clear();
        }
        let ran = place.run("plan --detailed-exitcode");
        assert_eq!(ran.status, 0, "{profile}: {}", ran.whole());
        for log in [source.log(), target.log()] {
            let requests = log.requests();
            assert_eq!(requests.len(), 1, "{profile}: {requests:?}");
            assert_eq!(requests[0].method, "HEAD", "{profile}");
        }
        reads_with_skopeo(&target, &app).await;
    }
}

/// Another program finds the image of each platform.
async fn reads_with_skopeo(target: &Sandbox, repository: &str) {
    let image = format!("docker://{}/{repository}:v1", target.address());
    let inspect = ["inspect", "--tls-verify=false"];
    let Some(raw) = skopeo(&[&inspect[..], &["--raw", &image]].concat()).await else {
        return;
    };
    let raw: serde_json::Value = serde_json::from_slice(&raw.stdout).unwrap();
    assert_eq!(raw["mediaType"], media_type::DOCKER_LIST);
    assert_eq!(raw["manifests"].as_array().unwrap().len(), 2);
    for architecture in ["amd64", "arm64"] {
        let wanted = format!("--override-arch={architecture}");
        let read = skopeo(&[&[&*wanted], &inspect[..], &[&image]].concat()).await;
        let read: serde_json::Value = serde_json::from_slice(&read.unwrap().stdout).unwrap();
        assert_eq!(read["Architecture"], architecture);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn mistakes_in_a_profile_are_told_with_their_place() {
    let place = Place::empty()
        .file(
            "mirror.yaml",
            "version: 1\ntarget: { registry: r.example.com, profile: mine }\nimages: [nginx:1]\n",
        )
        .file(
            "profiles/mine.toml",
            "hosts = 'r.example.com'\nindex-types = ['dokcer']\nname-level = 2\nname-length = [9, 1]\n",
        )
        .file("profiles/other.toml", "broken =")
        // The name is the program's.
        .file("profiles/swr.toml", "broken =");
    insta::assert_snapshot!("profile_mistakes", place.run("check").whole());
    place.write(
        "mirror.yaml",
        "version: 1\ntarget: { registry: r.example.com, profile: ./gone.toml }\nimages: [nginx:1]\n",
    );
    insta::assert_snapshot!("profile_gone", place.run("check").whole());
    // By the host, each is read.
    place.write(
        "mirror.yaml",
        "version: 1\ntarget: { registry: r.example.com }\nimages: [nginx:1]\n",
    );
    place.write("profiles/mine.toml", "");
    insta::assert_snapshot!("profile_broken", place.run("check").whole());
}
