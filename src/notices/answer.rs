//! Whether a message was taken.
//!
//! `DingTalk`, Feishu and `WeCom` answer 200 to everything and say in the body what they think of it.

use std::fmt;

use serde::Deserialize;

use crate::model::{Text, cut, is_hidden};

use super::service::Service;

/// How much of an answer is told, in characters.
const LONGEST: usize = 200;

/// What the three say.
#[derive(Deserialize)]
struct Said {
    #[serde(alias = "errcode", alias = "StatusCode")]
    code: Option<i64>,
    #[serde(alias = "errmsg", alias = "StatusMessage")]
    msg: Option<String>,
}

/// A message was not taken.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refused {
    /// The status of the answer.
    pub status: u16,
    /// The code in it.
    pub code: Option<i64>,
    /// What it says, on one line.
    pub words: String,
    /// What to do about it, where that is known.
    pub advice: Option<Text>,
}

impl fmt::Display for Refused {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            status,
            code,
            words,
            ..
        } = self;
        let answer = match code {
            Some(code) => code.to_string(),
            None => format!("HTTP {status}"),
        };
        match words.as_str() {
            "" => write_tr!(f, "it answered {answer}", "它回答 {answer}"),
            words => write_tr!(
                f,
                "it answered {answer}, `{words}`",
                "它回答 {answer}，`{words}`"
            ),
        }
    }
}

/// Reads the answer of a service; what is told of it goes through `hide`.
pub fn judge(
    service: Service,
    status: u16,
    body: &str,
    hide: impl Fn(&str) -> String,
) -> Result<(), Refused> {
    let is_good = (200..300).contains(&status);
    let by_body = matches!(
        service,
        Service::DingTalk | Service::Feishu | Service::WeCom
    );
    let said: Option<Said> = serde_json::from_str(body).ok().filter(|_| by_body);
    let code = said.as_ref().and_then(|said| said.code);
    match code {
        Some(0) if is_good => return Ok(()),
        None if is_good && !by_body => return Ok(()),
        _ => {}
    }
    let words = said.and_then(|said| said.msg);
    let words = shown(&hide(words.as_deref().unwrap_or(body)));
    let advice = advice(service, status, code, &words);
    Err(Refused {
        status,
        code,
        words,
        advice,
    })
}

/// Returns what an answer says, on one line that ends no quotation.
fn shown(words: &str) -> String {
    let visible = words.chars().map(|c| match c {
        '`' => '\'',
        hidden if is_hidden(hidden) => ' ',
        other => other,
    });
    let line: String = visible.collect();
    let line: Vec<_> = line.split_whitespace().collect();
    cut(&line.join(" "), LONGEST).into_owned()
}

/// Says what to do about a code; the documentation of each service has them.
fn advice(service: Service, status: u16, code: Option<i64>, words: &str) -> Option<Text> {
    let says = |word: &str| words.to_ascii_lowercase().contains(word);
    Some(match (service, code) {
        (Service::DingTalk, Some(310_000)) if says("keyword") || words.contains("关键词") => {
            keyword()
        }
        (Service::DingTalk, Some(310_000))
            if says("sign") || says("timestamp") || words.contains("签名") =>
        {
            signature()
        }
        (Service::DingTalk, Some(310_000)) if says("ip") => addresses(),
        (Service::DingTalk, Some(310_000)) => text!(
            "the robot's security settings do not let it in: a keyword `pusher`, or the secret of its signature in `PUSHER_NOTIFY_SECRET`",
            "机器人的安全设置没有放行：关键词写 `pusher`，或者把加签的密钥放进 `PUSHER_NOTIFY_SECRET`"
        ),
        (Service::DingTalk, Some(300_001 | 300_005 | 400_101 | 400_102 | 400_106))
        | (Service::WeCom, Some(93_000))
        | (Service::Feishu, Some(19_001)) => gone(),
        (Service::DingTalk, Some(130_101 | 410_100)) | (Service::Feishu, Some(9499))
            if says("fast") || says("frequen") =>
        {
            rate()
        }
        (Service::Feishu, Some(11_232)) | (Service::WeCom, Some(45_009)) => rate(),
        (Service::Feishu, Some(19_021)) => signature(),
        (Service::Feishu, Some(19_022)) => addresses(),
        (Service::Feishu, Some(19_024)) => keyword(),
        (Service::Slack, _) if [403, 404, 410].contains(&status) => gone(),
        (_, None) if status == 429 => rate(),
        _ => return None,
    })
}

fn keyword() -> Text {
    text!(
        "make `pusher` one of the robot's keywords: it stands in every message",
        "把 `pusher` 加到机器人的关键词里：每条消息里都有它"
    )
}

fn signature() -> Text {
    text!(
        "`PUSHER_NOTIFY_SECRET` has to be the secret that the robot's page shows beside the signature, and the clock of this machine has to be right",
        "`PUSHER_NOTIFY_SECRET` 要是机器人页面上签名旁边的那个密钥，这台机器的时钟也要准"
    )
}

