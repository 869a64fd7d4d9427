//! The one request that carries a message.

use chrono::{DateTime, Utc};
use serde_json::{Value, json};
use url::Url;

use crate::model::cut;

use super::destination::Destination;
use super::document::document;
use super::event::Event;
use super::lines::{Dialect, fitting, lines};
use super::message::Message;
use super::service::Service;
use super::sign;

/// What is sent; the address is a secret.
pub struct Request {
    /// Where to.
    pub url: Url,
    /// What: JSON.
    pub body: Vec<u8>,
}

/// How long the body for `DingTalk` and Feishu may be, in bytes; both say 20 KB.
const LONGEST_BODY: usize = 20_000;
/// How long the text for `WeCom` may be, in bytes.
const LONGEST_WECOM: usize = 4096;
/// How long the text for Slack may be, in characters: beyond it is cut where it happens to be.
const LONGEST_SLACK: usize = 4000;
/// How long a title may be, in characters.
const LONGEST_TITLE: usize = 100;
/// How long the address of a run may be.
const LONGEST_RUN: usize = 500;

/// Writes a message as it is wanted there, signed at this time.
pub fn request(to: &Destination, message: &Message, now: DateTime<Utc>) -> Request {
    let mut url = to.url.clone();
    let mut body = match to.service {
        Service::DingTalk => dingtalk(message),
        Service::Feishu => feishu(message),
        Service::WeCom => wecom(message),
        Service::Slack => slack(message),
        Service::Json => document(message, run(message)),
    };
    if let Some(secret) = &to.secret {
        let (seconds, milliseconds) = (now.timestamp(), now.timestamp_millis());
        match to.service {
            Service::DingTalk => {
                let signed = sign::of_dingtalk(milliseconds, secret);
                let mut query = url.query_pairs_mut();
                query.append_pair("timestamp", &milliseconds.to_string());
                query.append_pair("sign", &signed);
            }
            Service::Feishu => {
                body["timestamp"] = seconds.to_string().into();
                body["sign"] = sign::of_feishu(seconds, secret).into();
            }
            Service::WeCom | Service::Slack | Service::Json => {}
        }
    }
    let body = body.to_string().into_bytes();
    Request { url, body }
}

fn dingtalk(message: &Message) -> Value {
    let title = title(message);
    let body = |text: &str| {
        let text = format!(
            "#### {}\n\n{text}{}",
            harmless(&title),
            link(message, "\n\n")
        );
        // Nobody is called, whatever stands in the text.
        json!({
            "msgtype": "markdown",
            "markdown": { "title": title, "text": text },
            "at": { "isAtAll": false },
        })
    };
    let lines = lines(message, Dialect::Markdown);
    body(&fitting(&lines, "\n\n", |text| {
        is_short(&body(text), LONGEST_BODY)
    }))
}

/// A card of plain text: of it nothing is obeyed.
fn feishu(message: &Message) -> Value {
    let plain = |text: &str| json!({ "tag": "plain_text", "content": text });
    let colour = match message.gravest() {
        Some(Event::Failed) => "red",
        Some(Event::Drift) => "orange",
        Some(Event::HeldBack) => "grey",
        Some(Event::Changed) | None => "green",
    };
    let body = |text: &str| {
        let mut elements = vec![json!({ "tag": "div", "text": plain(text) })];
        elements.extend(run(message).map(|run| {
            let button = json!({ "tag": "button", "text": plain(seen_at()), "url": run });
            json!({ "tag": "action", "actions": [button] })
        }));
        json!({
            "msg_type": "interactive",
            "card": {
                "config": { "wide_screen_mode": true },
                "header": { "template": colour, "title": plain(&title(message)) },
                "elements": elements,
            },
        })
    };
    let lines = lines(message, Dialect::Plain);
    body(&fitting(&lines, "\n", |text| {
        is_short(&body(text), LONGEST_BODY - ROOM_TO_SIGN)
    }))
}

/// What the time and the signature take in a body.
const ROOM_TO_SIGN: usize = 200;

fn wecom(message: &Message) -> Value {
    let text = |text: &str| {
        let title = Dialect::Markdown.strong(&title(message));
        format!("{title}\n{text}{}", link(message, "\n"))
    };
    let lines = lines(message, Dialect::Markdown);
    let told = fitting(&lines, "\n", |told| text(told).len() <= LONGEST_WECOM);
    json!({ "msgtype": "markdown", "markdown": { "content": text(&told) } })
}

fn slack(message: &Message) -> Value {
    let text = |text: &str| {
        let title = Dialect::Slack.strong(&title(message));
        let link = run(message).map(|run| format!("\n<{run}|{}>", seen_at()));
        format!("{title}\n{text}{}", link.unwrap_or_default())
    };
    let lines = lines(message, Dialect::Slack);
    let told = fitting(&lines, "\n", |told| {
        text(told).chars().count() <= LONGEST_SLACK
    });
    json!({ "text": text(&told), "unfurl_links": false, "unfurl_media": false })
}

fn title(message: &Message) -> String {
    cut(&message.title(), LONGEST_TITLE).into_owned()
}

fn harmless(text: &str) -> String {
    Dialect::Markdown.harmless(text)
}

/// Returns where the run can be seen, if that can stand in a link of every dialect.
fn run(message: &Message) -> Option<&str> {
    let run = message.run.as_deref()?;
    let is_web = run.starts_with("https://") || run.starts_with("http://");
    let is_plain = |c: char| c.is_ascii_alphanumeric() || "-._~:/?#@!$&'+,;=%".contains(c);
    (is_web && run.len() <= LONGEST_RUN && run.chars().all(is_plain)).then_some(run)
}

fn link(message: &Message, before: &str) -> String {
    let link = run(message).map(|run| format!("{before}[{}]({run})", seen_at()));
    link.unwrap_or_default()
}

fn seen_at() -> &'static str {
    tr_word!("The run", "查看这次运行")
}

fn is_short(body: &Value, most: usize) -> bool {
    body.to_string().len() <= most
}
