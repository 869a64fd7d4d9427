use pusher::model::{
    Cause, Digest, MANIFEST_SIZE_LIMIT, RawManifest, Reference, RequestKind, media_type,
};
use pusher::registry::{Deletion, ReadRegistry as _, WriteRegistry as _};
use pusher::sandbox::images::{Image, Index, schema_1};
use pusher::sandbox::{Auth, Delete, Effect, Fault, Options, StoredManifest};

use super::scripted::{MANIFEST, Scripted, manifest, status, with_body};
use super::{anonymous, client_for, descriptor, push_image, repository, soon_tired, start, tagged};

#[tokio::test]
async fn a_tag_in_place_costs_one_head_and_nothing_else() {
    let sandbox = start(Options::default()).await;
    let image = push_image(&sandbox, "app");
    let client = anonymous();
    let found = client
        .head_manifest(&tagged(&sandbox, "app", "v1"))
        .await
        .unwrap()
        .unwrap();
    assert_eq!(found.digest, image.digest);
    assert_eq!(
        (found.media_type, found.size),
        (image.media_type, image.bytes.len() as u64)
    );
    assert_eq!(
        client
            .head_manifest(&tagged(&sandbox, "app", "no"))
            .await
            .unwrap(),
        None
    );
    assert_eq!(
        client
            .head_manifest(&tagged(&sandbox, "no", "v1"))
            .await
            .unwrap(),
        None
    );
    assert_eq!(sandbox.log().requests().len(), 3);
    let stats = client.stats()[sandbox.address()].clone();
    assert_eq!(
        (
            stats.count(RequestKind::HeadManifest),
            stats.total(),
            stats.retries
        ),
        (3, 3, 0)
    );
}

#[tokio::test]
async fn fifty_heads_at_once_are_fifty_requests() {
    let sandbox = start(Options::default()).await;
    push_image(&sandbox, "app");
    let client = anonymous();
    let reference = tagged(&sandbox, "app", "v1");
    let heads = (0..50).map(|_| client.head_manifest(&reference));
    let found = futures_util::future::join_all(heads).await;
    assert!(found.iter().all(|found| found.as_ref().unwrap().is_some()));
    assert_eq!(sandbox.log().requests().len(), 50);
}

#[tokio::test]
async fn without_a_digest_header_the_manifest_is_read() {
    let sandbox = start(Options {
        digest_header: false,
        ..Options::default()
    })
    .await;
    let image = push_image(&sandbox, "app");
    let client = anonymous();
    let tag = tagged(&sandbox, "app", "v1");
    let found = client.head_manifest(&tag).await.unwrap().unwrap();
    assert_eq!(
        (found.digest, found.media_type),
        (image.digest.clone(), image.media_type)
    );
    assert_eq!(sandbox.log().count("GET", "/manifests/v1"), 1);
    // Of a digest that was asked for, the digest is known.
    let found = client
        .head_manifest(&tag.at(image.digest.clone()))
        .await
        .unwrap()
        .unwrap();
    assert_eq!(found.digest, image.digest);
    assert_eq!(sandbox.log().count("GET", "/manifests/"), 1);
}

#[tokio::test]
async fn where_head_is_refused_the_manifest_is_read() {
    for (status, heads) in [
        (400, 1),
        (401, 1),
        (403, 1),
        (405, 1),
        (410, 1),
        (500, 5),
        (501, 1),
        (503, 5),
    ] {
        let sandbox = start(Options::default()).await;
        let image = push_image(&sandbox, "app");
        sandbox
            .faults()
            .add(Fault::new("HEAD", "", Effect::status(status)).always());
        let client = anonymous();
        let found = client.head_manifest(&tagged(&sandbox, "app", "v1")).await;
        assert_eq!(found.unwrap().unwrap().digest, image.digest, "{status}");
        let stats = client.stats()[sandbox.address()].clone();
        let counts = (
            stats.count(RequestKind::HeadManifest),
            stats.count(RequestKind::GetManifest),
        );
        assert_eq!(counts, (heads, 1), "it is counted as a pull: {status}");
    }
}

