//! A message to somebody who is no registry, and whose address is a secret.

use std::sync::Arc;

use bytes::Bytes;
use http::header::CONTENT_TYPE;
use http::{HeaderValue, Method};
use url::{Position, Url};

use crate::model::{Attempt, Failure, Fault, NoAnswer, Operation, RequestKind, Text};

use super::client::Client;
use super::exchange::{Access, Body, Call};
use super::host::{Host, Role};
use super::options::HostOptions;

/// The statuses of refusals whose bodies are read for what they say.
const REFUSALS: &[u16] = &[400, 401, 403, 404, 405, 410, 413, 415, 422];

/// A part of an address that is as short as this stands in others by chance.
const SHORT: usize = 8;

/// What was answered to a message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Posted {
    /// The status of the answer.
    pub status: u16,
    /// Its body, without what was sent as a secret.
    pub body: String,
}

impl Client {
    /// Posts JSON to an address. No redirect is followed: whoever has the address can write there, and its host alone
    /// was told so. Nothing that comes back shows it.
    pub async fn post(&self, url: Url, body: Bytes) -> Result<Posted, Failure> {
        let shared = self.shared();
        let masks = &shared.masks;
        let place = url[Position::BeforeHost..Position::AfterPort].to_owned();
        let values = url.query_pairs().map(|(_, value)| value.into_owned());
        let steps = url.path().split('/').map(str::to_owned);
        let whole = [
            url.as_str(),
            &url[Position::BeforePath..],
            url.path(),
            &place,
        ];
        let whole = whole.map(str::to_owned).into_iter();
        for part in whole.chain(values).chain(steps) {
            if part.len() > SHORT {
                masks.add(&part);
            }
        }
        let operation = Operation::new(RequestKind::Notice, Text::verbatim(""));
        let options = HostOptions {
            plain_http: Some(url.scheme() == "http"),
            ..HostOptions::default()
        };
        let host = Host::new(&place, options, shared.clone(), Role::Registry);
        let host = host.map_err(|why| {
            let fault = Fault::NoAnswer(NoAnswer::Setup(why));
            Failure::new(
                "",
                Attempt::Request(operation.clone()),
                masks.hide_in(fault),
            )
        })?;
        let mut call = Call {
            body: Body::Bytes(body),
            accept: REFUSALS,
            // Read twice, it would be there twice.
            idempotent: false,
            ..Call::new(operation, Method::POST, url, Access::Nobody)
        };
        let json = HeaderValue::from_static("application/json; charset=utf-8");
        call.headers.insert(CONTENT_TYPE, json);
        let answer = self.send(&Arc::new(host), call).await?;
        Ok(Posted {
            status: answer.status.as_u16(),
            body: masks.hide(&String::from_utf8_lossy(&answer.body)),
        })
    }
}