fn addresses() -> Text {
    text!(
        "the robot takes messages from some addresses alone: choose a keyword or a signature instead, for GitHub's machines have others each time",
        "机器人只接受某些 IP 发来的消息：改用关键词或签名，因为 GitHub 的机器每次 IP 都不同"
    )
}

fn gone() -> Text {
    text!(
        "there is no such robot any more, or its address was copied in part: copy it anew into `PUSHER_NOTIFY`",
        "没有这个机器人了，或者地址没有复制全：重新复制到 `PUSHER_NOTIFY`"
    )
}

fn rate() -> Text {
    text!(
        "it got more messages than it takes: let fewer runs write there, or at other times",
        "发给它的消息太多：减少往那里发消息的运行，或者错开时间"
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What is answered, what is told of it, and a part of the advice.
    const REFUSED: [(Service, u16, &str, &str, &str); 15] = [
        (
            Service::DingTalk,
            200,
            r#"{"errcode":310000,"errmsg":"keywords not in content"}"#,
            "it answered 310000, `keywords not in content`",
            "keywords",
        ),
        (
            Service::DingTalk,
            200,
            r#"{"errcode":310000,"errmsg":"sign not match, more: [https://x]"}"#,
            "it answered 310000, `sign not match, more: [https://x]`",
            "SECRET",
        ),
        (
            Service::DingTalk,
            200,
            r#"{"errcode":310000,"errmsg":"ip 1.2.3.4 not in whitelist"}"#,
            "it answered 310000, `ip 1.2.3.4 not in whitelist`",
            "machines",
        ),
        (
            Service::DingTalk,
            200,
            r#"{"errcode":130101,"errmsg":"send too fast, exceed 20 times per minute"}"#,
            "it answered 130101, `send too fast, exceed 20 times per minute`",
            "fewer runs",
        ),
        (
            Service::Feishu,
            200,
            r#"{"code":19021,"data":{},"msg":"sign match fail or timestamp is not within one hour from current time"}"#,
            "it answered 19021, `sign match fail or timestamp is not within one hour from current time`",
            "clock",
        ),
        (
            Service::Feishu,
            200,
            r#"{"code":19024,"msg":"Key Words Not Found"}"#,
            "it answered 19024, `Key Words Not Found`",
            "keywords",
        ),
        (
            Service::Feishu,
            400,
            r#"{"code":9499,"msg":"Bad Request"}"#,
            "it answered 9499, `Bad Request`",
            "",
        ),
        (
            Service::WeCom,
            200,
            r#"{"errcode":93000,"errmsg":"invalid webhook url"}"#,
            "it answered 93000, `invalid webhook url`",
            "anew",
        ),
        (
            Service::WeCom,
            200,
            r#"{"errcode":45009,"errmsg":"api freq out of limit"}"#,
            "it answered 45009, `api freq out of limit`",
            "fewer runs",
        ),
        (
            Service::WeCom,
            200,
            "<html>\nlogin</html>",
            "it answered HTTP 200, `<html> login</html>`",
            "",
        ),
        (Service::DingTalk, 200, "", "it answered HTTP 200", ""),
        (
            Service::Slack,
            404,
            "no_service",
            "it answered HTTP 404, `no_service`",
            "anew",
        ),
        (
            Service::Slack,
            400,
            "invalid_payload",
            "it answered HTTP 400, `invalid_payload`",
            "",
        ),
        (Service::Json, 429, "", "it answered HTTP 429", "fewer runs"),
        (
            Service::Json,
            500,
            "a `b`\u{1b}[2J",
            "it answered HTTP 500, `a 'b' [2J`",
            "",
        ),
    ];

    #[test]
    fn the_body_tells_and_not_the_status() {
        use Service::{DingTalk, Feishu, Json, Slack, WeCom};
        for (service, status, body) in [
            (DingTalk, 200, r#"{"errcode":0,"errmsg":"ok"}"#),
            (WeCom, 200, r#"{"errcode":0,"errmsg":"ok"}"#),
            (Feishu, 200, r#"{"code":0,"msg":"success","data":{}}"#),
            (
                Feishu,
                200,
                r#"{"Extra":null,"StatusCode":0,"StatusMessage":"success"}"#,
            ),
            (Slack, 200, "ok"),
            (Json, 204, ""),
            // Of a program nobody knows what its body means.
            (Json, 200, r#"{"code":7}"#),
        ] {
            assert_eq!(
                judge(service, status, body, str::to_owned),
                Ok(()),
                "{service:?} {body}"
            );
        }
        for (service, status, body, told, is_advised) in REFUSED {
            let refused = judge(service, status, body, str::to_owned).unwrap_err();
            assert_eq!(refused.to_string(), told);
            let advice = refused
                .advice
                .map(|advice| advice.to_string())
                .unwrap_or_default();
            assert_eq!(advice.is_empty(), is_advised.is_empty(), "{body}: {advice}");
            assert!(advice.contains(is_advised), "{body}: {advice}");
        }
    }
}
