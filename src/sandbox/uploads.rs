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
/// Where [`whole_blobs`](super::Options::whole_blobs) are not taken, a `digest` in the query is passed over, and a
/// PUT has to follow, as at distribution.
pub(super) async fn open(
    registry: &Registry,
    method: &Method,
    name: &str,
    query: &Query,
    body: Body,
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
    if registry.options.whole_blobs && query.get("digest").is_some() {
        let (id, turn, begin) = (id.as_str(), 0, 0);
        return finish(registry, name, &Writer { id, turn, begin }, query, body).await;
    }
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
    let writer = find(registry, name, id, query)?;
    let size = writer.begin;
    match *method {
        Method::GET => Ok(status(registry, name, id, size, StatusCode::NO_CONTENT).done()),
        Method::PATCH if registry.options.chunked => {
            check_place(registry, headers, size)?;
            let size = receive(registry, &writer, body).await?;
            Ok(status(registry, name, id, size, StatusCode::ACCEPTED).done())
        }
        Method::PUT => {
            check_place(registry, headers, size)?;
            finish(registry, name, &writer, query, body).await
        }
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
    writer: &Writer<'_>,
    query: &Query,
    body: Body,
) -> Result<Response, Refusal> {
    let invalid = |detail| Refusal::detailed(Code::DigestInvalid, detail);
    let wanted = query
        .get("digest")
        .ok_or_else(|| invalid(json!("digest missing")))?;
    let digest = blobs::digest(wanted).map_err(|_| invalid(json!("digest parsing failed")))?;
    if let Some(session) = registry.uploads().get_mut(writer.id) {
        session.expect(digest.algorithm());
    }
    receive(registry, writer, body).await?;
    let session = registry.uploads().remove(writer.id);
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

/// A request that may write to a session, until the next one comes.
struct Writer<'a> {
    id: &'a str,
    turn: u32,
    /// How many bytes there were before.
    begin: u64,
}

/// Takes in a body. What has arrived stays in the session if the connection breaks; what arrives after
/// another request has asked where the session stands does not count.
async fn receive(registry: &Registry, writer: &Writer<'_>, body: Body) -> Result<u64, Refusal> {
    let mut size = writer.begin;
    let mut pieces = body.into_data_stream();
    while let Some(piece) = pieces.next().await {
        let piece = piece.map_err(|_| Refusal::new(Code::BlobUploadInvalid))?;
        match registry.uploads().get_mut(writer.id) {
            Some(session) if session.turn == writer.turn => session.write(&piece),
            _ => return Err(Refusal::new(Code::BlobUploadUnknown)),
        }
        size += piece.len() as u64;
    }
    Ok(size)
}

/// Finds a session. Whatever was writing to it writes no more.
///
/// Without [`resumable`](super::Options::resumable) a `Location` is good for one request: one that
/// is not the newest ends the session.
fn find<'a>(
    registry: &Registry,
    name: &str,
    id: &'a str,
    query: &Query,
) -> Result<Writer<'a>, Refusal> {
    let mut uploads = registry.uploads();
    let session = uploads
        .get_mut(id)
        .filter(|session| session.repository == name)
        .ok_or_else(|| Refusal::new(Code::BlobUploadUnknown))?;
    session.turn += 1;
    let (turn, begin) = (session.turn, session.size);
    let newest = query
        .get("_state")
        .is_some_and(|state| state == begin.to_string());
    if !newest && !registry.options.resumable {
        uploads.remove(id);
        return Err(Refusal::new(Code::BlobUploadInvalid));
    }
    Ok(Writer { id, turn, begin })
}

fn status(registry: &Registry, name: &str, id: &str, size: u64, status: StatusCode) -> Answer {
    let location = registry.location(&format!("/v2/{name}/blobs/uploads/{id}?_state={size}"));
    answer::empty(status)
        .with(header::LOCATION, location)
        .with(header::RANGE, format!("0-{}", size.saturating_sub(1)))
        .with(answer::UPLOAD_UUID, id)
}

/// Checks that a piece belongs where the session ends, as far as it says where it belongs or has to.
fn check_place(registry: &Registry, headers: &HeaderMap, size: u64) -> Result<(), Refusal> {
    let length = headers.get(header::CONTENT_LENGTH);
    let has_bytes = match length {
        Some(length) => length != "0",
        None => headers.contains_key(header::TRANSFER_ENCODING),
    };
    let belongs = match headers.get(header::CONTENT_RANGE) {
        Some(range) => begin_of(range.to_str().unwrap_or_default()) == Some(size),
        None => size == 0 || !has_bytes || !registry.options.strict_ranges,
    };
    if belongs {
        return Ok(());
    }
    let held = format!("0-{}", size.saturating_sub(1));
    Err(Refusal::new(Code::RangeInvalid).with(header::RANGE, &held))
}

/// Reads where a piece begins: `Content-Range: START-END`.
fn begin_of(range: &str) -> Option<u64> {
    let range = range.strip_prefix("bytes ").unwrap_or(range);
    range.split_once('-')?.0.parse().ok()
}
