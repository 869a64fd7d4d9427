use serde_json::Value;

use super::super::fixtures::{desired, digest, locked, map, told};
use super::super::form::Form;
use super::super::host::HostChoice;
use super::super::map::MirrorMap;
use super::super::write::write;
use super::super::written::{Given, Service, Written};
use crate::plan::{DeclaredAt, Desired};

/// A host that is one customer's own.
const OWN: &str = "crpi-1a2b.cn-shanghai.personal.cr.aliyuncs.com";
const PLACE: &str = "registry.cn-hangzhou.aliyuncs.com/team";

fn written(form: Form, map: &MirrorMap) -> Written {
    write(form, map, &Given::default()).unwrap()
}

/// Returns the documents of a form's only file.
fn yaml(form: Form, desired: &Desired) -> Vec<Value> {
    let written = written(form, &map(desired));
    let [file] = &written.files[..] else {
        panic!("{written:?}");
    };
    assert!(!file.text.contains('\t'), "{}", file.text);
    let documents = file.text.split("\n---\n");
    documents
        .map(|text| serde_yaml::from_str(text).unwrap())
        .collect()
}

fn usual() -> Desired {
    let desired = desired(&[
        ("nginx:1.27", "nginx:1.27", "linux/amd64"),
        ("ghcr.io/org/app.web:1", "app.web:1", "all"),
    ]);
    let desired = locked(desired, "nginx:1.27", "index", "child");
    locked(desired, "app.web:1", "app", "app")
}

#[test]
fn k3s_rewrites_one_name_each() {
    let mut own = usual();
    own.target.registry = OWN.to_owned();
    let yaml = &yaml(Form::K3s, &own)[0];
    let hub = &yaml["mirrors"]["docker.io"];
    assert_eq!(hub["endpoint"][0], format!("https://{OWN}"));
    assert_eq!(hub["rewrite"]["^library/nginx$"], "team/nginx");
    let ghcr = &yaml["mirrors"]["ghcr.io"];
    assert_eq!(ghcr["rewrite"][r"^org/app\.web$"], "team/app.web");
    assert!(yaml.get("configs").is_none());
    let given = Given {
        plain_http: true,
        ..Given::default()
    };
    let plain = told(&write(Form::K3s, &map(&own), &given).unwrap());
    assert!(plain.contains("\"http://crpi-"), "{plain}");
}

#[test]
fn k3s_is_not_sent_to_a_host_that_strangers_push_to() {
    let named = HostChoice::Named("cache.internal".to_owned());
    for host in [HostChoice::Public, HostChoice::Vpc, named] {
        let map = MirrorMap::of(&usual(), &host).unwrap();
        let refused = write(Form::K3s, &map, &Given::default()).unwrap_err();
        let (message, help) = (refused.message.english(), refused.help.english());
        assert!(message.contains("shared by all customers"), "{message}");
        assert!(help.contains("`--for kyverno`"), "{help}");
    }
}

#[test]
fn podman_is_told_a_prefix_and_its_mirror_for_each_repository() {
    let pinned = format!("redis@{}", digest("redis"));
    let desired = desired(&[
        ("nginx:1.27", "nginx:1.27", "all"),
        (&pinned, "redis:latest", "all"),
    ]);
    let desired = locked(desired, "redis:latest", "redis", "redis");
    let written = written(Form::Podman, &map(&desired));
    let toml: toml::Table = toml::from_str(&written.files[0].text).unwrap();
    let [nginx, redis] = &toml["registry"].as_array().unwrap()[..] else {
        panic!("{toml:?}");
    };
    for key in ["prefix", "location"] {
        assert_eq!(nginx[key].as_str(), Some("docker.io/library/nginx"));
    }
    let mirror = &nginx["mirror"][0];
    assert_eq!(
        mirror["location"].as_str(),
        Some(&*format!("{PLACE}/nginx"))
    );
    assert!(mirror.get("pull-from-mirror").is_none() && mirror.get("insecure").is_none());
    // Whoever asks for its tag `latest` means another.
    let only = &redis["mirror"][0]["pull-from-mirror"];
    assert_eq!(only.as_str(), Some("digest-only"));
}

