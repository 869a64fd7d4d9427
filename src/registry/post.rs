//! A message to somebody who is no registry, and whose address is a secret.

use std::sync::Arc;

use bytes::Bytes;
use http::header::CONTENT_TYPE;
use http::{HeaderValue, Method};
use url::form_urlencoded::parse;
use url::{Position, Url};

use crate::model::{Attempt, Failure, Fault, NoAnswer, Operation, RequestKind, Text};

use super::client::Client;
use super::exchange::{Access, Body, Call};
use super::host::{Host, Role};
use super::options::HostOptions;

/// The statuses of refusals whose bodies are read for what they say.
const REFUSALS: &[u16] = &[400, 401, 403, 404, 405, 410, 413, 415, 422];

/// A step of a path that is as short as this stands in other texts by chance.
const SHORT: usize = 8;

/// What was answered to a message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Posted {
    /// The status of the answer.
    pub status: u16,
    /// Its body, as it is: what is told of it goes through [`Client::without_secrets`].
    pub body: String,
}

/// Returns the parts of an address that may be what nobody else knows, as they stand in it and as they are meant: the
/// values of its query, or else its last step, however short they are; and the longer ones of the other steps.
fn secrets_of(url: &Url) -> impl Iterator<Item = String> {
    let meant = url.query_pairs().map(|(_, value)| value.into_owned());
    let pairs = url.query().unwrap_or_default().split('&');
    let written = pairs.map(|pair| pair.split_once('=').map_or(pair, |(_, value)| value));
    let values: Vec<_> = meant.chain(written.map(str::to_owned)).collect();
    let is_bare = values.iter().all(String::is_empty);
    let steps: Vec<_> = url
        .path()
        .split('/')
        .filter(|step| !step.is_empty())
        .collect();
    let last = steps.len().saturating_sub(1);
    let steps = steps.into_iter().enumerate();
    let steps = steps.filter(move |(at, step)| step.len() > SHORT || (is_bare && *at == last));
    let steps: Vec<_> = steps
        .flat_map(|(_, step)| {
            // A form has signs that a path does not know.
            let form = step
                .replace('+', "%2B")
                .replace('&', "%26")
                .replace('=', "%3D");
            let meant = parse(form.as_bytes()).map(|(meant, _)| meant.into_owned());
            [step.to_owned(), meant.collect()]
        })
        .collect();
    values.into_iter().chain(steps)
}

impl Client {
    /// Posts JSON to an address. No redirect is followed: whoever has the address can write there, and its host alone
    /// was told so. Nothing that comes back shows it.
    pub async fn post(&self, url: Url, body: Bytes) -> Result<Posted, Failure> {
        let shared = self.shared();
        let masks = &shared.masks;
        let place = url[Position::BeforeHost..Position::AfterPort].to_owned();
        let whole = [
            url.as_str(),
            &url[Position::BeforePath..],
            url.path(),
            &place,
        ];
        let whole = whole.map(str::to_owned).into_iter();
        whole.for_each(|part| masks.add(&part));
        secrets_of(&url).for_each(|part| masks.add(&part));
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
            body: String::from_utf8_lossy(&answer.body).into_owned(),
        })
    }

    /// Returns a text with a mask wherever something stands that was sent as a secret.
    pub fn without_secrets(&self, text: &str) -> String {
        self.shared().masks.hide(text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_part_that_may_be_a_secret_is_known_in_both_spellings() {
        for (address, secrets) in [
            (
                "https://h.example/robot/send?access_token=a%2Fb",
                &["a/b", "a%2Fb"][..],
            ),
            ("https://h.example/hook/x%20y", &["x%20y", "x y"]),
            ("https://h.example/hook/k/", &["k", "k"]),
            (
                "https://h.example/a-long-step/send?k1",
                &["", "k1", "a-long-step", "a-long-step"],
            ),
            ("https://h.example/", &["", ""]),
        ] {
            let url = Url::parse(address).unwrap();
            let mut found: Vec<_> = secrets_of(&url).collect();
            found.retain(|part| !part.is_empty());
            let secrets: Vec<_> = secrets.iter().filter(|part| !part.is_empty()).collect();
            assert_eq!(found.iter().collect::<Vec<_>>(), secrets, "{address}");
        }
    }
}
