//! Answers: read to their end, handed on, or turned into failures.

use std::time::SystemTime;

use bytes::Bytes;
use http::header::{CONTENT_LENGTH, CONTENT_TYPE};
use http::{HeaderMap, Method, StatusCode};
use url::Url;

use crate::model::{ErrorAnswer, Fault, Meaning, Throttled};
use crate::registry::access::Authorization;
use crate::registry::host::Host;
use crate::registry::limits::{Permit, PullLimit};
use crate::registry::retry::{backoff, is_token_of_good_login};
use crate::registry::transport::Response;

use super::{Answer, Call, FailedTry, Incoming, OpenBody, Read, error_body};

/// Room for an answer is not made on its announcement alone beyond this many bytes, and what is longer
/// takes one of a host's few slots for that.
const EXPECTED: usize = 128 * 1024;

impl Host {
    /// Reads an answer that is not an error.
    pub(crate) async fn read_answer(
        &self,
        call: &mut Call,
        mut response: Response,
        url: Url,
        permit: Permit,
    ) -> Result<Answer, Fault> {
        let status = response.status();
        let headers = response.take_headers();
        // An answer to HEAD has the length of a body that does not come.
        let (body, stream) = match call.read {
            _ if call.method == Method::HEAD => (Bytes::new(), None),
            _ if !status.is_success() => (self.collect_error(&mut response, &headers).await, None),
            Read::Collect(limit) => (self.collect(&mut response, &headers, limit).await?, None),
            Read::Stream => (Bytes::new(), Some(OpenBody { response, permit })),
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
        self.collect(response, headers, error_body::BODY_LIMIT)
            .await
            .unwrap_or_default()
    }

    async fn collect(
        &self,
        response: &mut Response,
        headers: &HeaderMap,
        limit: usize,
    ) -> Result<Bytes, Fault> {
        let too_long = || {
            Fault::Protocol(text!(
                "its answer is longer than {limit} bytes",
                "它的回答超过 {limit} 字节"
            ))
        };
        let announced = headers
            .get(CONTENT_LENGTH)
            .and_then(|length| length.to_str().ok());
        let announced = announced.and_then(|length| length.parse::<usize>().ok());
        if announced.is_some_and(|length| length > limit) {
            return Err(too_long());
        }
        let timeouts = &self.shared.options.timeouts;
        let mut incoming = Incoming::new(timeouts.whole, timeouts);
        // Copied out of the connection's own buffers, which are far larger than most answers, so that
        // whoever keeps an answer does not keep them.
        let mut body = Vec::with_capacity(announced.unwrap_or_default().min(EXPECTED));
        let mut slot = None;
        loop {
            let chunk = incoming.chunk(response).await.map_err(Fault::NoAnswer)?;
            let Some(chunk) = chunk else {
                return Ok(Bytes::from(body));
            };
            self.counters.bytes_in(chunk.len());
            let length = body.len() + chunk.len();
            if length > limit {
                return Err(too_long());
            }
            if length > EXPECTED && slot.is_none() {
                slot = self.large_answers.acquire().await.ok();
            }
            body.extend_from_slice(&chunk);
        }
    }

    /// Makes a failure out of an error status, and heeds what it says about requests to come.
    pub(crate) async fn refused(
        &self,
        call: &mut Call,
        mut response: Response,
        authorization: &Authorization,
        mut permit: Permit,
    ) -> FailedTry {
        let status = response.status();
        let headers = response.take_headers();
        let body = if call.method == Method::HEAD {
            Bytes::new()
        } else {
            self.collect_error(&mut response, &headers).await
        };
        let content_type = headers
            .get(CONTENT_TYPE)
            .and_then(|value| value.to_str().ok());
        let masks = &self.shared.masks;
        let (code, message) = error_body::read(content_type.unwrap_or_default(), &body, masks);
        let asked_pause = backoff::retry_after(&headers, SystemTime::now());
        let used_up = status == StatusCode::TOO_MANY_REQUESTS
            && PullLimit::read(&headers)
                .is_some_and(|limit| limit.is_used_up_for_long(asked_pause));
        let meaning = if used_up {
            Some(Meaning::PullsUsedUp)
        } else {
            error_body::meaning(status, content_type.unwrap_or_default(), message.as_deref())
        };
        let asked = authorization.asked();
        let answer = ErrorAnswer {
            status: status.as_u16(),
            code,
            message,
            asked,
            meaning,
            login: self.login_origin(authorization),
        };
        // What is not sent again as it is may be begun anew, and that is to wait as well.
        let pause = asked_pause.filter(|_| !used_up && backoff::is_transient(status));
        let mut failure = FailedTry {
            status: Some(status),
            headers,
            at_registry: true,
            paused: pause.is_some_and(|pause| !pause.is_zero()),
            load: permit.load(),
            ..FailedTry::new(Fault::Answered(answer))
        };
        let is_for_rate = backoff::is_overload(status) && failure.throttled() != Throttled::No
            || status == StatusCode::UNAUTHORIZED && is_token_of_good_login(call);
        if is_for_rate {
            permit.refused(pause);
            failure.slot = permit.keep_slot();
        } else if let Some(pause) = pause {
            permit.paused(pause);
        } else if status.is_client_error() {
            permit.answered();
        }
        failure
    }
}
