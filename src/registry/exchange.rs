//! One try: the request, its redirects, its answer.

use std::time::Duration;

use http::header::LOCATION;
use http::{Method, Request};
use tokio::time::timeout;
use url::Url;

use crate::model::{Fault, NoAnswer};

use super::auth::Authorization;
use super::call::{Access, Answer, Body, Call, FailedTry};
use super::host::Host;
use super::limiter::Permit;
use super::outgoing::Outgoing;
use super::transport::{self, RequestBody, Response};

/// How often an answer may point elsewhere.
const REDIRECT_LIMIT: usize = 5;

impl Host {
    /// Tries once.
    pub(super) async fn exchange(
        &self,
        call: &mut Call,
        authorization: &Authorization,
        permit: Permit,
    ) -> Result<Answer, FailedTry> {
        let mut url = call.url.clone();
        let tried = self.follow(call, authorization, &mut url).await;
        let place = self.place(&url);
        let fail = |fault: Fault, once: bool| {
            let mut failure = FailedTry::without_answer(fault, once);
            failure.redirected = url.host() != call.url.host();
            failure.at(place.clone())
        };
        let response = match tried {
            Ok(response) => response,
            Err(fault) => {
                let failure = fail(fault, call.once);
                if failure.transient && !failure.redirected && !failure.is_unread() {
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
            return Err(failure.at(place.clone()));
        }
        permit.succeeded();
        let once = call.once;
        let read = self.read_answer(call, response, url.clone(), permit).await;
        read.map_err(|fault| FailedTry::without_answer(fault, once).at(place))
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
    ) -> Result<Response, Fault> {
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
            // Without the query: that is where storage hosts want their signatures.
            tracing::trace!(
                "{} {}{} {}",
                call.method,
                url.authority(),
                url.path(),
                response.status().as_u16()
            );
            let Some(next) = redirect(&response, url)? else {
                return Ok(response);
            };
            if !matches!(call.method, Method::GET | Method::HEAD) {
                let place = next.host_str().unwrap_or_default();
                return Err(Fault::Protocol(format!(
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
        Err(Fault::Protocol(format!(
            "it points elsewhere more than {REDIRECT_LIMIT} times"
        )))
    }

    async fn request(
        &self,
        call: &mut Call,
        url: &Url,
        authorization: Option<&Authorization>,
    ) -> Result<Response, Fault> {
        let mut headers = call.headers.clone();
        if let Some(authorization) = authorization {
            authorization.apply(&mut headers);
        }
        let dispatch = |body: RequestBody| {
            let mut request = Request::new(body);
            *request.method_mut() = call.method.clone();
            *request.headers_mut() = headers;
            let transport = &self.shared.transport;
            transport.send(request, url, &self.certificates, call.small)
        };
        let patience = &self.shared.patience;
        let silence = |_| Err(NoAnswer::Silence(patience.answer));
        let sent = match call.body.take() {
            Body::Nothing => timeout(patience.answer, dispatch(transport::nothing()))
                .await
                .unwrap_or_else(silence),
            Body::Bytes(bytes) => {
                self.counters.bytes_out(bytes.len());
                // Bytes that are in memory still have to go over a slow line.
                let sending = patience.answer + Duration::from_millis(bytes.len() as u64 / 10);
                timeout(sending, dispatch(transport::bytes(bytes)))
                    .await
                    .unwrap_or_else(silence)
            }
            Body::Stream(stream, length) => {
                let outgoing = Outgoing::new(length, patience.stall, patience.commit);
                let body = outgoing.watch(stream, self.counters.clone());
                tokio::select! {
                    sent = dispatch(body) => sent.map_err(|trouble| {
                        outgoing.failure().map_or(trouble, NoAnswer::Body)
                    }),
                    silence = outgoing.stalled() => Err(NoAnswer::Silence(silence)),
                }
            }
            Body::Spent => {
                let text = "the bytes were sent before and are gone";
                Err(NoAnswer::Body(text.to_owned()))
            }
        };
        sent.map_err(Fault::NoAnswer)
    }
}

/// Reads where an answer points to, if it points elsewhere.
fn redirect(response: &Response, url: &Url) -> Result<Option<Url>, Fault> {
    if !matches!(response.status().as_u16(), 301 | 302 | 303 | 307 | 308) {
        return Ok(None);
    }
    let location = response
        .headers()
        .get(LOCATION)
        .and_then(|location| location.to_str().ok());
    let next = location.and_then(|location| url.join(location).ok());
    let next = next
        .ok_or_else(|| Fault::Protocol("it points elsewhere, but not to an address".to_owned()))?;
    let place = next.host_str().unwrap_or_default();
    match next.scheme() {
        "https" => Ok(Some(next)),
        "http" if url.scheme() == "http" => Ok(Some(next)),
        "http" => Err(Fault::Protocol(format!(
            "it points to `{place}` without TLS; nothing was asked there"
        ))),
        other => Err(Fault::Protocol(format!("it points to a `{other}` address"))),
    }
}

/// Tells whether two addresses are the same server by the same protocol.
pub(super) fn same_origin(one: &Url, other: &Url) -> bool {
    one.origin() == other.origin()
}
