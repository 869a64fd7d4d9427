//! One try: the request, its redirects, its answer.

use std::time::{Duration, SystemTime};

use bytes::{Bytes, BytesMut};
use reqwest::header::{CONTENT_LENGTH, CONTENT_TYPE, HeaderMap, LOCATION};
use reqwest::{Method, Response, StatusCode};
use tokio::time::timeout;
use url::Url;

use super::auth::Authorization;
use super::call::{Access, Answer, Body, Call, Failure, Open, Read};
use super::error::{Detail, Refusal};
use super::host::Host;
use super::limits::Permit;
use super::outgoing::Outgoing;
use super::rate_limit::RateLimit;
use super::refusal;
use super::retry;
use super::trouble::Trouble;

/// How often an answer may point elsewhere.
const REDIRECT_LIMIT: usize = 5;

impl Host {
    /// Tries once.
    pub(super) async fn exchange(
        &self,
        call: &mut Call,
        authorization: &Authorization,
        permit: Permit,
    ) -> Result<Answer, Failure> {
        let mut url = call.url.clone();
        let tried = self.follow(call, authorization, &mut url).await;
        let place = self.place(&url);
        let fail = |detail: Detail, once: bool| {
            let mut failure = Failure::without_answer(detail, once);
            failure.redirected = url.host() != call.url.host();
            failure.at(place.as_deref())
        };
        let response = match tried {
            Ok(response) => response,
            Err(detail) => {
                let failure = fail(detail, call.once);
                if failure.transient && !failure.redirected {
                    permit.overloaded();
                }
                return Err(failure);
            }
        };
        let at_registry = same_origin(&url, &self.base);
        if at_registry {
            self.note_rate_limit(response.headers());
        }
        let status = response.status();
        if !status.is_success() && !call.accept.contains(&status.as_u16()) {
            let mut failure = self.refused(call, response, authorization, &permit).await;
            failure.at_registry = at_registry;
            return Err(failure.at(place.as_deref()));
        }
        permit.succeeded();
        let once = call.once;
        let read = self.read(call, response, url.clone(), permit).await;
        read.map_err(|detail| Failure::without_answer(detail, once).at(place.as_deref()))
    }

    /// Returns the name of an address's host, where it is not the registry's own.
    fn place(&self, url: &Url) -> Option<String> {
        let is_own = url.host() == self.base.host();
        url.host_str().filter(|_| !is_own).map(str::to_owned)
    }

    /// Sends the request, and sends it on where an answer points elsewhere.
    ///
    /// `Authorization` goes to the registry alone, and nothing goes from TLS to plain http.
    async fn follow(
        &self,
        call: &mut Call,
        authorization: &Authorization,
        url: &mut Url,
    ) -> Result<Response, Detail> {
        let authority = match call.access {
            Access::Scopes(_) => self.base.clone(),
            Access::Login(_) | Access::Nobody => call.url.clone(),
        };
        self.counters.request(call.operation.kind);
        for _ in 0..=REDIRECT_LIMIT {
            let trusted = same_origin(url, &authority);
            let response = self
                .request(call, url, trusted.then_some(authorization))
                .await?;
            let Some(next) = redirect(&response, url)? else {
                return Ok(response);
            };
            if !matches!(call.method, Method::GET | Method::HEAD) {
                let place = next.host_str().unwrap_or_default();
                return Err(Detail::Protocol(format!(
                    "it points to `{place}` instead of taking what is sent"
                )));
            }
            tracing::debug!(
                "{}: {} goes on at {}",
                self.name,
                call.operation,
                next.authority()
            );
            self.counters.redirect();
            *url = next;
        }
        Err(Detail::Protocol(format!(
            "it points elsewhere more than {REDIRECT_LIMIT} times"
        )))
    }

    async fn request(
        &self,
        call: &mut Call,
        url: &Url,
        authorization: Option<&Authorization>,
    ) -> Result<Response, Detail> {
        let shared = &self.shared;
        let client = shared
            .transport
            .client(url, &self.certificates, call.small)
            .map_err(Detail::Transport)?;
        let mut request = client.request(call.method.clone(), url.clone());
        request = request.headers(call.headers.clone());
        if let Some(authorization) = authorization {
            request = authorization.apply(request);
        }
        let patience = &shared.patience;
        let sent = match call.body.take() {
            Body::Nothing => timeout(patience.answer, request.send()).await.ok(),
            Body::Bytes(bytes) => {
                self.counters.bytes_out(bytes.len());
                // Bytes that are in memory still have to go over a slow line.
                let sending = patience.answer + Duration::from_millis(bytes.len() as u64 / 10);
                timeout(sending, request.body(bytes).send()).await.ok()
            }
            Body::Stream(stream, length) => {
                let outgoing = Outgoing::new(length, patience.stall, patience.commit);
                let body = outgoing.watch(stream, self.counters.clone());
                tokio::select! {
                    sent = request.body(body).send() => Some(match sent {
                        Err(error) => match outgoing.failure() {
                            Some(why) => return Err(Detail::Transport(Trouble::Body(why))),
                            None => Err(error),
                        },
                        sent => sent,
                    }),
                    silence = outgoing.stalled() => {
                        return Err(Detail::Transport(Trouble::Silence(silence)));
                    }
                }
            }
            Body::Spent => {
                let text = "the bytes were sent before and are gone";
                return Err(Detail::Transport(Trouble::Body(text.to_owned())));
            }
        };
        sent.ok_or(Detail::Transport(Trouble::Silence(patience.answer)))?
            .map_err(|error| Detail::Transport(error.into()))
    }