#[test]
fn openshift_is_told_of_digests_where_the_mirror_has_the_same() {
    let [digests, tags] = &yaml(Form::OpenShift, &usual())[..] else {
        panic!();
    };
    let mirrors = &digests["spec"]["imageDigestMirrors"];
    assert_eq!(mirrors.as_array().unwrap().len(), 1);
    assert_eq!(mirrors[0]["source"], "ghcr.io/org/app.web");
    assert_eq!(mirrors[0]["mirrors"][0], format!("{PLACE}/app.web"));
    let mirrors = &tags["spec"]["imageTagMirrors"];
    assert_eq!(mirrors.as_array().unwrap().len(), 2);
    assert_eq!(tags["kind"], "ImageTagMirrorSet");
}

#[test]
fn containerd_is_told_of_names_that_keep_their_path_and_of_no_others() {
    let desired = desired(&[
        ("nginx:1.27", "library/nginx:1.27", "all"),
        ("ghcr.io/org/app:1", "deep/org/app:1", "all"),
        ("org/other:1", "flat:1", "all"),
    ]);
    let written = written(Form::Containerd, &map(&desired));
    let names: Vec<_> = written.files.iter().map(|file| &*file.name).collect();
    assert_eq!(names, ["docker.io/hosts.toml", "ghcr.io/hosts.toml"]);
    let toml: toml::Table = toml::from_str(&written.files[0].text).unwrap();
    assert_eq!(
        toml["server"].as_str(),
        Some("https://registry-1.docker.io")
    );
    let api = "https://registry.cn-hangzhou.aliyuncs.com/v2/team";
    let host = &toml["host"][api];
    assert_eq!(host["override_path"].as_bool(), Some(true));
    let toml: toml::Table = toml::from_str(&written.files[1].text).unwrap();
    assert!(
        toml["host"].get(format!("{api}/deep")).is_some(),
        "{toml:?}"
    );
    let told: Vec<_> = written.unsaid.iter().map(|one| one.origin.line).collect();
    assert_eq!(told, [3]);
    let refused = write(Form::Containerd, &map(&usual()), &Given::default()).unwrap_err();
    assert!(refused.help.english().contains("naming: path"));
}

#[test]
fn a_source_without_tls_is_asked_without() {
    let desired = desired(&[
        ("127.0.0.1:5000/org/app:1", "org/app:1", "all"),
        ("quay.io/org/other:1", "org/other:1", "all"),
    ]);
    let given = Given {
        plain_sources: &["127.0.0.1:5000"],
        ..Given::default()
    };
    let containerd = told(&write(Form::Containerd, &map(&desired), &given).unwrap());
    for server in ["\"http://127.0.0.1:5000\"", "\"https://quay.io\""] {
        assert!(
            containerd.contains(&format!("server = {server}")),
            "{containerd}"
        );
    }
    let podman = write(Form::Podman, &map(&desired), &given).unwrap();
    let toml: toml::Table = toml::from_str(&podman.files[0].text).unwrap();
    let plain = toml["registry"][0]["insecure"].as_bool();
    assert_eq!(plain, Some(true));
    assert!(toml["registry"][0]["mirror"][0].get("insecure").is_none());
    assert!(toml["registry"][1].get("insecure").is_none());
}

#[test]
fn registries_that_share_a_place_are_told_of() {
    let desired = desired(&[
        ("nginx:1", "library/nginx:1", "all"),
        ("quay.io/org/app:1", "org/app:1", "all"),
    ]);
    let written = written(Form::Containerd, &map(&desired));
    let note = written.notes[0].english();
    assert!(note.contains("`docker.io`, `quay.io`"), "{note}");
}

