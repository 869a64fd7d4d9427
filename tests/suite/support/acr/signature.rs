//! The signature of a request, checked.

use std::collections::{BTreeMap, HashMap};
use std::time::SystemTime;

use axum::body::Bytes;
use axum::http::request::Parts;
use chrono::{DateTime, Utc};
use ring::{digest, hmac};

use super::{Refusal, State, refuse};

impl State {
    /// Checks the signature of a request, and tells whether its key may push.
    pub(super) fn signer(&self, parts: &Parts, body: &Bytes) -> Result<bool, Refusal> {
        let header = |name: &str| parts.headers.get(name).map(|value| value.to_str().unwrap());
        let login = header("authorization").unwrap_or_default();
        let login = login.strip_prefix("ACS3-HMAC-SHA256 ").unwrap_or_default();
        let fields: HashMap<_, _> = login.split(',').filter_map(|f| f.split_once('=')).collect();
        let mut inner = self.inner();
        let Some(key) = fields.get("Credential").and_then(|id| inner.keys.get(*id)) else {
            return refuse(404, "InvalidAccessKeyId.NotFound", "there is no such key");
        };
        if key.token.as_deref() != header("x-acs-security-token") {
            return refuse(
                400,
                "InvalidSecurityToken.Expired",
                "the token is not the key's",
            );
        }
        let must = parts
            .headers
            .iter()
            .filter(|(name, _)| *name == "host" || name.as_str().starts_with("x-acs-"));
        let signed: BTreeMap<_, _> = must
            .map(|(name, value)| (name.as_str(), value.to_str().unwrap()))
            .collect();
        let names: Vec<_> = signed.keys().copied().collect();
        let lines = signed
            .iter()
            .map(|(name, value)| format!("{name}:{value}\n"));
        let lines = lines.collect::<Vec<_>>().concat();
        let hash = |bytes: &[u8]| hex(digest::digest(&digest::SHA256, bytes).as_ref());
        let text = format!(
            "{}\n{}\n{}\n{lines}\n{}\n{}",
            parts.method,
            parts.uri.path(),
            parts.uri.query().unwrap_or_default(),
            names.join(";"),
            hash(body),
        );
        let to_sign = format!("ACS3-HMAC-SHA256\n{}", hash(text.as_bytes()));
        let secret = hmac::Key::new(hmac::HMAC_SHA256, key.secret.as_bytes());
        let signature = hex(hmac::sign(&secret, to_sign.as_bytes()).as_ref());
        let is_good = fields.get("Signature") == Some(&signature.as_str())
            && fields.get("SignedHeaders") == Some(&names.join(";").as_str())
            && header("x-acs-content-sha256") == Some(&hash(body))
            && header("x-acs-action") == Some("GetAuthorizationToken");
        let may_push = key.may_push;
        if !is_good {
            return refuse(
                400,
                "SignatureDoesNotMatch",
                "it is signed with something else",
            );
        }
        let date: DateTime<Utc> = header("x-acs-date").unwrap().parse().unwrap();
        let now = DateTime::<Utc>::from(SystemTime::now());
        if (now - date).num_minutes().abs() > 15 {
            return refuse(400, "InvalidTimeStamp.Expired", "it is too old");
        }
        if !inner
            .nonces
            .insert(header("x-acs-signature-nonce").unwrap().to_owned())
        {
            return refuse(400, "SignatureNonceUsed", "it came before");
        }
        Ok(may_push)
    }
}

fn hex(bytes: &[u8]) -> String {
    let digits = bytes.iter().map(|byte| format!("{byte:02x}"));
    digits.collect::<Vec<_>>().concat()
}
