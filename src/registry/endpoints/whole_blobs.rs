//! Blobs in one request: `POST` of `/v2/<name>/blobs/uploads/?digest=<digest>` with the bytes, which some
//! registries take. The others pass the bytes over and open an upload, as if nothing had been sent.

use bytes::Bytes;
use http::header::CONTENT_TYPE;
use http::{HeaderMap, HeaderValue, Method, StatusCode};

use crate::model::{Digest, Failure, Fault, Repository, RequestKind};
use crate::registry::access::Actions;
use crate::registry::client::Client;
use crate::registry::exchange::{Access, Answer, Body, Call, RetryOn};
use crate::registry::retry::backoff;
use crate::registry::whole_blobs::WholeBlobLeave;

use super::upload_location::session_from;
use super::{Upload, blobs};

pub(crate) async fn push(
    client: &Client,
    repository: &Repository,
    digest: &Digest,
    bytes: Bytes,
    leave: WholeBlobLeave,
) -> Result<Upload, Failure> {
    let operation = blobs::operation(RequestKind::FinishUpload, repository, digest);
    let host = client.host(&repository.registry, &operation)?;
    let mut url = host.endpoint(&repository.name, "blobs/uploads/");
    let text = digest.to_string();
    url.query_pairs_mut().append_pair("digest", &text);
    let access = Access::to(&repository.name, Actions::Push);
    let mut call = Call::new(operation.clone(), Method::POST, url, access);
    let octets = HeaderValue::from_static("application/octet-stream");
    call.headers = HeaderMap::from_iter([(CONTENT_TYPE, octets)]);
    call.body = Body::Bytes(bytes);
    // Whatever else is wrong: there is another way.
    call.retry_on = RetryOn::Overload;
    let sent = client.send(&host, call).await;
    let is_taken = sent.as_ref().is_ok_and(|answer| holds(answer, &text));
    if sent.as_ref().err().is_none_or(is_for_good) {
        leave.learn(is_taken);
    }
    let answer = sent?;
    if is_taken {
        return Ok(Upload::Done);
    }
    if answer.status == StatusCode::CREATED {
        let text = text!(
            "it does not say that it has the blob",
            "它没有说收到了这个 blob"
        );
        return Err(host.error(&operation, Fault::Protocol(text)));
    }
    session_from(&host, &operation, repository, &answer).map(Upload::Session)
}

/// Tells whether blobs are refused that come in one request, and not this one alone or for now.
fn is_for_good(failure: &Failure) -> bool {
    let status = failure.status();
    match status.and_then(|status| StatusCode::from_u16(status).ok()) {
        // Who asks may not do that, or not here.
        Some(StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN | StatusCode::NOT_FOUND) => false,
        Some(status) => !backoff::is_transient(status),
        None => matches!(failure.fault, Fault::Protocol(_)),
    }
}

/// Tells whether an answer says that the blob is there now, and that it means this one.
fn holds(answer: &Answer, digest: &str) -> bool {
    let names = |header| {
        let text = answer.header(header);
        text.is_some_and(|text| text.replace("%3A", ":").contains(digest))
    };
    let is_named = names("docker-content-digest") || names("location");
    answer.status == StatusCode::CREATED && is_named
}
