//! Uploads: `POST` of `/v2/<name>/blobs/uploads/`, and what happens at the location that it names.

use std::sync::{Arc, OnceLock};

use http::header::{CONNECTION, CONTENT_LENGTH, CONTENT_RANGE, CONTENT_TYPE};
use http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode};
use url::Url;

use crate::model::{Digest, Failure, Operation, Repository, RequestKind};
use crate::registry::access::{Actions, Scopes};
use crate::registry::client::Client;
use crate::registry::exchange::{Access, Answer, Body, Call, RetryOn};
use crate::registry::host::Host;
use crate::registry::limits::Lane;

use super::blobs::{self, SMALL};
use super::upload_location::{parse_range, session_from};
use super::{Mount, SessionState, Upload, UploadBody, UploadSession, repository_operation};

pub(crate) async fn start(
    client: &Client,
    repository: &Repository,
    mount: Option<&Mount>,
) -> Result<Upload, Failure> {
    let operation = repository_operation(RequestKind::StartUpload, repository);
    let host = client.host(&repository.registry, &operation)?;
    let mount = mount.filter(|mount| mount.from.registry == repository.registry);
    if let Some(mount) = mount {
        // A mount saves work, so whatever is in its way is in the way of nothing else.
        match try_mount(client, &host, repository, mount).await {
            Err(error) => tracing::debug!("{error}; going on without mounting"),
            done => return done,
        }
    }
    let url = host.endpoint(&repository.name, "blobs/uploads/");
    let access = Access::to(&repository.name, Actions::Push);
    let call = post(Call::new(operation.clone(), Method::POST, url, access));
    let answer = client.send(&host, call).await?;
    // 202, as the specification wants, or what some answer instead: the location is what counts.
    session_from(&host, &operation, repository, &answer).map(Upload::Session)
}

async fn try_mount(
    client: &Client,
    host: &Arc<Host>,
    repository: &Repository,
    mount: &Mount,
) -> Result<Upload, Failure> {
    let operation = blobs::operation(RequestKind::MountBlob, repository, &mount.digest);
    let mut url = host.endpoint(&repository.name, "blobs/uploads/");
    url.query_pairs_mut()
        .append_pair("mount", &mount.digest.to_string())
        .append_pair("from", &mount.from.name);
    let scopes = Scopes::one(&repository.name, Actions::Push).and(&mount.from.name, Actions::Pull);
    let access = Access::Scopes(scopes);
    let mut call = post(Call::new(operation.clone(), Method::POST, url, access));
    call.retry_on = RetryOn::Overload;
    let answer = client.send(host, call).await?;
    match answer.status {
        StatusCode::CREATED => Ok(Upload::Done),
        _ => session_from(host, &operation, repository, &answer).map(Upload::Session),
    }
}

pub(crate) async fn finish(
    client: &Client,
    session: &mut UploadSession,
    digest: &Digest,
    length: u64,
    body: UploadBody,
) -> Result<(), Failure> {
    let operation = blobs::operation(RequestKind::FinishUpload, &session.repository, digest);
    let (host, mut call) = at_location(client, session, operation, Method::PUT)?;
    if call.url.query_pairs().all(|(name, _)| name != "digest") {
        let digest = digest.to_string();
        call.url.query_pairs_mut().append_pair("digest", &digest);
    }
    let mut call = sending(call, length, body);
    // The last of several pieces says where it belongs, as each of them does; a whole blob does not.
    if session.offset > 0 {
        call.headers.extend(range_of(session.offset, length));
    }
    send_on(client, &host, call, session).await.map(drop)
}

pub(crate) async fn append(
    client: &Client,
    session: &mut UploadSession,
    length: u64,
    body: UploadBody,
) -> Result<(), Failure> {
    let operation = repository_operation(RequestKind::AppendUpload, &session.repository);
    let (host, call) = at_location(client, session, operation.clone(), Method::PATCH)?;
    let mut call = sending(call, length, body);
    // Where pieces are sent, connections break after so many bytes: each piece has one of its own.
    call.shares_connection = false;
    let close = HeaderValue::from_static("close");
    call.headers.insert(CONNECTION, close);
    call.headers.extend(range_of(session.offset, length));
    let answer = send_on(client, &host, call, session).await?;
    let offset = session.offset + length;
    *session = session_from(&host, &operation, &session.repository, &answer)?;
    session.offset = offset;
    Ok(())
}