#[test]
fn kyverno_finds_each_way_to_write_a_name() {
    let pinned = format!("redis@{}", digest("redis"));
    let desired = desired(&[
        ("nginx", "nginx:latest", "linux/amd64"),
        (&pinned, "redis:latest", "all"),
        ("org/app:1", "app:one", "all"),
    ]);
    let desired = locked(desired, "nginx:latest", "index", "child");
    let written = written(Form::Kyverno, &map(&desired));
    let documents = written.files[0].text.split("\n---\n");
    let documents: Vec<Value> = documents
        .map(|text| serde_yaml::from_str(text).unwrap())
        .collect();
    let images = documents[0]["data"]["images"].as_str().unwrap();
    let images: serde_json::Value = serde_json::from_str(images).unwrap();
    let (index, child) = (digest("index"), digest("child"));
    let nginx = format!("{PLACE}/nginx:latest");
    let by_digest = format!("{PLACE}/nginx@{child}");
    let expected = serde_json::json!({
        "nginx": nginx,
        "nginx:latest": nginx,
        (format!("nginx@{index}")): by_digest,
        (format!("nginx@{child}")): by_digest,
        "org/app:1": format!("{PLACE}/app:one"),
    });
    assert_eq!(images, expected);
    let told: Vec<_> = written.unsaid.iter().map(|one| one.origin.line).collect();
    assert_eq!(told, [2]);
    assert_eq!(documents[1]["kind"], "ClusterPolicy");
}

#[test]
fn kyverno_is_refused_what_has_no_room() {
    let pair = |number| {
        (
            format!("org/app{number}"),
            format!("org/app{number}:latest"),
        )
    };
    let names: Vec<_> = (0..20_000).map(pair).collect();
    let images = names
        .iter()
        .map(|(source, target)| (&**source, &**target, "all"));
    let images: Vec<_> = images.collect();
    let refused = write(Form::Kyverno, &map(&desired(&images)), &Given::default()).unwrap_err();
    assert!(
        refused.message.english().starts_with("40000 names"),
        "{refused:?}"
    );
}

#[test]
fn kustomize_has_an_item_for_each_way_to_write_a_name() {
    let pinned = format!("ghcr.io/org/redis@{}", digest("redis"));
    let desired = desired(&[
        ("nginx:1.27", "nginx:1.27", "all"),
        ("ghcr.io/org/app:1", "app:one", "all"),
        (&pinned, "redis:latest", "all"),
        ("ghcr.io/org/two:1", "two:one", "all"),
        ("ghcr.io/org/two:2", "two:zwei", "all"),
    ]);
    let desired = locked(desired, "redis:latest", "redis", "other");
    let yaml = &yaml(Form::Kustomize, &desired)[0];
    let images = yaml["images"].as_array().unwrap();
    let names: Vec<_> = images
        .iter()
        .map(|image| image["name"].as_str().unwrap())
        .collect();
    let nginx = [
        "nginx",
        "library/nginx",
        "docker.io/nginx",
        "docker.io/library/nginx",
    ];
    assert_eq!(names[..4], nginx);
    assert_eq!(names[4..], ["ghcr.io/org/app", "ghcr.io/org/redis"]);
    assert_eq!(images[0]["newName"], format!("{PLACE}/nginx"));
    assert!(images[0].get("newTag").is_none());
    assert_eq!(images[4]["newTag"], "one");
    assert_eq!(images[5]["digest"], digest("other").to_string());
    let told = written(Form::Kustomize, &map(&desired)).unsaid;
    let told: Vec<_> = told.iter().map(|one| one.origin.line).collect();
    assert_eq!(told, [4, 5]);
}

