//! A small HTTP client that knows registries and hides nothing.

use bytes::Bytes;
use pusher::model::Digest;
use pusher::sandbox::images::Artifact;
use reqwest::header::{ACCEPT, AUTHORIZATION, CONTENT_TYPE, HeaderMap};
use reqwest::{Body, Method, RequestBuilder};
use serde_json::Value;

/// Every media type of a manifest.
pub(crate) const MANIFESTS: &str = "application/vnd.oci.image.index.v1+json, \
    application/vnd.oci.image.manifest.v1+json, \
    application/vnd.docker.distribution.manifest.list.v2+json, \
    application/vnd.docker.distribution.manifest.v2+json";

/// Talks to one registry. It follows no redirect and repeats no request.
#[derive(Clone)]
pub(crate) struct Client {
    http: reqwest::Client,
    base: String,
    authorization: Option<String>,
}

impl Client {
    /// Returns a client for `http://HOST:PORT` or `https://…`.
    pub(crate) fn new(base: &str) -> Self {
        Self::with(reqwest::Client::builder(), base)
    }

    /// Returns a client that trusts one more certificate.
    pub(crate) fn trusting(base: &str, pem: &[u8]) -> Self {
        let certificate = reqwest::Certificate::from_pem(pem).unwrap();
        Self::with(
            reqwest::Client::builder().add_root_certificate(certificate),
            base,
        )
    }

    /// Sends this `Authorization` header along.
    pub(crate) fn authorized(self, authorization: impl Into<Option<String>>) -> Self {
        Self {
            authorization: authorization.into(),
            ..self
        }
    }

    /// Starts a request; `path` is a path of this registry or a whole address.
    pub(crate) fn request(&self, method: &str, path: &str) -> RequestBuilder {
        let url = if path.starts_with('/') {
            format!("{}{path}", self.base)
        } else {
            path.into()
        };
        let request = self
            .http
            .request(Method::from_bytes(method.as_bytes()).unwrap(), url);
        match &self.authorization {
            Some(authorization) => request.header(AUTHORIZATION, authorization),
            None => request,
        }
    }

    /// Sends a request without a body.
    pub(crate) async fn send(&self, method: &str, path: &str) -> Answer {
        Answer::of(self.request(method, path)).await
    }

    /// Asks for a manifest of any kind.
    pub(crate) async fn manifest(&self, method: &str, name: &str, reference: &str) -> Answer {
        let path = format!("/v2/{name}/manifests/{reference}");
        Answer::of(self.request(method, &path).header(ACCEPT, MANIFESTS)).await
    }

    /// Pushes a manifest.
    pub(crate) async fn put_manifest(
        &self,
        name: &str,
        reference: &str,
        media_type: &str,
        bytes: impl Into<Body>,
    ) -> Answer {
        let path = format!("/v2/{name}/manifests/{reference}");
        let request = self.request("PUT", &path).header(CONTENT_TYPE, media_type);
        Answer::of(request.body(bytes)).await
    }

    /// Opens an upload and returns its location.
    pub(crate) async fn open_upload(&self, name: &str) -> String {
        let answer = self
            .send("POST", &format!("/v2/{name}/blobs/uploads/"))
            .await;
        assert_eq!(answer.status, 202, "{answer:?}");
        answer.header("location").to_owned()
    }

    /// Uploads a blob in one PUT.
    pub(crate) async fn put_blob(&self, name: &str, bytes: &[u8]) -> Digest {
        let digest = Digest::sha256(bytes);
        self.put_body(name, &digest, bytes.len() as u64, bytes.to_vec())
            .await;
        digest
    }

    async fn put_body(&self, name: &str, digest: &Digest, size: u64, body: impl Into<Body>) {
        let location = with_digest(&self.open_upload(name).await, digest);
        let request = self
            .request("PUT", &location)
            .header("content-length", size);
        let request = request.header(CONTENT_TYPE, "application/octet-stream");
        let answer = Answer::of(request.body(body)).await;
        assert_eq!(answer.status, 201, "{answer:?}");
    }

    /// Pushes a manifest with all it needs.
    pub(crate) async fn push(&self, artifact: &Artifact, name: &str, tag: &str) -> Digest {
        for manifest in artifact.manifests() {
            for blob in &manifest.blobs {
                let size = blob.content.size();
                let body = Body::wrap_stream(blob.content.stream(0..size));
                self.put_body(name, &blob.digest, size, body).await;
            }
            let top = manifest.digest == artifact.digest;
            let reference = if top {
                tag.to_owned()
            } else {
                manifest.digest.to_string()
            };
            let bytes = manifest.bytes.clone();
            let answer = self
                .put_manifest(name, &reference, &manifest.media_type, bytes)
                .await;
            assert_eq!(answer.status, 201, "{answer:?}");
        }
        artifact.digest.clone()
    }

    fn with(builder: reqwest::ClientBuilder, base: &str) -> Self {
        let builder = builder
            .redirect(reqwest::redirect::Policy::none())
            .no_proxy();
        Self {
            http: builder.build().unwrap(),
            base: base.to_owned(),
            authorization: None,
        }
    }
}

/// Adds the digest to the location of an upload.
pub(crate) fn with_digest(location: &str, digest: impl std::fmt::Display) -> String {
    let separator = if location.contains('?') { '&' } else { '?' };
    format!("{location}{separator}digest={digest}")
}

/// An answer, read to its end.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Bytes,
}

impl Answer {
    /// Sends a request that was made ready.
    pub(crate) async fn of(request: RequestBuilder) -> Self {
        let response = request.send().await.unwrap();
        let (status, headers) = (response.status().as_u16(), response.headers().clone());
        Self {
            status,
            headers,
            body: response.bytes().await.unwrap(),
        }
    }

    /// Returns a header; an empty text if there is none.
    pub(crate) fn header(&self, name: &str) -> &str {
        self.headers
            .get(name)
            .map_or("", |value| value.to_str().unwrap())
    }

    pub(crate) fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap_or_default()
    }

    /// Returns the codes of the errors in the body.
    pub(crate) fn codes(&self) -> Vec<String> {
        let errors = self.json()["errors"]
            .as_array()
            .cloned()
            .unwrap_or_default();
        errors
            .iter()
            .map(|error| error["code"].as_str().unwrap_or_default().to_owned())
            .collect()
    }

    /// Returns the status and the code of the first error.
    pub(crate) fn refusal(&self) -> (u16, String) {
        (
            self.status,
            self.codes().into_iter().next().unwrap_or_default(),
        )
    }
}