    async fn read(
        &self,
        call: &mut Call,
        mut response: Response,
        url: Url,
        permit: Permit,
    ) -> Result<Answer, Detail> {
        let status = response.status();
        let headers = std::mem::take(response.headers_mut());
        // An answer to HEAD has the length of a body that does not come.
        let (body, stream) = match call.read {
            _ if call.method == Method::HEAD => (Bytes::new(), None),
            _ if !status.is_success() => (self.collect_error(&mut response, &headers).await, None),
            Read::Collect(limit) => (self.collect(&mut response, &headers, limit).await?, None),
            Read::Stream => (Bytes::new(), Some(Open { response, permit })),
        };
        Ok(Answer {
            status,
            headers,
            url,
            body,
            stream,
        })
    }

    /// Reads what an error says, as far as it comes and is not too long.
    async fn collect_error(&self, response: &mut Response, headers: &HeaderMap) -> Bytes {
        self.collect(response, headers, refusal::BODY_LIMIT)
            .await
            .unwrap_or_default()
    }

    async fn collect(
        &self,
        response: &mut Response,
        headers: &HeaderMap,
        limit: usize,
    ) -> Result<Bytes, Detail> {
        let too_long = || Detail::Protocol(format!("its answer is longer than {limit} bytes"));
        let announced = headers
            .get(CONTENT_LENGTH)
            .and_then(|length| length.to_str().ok());
        let announced = announced.and_then(|length| length.parse::<usize>().ok());
        if announced.is_some_and(|length| length > limit) {
            return Err(too_long());
        }
        let stall = self.shared.patience.stall;
        let mut body = BytesMut::new();
        loop {
            let chunk = timeout(stall, response.chunk())
                .await
                .map_err(|_| Detail::Transport(Trouble::Silence(stall)))?
                .map_err(|error| Detail::Transport(error.into()))?;
            let Some(chunk) = chunk else {
                return Ok(body.freeze());
            };
            self.counters.bytes_in(chunk.len());
            if body.len() + chunk.len() > limit {
                return Err(too_long());
            }
            if announced == Some(chunk.len()) {
                return Ok(chunk);
            }
            body.extend_from_slice(&chunk);
        }
    }

    /// Makes a failure out of an error status, and heeds what it says about requests to come.
    async fn refused(
        &self,
        call: &mut Call,
        mut response: Response,
        authorization: &Authorization,
        permit: &Permit,
    ) -> Failure {
        let status = response.status();
        let headers = std::mem::take(response.headers_mut());
        let body = if call.method == Method::HEAD {
            Bytes::new()
        } else {
            self.collect_error(&mut response, &headers).await
        };
        let content_type = headers
            .get(CONTENT_TYPE)
            .and_then(|value| value.to_str().ok());
        let (code, message) = refusal::read(content_type.unwrap_or_default(), &body);
        let pulls_used_up = status == StatusCode::TOO_MANY_REQUESTS
            && (RateLimit::read(&headers).is_some_and(|limit| limit.remaining == 0)
                || message
                    .as_ref()
                    .is_some_and(|text| text.contains("pull rate limit")));
        let asked = authorization.asked();
        let refusal = Refusal {
            status,
            code,
            message,
            asked,
            pulls_used_up,
        };
        if retry::is_overload(status) {
            permit.overloaded();
        }
        let transient = match status {
            StatusCode::TOO_MANY_REQUESTS => !pulls_used_up,
            StatusCode::UNAUTHORIZED => call.retry_unauthorized,
            _ => retry::is_transient(status) && !call.once,
        };
        let pause = retry::retry_after(&headers, SystemTime::now()).filter(|_| transient);
        if let Some(pause) = pause {
            self.limits.pause(pause);
        }
        Failure {
            detail: Detail::Status(refusal),
            status: Some(status),
            headers,
            at_registry: true,
            transient,
            paused: pause.is_some_and(|pause| !pause.is_zero()),
            redirected: false,
        }
    }
}

/// Reads where an answer points to, if it points elsewhere.
fn redirect(response: &Response, url: &Url) -> Result<Option<Url>, Detail> {
    if !matches!(response.status().as_u16(), 301 | 302 | 303 | 307 | 308) {
        return Ok(None);
    }
    let location = response
        .headers()
        .get(LOCATION)
        .and_then(|location| location.to_str().ok());
    let next = location.and_then(|location| url.join(location).ok());
    let next = next
        .ok_or_else(|| Detail::Protocol("it points elsewhere, but not to an address".to_owned()))?;
    let place = next.host_str().unwrap_or_default();
    match next.scheme() {
        "https" => Ok(Some(next)),
        "http" if url.scheme() == "http" => Ok(Some(next)),
        "http" => Err(Detail::Protocol(format!(
            "it points to `{place}` without TLS; nothing was asked there"
        ))),
        other => Err(Detail::Protocol(format!(
            "it points to a `{other}` address"
        ))),
    }
}

/// Tells whether two addresses are the same server by the same protocol.
pub(super) fn same_origin(one: &Url, other: &Url) -> bool {
    one.origin() == other.origin()
}
