//! What registries say with an error status, made safe to show.

use bytes::Bytes;
use http::StatusCode;
use serde::Deserialize;

use crate::model::Meaning;

/// No more of an error's body is read than this.
pub(super) const BODY_LIMIT: usize = 64 * 1024;

/// No more of a message is shown than this.
const MESSAGE_LIMIT: usize = 300;

/// The specification's envelope, with codes as texts.
///
/// [`oci_distribution::errors::OciEnvelope`] knows the specification's codes only, and one that it
/// does not know makes it refuse the whole document; registries have codes of their own.
#[derive(Deserialize)]
struct Envelope {
    errors: Vec<Entry>,
}

/// One error; token servers and proxies answer with one alone, in other words.
#[derive(Deserialize)]
struct Entry {
    code: Option<String>,
    #[serde(alias = "details", alias = "error_description", alias = "error")]
    message: Option<String>,
}

/// Reads the code and the message out of an error's body, as far as there are any.
pub(super) fn read(content_type: &str, body: &Bytes) -> (Option<String>, Option<String>) {
    let envelope = serde_json::from_slice::<Envelope>(body).map(|envelope| envelope.errors);
    let entry = match envelope {
        Ok(errors) => errors.into_iter().next(),
        Err(_) => serde_json::from_slice::<Entry>(body).ok(),
    };
    if let Some(entry) = entry {
        return (
            entry.code.and_then(|code| shown(&code)),
            entry.message.and_then(|m| shown(&m)),
        );
    }
    let is_text = content_type.starts_with("text/plain");
    (
        None,
        is_text
            .then(|| shown(&String::from_utf8_lossy(body)))
            .flatten(),
    )
}

/// Returns what an answer is known to mean beyond its status. Where only a registry's words tell, this is
/// the one place that reads them.
pub(super) fn meaning(
    status: StatusCode,
    content_type: &str,
    message: Option<&str>,
) -> Option<Meaning> {
    let says = |words: &str| message.is_some_and(|message| message.contains(words));
    match status.as_u16() {
        429 if says("pull rate limit") => Some(Meaning::PullsUsedUp),
        // What Go's servers answer.
        400 if says("HTTPS server") => Some(Meaning::WantsTls),
        // What ACR Personal says; behind a host name of one's own nothing else tells that it is one.
        400..500 if says("unknown manifest class") => Some(Meaning::ImagesOnly),
        _ if content_type.starts_with("text/html") => Some(Meaning::Page),
        _ => None,
    }
}

/// Makes a registry's text safe for a terminal and short: control characters go, so do those that
/// change the direction of text.
pub(super) fn shown(text: &str) -> Option<String> {
    let steers = |c: char| matches!(c, '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
    let plain = |c: char| if c.is_control() || steers(c) { ' ' } else { c };
    let text: String = text.chars().map(plain).collect();
    let mut words = text.split_whitespace().collect::<Vec<_>>().join(" ");
    if let Some((end, _)) = words.char_indices().nth(MESSAGE_LIMIT) {
        words.truncate(end);
        words.push('…');
    }
    (!words.is_empty()).then_some(words)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read_json(body: &str) -> (Option<String>, Option<String>) {
        read("application/json", &Bytes::copy_from_slice(body.as_bytes()))
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
        assert_eq!(
            read("text/html", &Bytes::from_static(b"<html>")),
            both("", "")
        );
        let plain = read(
            "text/plain; charset=utf-8",
            &Bytes::from_static(b"go away\n"),
        );
        assert_eq!(plain, both("", "go away"));
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
