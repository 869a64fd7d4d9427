//! The readers of what registries send beside manifests, for the fuzzer in `fuzz/` (`--cfg fuzzing`).

use std::time::{Instant, SystemTime};

use bytes::Bytes;
use http::header::{DATE, RETRY_AFTER, WWW_AUTHENTICATE};
use http::{HeaderMap, HeaderName, HeaderValue};
use url::Url;

use super::access::challenge::{self, Realm};
use super::access::token::Issuer;
use super::access::{Masks, Scopes, destination, token};
use super::endpoints::{blobs, pagination, upload_location};
use super::exchange::{Answer, error_body};
use super::limits::PullLimit;
use super::retry::backoff;

fn base() -> Url {
    Url::parse("https://registry.example.com/v2/a/b/blobs/uploads/")
        .unwrap_or_else(|_| unreachable!())
}

fn headers(name: HeaderName, value: &[u8]) -> Option<HeaderMap> {
    Some(HeaderMap::from_iter([(
        name,
        HeaderValue::from_bytes(value).ok()?,
    )]))
}

/// Reads a `WWW-Authenticate`.
pub fn challenge(value: &[u8]) {
    if let Some(headers) = headers(WWW_AUTHENTICATE, value) {
        let _ = challenge::read(&headers, |url| {
            destination::may_log_in(&base(), url, |_| false, |_| false)
        });
    }
}

/// Reads the body of a token server's answer.
pub fn token(body: &[u8]) {
    let date = HeaderValue::from_static("Thu, 01 Jan 2026 00:00:00 GMT");
    let headers = HeaderMap::from_iter([(DATE, date)]);
    let answer = Answer::for_test(base(), headers, body);
    let realm = Realm {
        url: base(),
        service: None,
    };
    let issuer = Issuer { realm, login: None };
    let _ = token::read(&answer, &issuer, &Scopes::default(), Instant::now());
}

/// Reads the body of an error, in each of the ways that its content type asks for; a secret that was sent
/// does not come out.
pub fn error_body(body: &[u8]) {
    const SECRET: &str = "canary-5fd2";
    let masks = Masks::default();
    masks.add(SECRET);
    let body = Bytes::copy_from_slice(body);
    for content_type in ["", "application/json", "application/xml", "text/html"] {
        let (code, message) = error_body::read(content_type, &body, &masks);
        for text in [code, message].into_iter().flatten() {
            assert!(
                !text.contains(SECRET) && !text.chars().any(char::is_control),
                "{text}"
            );
        }
    }
}

/// Reads the other headers that something depends on.
pub fn headers_of_answers(value: &[u8]) {
    for name in ["ratelimit-remaining", "ratelimit-limit"] {
        let _ = headers(HeaderName::from_static(name), value).map(|it| PullLimit::read(&it));
    }
    let _ = headers(RETRY_AFTER, value).map(|it| backoff::retry_after(&it, SystemTime::UNIX_EPOCH));
    if let Ok(text) = std::str::from_utf8(value) {
        let _ = pagination::next_link(text);
        let _ = blobs::parse_content_range(text);
        let _ = upload_location::parse_range(text);
        let _ = upload_location::resolve(&base(), text);
    }
}
