//! One try: the request, its redirects, its answer.

use std::time::Duration;

use http::header::{AUTHORIZATION, LOCATION};
use http::{Method, Request};
use tokio::time::timeout;
use url::{Position, Url};

use crate::model::{Fault, NoAnswer, RequestKind};
use crate::registry::access::{Authorization, same_origin};
use crate::registry::host::Host;
use crate::registry::limits::Permit;
use crate::registry::retry::{backoff, is_token_of_good_login};
use crate::registry::transport::{self, RequestBody, Response, Way, Zone};

use super::{Access, Answer, Body, Call, FailedTry, Outgoing};

/// How often an answer may point elsewhere.
const REDIRECT_LIMIT: usize = 5;

impl Host {
    /// Tries once. What comes back of what was sent as a secret is masked in the failure.
    pub(crate) async fn try_once(
        &self,
        call: &mut Call,
        authorization: &Authorization,
        permit: Permit,
    ) -> Result<Answer, FailedTry> {
        let tried = self.try_once_unmasked(call, authorization, permit).await;
        tried.map_err(|mut failure| {
            failure.fault = self.shared.masks.hide_in(failure.fault);
            failure
        })
    }

    /// Tries once; a failure may hold words of others as they are.
    async fn try_once_unmasked(
        &self,
        call: &mut Call,
        authorization: &Authorization,
        mut permit: Permit,
    ) -> Result<Answer, FailedTry> {
        let mut url = call.url.clone();
        let mut stayed = true;
        let tried = self
            .follow(call, authorization, &mut url, &mut stayed)
            .await;
        let elsewhere = self.elsewhere(&url);
        let server = self.server(&url);
        let response = match tried {
            Ok(response) => response,
            Err(fault) => {
                let mut failure = FailedTry::new(fault);
                failure.redirected = url.host() != call.url.host();
                if !failure.redirected && failure.is_break_for_load() {
                    if is_token_of_good_login(call) {
                        permit.refused(None);
                    }
                    permit.broke();
                }
                return Err(failure.at(server, elsewhere));
            }
        };
        let at_registry = stayed && same_origin(&url, &self.base);
        if at_registry {
            self.note_rate_limit(response.headers());
        }
        let status = response.status();
        if !status.is_success() && !call.accept.contains(&status.as_u16()) {
            let mut failure = self.refused(call, response, authorization, permit).await;
            failure.at_registry = at_registry;
            failure.redirected = !stayed;
            return Err(failure.at(server, elsewhere));
        }
        permit.succeeded();
        let read = self.read_answer(call, response, url.clone(), permit).await;
        read.map_err(|fault| FailedTry::new(fault).at(server, elsewhere))
    }

    /// Returns the name of an address's host, where it is not the registry's own.
    fn elsewhere(&self, url: &Url) -> Option<String> {
        let is_own = url.host() == self.base.host();
        let name = url.host_str().filter(|_| !is_own);
        name.map(|name| self.shared.masks.hide(name))
    }

    /// Says how near this host is, where an address is there only because this host names it.
    fn named_by(&self, url: &Url) -> Option<Zone> {
        let is_ours = url.host() == self.base.host() || self.is_declared(url);
        (!is_ours).then(|| self.shared.transport.zone(&self.base))
    }

    /// Says how an address is gone to.
    pub(crate) fn way(&self, url: &Url) -> Way {
        Way {
            proxies: self.proxies_to(url).into_owned(),
            named_by: self.named_by(url),
        }
    }

    /// Opens a connection for a small request that is to come, unless so many were opened for its server.
    pub(crate) fn open_ahead(&self, url: &Url, most: usize) {
        let (transport, way) = (&self.shared.transport, self.way(url));
        transport.open_ahead(url, &self.certificates, &way, most);
    }

    /// Returns an address's host and port, without who asks.
    fn shown_authority(&self, url: &Url) -> String {
        let authority = &url[Position::BeforeHost..Position::AfterPort];
        self.shared.masks.hide(authority)
    }

    /// Sends the request, and sends it on where an answer points elsewhere.
    ///
    /// `Authorization` goes to the registry alone, and not when another one points back to it; nothing goes
    /// from TLS to plain http.
    async fn follow(
        &self,
        call: &mut Call,
        authorization: &Authorization,
        url: &mut Url,
        stayed: &mut bool,
    ) -> Result<Response, Fault> {
        let authority = match call.access {
            Access::Scopes(_) => self.base.clone(),
            Access::Login(_) | Access::Nobody => call.url.clone(),
        };
        self.counters.request(call.operation.kind);
        for _ in 0..=REDIRECT_LIMIT {
            *stayed &= same_origin(url, &authority);
            let response = self
                .request(call, url, stayed.then_some(authorization))
                .await?;
            if !backoff::is_gateway(response.status().as_u16()) {
                self.server(url).availability.answered();
            }
            // Without the query: that is where storage hosts want their signatures.
            tracing::trace!(
                "{} {}{} {}",
                call.method,
                self.shown_authority(url),
                self.shared.masks.hide(url.path()),
                response.status().as_u16()
            );
            let Some(next) = self.redirect(call, &response, url)? else {
                return Ok(response);
            };
            tracing::debug!(
                "{}: {} goes on at {}",
                self.name,
                call.operation,
                self.shown_authority(&next)
            );
            self.counters.redirect();
            *url = next;
        }
        Err(Fault::Damaged(text!(
            "it points elsewhere more than {REDIRECT_LIMIT} times",
            "它重定向超过 {REDIRECT_LIMIT} 次"
        )))
    }

