//! What registries say with an error status, made safe to show.

use bytes::Bytes;
use http::StatusCode;
use serde_json::{Map, Value};

use crate::model::{Meaning, cut, is_hidden};
use crate::registry::access::Masks;

/// No more of an error's body is read than this.
pub(crate) const BODY_LIMIT: usize = 64 * 1024;

/// No more of a message is shown than this.
const MESSAGE_LIMIT: usize = 300;

/// Where words may stand, the best first.
const WORDS: [&str; 12] = [
    "message",
    "errorMessage",
    "msg",
    "error_description",
    "text",
    "detail",
    "details",
    "description",
    "reason",
    "title",
    "error",
    "errors",
];

/// Reads the code and the message out of an error's body, as far as there are any.
///
/// The specification has `{"errors":[{"code":…,"message":…,"detail":…}]}`; registries, and the proxies,
/// token servers and storage hosts around them, have forms of their own.
///
/// What was sent as a secret is masked in both, before they are cut short.
pub(crate) fn read(
    content_type: &str,
    body: &Bytes,
    masks: &Masks,
) -> (Option<String>, Option<String>) {
    let text = masks.hide(&String::from_utf8_lossy(body));
    let (code, message) = match serde_json::from_str(&text) {
        Ok(value) => entry(&value),
        Err(_) if text.trim_start().starts_with("<?xml") || content_type.contains("xml") => {
            (element(&text, "Code"), element(&text, "Message"))
        }
        Err(_) if content_type.is_empty() || content_type.starts_with("text/plain") => {
            (None, Some(text).filter(|text| !text.starts_with('<')))
        }
        Err(_) if content_type.starts_with("text/html") => (None, title(&text)),
        Err(_) => (None, None),
    };
    let shown = |text: Option<String>| text.and_then(|text| shown(&masks.hide(&text)));
    (shown(code), shown(message))
}

/// Reads one error: the first of several that says anything.
fn entry(value: &Value) -> (Option<String>, Option<String>) {
    match value {
        Value::Array(several) => {
            let mut entries = several.iter().map(entry);
            entries
                .find(|entry| *entry != (None, None))
                .unwrap_or_default()
        }
        Value::Object(fields) => {
            let inner = ["errors", "error"].map(|name| field(fields, name));
            let nested = inner.into_iter().flatten().find(|inner| !inner.is_string());
            let nested = nested.map(entry).filter(|entry| *entry != (None, None));
            nested.unwrap_or_else(|| {
                // Numbers say the status once more.
                let code = field(fields, "code").and_then(Value::as_str);
                let message = WORDS.iter().find_map(|name| words(field(fields, name)?));
                (code.map(str::to_owned), message)
            })
        }
        other => (None, words(other)),
    }
}

/// Returns what a value says: it as a text, or the words in it, or all of it.
fn words(value: &Value) -> Option<String> {
    match value {
        Value::Null => None,
        Value::String(text) => Some(text.trim().to_owned()).filter(|text| !text.is_empty()),
        Value::Object(fields) if fields.is_empty() => None,
        Value::Object(fields) => {
            let inner = WORDS.iter().find_map(|name| words(field(fields, name)?));
            inner.or_else(|| Some(value.to_string()))
        }
        Value::Array(several) => several.iter().find_map(words),
        Value::Bool(_) | Value::Number(_) => Some(value.to_string()),
    }
}

/// Returns a field, whose name some begin with a capital.
fn field<'a>(fields: &'a Map<String, Value>, name: &str) -> Option<&'a Value> {
    let mut fields = fields.iter();
    fields
        .find(|(key, _)| key.eq_ignore_ascii_case(name))
        .map(|(_, value)| value)
}

/// Returns what stands in the first element of this name, as storage hosts answer.
fn element(text: &str, name: &str) -> Option<String> {
    let (_, rest) = text.split_once(&format!("<{name}>"))?;
    let (inner, _) = rest.split_once(&format!("</{name}>"))?;
    Some(inner.to_owned())
}

/// Returns the title of a page for people: what answers in a registry's place says there what it is.
fn title(page: &str) -> Option<String> {
    // The same places in it, whatever the case of its letters.
    let lower = page.to_ascii_lowercase();
    let begin = lower.find("<title")?;
    let begin = begin + lower[begin..].find('>')? + 1;
    let end = begin + lower[begin..].find("</title")?;
    Some(
        page[begin..end]
            .replace("&nbsp;", " ")
            .replace("&amp;", "&"),
    )
}

/// Returns what an answer is known to mean beyond its status. Where only a registry's words tell, this is
/// the one place that reads them.
pub(crate) fn meaning(
    status: StatusCode,
    content_type: &str,
    message: Option<&str>,
) -> Option<Meaning> {
    let says = |words: &str| message.is_some_and(|message| message.contains(words));
    match status.as_u16() {
        429 if says("pull rate limit") => Some(Meaning::PullsUsedUp),
        // What Go's servers answer, and nginx.
        400 if says("HTTPS server") || says("sent to HTTPS port") => Some(Meaning::WantsTls),
        // What ACR Personal says; behind a host name of one's own nothing else tells that it is one.
        400..500 if says("unknown manifest class") => Some(Meaning::ImagesOnly),
        _ if content_type.starts_with("text/html") => Some(Meaning::HtmlPage),
        _ => None,
    }
}

