//! One request from start to end: recorded, made to fail if the fault plan says so, let in, served.

use std::sync::Arc;

use axum::body::{Body, HttpBody as _};
use axum::extract::{ConnectInfo, Request, State};
use axum::http::{HeaderName, HeaderValue, Method, StatusCode, header};
use axum::response::{IntoResponse as _, Response};
use bytes::BytesMut;
use futures_util::StreamExt as _;

use super::connection::Peer;
use super::faults::{self, Effect};
use super::log::{Origin, Recording};
use super::options::Auth;
use super::query::Query;
use super::refusal::{Code, Refusal, plain};
use super::registry::Registry;
use super::route::{Endpoint, Route};
use super::throttle::{Gate, Place};
use super::{answer, auth, blobs, catalog, manifests, referrers, tags, uploads};

/// Serves a request of any port.
pub(super) async fn serve(
    State(registry): State<Arc<Registry>>,
    ConnectInfo(peer): ConnectInfo<Peer>,
    request: Request,
) -> Response {
    let path = request
        .uri()
        .path_and_query()
        .map_or("/", |path| path.as_str())
        .to_owned();
    let method = request.method().as_str().to_owned();
    let recording = registry
        .log
        .begin(peer.origin, &method, &path, request.headers());
    let place = registry.gate(peer.origin).map(Gate::enter).transpose();
    let (place, effect) = match place {
        Ok(place) => (place, registry.faults.take(&method, &path)),
        Err(refusal) => (None, Some(refusal)),
    };
    let request = request.map(|body| incoming(body, &recording, &peer, effect.as_ref()));
    let response = match &effect {
        Some(Effect::Answer { status, headers }) => added(status_alone(*status), headers),
        Some(Effect::Json(text)) => {
            let value = serde_json::from_str(text).unwrap_or_default();
            answer::json(StatusCode::OK, &value)
        }
        Some(Effect::Reset) => {
            peer.reset();
            return answer::empty(StatusCode::NO_CONTENT).done();
        }
        Some(Effect::LoseAnswer) => {
            respond(&registry, peer.origin, request).await;
            peer.reset();
            return answer::empty(StatusCode::NO_CONTENT).done();
        }
        Some(Effect::Instead(status)) => {
            respond(&registry, peer.origin, request).await;
            status_alone(*status)
        }
        Some(Effect::KeepOpen(status)) => {
            let mut request = request;
            *request.method_mut() = Method::PATCH;
            respond(&registry, peer.origin, request).await;
            status_alone(*status)
        }
        Some(effect @ Effect::Append(_)) => {
            let mut response = respond(&registry, peer.origin, request).await;
            response.headers_mut().remove(http::header::CONTENT_LENGTH);
            response.map(|body| faults::damaged(body, effect))
        }
        Some(Effect::Stall) => std::future::pending().await,
        Some(Effect::Delay(time)) => {
            tokio::time::sleep(*time).await;
            respond(&registry, peer.origin, request).await
        }
        Some(Effect::ResetUpload { .. }) => {
            // The answer never leaves: the connection is reset within the body or, where that was
            // shorter, here.
            respond(&registry, peer.origin, request).await;
            peer.reset();
            return answer::empty(StatusCode::NO_CONTENT).done();
        }
        Some(Effect::Headers(headers)) => {
            added(respond(&registry, peer.origin, request).await, headers)
        }
        Some(effect) => {
            let response = respond(&registry, peer.origin, request).await;
            response.map(|body| faults::damaged(body, effect))
        }
        None => respond(&registry, peer.origin, request).await,
    };
    recording.answered(response.status().as_u16());
    response.map(|body| outgoing(body, recording, place))
}

fn status_alone(status: u16) -> Response {
    let status = StatusCode::from_u16(status).unwrap_or(StatusCode::IM_A_TEAPOT);
    answer::empty(status).done()
}

async fn respond(registry: &Registry, origin: Origin, request: Request) -> Response {
    let answered = match origin {
        Origin::Registry => registry_port(registry, request).await,
        Origin::Token => token_port(registry, request).await,
        Origin::Storage => storage_port(registry, &request),
    };
    answered.unwrap_or_else(Refusal::into_response)
}

