//! One request to a service, and what it refuses.

use std::sync::Arc;

use bytes::Bytes;
use http::{HeaderMap, Method};
use serde::Deserialize;
use url::{Position, Url};

use crate::model::{
    Failure, Fault, LoginOrigin, Operation, RequestKind, SignInFault, SignInRefusal, SignInService,
    Text,
};
use crate::registry::exchange::{Access, Answer, Body, Call, shown};
use crate::registry::host::{Host, Role};
use crate::registry::limits::Lane;
use crate::registry::options::HostOptions;
use crate::registry::retry::{Met, Next, RetryCount, Spent, backoff, decide};

use super::{AcrAsker, RoleAccess, services};

/// The statuses of refusals that are read here, for what the services say in them.
const REFUSALS: &[u16] = &[400, 401, 403, 404, 405, 409];

/// Whoever asks for a temporary password of a registry.
pub(super) struct Asker<'a> {
    pub(super) host: &'a Arc<Host>,
    /// What needs the password.
    pub(super) operation: &'a Operation,
    pub(super) who: &'a AcrAsker,
    /// What the password is to allow.
    pub(super) session: RoleAccess,
    pub(super) origin: &'a Arc<LoginOrigin>,
}

/// What a service is asked.
pub(super) struct Question {
    pub(super) method: Method,
    pub(super) url: Url,
    pub(super) headers: HeaderMap,
    pub(super) body: Bytes,
}

/// What the services say beside what they were asked for.
#[derive(Default, Deserialize)]
#[serde(default)]
struct Said {
    #[serde(alias = "Code")]
    code: Option<String>,
    #[serde(alias = "Message")]
    message: Option<String>,
    #[serde(rename = "requestId", alias = "RequestId")]
    request_id: Option<String>,
    #[serde(rename = "IsSuccess")]
    is_success: Option<bool>,
}

impl Asker<'_> {
    /// Asks a service; what is to be sent is made anew for each try, for it may be signed.
    ///
    /// It is sent to this host alone: no redirect is followed.
    pub(super) async fn ask(
        &self,
        service: SignInService,
        make: impl Fn() -> Option<Question>,
    ) -> Result<Answer, Failure> {
        let options = &self.host.retry;
        let allowed = options.allowed(self.host.patience());
        let mut spent = Spent::default();
        loop {
            let question = make().ok_or_else(|| {
                self.fail(SignInFault::Identity(text!(
                    "what says who asks has characters that no header can have",
                    "说明来者是谁的内容里有请求头不能有的字符"
                )))
            })?;
            let place = question.url[Position::BeforeHost..Position::AfterPort].to_owned();
            let answer = self.send(service, question, &place).await?;
            let said: Said = serde_json::from_slice(&answer.body).unwrap_or_default();
            if answer.status.is_success() && said.is_success != Some(false) {
                return Ok(answer);
            }
            let may_pass = said.code.as_deref().is_some_and(may_pass);
            let refusal = self.refusal(service, place, answer.status.as_u16(), said);
            spent.counted += 1;
            let met = if may_pass { Met::BadLuck } else { Met::Final };
            let Next::After(failed) = decide(met, &spent, &allowed) else {
                return Err(refusal.after(spent.counted));
            };
            tracing::debug!("{}: {refusal}; asking again", self.host.name);
            tokio::time::sleep(backoff::wait(options, failed)).await;
        }
    }

    async fn send(
        &self,
        service: SignInService,
        question: Question,
        place: &str,
    ) -> Result<Answer, Failure> {
        let Question {
            method,
            url,
            headers,
            body,
        } = question;
        if !services::may_be_told(service, &url) {
            let text = text!(
                "`{place}` is to be asked without TLS, and nothing was sent there",
                "要访问的 `{place}` 没有 TLS，没有向那里发送任何内容"
            );
            return Err(self.fail(SignInFault::Identity(text)));
        }
        let options = HostOptions {
            plain_http: Some(url.scheme() == "http"),
            ..HostOptions::default()
        };
        // A host of its own: what is known of the registry, and trusted for it, is not for this one.
        let server = Host::new(place, options, self.host.shared.clone(), Role::Registry);
        let server = server.map_err(|text| self.fail(SignInFault::Identity(text)))?;
        let operation = Operation::new(
            RequestKind::SignIn,
            Text::verbatim(format!("`{}`", self.host.name)),
        );
        let call = Call {
            headers,
            body: if body.is_empty() {
                Body::Nothing
            } else {
                Body::Bytes(body)
            },
            lane: Lane::Token,
            accept: REFUSALS,
            ..Call::new(operation, method, url, Access::Nobody)
        };
        let sent = Arc::new(server).send(call, &RetryCount::default()).await;
        sent.map_err(|failure| {
            let (host, waited) = (place.to_owned(), failure.waited);
            let refused = match &failure.fault {
                Fault::Answered(answer) => {
                    let said = Said {
                        code: answer.code.clone(),
                        message: answer.message.clone(),
                        ..Said::default()
                    };
                    self.refusal(service, host, answer.status, said)
                }
                // It has asked for a pause, and that for longer than anybody waits.
                Fault::Paused(_) => self.refusal(service, host, 429, Said::default()),
                Fault::NoAnswer(why) => {
                    let why = why.clone();
                    self.fail(SignInFault::Unanswered { service, host, why })
                }
                Fault::Protocol(why) | Fault::Damaged(why) => {
                    self.unusable(service, place, why.clone())
                }
                other => self.unusable(service, place, Text::verbatim(format!("{other:?}"))),
            };
            refused.after(failure.tries).waited(waited)
        })
    }

    fn refusal(&self, service: SignInService, host: String, status: u16, said: Said) -> Failure {
        let masks = &self.host.shared.masks;
        let safe = |text: Option<String>| text.and_then(|text| shown(&masks.hide(&text)));
        self.fail(SignInFault::Refused(SignInRefusal {
            service,
            host,
            login: self.origin.clone(),
            status,
            code: safe(said.code),
            message: safe(said.message),
            request_id: safe(said.request_id),
        }))
    }

    /// Says that an answer cannot be used.
    pub(super) fn unusable(&self, service: SignInService, host: &str, why: Text) -> Failure {
        let host = host.to_owned();
        self.fail(SignInFault::Unusable { service, host, why })
    }

    /// Says that there is no password.
    pub(super) fn fail(&self, fault: SignInFault) -> Failure {
        let fault = Fault::SignIn(Box::new(fault));
        self.host.error(self.operation, fault)
    }
}

/// Tells whether the same may be answered a little later.
fn may_pass(code: &str) -> bool {
    [
        "Throttling",
        "ServiceUnavailable",
        "InternalError",
        "SignatureNonceUsed",
    ]
    .into_iter()
    .any(|known| code.starts_with(known))
}
