//! `/v2/NAME/blobs/DIGEST`, here and at the storage host.

use std::ops::Range;

use axum::body::Body;
use axum::http::{HeaderMap, Method, StatusCode, header};
use axum::response::Response;
use serde_json::json;

use super::answer;
use super::options::Delete;
use super::refusal::{Code, Refusal};
use super::registry::Registry;
use crate::model::Digest;

pub(super) fn serve(
    registry: &Registry,
    method: &Method,
    name: &str,
    digest_text: &str,
    headers: &HeaderMap,
) -> Result<Response, Refusal> {
    let digest = digest(digest_text)?;
    match *method {
        Method::GET if registry.options.redirect => {
            registry
                .store()
                .blob(name, &digest)
                .ok_or_else(|| unknown(&digest))?;
            let location = registry.storage_location(name, &digest);
            Ok(answer::empty(StatusCode::TEMPORARY_REDIRECT)
                .with(header::LOCATION, location)
                .done())
        }
        Method::GET | Method::HEAD => get(registry, name, &digest, headers),
        Method::DELETE if registry.options.delete == Delete::Off => {
            Err(Refusal::new(Code::Unsupported))
        }
        Method::DELETE if registry.store().delete_blob(name, &digest) => {
            Ok(answer::empty(StatusCode::ACCEPTED).done())
        }
        Method::DELETE => Err(Refusal::new(Code::BlobUnknown)),
        _ => Err(Refusal::new(Code::Unsupported)),
    }
}

/// Answers with a blob, or the part of it that `Range` asks for.
pub(super) fn get(
    registry: &Registry,
    name: &str,
    digest: &Digest,
    headers: &HeaderMap,
) -> Result<Response, Refusal> {
    let content = registry
        .store()
        .blob(name, digest)
        .cloned()
        .ok_or_else(|| unknown(digest))?;
    let size = content.size();
    let asked = headers
        .get(header::RANGE)
        .and_then(|value| value.to_str().ok());
    let (status, range) = match asked.filter(|_| registry.options.ranges) {
        None => (StatusCode::OK, 0..size),
        Some(text) => match byte_range(text, size) {
            None => (StatusCode::OK, 0..size),
            Some(range) if range.is_empty() => {
                let all = format!("bytes */{size}");
                return Err(Refusal::new(Code::RangeInvalid).with(header::CONTENT_RANGE, &all));
            }
            Some(range) => (StatusCode::PARTIAL_CONTENT, range),
        },
    };
    // Bytes that were thrown away are missing here: the answer ends before its length.
    let body = Body::from_stream(content.stream(range.clone()));
    let mut answer = answer::whole(status, body, &(range.end - range.start))
        .with(header::CONTENT_TYPE, "application/octet-stream")
        .with(answer::CONTENT_DIGEST, digest.to_string())
        .with(header::ETAG, format!("\"{digest}\""));
    if registry.options.ranges {
        answer = answer.with(header::ACCEPT_RANGES, "bytes");
    }
    if status == StatusCode::PARTIAL_CONTENT {
        let part = format!("bytes {}-{}/{size}", range.start, range.end - 1);
        answer = answer.with(header::CONTENT_RANGE, part);
    }
    Ok(answer.done())
}

/// Reads a digest out of a path or a query.
pub(super) fn digest(text: &str) -> Result<Digest, Refusal> {
    text.parse()
        .map_err(|_| Refusal::detailed(Code::DigestInvalid, json!({})))
}

fn unknown(digest: &Digest) -> Refusal {
    Refusal::detailed(Code::BlobUnknown, json!(digest.to_string()))
}

/// Reads a `Range` header: `None` if it is to be ignored, an empty range if it cannot be met.
fn byte_range(text: &str, size: u64) -> Option<Range<u64>> {
    let (first, last) = text.strip_prefix("bytes=")?.split_once('-')?;
    if first.is_empty() {
        let length: u64 = last.parse().ok()?;
        return Some(size.saturating_sub(length)..size);
    }
    let start: u64 = first.parse().ok()?;
    let end = if last.is_empty() {
        size
    } else {
        last.parse::<u64>().ok()?.checked_add(1)?
    };
    if end <= start && !last.is_empty() {
        return None;
    }
    Some(start.min(size)..end.min(size))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ranges() {
        assert_eq!(byte_range("bytes=1-2", 5), Some(1..3));
        assert_eq!(byte_range("bytes=3-", 5), Some(3..5));
        assert_eq!(byte_range("bytes=3-99", 5), Some(3..5));
        assert_eq!(byte_range("bytes=-2", 5), Some(3..5));
        assert!(byte_range("bytes=5-", 5).is_some_and(|range| range.is_empty()));
        for ignored in ["bytes=2-1", "items=1-2", "bytes=x-", "bytes=1-2,4-5"] {
            assert_eq!(byte_range(ignored, 5), None, "{ignored}");
        }
    }
}
