//! ACR, stood in for: a registry with its token server, and beside it GitHub's OIDC, STS, the metadata service of
//! ECS and the API of ACR. It holds whoever asks to the rules: audience, trust, signature, session policy.

mod answers;
mod signature;

use std::collections::{HashMap, HashSet};
use std::sync::{Arc, Mutex, MutexGuard};

use axum::body::Bytes;
use axum::extract::Request;
use axum::http::request::Parts;
use axum::http::{Response, StatusCode};
use pusher::sandbox::{Auth, Bearer, Options, Sandbox};
use serde_json::json;
use url::form_urlencoded;

pub(crate) const ROLE: &str = "acs:ram::1234567890123456:role/mirror";
pub(crate) const PROVIDER: &str = "acs:ram::1234567890123456:oidc-provider/github";
pub(crate) const REQUEST_TOKEN: &str = "CANARYrequest+token/&";
pub(crate) const JWT: &str = "CANARYheader.CANARYclaims.CANARYsignature";
pub(crate) const KEY: &str = "LTAIexample";
pub(crate) const KEY_SECRET: &str = "CANARYkeysecret/+&";
pub(crate) const INSTANCE_ROLE: &str = "mirror-instance";
const METADATA_TOKEN: &str = "CANARYmetadatatoken==";

/// The services of the two editions, as a challenge names them.
pub(crate) const PERSONAL: &str = "registry.aliyuncs.com:cn-hangzhou:26842";
pub(crate) const ENTERPRISE: &str = "registry.aliyuncs.com:cn-hangzhou:china:cri-1a2b3c4d5e6f";

/// A request by what it is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Asked {
    GitHub,
    Sts,
    Metadata,
    Acr,
}

/// What a service does instead of what it should.
#[derive(Debug, Clone)]
pub(crate) enum Instead {
    /// It refuses, with its own code.
    Refuses(u16, &'static str),
    /// It refuses, and says back whatever it was asked with.
    Echoes,
    /// It points elsewhere.
    Redirects(String),
}

/// ACR and the services around it.
pub(crate) struct Acr {
    pub(crate) registry: Arc<Sandbox>,
    pub(crate) services: String,
    state: Arc<State>,
}

pub(crate) struct State {
    registry: Arc<Sandbox>,
    inner: Mutex<Inner>,
}

#[derive(Default)]
struct Inner {
    /// How long a password lives, in milliseconds, as the API says.
    life: u64,
    /// For how many tokens it is good in truth.
    tokens: usize,
    instead: Option<(Asked, Instead)>,
    asked: Vec<Asked>,
    /// The policies of the sessions, in the order in which roles were taken on.
    policies: Vec<String>,
    /// Access keys by their name.
    keys: HashMap<String, Key>,
    nonces: HashSet<String>,
    /// The passwords that were given, with their users.
    passwords: Vec<(String, String)>,
}

struct Key {
    secret: String,
    token: Option<String>,
    may_push: bool,
}

impl Acr {
    /// Starts one of an edition.
    pub(crate) async fn start(service: &str) -> Self {
        let bearer = Bearer {
            service: service.to_owned(),
            // So that each image needs a token.
            single_scope: true,
            ..Bearer::default()
        };
        let options = Options {
            auth: Auth::Bearer(bearer),
            ..Options::default()
        };
        let registry = Arc::new(Sandbox::start(options).await.unwrap());
        let key = Key {
            secret: KEY_SECRET.to_owned(),
            token: None,
            may_push: true,
        };
        let state = Arc::new(State {
            registry: registry.clone(),
            inner: Mutex::new(Inner {
                life: 3_600_000,
                tokens: usize::MAX,
                keys: HashMap::from([(KEY.to_owned(), key)]),
                ..Inner::default()
            }),
        });
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let services = format!("http://{}", listener.local_addr().unwrap());
        let shared = state.clone();
        let service = axum::routing::any(move |request: Request| {
            let shared = shared.clone();
            async move {
                let (parts, body) = request.into_parts();
                let body = axum::body::to_bytes(body, 1 << 20).await.unwrap();
                shared.answer(&parts, &body)
            }
        });
        let router = axum::Router::new().fallback_service(service);
        tokio::spawn(async move { axum::serve(listener, router).await.unwrap() });
        Self {
            registry,
            services,
            state,
        }
    }