#[tokio::test]
async fn the_words_of_a_refusal_are_those_of_get() {
    let words = r#"{"errors":[{"code":"DENIED","message":"not from your address"}]}"#;
    let server = Scripted::start(move |asked, _| match &*asked.method {
        "HEAD" => status(403, &[]),
        _ => with_body(403, &[], words),
    })
    .await;
    let error = anonymous()
        .head_manifest(&server.tagged("app"))
        .await
        .unwrap_err();
    assert_eq!(error.cause(), Cause::Denied);
    assert!(
        error.to_string().contains("not from your address"),
        "{error}"
    );
}

#[tokio::test]
async fn neither_absence_nor_too_many_requests_is_asked_about_twice() {
    for refusal in [404, 429] {
        let sandbox = start(Options::default()).await;
        push_image(&sandbox, "app");
        let refused = Fault::new("HEAD", "", Effect::status(refusal)).always();
        sandbox.faults().add(refused);
        let _ = soon_tired()
            .head_manifest(&tagged(&sandbox, "app", "v1"))
            .await;
        assert_eq!(sandbox.log().count("GET", ""), 0, "{refusal}");
    }
}

#[tokio::test]
async fn a_digest_header_that_cannot_be_read_is_as_good_as_none() {
    let digest = Digest::sha256(MANIFEST.as_bytes());
    let hex = digest.hex();
    for odd in [
        String::new(),
        format!("\"{digest}\""),
        format!("SHA256:{hex}"),
        format!("blake3:{hex}"),
        hex.clone(),
        "sha256:".to_owned(),
    ] {
        let header = odd.clone();
        let server = Scripted::start(move |asked, _| {
            let mut answer = match &*asked.method {
                "PUT" => status(201, &[]),
                _ => manifest(asked),
            };
            answer
                .headers_mut()
                .insert("Docker-Content-Digest", header.parse().unwrap());
            answer
        })
        .await;
        let client = anonymous();
        let tag = server.tagged("app");
        let found = client.head_manifest(&tag).await.unwrap().unwrap();
        assert_eq!(found.digest, digest, "{odd}");
        let found = client.get_manifest(&tag).await.unwrap().unwrap();
        client.put_manifest(&tag, &found).await.unwrap();
        let named = tag.at(digest.clone());
        assert!(
            client.head_manifest(&named).await.unwrap().is_some(),
            "{odd}"
        );
    }
}