    /// Reads where an answer points to, if it points elsewhere.
    ///
    /// What is read may be anywhere. What is written is sent on only where the answer asks for that very
    /// request again (307, 308), its bytes are still at hand, and there is no secret among them.
    fn redirect(&self, call: &Call, response: &Response, url: &Url) -> Result<Option<Url>, Fault> {
        if !matches!(response.status().as_u16(), 301 | 302 | 303 | 307 | 308) {
            return Ok(None);
        }
        if matches!(
            call.operation.kind,
            RequestKind::SignIn | RequestKind::Notice
        ) {
            return Err(Fault::Protocol(text!(
                "it points elsewhere, and nothing was sent there",
                "它重定向到别处，没有向那里发送任何内容"
            )));
        }
        let location = response
            .headers()
            .get(LOCATION)
            .and_then(|location| location.to_str().ok());
        let next = location.and_then(|location| url.join(location).ok());
        let next = next.ok_or_else(|| {
            Fault::Protocol(text!(
                "it points elsewhere, but not to an address",
                "它重定向到别处，但给的不是地址"
            ))
        })?;
        self.may_follow(url, &next)
            .map_err(|why| Fault::Protocol(text!("it points to {why}", "它重定向到 {why}")))?;
        let reads = matches!(call.method, Method::GET | Method::HEAD);
        let is_same_request = matches!(response.status().as_u16(), 307 | 308);
        let is_secret = call.operation.kind == RequestKind::Token && !same_origin(&next, url);
        let is_at_hand = !matches!(call.body, Body::Spent);
        if reads || is_same_request && is_at_hand && !is_secret {
            return Ok(Some(next));
        }
        if let Some(moved) = call.moved.as_ref().filter(|_| is_same_request) {
            moved.get_or_init(|| next.clone());
        }
        let host = next.host_str().unwrap_or_default();
        Err(Fault::Protocol(text!(
            "it points to `{host}` instead of taking what is sent",
            "它不接收发送的内容，而是重定向到 `{host}`"
        )))
    }

    async fn request(
        &self,
        call: &mut Call,
        url: &Url,
        authorization: Option<&Authorization>,
    ) -> Result<Response, Fault> {
        let masks = &self.shared.masks;
        let mut headers = call.headers.clone();
        if let Some(authorization) = authorization {
            authorization.apply(&mut headers);
        }
        if let Some(login) = headers.get(AUTHORIZATION) {
            masks.add_header(login);
        }
        let dispatch = |body: RequestBody| {
            let mut request = Request::new(body);
            *request.method_mut() = call.method.clone();
            *request.headers_mut() = headers;
            let (shares, way) = (call.shares_connection, self.way(url));
            let transport = &self.shared.transport;
            async move {
                let certificates = &self.certificates;
                transport
                    .send(request, url, certificates, shares, &way)
                    .await
            }
        };
        let timeouts = &self.shared.options.timeouts;
        let (body, limit) = match call.body.take() {
            Body::Nothing => (transport::nothing(), timeouts.answer),
            Body::Bytes(bytes) => {
                self.counters.bytes_out(bytes.len());
                // Bytes that are in memory still have to go over a slow line.
                let sending = Duration::from_millis(bytes.len() as u64 / 10);
                (transport::bytes(bytes), timeouts.answer + sending)
            }
            Body::Stream(stream, length) => {
                let outgoing = Outgoing::new(length, timeouts.stall, timeouts.commit);
                let body = outgoing.watch(stream, self.counters.clone());
                let sent = tokio::select! {
                    sent = dispatch(body) => sent.map_err(|error| {
                        outgoing.failure().map_or(error, NoAnswer::Body)
                    }),
                    silence = outgoing.stalled() => Err(NoAnswer::Silence(silence)),
                };
                return sent.map_err(Fault::NoAnswer);
            }
            Body::Spent => {
                let text = text!(
                    "the bytes were sent before and are gone",
                    "内容之前已经发出，没有留着"
                );
                return Err(Fault::NoAnswer(NoAnswer::Body(text)));
            }
        };
        let sent = timeout(limit, dispatch(body)).await;
        sent.unwrap_or(Err(NoAnswer::Silence(timeouts.answer)))
            .map_err(Fault::NoAnswer)
    }
}