#[test]
fn docker_pulls_by_the_mirrors_names_and_tags_with_those_upstream() {
    let pinned = format!("redis@{}", digest("redis"));
    let both = format!("alpine:3@{}", digest("alpine"));
    let desired = desired(&[
        ("nginx:1.27", "web/nginx:one", "all"),
        (&pinned, "redis:latest", "all"),
        (&both, "alpine:3", "all"),
    ]);
    let written = written(Form::Docker, &map(&desired));
    let text = &written.files[0].text;
    assert!(text.starts_with("#!/bin/sh\n"), "{text}");
    let pulls: Vec<_> = text
        .lines()
        .filter(|line| line.starts_with("pull '"))
        .collect();
    assert_eq!(
        pulls,
        [
            format!("pull '{PLACE}/web/nginx:one' 'docker.io/library/nginx:1.27'"),
            format!("pull '{PLACE}/alpine:3' 'docker.io/library/alpine:3'"),
        ]
    );
    let told: Vec<_> = written.unsaid.iter().map(|one| one.origin.line).collect();
    assert_eq!(told, [2]);
}

#[test]
fn helm_has_the_parts_of_each_image_and_one_registry_where_that_is_true() {
    let yaml = |desired| yaml(Form::Helm, &desired).remove(0);
    let flat = yaml(usual());
    assert!(flat.get("global").is_none());
    let nginx = &flat["images"]["docker.io/library/nginx:1.27"];
    assert_eq!(nginx["registry"], "registry.cn-hangzhou.aliyuncs.com");
    assert_eq!(nginx["repository"], "team/nginx");
    assert_eq!(nginx["tag"], "1.27");
    assert_eq!(nginx["digest"], digest("child").to_string());
    let kept = yaml(desired(&[
        ("nginx:1", "library/nginx:1", "all"),
        ("quay.io/org/app:1.10", "org/app:1.10", "all"),
    ]));
    assert_eq!(kept["global"]["imageRegistry"], PLACE);
    let app = &kept["images"]["quay.io/org/app:1.10"];
    assert_eq!(app["tag"], "1.10");
    assert!(app.get("digest").is_none());
}

#[test]
fn compose_goes_over_the_images_of_the_services() {
    let desired = desired(&[
        ("nginx:1.27", "nginx:1.27", "linux/amd64"),
        ("nginx:1.27", "linux_arm64_nginx:1.27", "linux/arm64"),
        ("redis:7", "redis:7", "all"),
    ]);
    let desired = locked(desired, "redis:7", "redis", "child");
    let by_digest = format!("docker.io/library/redis@{}", digest("redis"));
    let service = |line, name: &str, image: &str, platform: Option<&str>| Service {
        name: name.to_owned(),
        image: image.to_owned(),
        platform: platform.map(str::to_owned),
        origin: DeclaredAt {
            file: "compose.yaml".into(),
            line,
        },
    };
    let services = [
        service(1, "cache: \"x\"", "redis:7", None),
        service(2, "pinned", &by_digest, None),
        service(3, "web", "nginx:1.27", None),
        service(4, "arm", "nginx:1.27", Some("linux/arm64")),
        service(5, "other", "caddy", None),
        service(6, "odd", "a b", None),
    ];
    let given = Given {
        services: &services,
        ..Given::default()
    };
    let written = write(Form::Compose, &map(&desired), &given).unwrap();
    let yaml: Value = serde_yaml::from_str(&written.files[0].text).unwrap();
    let services = &yaml["services"];
    assert_eq!(
        services["cache: \"x\""]["image"],
        format!("{PLACE}/redis:7")
    );
    let held = format!("{PLACE}/redis@{}", digest("child"));
    assert_eq!(services["pinned"]["image"], held);
    assert_eq!(
        services["arm"]["image"],
        format!("{PLACE}/linux_arm64_nginx:1.27")
    );
    let told: Vec<_> = written.unsaid.iter().map(|one| one.origin.line).collect();
    assert_eq!(told, [3, 5, 6]);
}

#[test]
fn nothing_is_written_where_nothing_can_be_said() {
    let none = map(&desired(&[]));
    for form in Form::ALL {
        let written = written(form, &none);
        assert_eq!(written, Written::default(), "{form:?}");
    }
}