/// Makes a registry's text safe for a terminal and short: what is hidden in it goes.
pub(crate) fn shown(text: &str) -> Option<String> {
    let plain = |c: char| if is_hidden(c) { ' ' } else { c };
    let text: String = text.chars().map(plain).collect();
    let words = text.split_whitespace().collect::<Vec<_>>().join(" ");
    (!words.is_empty()).then(|| cut(&words, MESSAGE_LIMIT).into_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read_json(body: &str) -> (Option<String>, Option<String>) {
        read_text("application/json", body)
    }

    fn read_text(content_type: &str, body: &str) -> (Option<String>, Option<String>) {
        let body = Bytes::copy_from_slice(body.as_bytes());
        read(content_type, &body, &Masks::default())
    }

    fn both(code: &str, message: &str) -> (Option<String>, Option<String>) {
        let text = |text: &str| Some(text.to_owned()).filter(|text| !text.is_empty());
        (text(code), text(message))
    }

    #[test]
    fn reads_the_specifications_form_with_any_code() {
        let body = r#"{"errors":[{"code":"X_OWN","message":"no","detail":{"a":1}},{"code":"B"}]}"#;
        assert_eq!(read_json(body), both("X_OWN", "no"));
        assert_eq!(read_json(r#"{"errors":[]}"#), both("", ""));
    }

    #[test]
    fn reads_what_others_write() {
        assert_eq!(
            read_json(r#"{"details":"incorrect password"}"#),
            both("", "incorrect password")
        );
        assert_eq!(read_json("not json"), both("", ""));
        assert_eq!(read_text("text/html", "<html>"), both("", ""));
        let plain = read_text("text/plain; charset=utf-8", "go away\n");
        assert_eq!(plain, both("", "go away"));
    }

    #[test]
    fn finds_the_reason_wherever_it_stands() {
        for (body, code) in [
            (
                r#"{"errors":[{"code":"DENIED","message":"why"}]}"#,
                "DENIED",
            ),
            (r#"{"errors":[{"code":409,"message":"why"}]}"#, ""),
            (r#"{"errors":[{"status":403,"message":"why"}]}"#, ""),
            (r#"{"errors":[{},{"code":"A","message":"why"}]}"#, "A"),
            (r#"{"errors":{"code":"A","message":"why"}}"#, "A"),
            (r#"{"errors":["why"]}"#, ""),
            (r#"{"errors":"why"}"#, ""),
            (r#"[{"code":"A","message":"why"}]"#, "A"),
            (r#"{"errors":[{"code":"A","message":{"text":"why"}}]}"#, "A"),
            (
                r#"{"errors":[{"code":"A","message":"","detail":"why"}]}"#,
                "A",
            ),
            (r#"{"errors":[{"code":"A","detail":["why"]}]}"#, "A"),
            (
                r#"{"errors":[{"code":"A","message":null,"detail":{"reason":"why"}}]}"#,
                "A",
            ),
            (
                r#"{"type":"about:blank","title":"Forbidden","detail":"why"}"#,
                "",
            ),
            (r#"{"title":"why"}"#, ""),
            (r#"{"code":403,"msg":"why"}"#, ""),
            (r#"{"errorMessage":"why"}"#, ""),
            (r#"{"errors":[{"code":"A","errorMessage":"why"}]}"#, "A"),
            (r#"{"Code":"A","Message":"why"}"#, "A"),
            (r#"{"error":{"code":"A","message":"why"}}"#, "A"),
            (r#"{"error":"invalid","error_description":"why"}"#, ""),
            (r#"{"error":"why"}"#, ""),
            (r#""why""#, ""),
        ] {
            assert_eq!(read_json(body), both(code, "why"), "{body}");
        }
        let all = read_json(r#"{"errors":[{"code":"A","detail":{"quota":7}}]}"#);
        assert_eq!(all, both("A", r#"{"quota":7}"#));
        let xml = r#"<?xml version="1.0"?><Error><Code>AccessDenied</Code><Message>why</Message></Error>"#;
        let found = read_text("application/xml", xml);
        assert_eq!(found, both("AccessDenied", "why"));
        let page = "<!doctype html><html><head><TITLE lang=en>Sign in\n&amp; go</TITLE><p>x";
        assert_eq!(read_text("text/html", page), both("", "Sign in & go"));
        assert_eq!(read_text("text/html", "<title>"), both("", ""));
        assert_eq!(read_text("", "why"), both("", "why"));
        assert_eq!(read_text("", "<html>"), both("", ""));
        for nothing in [
            "{}",
            "[]",
            "null",
            r#"{"errors":[]}"#,
            r#"{"errors":[null,{}]}"#,
        ] {
            assert_eq!(read_json(nothing), both("", ""), "{nothing}");
        }
    }

    #[test]
    fn lets_nothing_through_that_steers_a_terminal() {
        let body = r#"{"errors":[{"code":"\u001b[2J","message":"a\u001b]0;x\u0007\n\u202eb"}]}"#;
        assert_eq!(read_json(body), both("[2J", "a ]0;x b"));
        let long = format!(r#"{{"message":"{}"}}"#, "ü".repeat(1000));
        assert_eq!(
            read_json(&long).1.unwrap().chars().count(),
            MESSAGE_LIMIT + 1
        );
    }
}
