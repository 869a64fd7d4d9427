//! What the services answer, to whom they trust.

use std::collections::HashMap;
use std::time::SystemTime;

use axum::body::Bytes;
use axum::http::request::Parts;
use pusher::sandbox::User;
use serde_json::{Value, json};

use super::{ENTERPRISE, INSTANCE_ROLE, JWT, METADATA_TOKEN, PROVIDER, REQUEST_TOKEN, ROLE};
use super::{Refusal, State, refuse};

impl State {
    /// `AssumeRoleWithOIDC`: nobody signs it.
    pub(super) fn assume(
        &self,
        parts: &Parts,
        query: &HashMap<String, String>,
        form: &HashMap<String, String>,
    ) -> Result<String, Refusal> {
        let is = |name: &str, value: &str| form.get(name).is_some_and(|given| given == value);
        if parts.headers.contains_key("authorization") {
            return refuse(400, "IncompleteSignature", "nobody signs this");
        }
        if query["Action"] != "AssumeRoleWithOIDC" || query["Version"] != "2015-04-01" {
            return refuse(404, "InvalidAction.NotFound", "there is no such action");
        }
        if !is("OIDCToken", JWT) {
            return refuse(
                400,
                "AuthenticationFail.OIDCToken.Invalid",
                "the token is not good",
            );
        }
        if !is("RoleArn", ROLE) || !is("OIDCProviderArn", PROVIDER) {
            return refuse(404, "EntityNotExist.Role", "the role is not there");
        }
        let policy = form.get("Policy").cloned().unwrap_or_default();
        if policy.is_empty() || policy.len() > 2048 || form["RoleSessionName"].len() < 2 {
            return refuse(
                400,
                "InvalidParameter",
                "the policy or the name is not good",
            );
        }
        let read: Value = serde_json::from_str(&policy).unwrap();
        let actions = read["Statement"][0]["Action"].as_array().unwrap().clone();
        if !actions.contains(&"cr:GetAuthorizationToken".into()) {
            return refuse(400, "InvalidParameter.PolicyGrammar", "it is of no use");
        }
        let mut inner = self.inner();
        let name = format!("STS.{}", inner.policies.len());
        let (secret, token) = inner.key(&name, actions.contains(&"cr:PushRepository".into()));
        inner.policies.push(policy);
        let key = key_as_json(&name, &secret, &token);
        Ok(json!({ "RequestId": "REQUEST-2", "Credentials": key }).to_string())
    }

    pub(super) fn metadata(&self, parts: &Parts) -> Result<String, Refusal> {
        let header = |name: &str| parts.headers.get(name).map(|value| value.to_str().unwrap());
        let role = format!("/latest/meta-data/ram/security-credentials/{INSTANCE_ROLE}");
        match (parts.method.as_str(), parts.uri.path()) {
            ("PUT", "/latest/api/token") => {
                assert!(header("x-aliyun-ecs-metadata-token-ttl-seconds").is_some());
                Ok(METADATA_TOKEN.to_owned())
            }
            ("GET", path) if path == role => {
                if header("x-aliyun-ecs-metadata-token") != Some(METADATA_TOKEN) {
                    return refuse(403, "Forbidden", "it wants a token");
                }
                let (secret, token) = self.inner().key("STS.instance", true);
                Ok(key_as_json("STS.instance", &secret, &token).to_string())
            }
            _ => refuse(404, "NotFound", "there is no such role"),
        }
    }

    /// `GetAuthorizationToken` of both editions.
    pub(super) fn password(
        &self,
        parts: &Parts,
        query: &HashMap<String, String>,
        body: &Bytes,
    ) -> Result<String, Refusal> {
        let may_push = self.signer(parts, body)?;
        let header = |name: &str| parts.headers[name].to_str().unwrap();
        let mut inner = self.inner();
        let number = inner.passwords.len();
        let (user, password) = (
            format!("cr_temp_user{number}"),
            format!("CANARYpassword+{number}/"),
        );
        let end = SystemTime::UNIX_EPOCH.elapsed().unwrap().as_millis() + u128::from(inner.life);
        let end = u64::try_from(end).unwrap();
        let answer = match (
            header("x-acs-version"),
            parts.method.as_str(),
            parts.uri.path(),
        ) {
            ("2018-12-01", "POST", "/") if ENTERPRISE.ends_with(&query["InstanceId"]) => json!({
                "IsSuccess": true, "Code": "success", "TempUsername": user,
                "AuthorizationToken": password, "ExpireTime": end,
            }),
            // It says so with a status that is none of an error.
            ("2018-12-01", "POST", "/") => {
                json!({ "IsSuccess": false, "Code": "INSTANCE_NOT_EXIST", "RequestId": "R" })
            }
            ("2016-06-07", "GET", "/tokens") => json!({ "requestId": "R", "data": {
                "tempUserName": user, "authorizationToken": password, "expireDate": end,
            }}),
            other => return refuse(404, "InvalidAction.NotFound", format!("{other:?}")),
        };
        let guest = User {
            read_only: !may_push,
            ..User::new(&user, &password)
        };
        self.registry.let_in(guest, inner.tokens);
        inner.passwords.push((user, password));
        Ok(answer.to_string())
    }
}

pub(super) fn github(parts: &Parts, query: &HashMap<String, String>) -> Result<String, Refusal> {
    let login = parts.headers.get("authorization");
    if login.map(|login| login.to_str().unwrap()) != Some(&format!("Bearer {REQUEST_TOKEN}")) {
        return refuse(401, "Unauthorized", "it is no job of ours");
    }
    if query.get("audience").map(String::as_str) != Some("sts.aliyuncs.com") {
        return refuse(400, "BadRequest", "for whom?");
    }
    assert_eq!(query["api-version"], "2.0");
    Ok(json!({ "count": 1, "value": JWT }).to_string())
}

fn key_as_json(name: &str, secret: &str, token: &str) -> Value {
    json!({
        "AccessKeyId": name, "AccessKeySecret": secret, "SecurityToken": token,
        "Expiration": "2099-01-01T00:00:00Z", "Code": "Success",
    })
}
