//! The same client against `docker-registry`: what the sandbox says is what the real one says.

use std::collections::HashMap;

use bytes::Bytes;
use futures_util::{StreamExt as _, stream};
use pusher::model::{Descriptor, Digest, RawManifest, Reference, Repository, Secret};
use pusher::registry::{
    Actions, Client, ClientOptions, Deletion, HostOptions, Login, Mount, ReadRegistry as _, Upload,
    UploadBody, WriteRegistry as _,
};
use pusher::sandbox::images::{Artifact, Index};

use super::soon;
use crate::support::found;
use crate::support::registry::{Auth, PASSWORD, Setup, TestRegistry, USER};

fn client(registry: &TestRegistry, options: HostOptions) -> Client {
    let password = Secret::new(PASSWORD.to_owned());
    let login = Some(found(Login::Password {
        username: USER.to_owned(),
        password,
    }));
    let hosts = HashMap::from([(
        registry.address().to_owned(),
        HostOptions { login, ..options },
    )]);
    Client::new(ClientOptions {
        hosts,
        retry: soon(),
        ..ClientOptions::default()
    })
}

fn repository(registry: &TestRegistry, name: &str) -> Repository {
    Repository {
        registry: registry.address().to_owned(),
        name: name.to_owned(),
    }
}

/// Pushes a manifest with all it needs through the client.
async fn push(client: &Client, artifact: &Artifact, repository: &Repository, tag: &str) {
    for manifest in artifact.manifests() {
        for blob in &manifest.blobs {
            let Upload::Session(mut session) = client.start_upload(repository, None).await.unwrap()
            else {
                panic!("mounted without being asked to")
            };
            let size = blob.content.size();
            let body = UploadBody::stream(blob.content.stream(0..size));
            client
                .finish_upload(&mut session, &blob.digest, size, body)
                .await
                .unwrap();
        }
        let descriptor = Descriptor {
            media_type: manifest.media_type.clone(),
            digest: manifest.digest.clone(),
            size: manifest.bytes.len() as u64,
        };
        let raw = RawManifest {
            descriptor,
            bytes: manifest.bytes.clone(),
        };
        let tag = Reference::tagged(repository.clone(), tag);
        let is_top = manifest.digest == artifact.digest;
        let reference = if is_top {
            tag
        } else {
            tag.at(manifest.digest.clone())
        };
        client.put_manifest(&reference, &raw).await.unwrap();
    }
}

#[tokio::test]
async fn writes_and_reads_with_every_kind_of_login() {
    for auth in [Auth::Open, Auth::Basic, Auth::bearer()] {
        for registry in TestRegistry::each(&Setup::with_auth(auth)).await {
            let who = format!("{} {auth:?}", registry.name());
            let client = client(&registry, HostOptions::default());
            let (app, other) = (
                repository(&registry, "team/app"),
                repository(&registry, "team/b"),
            );
            client.announce([&app, &other], Actions::Push);
            let index = Index::of(&["linux/amd64", "linux/arm64"]).build();
            push(&client, &index, &app, "v1").await;
            let tag = Reference::tagged(app.clone(), "v1");
            let found = client.head_manifest(&tag).await.unwrap().unwrap();
            assert_eq!(found.digest, index.digest, "{who}");
            let read = client.get_manifest(&tag).await.unwrap().unwrap();
            assert_eq!(
                (read.descriptor, read.bytes),
                (found, index.bytes.clone()),
                "{who}"
            );
            assert_eq!(
                client.list_tags(&app).await.unwrap().unwrap(),
                ["v1"],
                "{who}"
            );
            assert_eq!(client.list_tags(&other).await.unwrap(), None, "{who}");
            let none = client.list_referrers(&app, &index.digest).await.unwrap();
            assert_eq!(none, None, "{who}");

            let layer = &index.children[0].blobs[1];
            let mount = Mount {
                digest: layer.digest.clone(),
                from: app.clone(),
            };
            let upload = client.start_upload(&other, Some(&mount)).await.unwrap();
            assert!(matches!(upload, Upload::Done), "{who}: {upload:?}");
            let missing = Mount {
                digest: Digest::sha256(b"x"),
                from: app.clone(),
            };
            let upload = client.start_upload(&other, Some(&missing)).await.unwrap();
            assert!(matches!(upload, Upload::Session(_)), "{who}: {upload:?}");

            let by_tag = client.delete_manifest(&tag).await.unwrap();
            assert_eq!(by_tag, Deletion::Unsupported, "{who}");
            let digest = tag.at(index.digest.clone());
            assert_eq!(
                client.delete_manifest(&digest).await.unwrap(),
                Deletion::Deleted,
                "{who}"
            );
            assert_eq!(client.head_manifest(&tag).await.unwrap(), None, "{who}");
            let tokens = if matches!(auth, Auth::Bearer { .. }) {
                2
            } else {
                0
            };
            assert_eq!(
                registry.tokens(),
                tokens,
                "{who}: one to write, one to delete"
            );
        }
    }
}

