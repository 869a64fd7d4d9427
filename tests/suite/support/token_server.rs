//! A token server as `docker-registry` wants it: it signs JSON web tokens.

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{SystemTime, UNIX_EPOCH};

use axum::Router;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode, Uri};
use axum::routing::get;
use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use ring::rand::SystemRandom;
use ring::signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair};
use serde_json::{Value, json};
use tokio::task::JoinHandle;
use url::form_urlencoded;

/// Who is let in.
pub(crate) const USER: &str = "user";
/// The password of [`USER`].
pub(crate) const PASSWORD: &str = "secret";
pub(crate) const SERVICE: &str = "registry.example.com:cn-hangzhou:26842";
pub(crate) const ISSUER: &str = "pusher tests";

/// For how long `docker-registry` takes a token that has expired.
const LEEWAY: i64 = 60;

/// A token server; it stops when it is dropped.
pub(crate) struct TokenServer {
    pub(crate) address: String,
    shared: Arc<Shared>,
    task: JoinHandle<()>,
}

struct Shared {
    key: EcdsaKeyPair,
    certificate: String,
    anonymous_pull: bool,
    /// Seconds.
    lifetime: i64,
    requests: AtomicUsize,
}

impl TokenServer {
    /// Starts a server, and writes the certificate that its tokens are checked with to a file.
    pub(crate) async fn start(lifetime: u32, anonymous_pull: bool, certificate: &Path) -> Self {
        let certified = rcgen::generate_simple_self_signed(["token.example.com".into()]).unwrap();
        std::fs::write(certificate, certified.cert.pem()).unwrap();
        let private = certified.signing_key.serialize_der();
        let random = SystemRandom::new();
        let algorithm = &ECDSA_P256_SHA256_FIXED_SIGNING;
        let shared = Arc::new(Shared {
            key: EcdsaKeyPair::from_pkcs8(algorithm, &private, &random).unwrap(),
            certificate: STANDARD.encode(certified.cert.der()),
            anonymous_pull,
            lifetime: lifetime.into(),
            requests: AtomicUsize::new(0),
        });
        let router = Router::new()
            .route("/token", get(answer))
            .with_state(shared.clone());
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap().to_string();
        let task = tokio::spawn(async move { axum::serve(listener, router).await.unwrap() });
        Self {
            address,
            shared,
            task,
        }
    }

    /// Returns how many tokens were asked for.
    pub(crate) fn requests(&self) -> usize {
        self.shared.requests.load(Ordering::SeqCst)
    }

    /// Forgets the requests so far.
    pub(crate) fn forget_requests(&self) {
        self.shared.requests.store(0, Ordering::SeqCst);
    }
}

impl Drop for TokenServer {
    fn drop(&mut self) {
        self.task.abort();
    }
}

/// Returns what the user says who is let in.
fn basic() -> String {
    format!("Basic {}", STANDARD.encode(format!("{USER}:{PASSWORD}")))
}

async fn answer(
    State(shared): State<Arc<Shared>>,
    uri: Uri,
    headers: HeaderMap,
) -> Result<String, StatusCode> {
    shared.requests.fetch_add(1, Ordering::SeqCst);
    let known = match headers
        .get("authorization")
        .map(|value| value.to_str().unwrap_or_default())
    {
        Some(value) if value == basic() => true,
        None if shared.anonymous_pull => false,
        _ => return Err(StatusCode::UNAUTHORIZED),
    };
    let query = uri.query().unwrap_or_default();
    let scopes = form_urlencoded::parse(query.as_bytes()).filter(|(name, _)| name == "scope");
    let access: Vec<Value> = scopes
        .flat_map(|(_, value)| value.split(' ').map(str::to_owned).collect::<Vec<_>>())
        .filter_map(|scope| {
            let (kind, rest) = scope.split_once(':')?;
            let (name, actions) = rest.rsplit_once(':')?;
            let allowed = |action: &&str| known || *action == "pull";
            let actions: Vec<&str> = actions.split(',').filter(allowed).collect();
            Some(json!({ "type": kind, "name": name, "actions": actions }))
        })
        .collect();
    let token = shared.token(&access);
    Ok(json!({ "token": token, "expires_in": shared.lifetime }).to_string())
}

impl Shared {
    fn token(&self, access: &[Value]) -> String {
        let now = SystemTime::now()
            .duration_since(UNIX_EPOCH)
            .unwrap()
            .as_secs();
        let now = i64::try_from(now).unwrap();
        let header = json!({ "typ": "JWT", "alg": "ES256", "x5c": [self.certificate] });
        let claims = json!({
            "iss": ISSUER,
            "sub": USER,
            "aud": SERVICE,
            "iat": now - LEEWAY,
            "nbf": now - LEEWAY,
            // Earlier by what the registry forgives, and not before the second that has begun ends:
            // the token then lives for as long as was asked for, and for less than a second more.
            "exp": now + i64::from(self.lifetime > 0) + self.lifetime - LEEWAY,
            "jti": self.requests.load(Ordering::SeqCst).to_string(),
            "access": access,
        });
        let encode = |value: &Value| URL_SAFE_NO_PAD.encode(value.to_string());
        let signed = format!("{}.{}", encode(&header), encode(&claims));
        let signature = self
            .key
            .sign(&SystemRandom::new(), signed.as_bytes())
            .unwrap();
        format!("{signed}.{}", URL_SAFE_NO_PAD.encode(signature))
    }
}
