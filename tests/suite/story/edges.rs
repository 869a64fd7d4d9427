//! Images that are unlike the others.

use pusher::model::{Algorithm, Digest};
use pusher::sandbox::images::{Artifact, Image, Index, helm_chart};
use pusher::sandbox::{Options, Sandbox, StoredManifest};

use super::mirror::{GENERIC, Mirror, NAMESPACE, PERSONAL, images_only};
use crate::support::registry::{Auth, Setup};

/// A source in this process, and the real target.
async fn mirror(target: &Setup) -> Option<(Sandbox, Mirror)> {
    let source = Sandbox::start(Options::default()).await.unwrap();
    let mirror = Mirror::from(source.address(), target).await?;
    Some((source, mirror))
}

fn image(text: &str) -> Image {
    Image::new("linux/amd64").layer(text)
}

/// Fails unless all that is declared arrives as it is, and stays.
async fn assert_arrive(mirror: &Mirror, expected: &[(&str, &Artifact)]) {
    let count = expected.len() as u64;
    let planned = mirror.plan();
    assert_eq!(planned.counts(), [count, 0, 0, 0], "{:#}", planned.json);
    mirror.apply();
    for (name, artifact) in expected {
        mirror.assert_holds(name, artifact).await;
    }
    mirror.assert_in_place(count);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_pinned_digest_is_what_arrives_whatever_the_tag_says() {
    let Some((source, mirror)) = mirror(&images_only(Auth::Open)).await else {
        return;
    };
    let pinned = image("pinned").push(&source, "org/app", "v1");
    let index = Index::of(&["linux/amd64", "linux/arm64"]).push(&source, "org/multi", "v1");
    image("moved").push(&source, "org/app", "v1");
    image("moved").push(&source, "org/multi", "v1");
    let (app, multi) = (&pinned.digest, &index.digest);
    let images = format!(
        "images:\n\
         - SOURCE/org/app:v1@{app}\n\
         - {{ source: 'SOURCE/org/app@{app}', target: 'untagged:v1' }}\n\
         - {{ source: 'SOURCE/org/multi@{multi}', platforms: all }}\n\
         - {{ source: 'SOURCE/org/multi:v1@{multi}', platforms: [linux/arm64], target: 'arm:v1' }}\n"
    );
    mirror.declare(PERSONAL, &images);
    let expected = [
        ("app:v1", &pinned),
        ("untagged:v1", &pinned),
        ("multi:latest", &index),
        ("arm:v1", &index.children[1]),
    ];
    assert_arrive(&mirror, &expected).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_tag_that_looks_like_a_number_or_a_word_of_yaml_is_a_text() {
    let Some((source, mirror)) = mirror(&images_only(Auth::Open)).await else {
        return;
    };
    let tags = ["1.10", "no", "1e3", "0x10", "010", "null", "20240101"];
    let images: Vec<Artifact> = tags
        .iter()
        .map(|tag| image(tag).push(&source, "org/app", *tag))
        .collect();
    let entries = tags.map(|tag| format!("  - SOURCE/org/app:{tag}"));
    mirror.declare(PERSONAL, &format!("images:\n{}\n", entries.join("\n")));
    let names: Vec<String> = tags.iter().map(|tag| format!("app:{tag}")).collect();
    let names = names.iter().map(String::as_str);
    let expected: Vec<_> = names.zip(&images).collect();
    assert_arrive(&mirror, &expected).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_layer_is_any_bytes_of_any_type() {
    let Some((source, mirror)) = mirror(&images_only(Auth::Open)).await else {
        return;
    };
    let zstd = "application/vnd.oci.image.layer.v1.tar+zstd";
    // What docker puts where an instruction changes no file: a gzipped tar of nothing.
    let nothing: &[u8] = &[
        31, 139, 8, 0, 0, 9, 110, 136, 0, 255, 98, 24, 5, 163, 96, 20, 140,
    ];
    let gzip = "application/vnd.oci.image.layer.v1.tar+gzip";
    let zstd = image("a").raw_layer(zstd, &b"\x28\xb5\x2f\xfdzstd"[..]);
    let repeated = image("a").raw_layer(gzip, nothing).raw_layer(gzip, nothing);
    let unlike = image("a").raw_layer("application/x-unheard-of", &b"?"[..]);
    let bare = Image::new("linux/amd64");
    let expected = [
        ("zstd:v1", &zstd.push(&source, "org/zstd", "v1")),
        ("repeated:v1", &repeated.push(&source, "org/repeated", "v1")),
        ("unlike:v1", &unlike.push(&source, "org/unlike", "v1")),
        ("bare:v1", &bare.push(&source, "org/bare", "v1")),
    ];
    let list = expected.map(|(name, _)| format!("  - SOURCE/org/{name}\n"));
    mirror.declare(PERSONAL, &format!("images:\n{}", list.concat()));
    assert_arrive(&mirror, &expected).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_layer_of_no_bytes_at_all_is_a_layer() {
    let Some((source, mirror)) = mirror(&images_only(Auth::Open)).await else {
        return;
    };
    let gzip = "application/vnd.oci.image.layer.v1.tar+gzip";
    let empty = image("a").raw_layer(gzip, &b""[..]);
    let empty = empty.push(&source, "org/empty", "v1");
    mirror.declare(PERSONAL, "images: ['SOURCE/org/empty:v1']\n");
    assert_arrive(&mirror, &[("empty:v1", &empty)]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_foreign_layer_stays_at_its_url_unless_it_is_to_be_copied() {
    let Some((source, mirror)) = mirror(&images_only(Auth::Open)).await else {
        return;
    };
    let windows = image("ours").docker();
    let windows = windows.foreign_layer("http://127.0.0.1:9/layer", "theirs");
    let windows = windows.push(&source, "org/windows", "v1");
    // The registry has it too, as one does that someone has copied the layer into.
    let layer = image("theirs").docker().build().blobs[1].clone();
    source.put_blob_as("org/windows", &layer.digest, layer.content);
    mirror.declare(
        PERSONAL,
        "images:\n\
         - SOURCE/org/windows:v1\n\
         - { source: 'SOURCE/org/windows:v1', foreign-layers: copy, target: 'whole:v1' }\n",
    );
    assert_eq!(mirror.plan().counts(), [2, 0, 0, 0]);
    mirror.apply();
    let client = mirror.target.anonymous();
    for (name, status) in [("windows", 404), ("whole", 200)] {
        assert_eq!(mirror.raw(&format!("{name}:v1")).await, windows.bytes);
        let blob = format!("/v2/{NAMESPACE}/{name}/blobs/{}", layer.digest);
        assert_eq!(client.send("HEAD", &blob).await.status, status, "{name}");
    }
    mirror.assert_in_place(2);
}

/// A Helm chart, a WebAssembly module, and something that nobody has heard of.
fn artifacts() -> [(&'static str, Artifact); 3] {
    let wasm = Image::new("unknown/unknown")
        .config("application/vnd.wasm.config.v0+json", &b"{}"[..])
        .raw_layer("application/wasm", &b"\0asm"[..]);
    let other = Image::new("unknown/unknown")
        .config("text/x-anything; at=all", &b"\0\xff not JSON"[..])
        .raw_layer("text/plain", &b"hello"[..]);
    [
        ("chart:0.1.0", helm_chart("chart", "0.1.0")),
        ("module:v1", wasm.build()),
        ("other:v1", other.build()),
    ]
}

fn publish(source: &Sandbox, mirror: &Mirror, profile: &str) -> [(&'static str, Artifact); 3] {
    let artifacts = artifacts();
    let mut list = "images:".to_owned();
    for (name, artifact) in &artifacts {
        let (repository, tag) = name.split_once(':').unwrap();
        artifact.push(source, &format!("org/{repository}"), tag);
        list.push_str("\n  - SOURCE/org/");
        list.push_str(name);
    }
    mirror.declare(profile, &list);
    artifacts
}

#[tokio::test(flavor = "multi_thread")]
async fn an_artifact_is_refused_by_the_plan_where_only_images_are_taken() {
    let Some((source, mirror)) = mirror(&images_only(Auth::Open)).await else {
        return;
    };
    publish(&source, &mirror, PERSONAL);
    let planned = mirror.plan();
    assert_eq!(planned.counts(), [0, 0, 0, 3], "{:#}", planned.json);
    assert_eq!(planned.statuses, [1, 1]);
    let reason = &planned.change("chart:0.1.0")["reason"];
    let config = "application/vnd.cncf.helm.config.v1+json";
    let wanted =
        format!("acr-personal refuses manifests whose config is `{config}`: only container images");
    assert_eq!(*reason, wanted);
    assert_eq!(mirror.place.run("apply").status, 1);
    assert_eq!(mirror.target.writes().await, 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_artifact_arrives_where_everything_is_taken() {
    let Some((source, mirror)) = mirror(&Setup::default()).await else {
        return;
    };
    let artifacts = publish(&source, &mirror, GENERIC);
    assert_eq!(mirror.plan().counts(), [3, 0, 0, 0]);
    mirror.apply();
    let client = mirror.target.anonymous();
    for (name, artifact) in &artifacts {
        assert_eq!(mirror.raw(name).await, artifact.bytes, "{name}");
        let (repository, _) = name.split_once(':').unwrap();
        for blob in &artifact.blobs {
            let path = format!("/v2/{NAMESPACE}/{repository}/blobs/{}", blob.digest);
            let answer = client.send("GET", &path).await;
            assert_eq!(Some(answer.body), blob.content.bytes(), "{name}");
        }
    }
    mirror.assert_in_place(3);
}

/// Puts an image into a repository whose manifest and blobs all go by SHA-512.
fn publish_sha512(source: &Sandbox, repository: &str) -> (Digest, Vec<u8>) {
    let sha512 = |bytes: &[u8]| Digest::of(Algorithm::Sha512, bytes);
    let plain = image("a").build();
    let mut text = String::from_utf8(plain.bytes.to_vec()).unwrap();
    for blob in &plain.blobs {
        let digest = sha512(&blob.content.bytes().unwrap());
        text = text.replace(&blob.digest.to_string(), &digest.to_string());
        source.put_blob_as(repository, &digest, blob.content.clone());
    }
    let digest = sha512(text.as_bytes());
    let manifest = StoredManifest {
        media_type: plain.media_type,
        bytes: text.clone().into(),
    };
    source.put_manifest_as(repository, &digest, manifest);
    (digest, text.into_bytes())
}

#[tokio::test(flavor = "multi_thread")]
async fn an_image_pinned_by_sha512_arrives_and_is_found_in_place() {
    let Some((source, mirror)) = mirror(&images_only(Auth::Open)).await else {
        return;
    };
    let (digest, bytes) = publish_sha512(&source, "org/app");
    // Of the same length, so that only the bytes tell them apart.
    let other = Image::new("linux/amd64").layer("b").build();
    mirror
        .target
        .push(&other, &format!("{NAMESPACE}/app"), "old")
        .await;
    let list = format!("images: ['SOURCE/org/app:v1@{digest}', 'SOURCE/org/app:old@{digest}']\n");
    mirror.declare(PERSONAL, &list);
    let planned = mirror.plan();
    assert_eq!(planned.counts(), [1, 1, 0, 0], "{:#}", planned.json);
    assert_eq!(planned.expected("app:v1"), digest.to_string());
    mirror.apply();
    assert_eq!(mirror.raw("app:v1").await, bytes);
    assert_eq!(mirror.raw("app:old").await, bytes);
    mirror.assert_in_place(2);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_index_whose_children_go_by_sha512_is_refused_by_the_registry_and_told() {
    let Some((source, mirror)) = mirror(&images_only(Auth::Open)).await else {
        return;
    };
    let (digest, bytes) = publish_sha512(&source, "org/multi");
    let media_type = "application/vnd.oci.image.index.v1+json";
    let child = format!(
        r#"{{"mediaType":"application/vnd.oci.image.manifest.v1+json","digest":"{digest}","size":{},
            "platform":{{"os":"linux","architecture":"amd64"}}}}"#,
        bytes.len()
    );
    let text = format!(r#"{{"schemaVersion":2,"mediaType":"{media_type}","manifests":[{child}]}}"#);
    source.put_manifest("org/multi", "v1", media_type, text);
    mirror.declare(
        PERSONAL,
        "images: [{ source: 'SOURCE/org/multi:v1', platforms: all }]\n",
    );
    assert_eq!(mirror.plan().counts(), [1, 0, 0, 0]);
    let ran = mirror.place.run("apply");
    assert_eq!(ran.status, 1);
    let why = "provided digest did not match uploaded content";
    assert!(ran.stdout.contains(why), "{}", ran.whole());
}
