//! The library's types against ours: what it reads, we read alike; what it refuses or bends although
//! registries hold such, we read as it stands.

use bytes::Bytes;
use oci_distribution::config::ConfigFile;
use oci_distribution::manifest::{OciDescriptor, OciImageIndex, OciImageManifest};
use pusher::diff::Settings;
use pusher::model::{Descriptor, Digest, Manifest, Platform, RawManifest, media_type};
use pusher::sandbox::images::{Artifact, Attestation, Image, Index};

fn parse(media_type: &str, text: &[u8]) -> Option<Manifest> {
    let bytes = Bytes::copy_from_slice(text);
    let descriptor = Descriptor {
        media_type: media_type.to_owned(),
        digest: Digest::sha256(&bytes),
        size: bytes.len() as u64,
    };
    Manifest::parse(&RawManifest { descriptor, bytes }).ok()
}

fn is_same(ours: &Descriptor, theirs: &OciDescriptor) -> bool {
    let size = i64::try_from(ours.size).unwrap();
    (&ours.media_type, ours.digest.to_string(), size)
        == (&theirs.media_type, theirs.digest.clone(), theirs.size)
}

fn assert_read_alike(artifact: &Artifact) {
    match parse(&artifact.media_type, &artifact.bytes).unwrap() {
        Manifest::Image(ours) => {
            let theirs: OciImageManifest = serde_json::from_slice(&artifact.bytes).unwrap();
            assert!(is_same(&ours.config, &theirs.config));
            assert_eq!(ours.layers.len(), theirs.layers.len());
            for (ours, theirs) in ours.layers.iter().zip(&theirs.layers) {
                assert!(is_same(&ours.descriptor, theirs));
                assert_eq!(ours.urls, theirs.urls.clone().unwrap_or_default());
            }
            assert_eq!(ours.artifact_type, theirs.artifact_type);
            assert_eq!(ours.subject.is_some(), theirs.subject.is_some());
            let annotations = ours.annotations.into_iter().collect();
            assert_eq!(theirs.annotations.unwrap_or_default(), annotations);
        }
        Manifest::Index(ours) => {
            let theirs: OciImageIndex = serde_json::from_slice(&artifact.bytes).unwrap();
            assert_eq!(ours.children.len(), theirs.manifests.len());
            for (ours, theirs) in ours.children.into_iter().zip(theirs.manifests) {
                assert_eq!(ours.descriptor.digest.to_string(), theirs.digest);
                let platform = theirs.platform.map(|platform| {
                    let (os, architecture) = (platform.os, platform.architecture);
                    let variant = platform.variant.as_deref();
                    Platform::new(&os.to_string(), &architecture.to_string(), variant)
                });
                assert_eq!(ours.platform, platform);
                let annotations = ours.annotations.into_iter().collect();
                assert_eq!(theirs.annotations.unwrap_or_default(), annotations);
            }
        }
    }
}

#[test]
fn what_the_library_reads_is_read_alike() {
    let platforms = ["linux/amd64", "linux/arm/v7", "windows/amd64", "linux/386"];
    for style in [Attestation::ImageConfig, Attestation::EmptyConfig] {
        let index = Index::of(&platforms)
            .attested_as(style)
            .annotation("a", "b");
        for index in [index.clone().build(), index.docker().build()] {
            assert_read_alike(&index);
            index.children.iter().for_each(assert_read_alike);
        }
    }
    let image = Image::new("linux/amd64").docker().layer("one");
    assert_read_alike(&image.build());
}

/// An image whose parts are these, and whose descriptors are well formed.
fn image(layers: &str, rest: &str) -> String {
    let config = descriptor("2");
    format!(r#"{{"schemaVersion":2,"config":{config}{layers}{rest}}}"#)
}

fn descriptor(size: &str) -> String {
    let digest = Digest::sha256(b"");
    format!(r#"{{"mediaType":"m","digest":"{digest}","size":{size}}}"#)
}

#[test]
fn what_the_library_is_too_strict_for_is_read_all_the_same() {
    let layers = r#","layers":[]"#;
    for text in [
        image("", ""),
        image(r#","layers":null"#, ""),
        image(layers, r#","annotations":{"a":1}"#),
        image(layers, r#","annotations":[]"#),
        image(layers, r#","artifactType":7"#),
        image(layers, r#","subject":{}"#),
        image(layers, "").replace(r#""schemaVersion":2,"#, ""),
        image(
            &format!(r#","layers":[{}]"#, descriptor("18446744073709551615")),
            "",
        ),
    ] {
        let theirs: Result<OciImageManifest, _> = serde_json::from_str(&text);
        assert!(theirs.is_err(), "the library reads it by now: {text}");
        let ours = parse(media_type::OCI_MANIFEST, text.as_bytes());
        assert!(ours.is_some(), "{text}");
    }
    let index = r#"{"schemaVersion":2,"manifests":null}"#;
    assert!(serde_json::from_str::<OciImageIndex>(index).is_err());
    assert!(parse(media_type::OCI_INDEX, index.as_bytes()).is_some());
    // And one that it should be stricter for: there is no such size.
    let below = image(&format!(r#","layers":[{}]"#, descriptor("-1")), "");
    assert!(serde_json::from_str::<OciImageManifest>(&below).is_ok());
    assert!(parse(media_type::OCI_MANIFEST, below.as_bytes()).is_none());
}

#[test]
fn configs_that_the_library_refuses_have_settings() {
    let whole = r#""os":"linux","architecture":"amd64","rootfs":{"type":"layers","diff_ids":[]}"#;
    for text in [
        r#"{"config":{"Cmd":["run"]}}"#.to_owned(),
        format!(r#"{{{whole},"created":"yesterday","config":{{"Cmd":["run"]}}}}"#),
        format!(r#"{{{whole},"config":{{"Cmd":["run"],"Volumes":["/data"]}}}}"#),
        format!(r#"{{{whole},"config":{{"Cmd":["run"],"ExposedPorts":{{"80/tcp":null}}}}}}"#),
    ] {
        assert!(serde_json::from_str::<ConfigFile>(&text).is_err(), "{text}");
        let settings = Settings::parse(text.as_bytes()).unwrap();
        assert_eq!(settings.command, ["run"], "{text}");
    }
    let usual = format!(
        r#"{{{whole},"config":{{"Cmd":["run"],"Env":["A=b"],"User":"u","Labels":{{"l":"m"}}}}}}"#
    );
    let theirs: ConfigFile = serde_json::from_str(&usual).unwrap();
    let (theirs, ours) = (
        theirs.config.unwrap(),
        Settings::parse(usual.as_bytes()).unwrap(),
    );
    assert_eq!((theirs.cmd, theirs.user), (Some(ours.command), ours.user));
    assert_eq!(theirs.env.unwrap(), ["A=b"]);
    assert_eq!(theirs.labels.unwrap()["l"], ours.labels["l"]);
}
