//! The robots of chats, stood in for: each takes what the real one takes, and answers as that one does, mostly with 200.

use std::collections::HashMap;
use std::sync::{Arc, Mutex};
use std::time::{SystemTime, UNIX_EPOCH};

use axum::body::Bytes;
use axum::extract::Request;
use axum::http::Response;
use axum::http::request::Parts;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use ring::hmac;
use serde_json::{Value, json};
use url::form_urlencoded;

/// What stands in every address, and nowhere else.
pub(crate) const TOKEN: &str = "CANARYwebhooktoken";
/// With what `DingTalk` and Feishu are signed.
pub(crate) const SECRET: &str = "SECCANARYsignature";
/// The word that both guards ask for.
const KEYWORD: &str = "pusher";

/// What all robots do next instead of what they should.
#[derive(Debug, Clone)]
pub(crate) enum Instead {
    /// A status, headers, a body in which the token is said back for `TOKEN`.
    Answers(u16, Vec<(&'static str, String)>, String),
}

#[derive(Default)]
struct Inner {
    taken: Vec<(String, Value)>,
    asked: usize,
    instead: Vec<Instead>,
}

/// All of them at one address, each at a path of its own.
pub(crate) struct Robots {
    pub(crate) address: String,
    inner: Arc<Mutex<Inner>>,
}

impl Robots {
    pub(crate) async fn start() -> Self {
        let inner = Arc::new(Mutex::new(Inner::default()));
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap().to_string();
        let shared = inner.clone();
        let service = axum::routing::any(move |request: Request| {
            let shared = shared.clone();
            async move {
                let (parts, body) = request.into_parts();
                let body = axum::body::to_bytes(body, 1 << 24).await.unwrap();
                shared.lock().unwrap().answer(&parts, &body)
            }
        });
        let router = axum::Router::new().fallback_service(service);
        tokio::spawn(async move { axum::serve(listener, router).await.unwrap() });
        Self { address, inner }
    }

    /// Returns the address of a robot, as it is set in the environment.
    pub(crate) fn of(&self, service: &str) -> String {
        let address = &self.address;
        let rest = match service {
            "dingtalk" => format!("dingtalk/robot/send?access_token={TOKEN}"),
            "wecom" => format!("wecom/cgi-bin/webhook/send?key={TOKEN}"),
            other => format!("{other}/hook/{TOKEN}"),
        };
        format!("{service}+http://{address}/{rest}")
    }

    /// Returns what was taken since the last time, by whom.
    pub(crate) fn taken(&self) -> Vec<(String, Value)> {
        std::mem::take(&mut self.inner.lock().unwrap().taken)
    }

    /// Returns how often anybody asked since the last time.
    pub(crate) fn asked(&self) -> usize {
        std::mem::take(&mut self.inner.lock().unwrap().asked)
    }

    /// Answers the next requests so.
    pub(crate) fn answer_next(&self, instead: impl IntoIterator<Item = Instead>) {
        self.inner.lock().unwrap().instead = instead.into_iter().collect();
    }
}

impl Inner {
    fn answer(&mut self, parts: &Parts, body: &Bytes) -> Response<String> {
        self.asked += 1;
        if !self.instead.is_empty() {
            let Instead::Answers(status, headers, body) = self.instead.remove(0);
            let mut answer = Response::builder().status(status);
            for (name, value) in headers {
                answer = answer.header(name, value);
            }
            return answer.body(body.replace("TOKEN", TOKEN)).unwrap();
        }
        let service = parts.uri.path().split('/').nth(1).unwrap_or_default();
        let query = parts.uri.query().unwrap_or_default();
        let query: HashMap<_, _> = form_urlencoded::parse(query.as_bytes())
            .into_owned()
            .collect();
        let is_json = parts.headers["content-type"]
            .to_str()
            .unwrap()
            .starts_with("application/json");
        let sent: Value = serde_json::from_slice(body).unwrap_or_default();
        let (status, told) = match service {
            _ if !is_json => (400, "no JSON".to_owned()),
            "dingtalk" => (200, dingtalk(&query, &sent, body.len())),
            "feishu" => (200, feishu(&sent, body.len())),
            "wecom" => (200, wecom(&query, &sent)),
            "slack" if sent["text"].as_str().is_none_or(str::is_empty) => {
                (400, "no_text".to_owned())
            }
            "slack" => (200, "ok".to_owned()),
            _ => (204, String::new()),
        };
        let is_taken = told.is_empty() || told == "ok" || told.contains(":0,");
        if is_taken {
            self.taken.push((service.to_owned(), sent));
        }
        Response::builder().status(status).body(told).unwrap()
    }
}

fn now() -> i64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap();
    i64::try_from(since.as_secs()).unwrap()
}

/// Signs with another library than the program does.
fn signature(key: &str, signed: &str) -> String {
    let key = hmac::Key::new(hmac::HMAC_SHA256, key.as_bytes());
    STANDARD.encode(hmac::sign(&key, signed.as_bytes()))
}

fn dingtalk(query: &HashMap<String, String>, sent: &Value, length: usize) -> String {
    let refuse = |code: u32, why: &str| json!({ "errcode": code, "errmsg": why }).to_string();
    let text = |name: &str| sent["markdown"][name].as_str().unwrap_or_default();
    let get = |name: &str| query.get(name).map_or("", |value| value);
    if get("access_token") != TOKEN {
        return refuse(300_005, "token is not exist");
    }
    let timestamp = get("timestamp");
    let age = timestamp
        .parse::<i64>()
        .map_or(i64::MAX, |at| (now() - at / 1000).abs());
    if age > 3600 {
        return refuse(310_000, "invalid timestamp");
    }
    if get("sign") != signature(SECRET, &format!("{timestamp}\n{SECRET}")) {
        return refuse(310_000, "sign not match");
    }
    if sent["msgtype"] != "markdown" || text("title").is_empty() || text("text").is_empty() {
        return refuse(40_035, "missing param json");
    }
    if !text("text").contains(KEYWORD) {
        return refuse(310_000, "keywords not in content");
    }
    if length > 20_000 {
        return refuse(460_101, "message too long, exceed 20000 bytes");
    }
    refuse(0, "ok")
}

fn feishu(sent: &Value, length: usize) -> String {
    let refuse = |code: u32, why: &str| json!({ "code": code, "msg": why }).to_string();
    let timestamp = sent["timestamp"].as_str().unwrap_or_default();
    let age = timestamp
        .parse::<i64>()
        .map_or(i64::MAX, |at| (now() - at).abs());
    if age > 3600 || sent["sign"] != signature(&format!("{timestamp}\n{SECRET}"), "") {
        return refuse(
            19_021,
            "sign match fail or timestamp is not within one hour from current time",
        );
    }
    let card = &sent["card"];
    if sent["msg_type"] != "interactive" || !card["elements"].is_array() {
        return refuse(9499, "Bad Request");
    }
    if !card["header"]["title"]["content"]
        .as_str()
        .unwrap_or_default()
        .contains(KEYWORD)
    {
        return refuse(19_024, "Key Words Not Found");
    }
    if length > 20 * 1024 {
        return refuse(19_036, "the request body is too large");
    }
    refuse(0, "success")
}

fn wecom(query: &HashMap<String, String>, sent: &Value) -> String {
    let refuse = |code: u32, why: &str| json!({ "errcode": code, "errmsg": why }).to_string();
    let content = sent["markdown"]["content"].as_str().unwrap_or_default();
    if query.get("key").is_none_or(|key| key != TOKEN) {
        return refuse(93_000, "invalid webhook url");
    }
    if sent["msgtype"] != "markdown" || content.is_empty() {
        return refuse(40_008, "invalid message type");
    }
    if content.len() > 4096 {
        return refuse(40_058, "markdown.content exceed max length 4096");
    }
    refuse(0, "ok")
}
