//! A server that answers as a function says: for registries that no other test double is like.

use std::sync::{Arc, Mutex};

use axum::body::{Body, to_bytes};
use axum::extract::Request;
use axum::http::{HeaderMap, Response, StatusCode};
use axum::routing::any;
use bytes::Bytes;
use pusher::model::{Reference, Repository};

/// What was asked.
#[derive(Debug, Clone)]
pub(super) struct Asked {
    pub(super) method: String,
    /// The path and, if there is one, the query.
    pub(super) path: String,
    pub(super) headers: HeaderMap,
    pub(super) body: Bytes,
}

impl Asked {
    /// Tells whether it has this method (empty for any) and this in its path and query.
    pub(super) fn is(&self, method: &str, path: &str) -> bool {
        (method.is_empty() || self.method == method) && self.path.contains(path)
    }

    pub(super) fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name)?.to_str().ok()
    }

    pub(super) fn authorization(&self) -> Option<&str> {
        self.header("authorization")
    }
}

/// What is answered.
pub(super) type Answer = Response<Body>;

/// A server on loopback; it lives as long as the test's runtime.
pub(super) struct Scripted {
    pub(super) address: String,
    asked: Arc<Mutex<Vec<Asked>>>,
}

impl Scripted {
    /// Starts a server. The function gets the server's own address, too.
    pub(super) async fn start(
        answer: impl Fn(&Asked, &str) -> Answer + Send + Sync + 'static,
    ) -> Self {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap().to_string();
        let asked = Arc::<Mutex<Vec<Asked>>>::default();
        let (log, own, answer) = (asked.clone(), address.clone(), Arc::new(answer));
        let service = any(move |request: Request| {
            let (log, own, answer) = (log.clone(), own.clone(), answer.clone());
            async move {
                let (parts, body) = request.into_parts();
                let asked = Asked {
                    method: parts.method.to_string(),
                    path: parts.uri.to_string(),
                    headers: parts.headers,
                    body: to_bytes(body, usize::MAX).await.unwrap_or_default(),
                };
                log.lock().unwrap().push(asked.clone());
                answer(&asked, &own)
            }
        });
        let router = axum::Router::new().fallback_service(service);
        tokio::spawn(async move { axum::serve(listener, router).await.unwrap() });
        Self { address, asked }
    }

    /// Returns everything that was asked so far.
    pub(super) fn asked(&self) -> Vec<Asked> {
        self.asked.lock().unwrap().clone()
    }

    /// Counts what was asked with this method (empty for any) and this in its path and query.
    pub(super) fn count(&self, method: &str, path: &str) -> usize {
        let asked = self.asked();
        asked.iter().filter(|asked| asked.is(method, path)).count()
    }

    pub(super) fn repository(&self, name: &str) -> Repository {
        Repository {
            registry: self.address.clone(),
            name: name.to_owned(),
        }
    }

    pub(super) fn tagged(&self, name: &str) -> Reference {
        Reference::tagged(self.repository(name), "v1")
    }
}

/// Answers with a status and headers, and no body.
pub(super) fn status(status: u16, headers: &[(&str, &str)]) -> Answer {
    with_body(status, headers, "")
}

pub(super) fn with_body(status: u16, headers: &[(&str, &str)], body: &str) -> Answer {
    let mut answer = Response::builder().status(StatusCode::from_u16(status).unwrap());
    for (name, value) in headers {
        answer = answer.header(*name, *value);
    }
    answer.body(Body::from(body.to_owned())).unwrap()
}

/// Answers 401 with this challenge.
pub(super) fn challenge(text: &str) -> Answer {
    status(401, &[("WWW-Authenticate", text)])
}

/// Answers with a small image manifest, always the same.
pub(super) fn manifest(asked: &Asked) -> Answer {
    let kind = "application/vnd.oci.image.manifest.v1+json";
    let length = MANIFEST.len().to_string();
    let body = if asked.method == "HEAD" { "" } else { MANIFEST };
    let digest = pusher::model::Digest::sha256(MANIFEST.as_bytes()).to_string();
    let headers = [
        ("Content-Type", kind),
        ("Content-Length", &length),
        ("Docker-Content-Digest", &digest),
    ];
    with_body(200, &headers, body)
}

/// The manifest of [`manifest`].
pub(super) const MANIFEST: &str = r#"{"schemaVersion":2,"config":{"mediaType":"application/vnd.oci.image.config.v1+json","digest":"sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855","size":0},"layers":[]}"#;

/// Answers with a token.
pub(super) fn token(text: &str) -> Answer {
    with_body(
        200,
        &[],
        &format!(r#"{{"token":"{text}","expires_in":300}}"#),
    )
}