#[tokio::test]
async fn uploads_in_parts_and_reads_from_a_byte_on() {
    for registry in TestRegistry::each(&Setup::default()).await {
        let who = registry.name();
        let client = client(&registry, HostOptions::default());
        let app = repository(&registry, "app");
        let bytes = Bytes::from(vec![5; 300_000]);
        let digest = Digest::sha256(&bytes);
        let Upload::Session(mut session) = client.start_upload(&app, None).await.unwrap() else {
            panic!("{who}")
        };
        let part = stream::iter([Ok::<_, std::io::Error>(bytes.slice(..100_000))]);
        client
            .append_upload(&mut session, 100_000, UploadBody::stream(part))
            .await
            .unwrap();
        assert_eq!(
            client.upload_offset(&mut session).await.unwrap(),
            Some(100_000),
            "{who}"
        );
        let rest = UploadBody::from(bytes.slice(100_000..));
        client
            .finish_upload(&mut session, &digest, 200_000, rest)
            .await
            .unwrap();
        let blob = super::descriptor(digest, bytes.len());
        let mut stream = client.open_blob(&app, &blob, 299_000).await.unwrap();
        assert_eq!(stream.offset(), 299_000, "{who}");
        let mut length = 0;
        while let Some(chunk) = stream.next().await {
            length += chunk.unwrap().len();
        }
        assert_eq!(length, 1000, "{who}");

        let Upload::Session(session) = client.start_upload(&app, None).await.unwrap() else {
            panic!("{who}")
        };
        client.cancel_upload(&session).await.unwrap();

        // The place that it was at before it moved on: an answer that was lost.
        let Upload::Session(mut session) = client.start_upload(&app, None).await.unwrap() else {
            panic!("{who}")
        };
        let mut before = session.clone();
        let part = UploadBody::from(bytes.slice(..100_000));
        client
            .append_upload(&mut session, 100_000, part)
            .await
            .unwrap();
        assert_eq!(
            client.upload_offset(&mut before).await.unwrap(),
            None,
            "{who}"
        );
    }
}

#[tokio::test]
async fn speaks_http_2_where_it_can_and_http_1_for_blobs() {
    let setup = Setup {
        tls: true,
        ..Setup::default()
    };
    let Some(registry) = TestRegistry::real(&setup).await else {
        return;
    };
    let certificate = std::fs::read(registry.docker().unwrap().certificate()).unwrap();
    let options = HostOptions {
        plain_http: Some(false),
        ca_certificates: Some(certificate),
        ..HostOptions::default()
    };
    let client = client(&registry, options);
    let app = repository(&registry, "app");
    let image = pusher::sandbox::images::Image::new("linux/amd64")
        .layer("small")
        .generated_layer(5_000_000, 1)
        .build();
    push(&client, &image, &app, "v1").await;
    let tag = Reference::tagged(app.clone(), "v1");
    assert_eq!(
        client.head_manifest(&tag).await.unwrap().unwrap().digest,
        image.digest
    );
    for blob in &image.blobs {
        let size = usize::try_from(blob.content.size()).unwrap();
        let descriptor = super::descriptor(blob.digest.clone(), size);
        let mut stream = client.open_blob(&app, &descriptor, 0).await.unwrap();
        let mut bytes = Vec::new();
        while let Some(chunk) = stream.next().await {
            bytes.extend_from_slice(&chunk.unwrap());
        }
        assert!(blob.digest.matches(&bytes));
    }
}
