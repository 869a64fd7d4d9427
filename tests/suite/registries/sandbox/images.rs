use pusher::model::Digest;
use pusher::sandbox::images::{Attestation, Image, Index, referrer, signature, signature_tag};
use serde_json::Value;

/// The bytes are the same on every machine and in every build: tests elsewhere rely on it.
#[test]
fn have_the_same_bytes_every_time() {
    let image = Image::new("linux/arm/v7")
        .layer("hello")
        .label("version", "1")
        .build();
    let docker = Image::new("linux/amd64")
        .docker()
        .generated_layer(100_000, 1)
        .build();
    let index = Index::of(&["linux/amd64", "linux/arm64"])
        .attested()
        .build();
    assert_eq!(
        image.digest.to_string(),
        "sha256:b2ebef022122d65623133285ab8d86f3d9b938e7db6cccc0768aaa509757e236"
    );
    assert_eq!(
        docker.digest.to_string(),
        "sha256:0b7c170a3296ff5c655c8e824c88c6b7cc88505a060b927590d0c566f8b7ab0d"
    );
    assert_eq!(
        index.digest.to_string(),
        "sha256:b1c2702de1d37dd82f43338e543d696b1448f6629a1e325f6d6265451e318eab"
    );
}

#[test]
fn an_attestation_names_the_image_it_is_about() {
    let image = Image::new("linux/amd64").layer("hello");
    for style in [Attestation::ImageConfig, Attestation::EmptyConfig] {
        let index = Index::new().image(&image).attested_as(style).build();
        let entry = index.children[1].descriptor();
        let subject = index.children[0].digest.to_string();
        assert_eq!(
            entry["annotations"]["vnd.docker.reference.type"],
            "attestation-manifest"
        );
        assert_eq!(entry["annotations"]["vnd.docker.reference.digest"], subject);
        assert_eq!(entry["platform"]["os"], "unknown");
        let manifest: Value = serde_json::from_slice(&index.children[1].bytes).unwrap();
        let config = manifest["config"]["mediaType"].as_str().unwrap();
        let new = style == Attestation::EmptyConfig;
        assert_eq!(config == "application/vnd.oci.empty.v1+json", new);
        assert_eq!(manifest["subject"]["digest"] == subject, new);
        assert_eq!(
            manifest["layers"][0]["mediaType"],
            "application/vnd.in-toto+json"
        );
    }
}

#[test]
fn a_config_names_platform_settings_and_layers() {
    let image = Image::new("windows/amd64")
        .os_version("10.0.20348.2700")
        .setting("Env", vec!["A=b"])
        .label("version", "1")
        .created("2026-01-01T00:00:00Z")
        .layer("one")
        .foreign_layer("https://example.com/two", "two")
        .build();
    let config = image.blobs[0].content.bytes().unwrap();
    let config: Value = serde_json::from_slice(&config).unwrap();
    assert_eq!(config["os.version"], "10.0.20348.2700");
    assert_eq!(config["config"]["Env"][0], "A=b");
    assert_eq!(config["config"]["Labels"]["version"], "1");
    assert_eq!(config["created"], "2026-01-01T00:00:00Z");
    assert_eq!(config["rootfs"]["diff_ids"].as_array().unwrap().len(), 2);
    assert_eq!(image.blobs.len(), 2, "the foreign layer is not pushed");
}

#[test]
fn total_size_counts_everything_below() {
    let image = Image::new("linux/amd64")
        .generated_layer(1_000_000, 1)
        .build();
    let config = image.blobs[0].content.size();
    assert_eq!(
        image.total_size(),
        1_000_000 + config + image.bytes.len() as u64
    );
    let index = Index::new()
        .entry(image.clone())
        .entry(image.clone())
        .build();
    assert_eq!(
        index.total_size(),
        2 * image.total_size() + index.bytes.len() as u64
    );
}

#[test]
fn signatures_and_referrers_point_at_their_subject() {
    let image = Image::new("linux/amd64").build();
    let manifest = referrer(&image, "application/spdx+json", "{}");
    let manifest: Value = serde_json::from_slice(&manifest.bytes).unwrap();
    assert_eq!(manifest["subject"]["digest"], image.digest.to_string());
    assert_eq!(manifest["artifactType"], "application/spdx+json");
    let payload = signature(&image.digest).blobs[1].content.bytes().unwrap();
    assert!(String::from_utf8_lossy(&payload).contains(&image.digest.to_string()));
    let empty = Digest::sha256(b"");
    let tag = "sha256-e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855.sig";
    assert_eq!(signature_tag(&empty), tag);
}
