//! From an access key to a password, and the password as a login.

use std::sync::Arc;
use std::time::{Duration, SystemTime};

use aws_lc_rs::rand;
use bytes::Bytes;
use http::header::DATE;
use http::{HeaderMap, Method};
use serde::Deserialize;
use tokio::time::Instant;

use crate::model::{Failure, Operation, Secret, SignInFault, SignInService};
use crate::registry::host::Host;

use super::super::{FoundLogin, Issuer, Login, Realm};
use super::ask::{Asker, Question};
use super::instance::Instance;
use super::keeper::Password;
use super::services::{At, is_acrs};
use super::sign::{self, Action};

/// A login as it is good now.
pub(in crate::registry::access) struct CurrentLogin {
    pub(in crate::registry::access) login: FoundLogin,
    /// The temporary password in it, if it has one.
    pub(in crate::registry::access) temporary: Option<Arc<Password>>,
}

/// What an instance of the Enterprise Edition answers.
#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct EnterpriseAnswer {
    temp_username: String,
    authorization_token: String,
    expire_time: u64,
}

/// What the Personal Edition answers.
#[derive(Deserialize)]
struct PersonalAnswer {
    data: PersonalData,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct PersonalData {
    temp_user_name: String,
    authorization_token: String,
    expire_date: u64,
}

impl Host {
    /// Returns the login that an issuer of tokens is asked with, a temporary one with a password that is
    /// good for a while yet.
    pub(in crate::registry::access) async fn current_login(
        self: &Arc<Self>,
        issuer: &Issuer,
        operation: &Operation,
    ) -> Result<Option<CurrentLogin>, Failure> {
        let Some(found) = issuer.login.and_then(|number| self.numbered_login(number)) else {
            return Ok(None);
        };
        let Login::Acr(asker) = &found.login else {
            return Ok(Some(CurrentLogin {
                login: found.clone(),
                temporary: None,
            }));
        };
        let asker = Asker {
            host: self,
            operation,
            who: &asker.0,
            session: asker.1,
            origin: &found.origin,
        };
        let getting = Box::pin(asker.password(&issuer.realm));
        let password = self.acr.password(getting).await?;
        let login = Login::Password {
            username: password.username.clone(),
            password: password.secret.clone(),
        };
        Ok(Some(CurrentLogin {
            login: FoundLogin {
                login,
                origin: found.origin.clone(),
            },
            temporary: Some(password),
        }))
    }
}

impl Asker<'_> {
    async fn password(&self, realm: &Realm) -> Result<Password, Failure> {
        if !is_acrs(&realm.url) {
            let host = realm.url.host_str().unwrap_or_default().to_owned();
            return Err(self.fail(SignInFault::ForeignRealm(host)));
        }
        let instance = realm.service.as_deref().and_then(Instance::parse);
        let Some(Instance { region, enterprise }) = instance else {
            return Err(self.fail(SignInFault::NotAcr(realm.service.clone())));
        };
        let key = self.access_key().await?;
        let mut url = self.service(&At::Acr(&region))?;
        let (service, method, version) = if let Some(id) = &enterprise {
            url.query_pairs_mut().append_pair("InstanceId", id);
            (SignInService::AcrEnterprise, Method::POST, "2018-12-01")
        } else {
            url.set_path("/tokens");
            (SignInService::AcrPersonal, Method::GET, "2016-06-07")
        };
        let action = Action {
            name: "GetAuthorizationToken",
            version,
        };
        let make = || {
            let now = SystemTime::now().into();
            let headers = sign::headers(&method, &url, &action, &key, now, &nonce()?)?;
            Some(Question {
                method: method.clone(),
                url: url.clone(),
                headers,
                body: Bytes::new(),
            })
        };
        let answer = self.ask(service, make).await?;
        let (username, password, end) = if enterprise.is_some() {
            let read: EnterpriseAnswer = self.read(service, &answer)?;
            (
                read.temp_username,
                read.authorization_token,
                read.expire_time,
            )
        } else {
            let PersonalAnswer { data } = self.read(service, &answer)?;
            (
                data.temp_user_name,
                data.authorization_token,
                data.expire_date,
            )
        };
        let masks = &self.host.shared.masks;
        masks.add_login(&username, &password);
        let life = life(end, &answer.headers, SystemTime::now());
        Ok(Password::new(
            username,
            Secret::new(password),
            life,
            Instant::now(),
        ))
    }
}

/// Makes what tells a request from every other one.
fn nonce() -> Option<String> {
    let mut bytes = [0; 16];
    rand::fill(&mut bytes).ok()?;
    Some(sign::hex(&bytes))
}

/// Returns how long it is until `end`, in milliseconds since 1970, by the clock of whoever says it.
fn life(end: u64, headers: &HeaderMap, here: SystemTime) -> Duration {
    let date = headers.get(DATE).and_then(|date| date.to_str().ok());
    let there = date.and_then(|date| httpdate::parse_http_date(date).ok());
    let end = SystemTime::UNIX_EPOCH + Duration::from_millis(end);
    end.duration_since(there.unwrap_or(here))
        .unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_life_is_counted_by_the_clock_of_who_gives_it() {
        let here = SystemTime::UNIX_EPOCH + Duration::from_secs(5000);
        let date = "Thu, 01 Jan 1970 00:16:40 GMT".parse().unwrap();
        let there = HeaderMap::from_iter([(DATE, date)]);
        assert_eq!(life(4_600_000, &there, here), Duration::from_secs(3600));
        assert_eq!(life(5_000_500, &HeaderMap::new(), here).as_millis(), 500);
        assert_eq!(life(4_600_000, &HeaderMap::new(), here), Duration::ZERO);
    }

    #[test]
    fn no_two_requests_are_alike() {
        let (one, other) = (nonce().unwrap(), nonce().unwrap());
        assert_eq!(one.len(), 32);
        assert_ne!(one, other);
    }
}
