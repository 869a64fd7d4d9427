//! What a host says at its door: `GET /v2/`, asked as a stranger.

use std::sync::Arc;
use std::time::SystemTime;

use http::header::DATE;
use http::{HeaderMap, Method, StatusCode};

use crate::model::{
    Asks, Failure, Fault, LoginOrigin, Operation, Repository, RequestKind, Text, Visit, Way,
};

use super::access::{Realm, Scheme, challenge};
use super::client::Client;
use super::exchange::{Access, Call};
use super::host::Host;
use super::retry::RetryCount;
use super::transport::Transport;

/// What came back from the door.
pub(super) struct Door {
    /// How it wants a login, none if it wants none; else why that cannot be told.
    pub(super) scheme: Result<Option<Scheme>, Text>,
    headers: HeaderMap,
}

impl Host {
    /// Asks the host itself, at `/v2/`.
    pub(super) async fn at_door(self: &Arc<Self>, retries: &RetryCount) -> Result<Door, Failure> {
        let mut root = self.base.clone();
        root.set_path("/v2/");
        let mut call = Call::new(at_door(), Method::GET, root, Access::Nobody);
        call.accept = &[401];
        let answer = self.send(call, retries).await?;
        let challenge = (answer.status == StatusCode::UNAUTHORIZED)
            .then(|| challenge::read(&answer.headers, |realm| self.may_log_in(realm)));
        Ok(Door {
            scheme: challenge.transpose().map(|it| it.map(|it| it.scheme)),
            headers: answer.headers,
        })
    }
}

impl Client {
    /// Returns how a registry is reached; nothing is asked of anyone.
    pub fn way_to(&self, registry: &str) -> Result<Way, Failure> {
        let host = self.host(registry, &at_door())?;
        Ok(Way {
            tls: host.base.scheme() == "https",
            proxy: Transport::proxy(&host.base, &host.proxies_to(&host.base)),
        })
    }

    /// Asks a registry, as a stranger, what it asks for.
    pub async fn visit(&self, registry: &str) -> Result<Visit, Failure> {
        let host = self.host(registry, &at_door())?;
        let door = host.at_door(&self.retries).await?;
        let asks = match door.scheme {
            Ok(None | Some(Scheme::Open)) => Asks::Nothing,
            Ok(Some(Scheme::Basic)) => Asks::Password,
            Ok(Some(Scheme::Bearer(Realm { url, service }))) => Asks::Token {
                server: url.host_str().unwrap_or_default().to_owned(),
                service,
            },
            Err(why) => return Err(host.error(&at_door(), Fault::Login(why))),
        };
        let clock_ahead = clock_ahead(&door.headers, SystemTime::now());
        Ok(Visit { clock_ahead, asks })
    }

    /// Returns where the login for a repository comes from, if there is one.
    pub async fn login_origin(&self, repository: &Repository) -> Option<Arc<LoginOrigin>> {
        let host = self.find_or_make(&repository.registry).ok()?;
        let (_, login) = host.login(&repository.name).await?;
        Some(login.origin.clone())
    }
}

fn at_door() -> Operation {
    Operation::new(RequestKind::Ping, Text::verbatim(""))
}

/// Returns how many seconds the clock is before ours that an answer names, which holds whole seconds alone.
fn clock_ahead(headers: &HeaderMap, now: SystemTime) -> Option<i64> {
    let theirs = httpdate::parse_http_date(headers.get(DATE)?.to_str().ok()?.trim()).ok()?;
    let ahead = match theirs.duration_since(now) {
        Ok(ahead) => i64::try_from(ahead.as_secs()).ok()?,
        Err(behind) => -i64::try_from(behind.duration().as_secs()).ok()?,
    };
    Some(ahead)
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[test]
    fn a_clock_is_before_or_behind_ours() {
        let text = "Wed, 21 Oct 2015 07:28:00 GMT";
        let theirs = httpdate::parse_http_date(text).unwrap();
        let headers = HeaderMap::from_iter([(DATE, text.parse().unwrap())]);
        let ahead = |now| clock_ahead(&headers, now);
        assert_eq!(ahead(theirs - Duration::from_secs(400)), Some(400));
        assert_eq!(ahead(theirs + Duration::from_millis(900)), Some(0));
        assert_eq!(ahead(theirs + Duration::from_secs(400)), Some(-400));
        assert_eq!(clock_ahead(&HeaderMap::new(), theirs), None);
    }
}