    /// Says how long a password lives, and for how many tokens it is good in truth.
    pub(crate) fn passwords_live(&self, milliseconds: u64, tokens: usize) {
        let mut inner = self.state.inner();
        (inner.life, inner.tokens) = (milliseconds, tokens);
    }

    pub(crate) fn let_it(&self, asked: Asked, instead: Instead) {
        self.state.inner().instead = Some((asked, instead));
    }

    pub(crate) fn behave(&self) {
        self.state.inner().instead = None;
    }

    /// Makes a temporary key of somebody's, and returns its secret and its token.
    pub(crate) fn temporary_key(&self, name: &str, may_push: bool) -> (String, String) {
        self.state.inner().key(name, may_push)
    }

    /// Returns what was asked since the last time.
    pub(crate) fn asked(&self) -> Vec<Asked> {
        std::mem::take(&mut self.state.inner().asked)
    }

    /// Returns the policies of the sessions since the last time.
    pub(crate) fn policies(&self) -> Vec<String> {
        std::mem::take(&mut self.state.inner().policies)
    }

    /// Returns the user and the password that were given last.
    pub(crate) fn password(&self) -> (String, String) {
        self.state.inner().passwords.last().unwrap().clone()
    }
}

impl Inner {
    fn key(&mut self, name: &str, may_push: bool) -> (String, String) {
        let secret = format!("CANARYsecret+of/{name}");
        let token = format!("CANARYtoken+of/{name}=");
        let key = Key {
            secret: secret.clone(),
            token: Some(token.clone()),
            may_push,
        };
        self.keys.insert(name.to_owned(), key);
        (secret, token)
    }
}

type Refusal = (u16, &'static str, String);

fn refuse<T>(status: u16, code: &'static str, why: impl Into<String>) -> Result<T, Refusal> {
    Err((status, code, why.into()))
}

impl State {
    fn inner(&self) -> MutexGuard<'_, Inner> {
        self.inner.lock().unwrap()
    }

    fn answer(&self, parts: &Parts, body: &Bytes) -> Response<String> {
        let path = parts.uri.path();
        let query = pairs(parts.uri.query().unwrap_or_default().as_bytes());
        let asked = match path {
            "/oidc" => Asked::GitHub,
            _ if path.starts_with("/latest/") => Asked::Metadata,
            _ if query.contains_key("Action") => Asked::Sts,
            _ => Asked::Acr,
        };
        let instead = {
            let mut inner = self.inner();
            inner.asked.push(asked);
            let instead = inner.instead.clone();
            instead.filter(|(which, _)| *which == asked)
        };
        let answer = match instead {
            Some((_, Instead::Redirects(to))) => {
                let response = Response::builder().status(StatusCode::TEMPORARY_REDIRECT);
                return response.header("location", to).body(String::new()).unwrap();
            }
            Some((_, Instead::Refuses(status, code))) => refuse(status, code, "It is refused."),
            Some((_, Instead::Echoes)) => {
                let said = format!("{parts:?} {}", String::from_utf8_lossy(body));
                let secrets: Vec<_> = query
                    .into_values()
                    .chain(pairs(body).into_values())
                    .collect();
                refuse(403, "Echoed", format!("{} {said}", secrets.join(" ")))
            }
            None => match asked {
                Asked::GitHub => answers::github(parts, &query),
                Asked::Sts => self.assume(parts, &query, &pairs(body)),
                Asked::Metadata => self.metadata(parts),
                Asked::Acr => self.password(parts, &query, body),
            },
        };
        let (status, body) = match answer {
            Ok(body) => (200, body),
            Err((status, code, message)) => {
                let said = json!({ "Code": code, "Message": message, "RequestId": "REQUEST-1" });
                (status, said.to_string())
            }
        };
        let response = Response::builder().status(status);
        response.body(body).unwrap()
    }
}

fn pairs(text: &[u8]) -> HashMap<String, String> {
    form_urlencoded::parse(text).into_owned().collect()
}
