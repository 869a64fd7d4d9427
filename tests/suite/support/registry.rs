//! A registry to test against: the sandbox, or the real one.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use pusher::model::Digest;
use pusher::sandbox::images::Artifact;
use pusher::sandbox::{self, Bearer, Delete, Options, Sandbox, User};

use super::client::{Answer, Client};
use super::docker_registry::DockerRegistry;
pub(crate) use super::token_server::{PASSWORD, USER};

/// How users prove who they are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Auth {
    Open,
    Basic,
    Bearer {
        /// Seconds.
        lifetime: u32,
        anonymous_pull: bool,
    },
}

impl Auth {
    /// Returns tokens that last, for users alone.
    pub(crate) fn bearer() -> Self {
        Self::Bearer {
            lifetime: 300,
            anonymous_pull: false,
        }
    }
}

/// What a registry is like.
#[derive(Debug, Clone)]
pub(crate) struct Setup {
    pub(crate) auth: Auth,
    /// As ACR Personal: refuses manifests whose config is not an image's.
    pub(crate) images_only: bool,
    /// Takes DELETE.
    pub(crate) delete: bool,
    /// Speaks https, with a certificate of its own; the real one alone.
    pub(crate) tls: bool,
}

impl Default for Setup {
    fn default() -> Self {
        Self {
            auth: Auth::Open,
            images_only: false,
            delete: true,
            tls: false,
        }
    }
}

impl Setup {
    /// Returns a registry with this kind of credentials.
    pub(crate) fn with_auth(auth: Auth) -> Self {
        Self {
            auth,
            ..Self::default()
        }
    }

    fn options(&self) -> Options {
        let users = vec![User::new(USER, PASSWORD)];
        let auth = match self.auth {
            Auth::Open => sandbox::Auth::Open,
            Auth::Basic => sandbox::Auth::Basic(users),
            Auth::Bearer {
                lifetime,
                anonymous_pull,
            } => sandbox::Auth::Bearer(Bearer {
                users,
                anonymous_pull,
                lifetime: Duration::from_secs(lifetime.into()),
                ..Bearer::default()
            }),
        };
        let delete = if self.delete {
            Delete::Digests
        } else {
            Delete::Off
        };
        Options {
            auth,
            delete,
            images_only: self.images_only,
            ..Options::distribution()
        }
    }
}

/// A registry to test against. It stops when it is dropped.
pub(crate) struct TestRegistry {
    inner: Inner,
    setup: Setup,
    forgotten: AtomicUsize,
}

enum Inner {
    Sandbox(Sandbox),
    Docker(DockerRegistry),
}

impl TestRegistry {
    /// Starts a sandbox.
    pub(crate) async fn sandbox(setup: &Setup) -> Self {
        assert!(!setup.tls, "the sandbox does not speak https");
        Self::of(
            Inner::Sandbox(Sandbox::start(setup.options()).await.unwrap()),
            setup,
        )
    }

    /// Starts `docker-registry`; `None`, and said aloud, if it is not installed.
    pub(crate) async fn real(setup: &Setup) -> Option<Self> {
        Some(Self::of(
            Inner::Docker(DockerRegistry::start(setup).await?),
            setup,
        ))
    }

    /// Starts both, or the one that there is.
    pub(crate) async fn each(setup: &Setup) -> Vec<Self> {
        let mut registries = vec![Self::sandbox(setup).await];
        registries.extend(Self::real(setup).await);
        registries
    }

