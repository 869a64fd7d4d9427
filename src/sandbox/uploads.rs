//! `/v2/NAME/blobs/uploads/`: sessions, chunks, mounts.

use axum::body::Body;
use axum::http::{HeaderMap, Method, StatusCode, header};
use axum::response::Response;
use futures_util::StreamExt as _;
use serde_json::json;

use super::answer::{self, Answer};
use super::blobs;
use super::query::Query;
use super::refusal::{Code, Refusal};
use super::registry::Registry;
use super::session::Session;

/// Opens a session, or mounts a blob of another repository.
///
/// A `digest` in the query is passed over, and a PUT has to follow, as at distribution.
pub(super) fn open(
    registry: &Registry,
    method: &Method,
    name: &str,
    query: &Query,
) -> Result<Response, Refusal> {
    if *method != Method::POST {
        return Err(Refusal::new(Code::Unsupported));
    }
    if let (Some(digest), Some(from)) = (query.get("mount"), query.get("from"))
        && registry.options.mount
        && let Ok(digest) = digest.parse()
    {
        let mut store = registry.store();
        let content = store.blob(from, &digest).cloned();
        if let Some(content) = content {
            store.put_blob(name, digest.clone(), content);
            let location = registry.location(&format!("/v2/{name}/blobs/{digest}"));
            return Ok(answer::empty(StatusCode::CREATED)
                .with(header::LOCATION, location)
                .with(answer::CONTENT_DIGEST, digest.to_string())
                .done());
        }
    }
    let id = registry.open_upload(Session::new(name, registry.options.discard_above));
    Ok(status(registry, name, &id, 0, StatusCode::ACCEPTED).done())
}

/// Serves a session that was opened before.
pub(super) async fn serve(
    registry: &Registry,
    method: &Method,
    name: &str,
    id: &str,
    query: &Query,
    headers: &HeaderMap,
    body: Body,
) -> Result<Response, Refusal> {
    let size = find(registry, name, id, query)?;
    match *method {
        Method::GET => Ok(status(registry, name, id, size, StatusCode::NO_CONTENT).done()),
        Method::PATCH if registry.options.chunked => {
            if let Some(range) = headers.get(header::CONTENT_RANGE) {
                continues(range.to_str().unwrap_or_default(), size).map_err(|()| {
                    let range = format!("0-{}", size.saturating_sub(1));
                    Refusal::new(Code::RangeInvalid).with(header::RANGE, &range)
                })?;
            }
            let size = receive(registry, id, body).await?;
            Ok(status(registry, name, id, size, StatusCode::ACCEPTED).done())
        }
        Method::PUT => finish(registry, name, id, query, body).await,
        Method::DELETE => {
            registry.uploads().remove(id);
            Ok(answer::empty(StatusCode::NO_CONTENT).done())
        }
        _ => Err(Refusal::new(Code::Unsupported)),
    }
}

async fn finish(
    registry: &Registry,
    name: &str,
    id: &str,
    query: &Query,
    body: Body,
) -> Result<Response, Refusal> {
    let invalid = |detail| Refusal::detailed(Code::DigestInvalid, detail);
    let wanted = query
        .get("digest")
        .ok_or_else(|| invalid(json!("digest missing")))?;
    let digest = blobs::digest(wanted).map_err(|_| invalid(json!("digest parsing failed")))?;
    if let Some(session) = registry.uploads().get_mut(id) {
        session.expect(digest.algorithm());
    }
    receive(registry, id, body).await?;
    let session = registry.uploads().remove(id);
    let session = session.ok_or_else(|| Refusal::new(Code::BlobUploadUnknown))?;
    match session.finish(digest.algorithm()) {
        Some((content, found)) if found == digest => {
            registry.store().put_blob(name, digest.clone(), content);
            let location = registry.location(&format!("/v2/{name}/blobs/{digest}"));
            Ok(answer::empty(StatusCode::CREATED)
                .with(header::LOCATION, location)
                .with(answer::CONTENT_DIGEST, digest.to_string())
                .done())
        }
        _ => Err(invalid(json!({ "Digest": wanted, "Reason": {} }))),
    }
}

/// Takes in a body. What has arrived stays in the session if the connection breaks.
async fn receive(registry: &Registry, id: &str, body: Body) -> Result<u64, Refusal> {
    let mut pieces = body.into_data_stream();
    while let Some(piece) = pieces.next().await {
        let piece = piece.map_err(|_| Refusal::new(Code::BlobUploadInvalid))?;
        match registry.uploads().get_mut(id) {
            Some(session) => session.write(&piece),
            None => return Err(Refusal::new(Code::BlobUploadUnknown)),
        }
    }
    let size = registry.uploads().get(id).map(|session| session.size);
    size.ok_or_else(|| Refusal::new(Code::BlobUploadUnknown))
}

/// Finds a session, and how many bytes it has.
///
/// Without [`resumable`](super::Options::resumable) a `Location` is good for one request: one that
/// is not the newest ends the session.
fn find(registry: &Registry, name: &str, id: &str, query: &Query) -> Result<u64, Refusal> {
    let mut uploads = registry.uploads();
    let session = uploads.get(id).filter(|session| session.repository == name);
    let size = session
        .ok_or_else(|| Refusal::new(Code::BlobUploadUnknown))?
        .size;
    let newest = query
        .get("_state")
        .is_some_and(|state| state == size.to_string());
    if !newest && !registry.options.resumable {
        uploads.remove(id);
        return Err(Refusal::new(Code::BlobUploadInvalid));
    }
    Ok(size)
}

fn status(registry: &Registry, name: &str, id: &str, size: u64, status: StatusCode) -> Answer {
    let location = registry.location(&format!("/v2/{name}/blobs/uploads/{id}?_state={size}"));
    answer::empty(status)
        .with(header::LOCATION, location)
        .with(header::RANGE, format!("0-{}", size.saturating_sub(1)))
        .with(answer::UPLOAD_UUID, id)
}

/// Checks that a chunk begins where the session ends: `Content-Range: START-END`.
fn continues(range: &str, size: u64) -> Result<(), ()> {
    let range = range.strip_prefix("bytes ").unwrap_or(range);
    let start = range
        .split_once('-')
        .and_then(|(start, _)| start.parse::<u64>().ok());
    if start == Some(size) { Ok(()) } else { Err(()) }
}
