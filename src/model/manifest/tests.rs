//! Manifests as tools write them, and as nobody does.

use super::*;

fn raw(media_type: &str, body: &str) -> RawManifest {
    let bytes = bytes::Bytes::copy_from_slice(body.as_bytes());
    let digest = Digest::sha256(&bytes);
    let descriptor = Descriptor {
        media_type: media_type.to_owned(),
        digest,
        size: bytes.len() as u64,
    };
    RawManifest { descriptor, bytes }
}

fn descriptor(media_type: &str) -> String {
    let digest = Digest::sha256(b"");
    format!(r#"{{"mediaType":"{media_type}","digest":"{digest}","size":0}}"#)
}

#[test]
fn reads_both_kinds_in_both_spellings() {
    let config = descriptor(media_type::OCI_CONFIG);
    let image = format!(r#"{{"schemaVersion":2,"config":{config},"layers":[]}}"#);
    let index = format!(r#"{{"schemaVersion":2,"manifests":[{config}]}}"#);
    for media_type in [media_type::OCI_MANIFEST, media_type::DOCKER_MANIFEST] {
        assert!(matches!(
            Manifest::parse(&raw(media_type, &image)),
            Ok(Manifest::Image(_))
        ));
        assert!(Manifest::parse(&raw(media_type, &index)).is_err());
    }
    for media_type in [media_type::OCI_INDEX, media_type::DOCKER_LIST] {
        assert!(matches!(
            Manifest::parse(&raw(media_type, &index)),
            Ok(Manifest::Index(_))
        ));
        assert!(Manifest::parse(&raw(media_type, &image)).is_err());
    }
}

#[test]
fn takes_what_tools_leave_empty() {
    let parse = |body: &str| Manifest::parse(&raw(media_type::OCI_INDEX, body)).unwrap();
    let empty = parse(r#"{"manifests":null}"#);
    assert_eq!(empty, parse(r#"{"manifests":[]}"#));
    for platform in ["{}", r#"{"os":"","architecture":""}"#, r#"{"os":"linux"}"#] {
        let child = descriptor("x").replacen('{', &format!(r#"{{"platform":{platform},"#), 1);
        let Manifest::Index(index) = parse(&format!(r#"{{"manifests":[{child}]}}"#)) else {
            panic!("an index");
        };
        assert_eq!(index.children[0].platform, None, "{platform}");
        assert_eq!(config_platform(platform.as_bytes()), None, "{platform}");
    }
}

#[test]
fn what_is_optional_and_cannot_be_read_is_as_if_it_were_not_there() {
    let parse = |body: &str| Manifest::parse(&raw(media_type::OCI_MANIFEST, body)).unwrap();
    let config = descriptor(media_type::OCI_CONFIG);
    let bare = parse(&format!(r#"{{"config":{config},"layers":[]}}"#));
    assert_eq!(
        parse(&format!(r#"{{"config":{config}}}"#)),
        bare,
        "no layers"
    );
    for odd in [
        r#""annotations":null"#,
        r#""annotations":[]"#,
        r#""annotations":{"a":null,"b":1}"#,
        r#""artifactType":7"#,
        r#""subject":{"digest":"blake3:00"}"#,
    ] {
        assert_eq!(
            parse(&format!(r#"{{"config":{config},{odd}}}"#)),
            bare,
            "{odd}"
        );
    }
    let noted = format!(r#"{{"config":{config},"annotations":{{"a":1,"b":"text"}}}}"#);
    let Manifest::Image(noted) = parse(&noted) else {
        panic!("an image");
    };
    assert_eq!(noted.annotations["b"], "text");
    for odd in [
        r#""platform":"linux""#,
        r#""platform":null"#,
        r#""annotations":null"#,
        r#""urls":"https://x""#,
    ] {
        let child = descriptor("x").replacen('{', &format!("{{{odd},"), 1);
        let index = raw(
            media_type::OCI_INDEX,
            &format!(r#"{{"manifests":[{child}]}}"#),
        );
        assert!(Manifest::parse(&index).is_ok(), "{odd}");
    }
}

#[test]
fn refuses_schema_1_and_what_can_be_read_two_ways() {
    let schema_1 = raw(media_type::DOCKER_SCHEMA_1[0], r#"{"schemaVersion":1}"#);
    assert_eq!(Manifest::parse(&schema_1), Err(ManifestError::Schema1));
    let disguised = raw(media_type::OCI_MANIFEST, r#"{"schemaVersion":1}"#);
    assert_eq!(Manifest::parse(&disguised), Err(ManifestError::Schema1));
    let config = descriptor(media_type::OCI_CONFIG);
    let both = format!(r#"{{"config":{config},"layers":[],"manifests":[]}}"#);
    for media_type in [media_type::OCI_MANIFEST, media_type::OCI_INDEX] {
        let error = Manifest::parse(&raw(media_type, &both)).unwrap_err();
        assert!(matches!(error, ManifestError::Malformed(_)), "{error}");
    }
    let lies = format!(r#"{{"mediaType":"{}","layers":[]}}"#, media_type::OCI_INDEX);
    let error = Manifest::parse(&raw(media_type::OCI_MANIFEST, &lies)).unwrap_err();
    assert!(
        matches!(error, ManifestError::Contradiction { .. }),
        "{error}"
    );
}

#[test]
fn tells_attestations_and_foreign_layers() {
    let mut child = Child {
        descriptor: serde_json::from_str::<WireDescriptor>(&descriptor("x"))
            .unwrap()
            .into(),
        platform: None,
        artifact_type: None,
        annotations: IndexMap::new(),
    };
    assert_eq!(child.attests(), None);
    child.annotations.insert(
        "vnd.docker.reference.type".into(),
        "attestation-manifest".into(),
    );
    child
        .annotations
        .insert("vnd.docker.reference.digest".into(), "sha256:1".into());
    assert_eq!(child.attests(), Some("sha256:1"));

    let media_type = "application/vnd.docker.image.rootfs.foreign.diff.tar.gzip".to_owned();
    let foreign = Descriptor {
        media_type,
        ..child.descriptor
    };
    let mut layer = Layer {
        descriptor: foreign,
        urls: vec![],
    };
    assert!(
        !layer.is_foreign(),
        "without a URL a registry has to hold it"
    );
    layer.urls.push("https://example.com/layer".to_owned());
    assert!(layer.is_foreign());
}

/// Parses a document in which `$` stands for this, so many times, and `%` for as many `]`.
fn error_of(media_type: &str, document: &str, part: &str, times: usize) -> String {
    let document = document.replace('%', &"]".repeat(times));
    let document = document.replace('$', &part.repeat(times));
    let error = Manifest::parse(&raw(media_type, &document)).unwrap_err();
    error.to_string()
}

#[test]
fn what_is_huge_is_an_error_and_its_words_are_few() {
    let (image, index) = (media_type::OCI_MANIFEST, media_type::OCI_INDEX);
    let config = descriptor(media_type::OCI_CONFIG);
    let digest = Digest::sha256(b"");
    let of = |text: &str| {
        text.replace("CONFIG", &config)
            .replace("DIGEST", &digest.to_string())
    };
    for (media_type, document, part, times, words) in [
        (
            index,
            r#"{"manifests":[${}]}"#,
            r#"{"mediaType":"m","digest":"DIGEST","size":1},"#,
            1_000_000,
            "more than 200000 members",
        ),
        (
            index,
            r#"{"manifests":[$]}"#,
            "[",
            100_000,
            "is not a valid manifest",
        ),
        (
            image,
            r#"{"config":CONFIG,"subject":$%}"#,
            "[",
            100_000,
            "recursion limit",
        ),
        (
            image,
            r#"{"config":CONFIG,"annotations":$%}"#,
            "[",
            100_000,
            "recursion limit",
        ),
        (
            image,
            r#"{"config":CONFIG,"other":$}"#,
            "[",
            100_000,
            "is not a valid manifest",
        ),
        (
            image,
            r#"{"config":{"mediaType":"$","digest":"DIGEST","size":1}}"#,
            "x",
            300,
            "a media type has more than 255",
        ),
        (
            image,
            r#"{"config":{"mediaType":"m","digest":"DIGEST","size":"$"}}"#,
            "x",
            3_000_000,
            "invalid type",
        ),
        (
            image,
            r#"{"config":{"mediaType":"m","digest":"$:00","size":1}}"#,
            "x",
            3_000_000,
            "digest algorithm",
        ),
        (
            image,
            r#"{"config":{"mediaType":"m","digest":"DIGEST","size":-1}}"#,
            "",
            1,
            "invalid value: integer `-1`",
        ),
        (
            image,
            r#"{"config":{"mediaType":"m","digest":"DIGEST","size":$}}"#,
            "9",
            30,
            "invalid type",
        ),
        (
            image,
            r#"{"mediaType":"$"}"#,
            "x",
            3_000_000,
            "the manifest itself says",
        ),
    ] {
        let told = error_of(media_type, &of(document), &of(part), times);
        assert!(
            told.contains(words),
            "{words}: {}",
            &told[..told.len().min(400)]
        );
        assert!(told.len() < 1000, "{words}: {} bytes", told.len());
    }
}

#[test]
fn a_config_nested_without_end_names_no_platform() {
    for open in ["[", r#"{"os":"#, r#"{"x":"#] {
        assert_eq!(config_platform(open.repeat(100_000).as_bytes()), None);
    }
}