    /// Returns the name of the program, for messages.
    pub(crate) fn name(&self) -> &'static str {
        match self.inner {
            Inner::Sandbox(_) => "sandbox",
            Inner::Docker(_) => "docker-registry",
        }
    }

    /// Returns `127.0.0.1:PORT`.
    pub(crate) fn address(&self) -> &str {
        match &self.inner {
            Inner::Sandbox(sandbox) => sandbox.address(),
            Inner::Docker(registry) => &registry.address,
        }
    }

    /// Returns the real one, for what it alone has.
    pub(crate) fn docker(&self) -> Option<&DockerRegistry> {
        match &self.inner {
            Inner::Docker(registry) => Some(registry),
            Inner::Sandbox(_) => None,
        }
    }

    /// Returns a client without credentials.
    pub(crate) fn anonymous(&self) -> Client {
        match &self.inner {
            Inner::Docker(registry) if self.setup.tls => {
                let pem = std::fs::read(registry.certificate()).unwrap();
                Client::trusting(&format!("https://{}", self.address()), &pem)
            }
            _ => Client::new(&format!("http://{}", self.address())),
        }
    }

    /// Returns a client that may pull from, push to and delete in these repositories.
    pub(crate) async fn client(&self, repositories: &[&str]) -> Client {
        let authorization = match self.setup.auth {
            Auth::Open => None,
            Auth::Basic => Some(basic(USER, PASSWORD)),
            Auth::Bearer { .. } => {
                let scope = |name: &&str| format!("repository:{name}:pull,push,delete");
                let scopes: Vec<String> = repositories.iter().map(scope).collect();
                Some(format!("Bearer {}", self.token(&scopes, true).await))
            }
        };
        self.anonymous().authorized(authorization)
    }

    /// Asks for a token for these scopes, as [`USER`] or as no one.
    pub(crate) async fn token(&self, scopes: &[String], as_user: bool) -> String {
        let answer = self
            .ask_token(scopes, as_user.then(|| basic(USER, PASSWORD)))
            .await;
        assert_eq!(answer.status, 200, "{answer:?}");
        answer.json()["token"].as_str().unwrap().to_owned()
    }

    /// Asks for a token with this `Authorization`.
    pub(crate) async fn ask_token(&self, scopes: &[String], with: Option<String>) -> Answer {
        let host = match &self.inner {
            Inner::Sandbox(sandbox) => sandbox.token_address(),
            Inner::Docker(registry) => registry.tokens.as_ref().unwrap().address.clone(),
        };
        let client = Client::new(&format!("http://{host}")).authorized(with);
        let query: Vec<_> = scopes.iter().map(|scope| ("scope", scope)).collect();
        Answer::of(client.request("GET", "/token?service=tests").query(&query)).await
    }

    /// Pushes a manifest with all it needs, over HTTP, and returns its digest.
    pub(crate) async fn push(&self, artifact: &Artifact, repository: &str, tag: &str) -> Digest {
        self.client(&[repository])
            .await
            .push(artifact, repository, tag)
            .await
    }

    /// Returns the digest that a tag points at, asked over HTTP.
    pub(crate) async fn tag(&self, repository: &str, tag: &str) -> Option<Digest> {
        let client = self.client(&[repository]).await;
        let answer = client.manifest("HEAD", repository, tag).await;
        (answer.status == 200).then(|| answer.header("docker-content-digest").parse().unwrap())
    }

    /// Deletes a tag past HTTP, as someone else would.
    pub(crate) fn delete_tag(&self, repository: &str, tag: &str) {
        match &self.inner {
            Inner::Sandbox(sandbox) => assert!(sandbox.delete_tag(repository, tag)),
            Inner::Docker(registry) => registry.delete_tag(repository, tag),
        }
    }

    /// Returns the requests since [`Self::forget_requests`] as `METHOD PATH STATUS`, those to the
    /// token server left out.
    pub(crate) async fn requests(&self) -> Vec<String> {
        let mut lines = self.all_requests().await;
        lines.split_off(self.forgotten.load(Ordering::SeqCst))
    }

    /// Counts the requests with this method (empty for any) and this part in the path.
    pub(crate) async fn count(&self, method: &str, path: &str) -> usize {
        let requests = self.requests().await;
        let fits = |line: &&String| {
            let (found, rest) = line.split_once(' ').unwrap_or_default();
            (method.is_empty() || found == method) && rest.contains(path)
        };
        requests.iter().filter(fits).count()
    }

    /// Counts the requests that can change what the registry holds.
    pub(crate) async fn writes(&self) -> usize {
        let reads = |line: &String| line.starts_with("GET ") || line.starts_with("HEAD ");
        self.requests()
            .await
            .iter()
            .filter(|line| !reads(line))
            .count()
    }

    /// Counts the tokens that were asked for since [`Self::forget_requests`].
    pub(crate) fn tokens(&self) -> usize {
        match &self.inner {
            Inner::Sandbox(sandbox) => sandbox.log().tokens(),
            Inner::Docker(registry) => registry
                .tokens
                .as_ref()
                .map_or(0, super::token_server::TokenServer::requests),
        }
    }

    /// Forgets the requests so far.
    pub(crate) async fn forget_requests(&self) {
        match &self.inner {
            Inner::Sandbox(sandbox) => sandbox.log().clear(),
            Inner::Docker(registry) => {
                self.forgotten
                    .store(self.all_requests().await.len(), Ordering::SeqCst);
                if let Some(tokens) = &registry.tokens {
                    tokens.forget_requests();
                }
            }
        }
    }

    async fn all_requests(&self) -> Vec<String> {
        match &self.inner {
            Inner::Sandbox(sandbox) => {
                let requests = sandbox.log().requests();
                let own = |request: &&sandbox::Request| request.origin == sandbox::Origin::Registry;
                requests
                    .iter()
                    .filter(own)
                    .map(ToString::to_string)
                    .collect()
            }
            Inner::Docker(registry) => {
                let client = self.anonymous();
                let settle = async |path: &str| drop(client.send("GET", path).await);
                registry.access_log(settle).await
            }
        }
    }

    fn of(inner: Inner, setup: &Setup) -> Self {
        Self {
            inner,
            setup: setup.clone(),
            forgotten: AtomicUsize::new(0),
        }
    }
}

/// Returns the value of a `Basic` header.
pub(crate) fn basic(user: &str, password: &str) -> String {
    format!("Basic {}", STANDARD.encode(format!("{user}:{password}")))
}