#[tokio::test]
async fn the_manifest_says_what_it_is_where_the_header_does_not() {
    let (oci, docker) = (media_type::OCI_MANIFEST, media_type::DOCKER_MANIFEST);
    let named = MANIFEST.replacen('{', &format!(r#"{{"mediaType":"{docker}","#), 1);
    let index = r#"{"schemaVersion":2,"manifests":[]}"#.to_owned();
    for (body, kind) in [
        (named, docker),
        (MANIFEST.to_owned(), oci),
        (index, media_type::OCI_INDEX),
    ] {
        for general in [
            "application/octet-stream",
            "binary/octet-stream",
            "application/json; charset=utf-8",
            "text/plain; charset=utf-8",
            "text/html",
            "",
        ] {
            let content = body.clone();
            let server =
                Scripted::start(move |_, _| with_body(200, &[("Content-Type", general)], &content))
                    .await;
            let found = anonymous().head_manifest(&server.tagged("app")).await;
            assert_eq!(found.unwrap().unwrap().media_type, kind, "{general}");
        }
    }
}

#[tokio::test]
async fn a_content_coding_is_not_asked_for_and_is_named_where_it_comes() {
    let server = Scripted::start(|_, _| {
        with_body(
            200,
            &[
                ("Content-Encoding", "gzip"),
                ("Content-Type", media_type::OCI_MANIFEST),
            ],
            "squeezed",
        )
    })
    .await;
    let client = anonymous();
    let blob = descriptor(Digest::sha256(b"plain"), 8);
    let mut told = vec![
        client
            .get_manifest(&server.tagged("app"))
            .await
            .unwrap_err(),
        client
            .get_blob(&server.repository("app"), &blob)
            .await
            .unwrap_err(),
        client
            .list_tags(&server.repository("app"))
            .await
            .unwrap_err(),
    ];
    let larger = descriptor(Digest::sha256(b"plain"), 5000);
    told.push(
        client
            .open_blob(&server.repository("app"), &larger, 0)
            .await
            .unwrap_err(),
    );
    for error in told {
        assert!(
            error.to_string().contains("content coding `gzip`"),
            "{error}"
        );
    }
    let asked = server.asked();
    assert!(
        asked
            .iter()
            .all(|asked| asked.header("accept-encoding") == Some("identity"))
    );
    // Storage hosts call a compressed layer encoded, and send it as it is.
    let right = descriptor(Digest::sha256(b"squeezed"), 8);
    assert!(
        client
            .get_blob(&server.repository("app"), &right)
            .await
            .unwrap()
            .is_some()
    );
    assert!(
        client
            .open_blob(&server.repository("app"), &right, 0)
            .await
            .is_ok()
    );
}

#[tokio::test]
async fn reads_the_very_bytes() {
    let sandbox = start(Options::default()).await;
    let index = Index::of(&["linux/amd64", "linux/arm64"]).build();
    index.push(&sandbox, "app", "v1");
    let client = anonymous();
    let tag = tagged(&sandbox, "app", "v1");
    for reference in [tag.clone(), tag.at(index.digest.clone())] {
        let found = client.get_manifest(&reference).await.unwrap().unwrap();
        assert_eq!(
            (found.bytes, found.descriptor.digest),
            (index.bytes.clone(), index.digest.clone())
        );
        assert_eq!(found.descriptor.media_type, index.media_type);
    }
    assert_eq!(
        client
            .get_manifest(&tagged(&sandbox, "app", "no"))
            .await
            .unwrap(),
        None
    );
}

#[tokio::test]
async fn a_corrupted_manifest_is_never_taken() {
    let sandbox = start(Options::default()).await;
    let image = push_image(&sandbox, "app");
    sandbox
        .faults()
        .add(Fault::new("GET", "/manifests/", Effect::Corrupt { at: 20 }).always());
    let tag = tagged(&sandbox, "app", "v1");
    for reference in [tag.clone(), tag.at(image.digest.clone())] {
        let error = anonymous().get_manifest(&reference).await.unwrap_err();
        assert_eq!(error.cause(), Cause::Protocol);
        assert!(
            error.to_string().contains(&image.digest.to_string()),
            "{error}"
        );
    }
}

#[tokio::test]
async fn one_wrong_byte_may_have_become_so_on_its_way() {
    let sandbox = start(Options::default()).await;
    let image = push_image(&sandbox, "app");
    let tag = tagged(&sandbox, "app", "v1");
    for reference in [tag.clone(), tag.at(image.digest.clone())] {
        let client = anonymous();
        sandbox.log().clear();
        let wrong = Fault::new("GET", "/manifests/", Effect::Corrupt { at: 20 });
        sandbox.faults().add(wrong);
        let found = client.get_manifest(&reference).await.unwrap().unwrap();
        assert_eq!(found.bytes, image.bytes);
        assert_eq!(sandbox.log().count("GET", "/manifests/"), 2);
    }
}

#[tokio::test]
async fn a_digest_that_answers_with_another_is_an_error() {
    let sandbox = start(Options::default()).await;
    let image = push_image(&sandbox, "app");
    let asked = Digest::sha256(b"something else");
    let manifest = StoredManifest {
        media_type: image.media_type,
        bytes: image.bytes,
    };
    sandbox.put_manifest_as("app", &asked, manifest);
    let lie = Effect::Headers(vec![]).header("Docker-Content-Digest", &image.digest.to_string());
    sandbox.faults().add(Fault::new("HEAD", "", lie).always());
    let reference = Reference::digested(repository(&sandbox, "app"), asked);
    let error = anonymous().head_manifest(&reference).await.unwrap_err();
    assert_eq!(error.cause(), Cause::Protocol, "{error}");
    let error = anonymous().get_manifest(&reference).await.unwrap_err();
    assert_eq!(error.cause(), Cause::Protocol, "{error}");
}

#[tokio::test]
async fn a_manifest_that_is_too_long_is_not_read_to_its_end() {
    let sandbox = start(Options::default()).await;
    let bytes = vec![b' '; MANIFEST_SIZE_LIMIT + 1];
    sandbox.put_manifest("app", "v1", media_type::OCI_MANIFEST, bytes);
    let error = anonymous()
        .get_manifest(&tagged(&sandbox, "app", "v1"))
        .await
        .unwrap_err();
    assert!(
        error.to_string().contains("longer than 4194304 bytes"),
        "{error}"
    );
}

#[tokio::test]
async fn schema_1_is_read_so_that_it_can_be_refused_by_name() {
    let sandbox = start(Options::default()).await;
    let old = schema_1("app", "v1");
    old.push(&sandbox, "app", "v1");
    let found = anonymous()
        .get_manifest(&tagged(&sandbox, "app", "v1"))
        .await
        .unwrap()
        .unwrap();
    assert!(media_type::is_schema_1(&found.descriptor.media_type));
}

#[tokio::test]
async fn pushes_byte_for_byte_and_notices_a_registry_that_keeps_something_else() {
    for manifest_location in [true, false] {
        let options = Options {
            manifest_location,
            ..Options::default()
        };
        let sandbox = start(options).await;
        let image = Image::new("linux/amd64").layer("x").build();
        for blob in &image.blobs {
            sandbox.put_blob("app", blob.content.clone());
        }
        let client = anonymous();
        let manifest = raw(&image.media_type, &image.bytes);
        let tag = tagged(&sandbox, "app", "v1");
        client
            .put_manifest(&tag.at(image.digest.clone()), &manifest)
            .await
            .unwrap();
        assert!(sandbox.tags("app").is_empty());
        client.put_manifest(&tag, &manifest).await.unwrap();
        assert_eq!(sandbox.tag("app", "v1"), Some(image.digest.clone()));
        let kept = sandbox.manifest("app", &image.digest).unwrap();
        assert_eq!(
            (kept.bytes, kept.media_type),
            (image.bytes, image.media_type)
        );

        let other = Digest::sha256(b"other").to_string();
        let lie = Effect::Headers(vec![]).header("Docker-Content-Digest", &other);
        sandbox.faults().add(Fault::new("PUT", "", lie).always());
        let error = client.put_manifest(&tag, &manifest).await.unwrap_err();
        assert!(
            error.to_string().contains(&format!("keeps `{other}`")),
            "{error}"
        );
    }
}

#[tokio::test]
async fn a_refusal_says_what_the_registry_said() {
    let sandbox = start(Options::acr_personal()).await;
    let index = Index::of(&["linux/amd64"]).attested().build();
    index.push(&sandbox, "app", None);
    let attestation = &index.children[1];
    let manifest = raw(&attestation.media_type, &attestation.bytes);
    let reference = tagged(&sandbox, "app", "v1").at(attestation.digest.clone());
    let error = anonymous()
        .put_manifest(&reference, &manifest)
        .await
        .unwrap_err();
    assert_eq!(
        (error.cause(), error.code(), error.status()),
        (Cause::Denied, Some("DENIED"), Some(403))
    );
    assert!(
        error.message().unwrap().contains("unknown manifest class"),
        "{error}"
    );
    assert_eq!(error.tries, 1);
    assert_eq!(sandbox.log().writes(), 1);
}

#[tokio::test]
async fn deletes_where_the_registry_can() {
    for (delete, by_tag, by_digest) in [
        (Delete::All, Deletion::Deleted, Deletion::Deleted),
        (Delete::Digests, Deletion::Unsupported, Deletion::Deleted),
        (Delete::Off, Deletion::Unsupported, Deletion::Unsupported),
    ] {
        let sandbox = start(Options {
            delete,
            ..Options::default()
        })
        .await;
        let image = push_image(&sandbox, "app");
        let client = anonymous();
        let tag = tagged(&sandbox, "app", "v1");
        assert_eq!(
            client.delete_manifest(&tag).await.unwrap(),
            by_tag,
            "{delete:?}"
        );
        let digest = tag.at(image.digest);
        assert_eq!(
            client.delete_manifest(&digest).await.unwrap(),
            by_digest,
            "{delete:?}"
        );
        if by_digest == Deletion::Deleted {
            assert_eq!(
                client.delete_manifest(&digest).await.unwrap(),
                Deletion::Absent
            );
        }
    }
}

#[tokio::test]
async fn deletes_with_a_token_that_allows_it() {
    let sandbox = start(Options {
        auth: Auth::bearer("user", super::PASSWORD),
        ..Options::default()
    })
    .await;
    push_image(&sandbox, "app");
    let tag = tagged(&sandbox, "app", "v1");
    let client = client_for(&sandbox);
    assert_eq!(
        client.delete_manifest(&tag).await.unwrap(),
        Deletion::Deleted
    );
}

#[tokio::test]
async fn lists_tags_page_by_page() {
    let sandbox = start(Options {
        page: 2,
        ..Options::default()
    })
    .await;
    let image = push_image(&sandbox, "app");
    for tag in ["1.10", "no", "latest", "a", "b"] {
        sandbox.put_tag("app", tag, &image.digest);
    }
    let client = anonymous();
    let tags = client
        .list_tags(&repository(&sandbox, "app"))
        .await
        .unwrap()
        .unwrap();
    assert_eq!(tags, sandbox.tags("app"));
    assert_eq!(tags.len(), 6);
    assert!(sandbox.log().count("GET", "/tags/list") >= 3);
    assert_eq!(
        client
            .list_tags(&repository(&sandbox, "none"))
            .await
            .unwrap(),
        None
    );
}

#[tokio::test]
async fn a_next_page_elsewhere_is_refused() {
    let sandbox = start(Options::default()).await;
    push_image(&sandbox, "app");
    for link in [
        "<http://127.0.0.1:9/v2/x>; rel=\"next\"",
        "<?n=1000>; rel=\"next\"",
    ] {
        let fault = Effect::Headers(vec![]).header("Link", link);
        sandbox.faults().add(Fault::new("GET", "/tags/list", fault));
        let error = anonymous()
            .list_tags(&repository(&sandbox, "app"))
            .await
            .unwrap_err();
        assert_eq!(error.cause(), Cause::Protocol, "{error}");
    }
}

#[tokio::test]
async fn lists_referrers_or_says_that_there_is_no_such_list() {
    let sandbox = start(Options {
        page: 1,
        ..Options::default()
    })
    .await;
    let image = push_image(&sandbox, "app");
    for kind in ["application/x.one", "application/x.two"] {
        pusher::sandbox::images::referrer(&image, kind, kind).push(&sandbox, "app", None);
    }
    let client = anonymous();
    let repository = repository(&sandbox, "app");
    let found = client
        .list_referrers(&repository, &image.digest)
        .await
        .unwrap()
        .unwrap();
    let types: Vec<_> = found
        .iter()
        .filter_map(|child| child.artifact_type.clone())
        .collect();
    assert_eq!(types.len(), 2, "{types:?}");
    let none = client
        .list_referrers(&repository, &Digest::sha256(b"x"))
        .await
        .unwrap();
    assert_eq!(none, Some(vec![]));

    let old = start(Options {
        referrers: false,
        ..Options::default()
    })
    .await;
    let repository = super::repository(&old, "app");
    assert_eq!(
        client
            .list_referrers(&repository, &image.digest)
            .await
            .unwrap(),
        None
    );
}

fn raw(media_type: &str, bytes: &bytes::Bytes) -> RawManifest {
    let descriptor = pusher::model::Descriptor {
        media_type: media_type.to_owned(),
        digest: Digest::sha256(bytes),
        size: bytes.len() as u64,
    };
    RawManifest {
        descriptor,
        bytes: bytes.clone(),
    }
}

#[tokio::test]
async fn a_manifest_is_read_once_and_never_out_of_another_repository() {
    let sandbox = start(Options::default()).await;
    let image = push_image(&sandbox, "app");
    let client = anonymous();
    let digest = tagged(&sandbox, "app", "v1").at(image.digest.clone());
    for _ in 0..3 {
        assert!(client.get_manifest(&digest).await.unwrap().is_some());
    }
    assert_eq!(sandbox.log().requests().len(), 1);
    let other = tagged(&sandbox, "other", "v1").at(image.digest);
    assert_eq!(client.get_manifest(&other).await.unwrap(), None);
}
