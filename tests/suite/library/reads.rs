//! What the library's client finds where `pusher apply` was: nothing of this project is between it and the
//! registry.

use oci_distribution::client::{ClientConfig, ClientProtocol};
use oci_distribution::manifest::{OciDescriptor, OciManifest};
use oci_distribution::secrets::RegistryAuth;
use oci_distribution::{Client, Reference};
use pusher::model::media_type;
use pusher::sandbox::images::{Artifact, Attestation, Image, Index};

use crate::cli::harness::Place;
use crate::support::registry::{Auth, PASSWORD, Setup, TestRegistry, USER};

const PLATFORMS: [&str; 2] = ["linux/amd64", "linux/arm/v7"];

/// A repository, seen by the library.
struct Seen {
    client: Client,
    login: RegistryAuth,
    registry: String,
    repository: &'static str,
}

impl Seen {
    fn in_registry(target: &TestRegistry, auth: Auth, repository: &'static str) -> Self {
        let login = match auth {
            Auth::Open => RegistryAuth::Anonymous,
            Auth::Basic | Auth::Bearer { .. } => {
                RegistryAuth::Basic(USER.to_owned(), PASSWORD.to_owned())
            }
        };
        Self {
            client: Client::new(ClientConfig {
                protocol: ClientProtocol::Http,
                ..ClientConfig::default()
            }),
            login,
            registry: target.address().to_owned(),
            repository,
        }
    }

    /// Fails unless the tag holds this, with everything below it.
    async fn assert_holds(&self, tag: &str, wanted: &Artifact) {
        let (registry, repository) = (self.registry.clone(), self.repository.to_owned());
        let tag = Reference::with_tag(registry, repository, tag.to_owned());
        let found = self.client.fetch_manifest_digest(&tag, &self.login).await;
        assert_eq!(found.unwrap(), wanted.digest.to_string(), "{tag}");
        let mut left = vec![wanted];
        while let Some(wanted) = left.pop() {
            self.assert_is_whole(wanted).await;
            left.extend(&wanted.children);
        }
    }

    async fn assert_is_whole(&self, wanted: &Artifact) {
        let (registry, repository) = (self.registry.clone(), self.repository.to_owned());
        let place = Reference::with_digest(registry, repository, wanted.digest.to_string());
        let accepted = [
            media_type::OCI_MANIFEST,
            media_type::OCI_INDEX,
            media_type::DOCKER_MANIFEST,
            media_type::DOCKER_LIST,
        ];
        let raw = self
            .client
            .pull_manifest_raw(&place, &self.login, &accepted);
        assert_eq!(raw.await.unwrap().0, wanted.bytes, "{place}");
        let (manifest, _) = self
            .client
            .pull_manifest(&place, &self.login)
            .await
            .unwrap();
        match manifest {
            OciManifest::Image(image) => {
                let named: Vec<_> = [image.config].into_iter().chain(image.layers).collect();
                assert_eq!(named.len(), wanted.blobs.len(), "{place}");
                for (descriptor, blob) in named.iter().zip(&wanted.blobs) {
                    assert_eq!(
                        self.blob(&place, descriptor).await,
                        blob.content.bytes().unwrap()
                    );
                }
            }
            OciManifest::ImageIndex(index) => {
                let named = index.manifests.into_iter().map(|child| child.digest);
                let children = wanted.children.iter().map(|child| child.digest.to_string());
                assert!(named.eq(children), "{place}");
            }
        }
    }

    async fn blob(&self, place: &Reference, descriptor: &OciDescriptor) -> Vec<u8> {
        let mut bytes = Vec::new();
        let pulled = self.client.pull_blob(place, descriptor, &mut bytes);
        pulled.await.unwrap();
        bytes
    }
}

async fn tell(auth: Auth) {
    let source = TestRegistry::sandbox(&Setup::default()).await;
    let image = Image::new("linux/amd64").docker().layer("one").layer("two");
    let image = image.build();
    let index = Index::of(&PLATFORMS).attested_as(Attestation::EmptyConfig);
    let index = index.build();
    source.push(&image, "library/nginx", "1.27").await;
    source.push(&index, "org/app", "v1").await;
    for target in TestRegistry::each(&Setup::with_auth(auth)).await {
        let place = Place::empty()
            .naming(source.address(), "SOURCE")
            .variable("ALIYUN_REGISTRY", target.address())
            .variable("ALIYUN_NAME_SPACE", "team")
            .variable("ALIYUN_REGISTRY_USER", USER)
            .variable("ALIYUN_REGISTRY_PASSWORD", PASSWORD)
            .file(
                "mirror.yaml",
                "version: 1\n\
                 target:\n  registry: ${ALIYUN_REGISTRY}\n  namespace: ${ALIYUN_NAME_SPACE}\n  \
                 profile: generic\n\
                 images:\n  - SOURCE/library/nginx:1.27\n  \
                 - source: SOURCE/org/app:v1\n    platforms: all\n",
            );
        let ran = place.run("apply");
        assert_eq!(ran.status, 0, "{}: {}", target.name(), ran.whole());
        let nginx = Seen::in_registry(&target, auth, "team/nginx");
        nginx.assert_holds("1.27", &image).await;
        let app = Seen::in_registry(&target, auth, "team/app");
        app.assert_holds("v1", &index).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn in_an_open_registry() {
    tell(Auth::Open).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn in_a_registry_with_passwords() {
    tell(Auth::Basic).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn in_a_registry_with_tokens() {
    tell(Auth::bearer()).await;
}