pub(crate) async fn offset(
    client: &Client,
    session: &mut UploadSession,
) -> Result<Option<u64>, Failure> {
    if matches!(session.state, SessionState::Moved { .. }) {
        return Ok(Some(0));
    }
    let operation = repository_operation(RequestKind::UploadOffset, &session.repository);
    let (host, mut call) = at_location(client, session, operation.clone(), Method::GET)?;
    // Distribution answers 400 to the location of an upload that moved on, or is gone.
    call.accept = &[400, 404, 405, 501];
    let answer = client.send(&host, call).await?;
    if !answer.status.is_success() {
        return Ok(None);
    }
    if answer.header("location").is_some() {
        *session = session_from(&host, &operation, &session.repository, &answer)?;
    }
    let offset = answer.header("range").and_then(parse_range);
    session.offset = offset.unwrap_or_default();
    Ok(offset)
}

pub(crate) async fn cancel(client: &Client, session: &UploadSession) -> Result<(), Failure> {
    let operation = repository_operation(RequestKind::CancelUpload, &session.repository);
    let (host, mut call) = at_location(client, session, operation, Method::DELETE)?;
    call.accept = &[400, 404, 405, 501];
    client.send(&host, call).await.map(drop)
}

/// Makes a request to the location of an upload.
fn at_location(
    client: &Client,
    session: &UploadSession,
    operation: Operation,
    method: Method,
) -> Result<(Arc<Host>, Call), Failure> {
    let host = client.host(&session.repository.registry, &operation)?;
    let access = Access::to(&session.repository.name, Actions::Push);
    let call = Call::new(operation, method, session.location.clone(), access);
    Ok((host, call))
}

/// How often in a row an upload is followed to where an answer points.
const MOVES: u8 = 2;

/// Sends bytes; where an answer points elsewhere and they are spent, the session is there from then on.
async fn send_on(
    client: &Client,
    host: &Arc<Host>,
    mut call: Call,
    session: &mut UploadSession,
) -> Result<Answer, Failure> {
    let moved = Arc::<OnceLock<Url>>::default();
    call.moved = Some(moved.clone());
    let sent = client.send(host, call).await;
    match (sent, moved.get()) {
        (Err(failure), Some(location)) => {
            session.location = location.clone();
            session.state = match session.state {
                SessionState::Fresh => SessionState::Moved { times: 1 },
                SessionState::Moved { times } if times < MOVES => {
                    SessionState::Moved { times: times + 1 }
                }
                // It goes round in a circle: whether it is there at all is asked.
                SessionState::Moved { .. } | SessionState::Used => SessionState::Used,
            };
            Err(failure.mended())
        }
        (sent, _) => {
            session.state = SessionState::Used;
            sent
        }
    }
}

/// Says where a piece belongs; one without bytes belongs nowhere.
fn range_of(offset: u64, length: u64) -> Option<(HeaderName, HeaderValue)> {
    let last = (offset + length).checked_sub(1).filter(|_| length > 0)?;
    let range = HeaderValue::try_from(format!("{offset}-{last}")).ok()?;
    Some((CONTENT_RANGE, range))
}

fn post(mut call: Call) -> Call {
    // Some servers refuse a POST that does not say that it is empty.
    call.headers
        .insert(CONTENT_LENGTH, HeaderValue::from_static("0"));
    call
}

fn sending(mut call: Call, length: u64, body: UploadBody) -> Call {
    let octets = HeaderValue::from_static("application/octet-stream");
    call.headers = HeaderMap::from_iter([
        (CONTENT_TYPE, octets),
        (CONTENT_LENGTH, HeaderValue::from(length)),
    ]);
    call.shares_connection = length <= SMALL;
    call.body = Body::upload(body, length);
    // What is in memory waits for nothing else, and what is small is soon gone.
    if !(call.shares_connection && matches!(call.body, Body::Bytes(_))) {
        call.lane = Lane::Upload;
    }
    call.idempotent = false;
    call
}