async fn registry_port(registry: &Registry, request: Request) -> Result<Response, Refusal> {
    let (parts, body) = request.into_parts();
    let (method, headers) = (&parts.method, &parts.headers);
    let not_found = || plain(StatusCode::NOT_FOUND, "404 page not found\n");
    let Some(route) = Route::parse(parts.uri.path()) else {
        return Ok(not_found());
    };
    let query = Query::of(&parts.uri);
    let options = &registry.options;
    let needs = auth::needs(method, &route, query.get("from").filter(|_| options.mount));
    auth::admit(
        &options.auth,
        &registry.tokens,
        &registry.realm(),
        headers,
        &needs,
    )?;
    let (name, endpoint) = match route {
        Route::Repository { name, endpoint } => (name, endpoint),
        Route::Catalog if options.catalog => return catalog::serve(registry, method, &query),
        Route::Catalog => return Ok(not_found()),
        Route::Base => return Ok(answer::json(StatusCode::OK, &serde_json::json!({}))),
    };
    let too_deep = |most| name.split('/').count() > most;
    if options.levels.is_some_and(too_deep) {
        return Err(Refusal::new(Code::NameInvalid));
    }
    match endpoint {
        Endpoint::Manifest(reference) => {
            manifests::serve(registry, method, &name, &reference, headers, body).await
        }
        Endpoint::Blob(digest) => blobs::serve(registry, method, &name, &digest, headers),
        Endpoint::Uploads => uploads::open(registry, method, &name, &query, body).await,
        Endpoint::Upload(id) => {
            uploads::serve(registry, method, &name, &id, &query, headers, body).await
        }
        Endpoint::Tags => tags::serve(registry, method, &name, &query),
        Endpoint::Referrers(digest) if options.referrers => {
            referrers::serve(registry, method, &name, &digest, &query)
        }
        Endpoint::Referrers(_) => Ok(not_found()),
    }
}

async fn token_port(registry: &Registry, request: Request) -> Result<Response, Refusal> {
    let (parts, body) = request.into_parts();
    let (Auth::Bearer(bearer), "/token") = (&registry.options.auth, parts.uri.path()) else {
        return Ok(plain(StatusCode::NOT_FOUND, "404 page not found\n"));
    };
    let parameters = if parts.method == Method::POST {
        let form = axum::body::to_bytes(body, 64 * 1024).await;
        Query::parse(&form.map_err(|_| Refusal::new(Code::Unknown))?)
    } else {
        Query::of(&parts.uri)
    };
    let authorization = parts.headers.get(header::AUTHORIZATION);
    let authorization = authorization.map(|value| value.to_str().unwrap_or_default());
    registry
        .tokens
        .answer(bearer, &parts.method, &parameters.0, authorization)
}

/// Serves `/storage/NAME?digest=DIGEST&signature=…`, and refuses credentials as storage hosts do.
fn storage_port(registry: &Registry, request: &Request) -> Result<Response, Refusal> {
    let query = Query::of(request.uri());
    let name = request
        .uri()
        .path()
        .strip_prefix("/storage/")
        .unwrap_or_default();
    if request.headers().contains_key(header::AUTHORIZATION) {
        return Ok(plain(
            StatusCode::BAD_REQUEST,
            "only one way to authenticate is allowed\n",
        ));
    }
    if query.get("signature").is_none() {
        return Ok(plain(StatusCode::FORBIDDEN, "the signature is missing\n"));
    }
    let digest = blobs::digest(query.get("digest").unwrap_or_default())?;
    blobs::get(registry, name, &digest, request.headers())
}

/// Counts what arrives; resets the connection within the body, or changes that, if `effect` says so.
fn incoming(body: Body, recording: &Recording, peer: &Peer, effect: Option<&Effect>) -> Body {
    let mut left = match effect {
        Some(Effect::ResetUpload { after } | Effect::CutUpload { after }) => Some(*after),
        _ => None,
    };
    let mut wrong = match effect {
        Some(Effect::CorruptUpload { at }) => Some(*at),
        _ => None,
    };
    let (recording, peer) = (recording.clone(), peer.clone());
    Body::from_stream(body.into_data_stream().map(move |piece| {
        let mut piece = piece?;
        if let Some(left) = &mut left {
            if *left == 0 {
                peer.reset();
                return Err(axum::Error::new(std::io::Error::from(
                    std::io::ErrorKind::ConnectionReset,
                )));
            }
            piece.truncate(usize::try_from(*left).unwrap_or(usize::MAX));
            *left -= piece.len() as u64;
        }
        if let Some(at) = &mut wrong {
            let length = piece.len() as u64;
            if *at < length
                && let Ok(at) = usize::try_from(*at)
            {
                let mut changed = BytesMut::from(&*piece);
                changed[at] ^= 0xff;
                piece = changed.freeze();
            }
            *at = at.checked_sub(length).unwrap_or(u64::MAX);
        }
        recording.read(piece.len());
        Ok(piece)
    }))
}

/// Counts what leaves; the request ends with its body.
fn outgoing(body: Body, recording: Recording, place: Option<Place>) -> Body {
    if body.is_end_stream() {
        return body;
    }
    Body::from_stream(body.into_data_stream().map(move |piece| {
        let piece = piece?;
        recording.sent(piece.len());
        let _inside = &place;
        Ok::<_, axum::Error>(piece)
    }))
}

fn added(mut response: Response, headers: &[(String, String)]) -> Response {
    for (name, value) in headers {
        let (name, value) = (HeaderName::try_from(name), HeaderValue::try_from(value));
        if let (Ok(name), Ok(value)) = (name, value) {
            response.headers_mut().insert(name, value);
        }
    }
    response
}
