//! The signature of a request (ACS3-HMAC-SHA256).
//!
//! <https://www.alibabacloud.com/help/en/sdk/product-overview/v3-request-structure-and-signature>

use std::collections::BTreeMap;
use std::fmt::Write as _;

use aws_lc_rs::hmac;
use chrono::{DateTime, Utc};
use http::header::{ACCEPT, AUTHORIZATION, HOST};
use http::{HeaderMap, HeaderName, HeaderValue, Method};
use url::form_urlencoded::byte_serialize;
use url::{Position, Url};

use crate::model::Digest;

use super::AccessKey;

const ALGORITHM: &str = "ACS3-HMAC-SHA256";

/// What is called.
pub(super) struct Action {
    pub(super) name: &'static str,
    pub(super) version: &'static str,
}

/// Returns the headers that a request without a body goes out with; none where what they are made of cannot
/// stand in one.
pub(super) fn headers(
    method: &Method,
    url: &Url,
    action: &Action,
    key: &AccessKey,
    date: DateTime<Utc>,
    nonce: &str,
) -> Option<HeaderMap> {
    let body = Digest::sha256(b"").hex();
    let mut signed = BTreeMap::from([
        (
            "host",
            url[Position::BeforeHost..Position::AfterPort].to_owned(),
        ),
        ("x-acs-action", action.name.to_owned()),
        ("x-acs-content-sha256", body.clone()),
        ("x-acs-date", date.format("%Y-%m-%dT%H:%M:%SZ").to_string()),
        ("x-acs-signature-nonce", nonce.to_owned()),
        ("x-acs-version", action.version.to_owned()),
    ]);
    if let Some(token) = &key.security_token {
        signed.insert("x-acs-security-token", token.expose().to_owned());
    }
    let names = signed.keys().copied().collect::<Vec<_>>().join(";");
    let lines = signed
        .iter()
        .fold(String::new(), |mut lines, (name, value)| {
            let _ = writeln!(lines, "{name}:{}", value.trim());
            lines
        });
    let (path, query) = (url.path(), query(url));
    let request = format!("{method}\n{path}\n{query}\n{lines}\n{names}\n{body}");
    let to_sign = format!("{ALGORITHM}\n{}", Digest::sha256(request.as_bytes()).hex());
    let secret = hmac::Key::new(hmac::HMAC_SHA256, key.secret.expose().as_bytes());
    let signature = hex(hmac::sign(&secret, to_sign.as_bytes()).as_ref());
    let id = &key.id;
    let login = format!("{ALGORITHM} Credential={id},SignedHeaders={names},Signature={signature}");
    let mut headers = HeaderMap::from_iter([
        (ACCEPT, HeaderValue::from_static("application/json")),
        (AUTHORIZATION, sensitive(&login)?),
    ]);
    for (name, value) in signed {
        let name = HeaderName::from_static(name);
        // The host is said by the connection.
        if name != HOST {
            headers.insert(name, sensitive(&value)?);
        }
    }
    Some(headers)
}

/// Returns the parameters of an address, in order and written as RFC 3986 has it.
fn query(url: &Url) -> String {
    let mut pairs: Vec<_> = url
        .query_pairs()
        .map(|(name, value)| (encoded(&name), encoded(&value)))
        .collect();
    pairs.sort_unstable();
    let pairs: Vec<_> = pairs
        .into_iter()
        .map(|(name, value)| format!("{name}={value}"))
        .collect();
    pairs.join("&")
}

fn encoded(text: &str) -> String {
    let form: String = byte_serialize(text.as_bytes()).collect();
    form.replace('+', "%20")
        .replace('*', "%2A")
        .replace("%7E", "~")
}

pub(super) fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}

pub(super) fn sensitive(value: &str) -> Option<HeaderValue> {
    let mut value = HeaderValue::try_from(value).ok()?;
    value.set_sensitive(true);
    Some(value)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Secret;

    fn signed(url: &str, security_token: Option<&str>) -> HeaderMap {
        let key = AccessKey {
            id: "YourAccessKeyId".to_owned(),
            secret: Secret::new("YourAccessKeySecret".to_owned()),
            security_token: security_token.map(|token| Secret::new(token.to_owned())),
        };
        let action = Action {
            name: "RunInstances",
            version: "2014-05-26",
        };
        let date = "2023-10-26T10:22:32Z".parse().unwrap();
        let nonce = "3156853299f313e23d1673dc12e1703d";
        headers(
            &Method::POST,
            &url.parse().unwrap(),
            &action,
            &key,
            date,
            nonce,
        )
        .unwrap()
    }

    #[test]
    fn signs_as_the_documentation_does() {
        let image = "ImageId=win2019_1809_x64_dtc_zh-cn_40G_alibase_20230811.vhd";
        for query in [
            format!("{image}&RegionId=cn-shanghai"),
            format!("RegionId=cn-shanghai&{image}"),
        ] {
            let headers = signed(
                &format!("https://ecs.cn-shanghai.aliyuncs.com/?{query}"),
                None,
            );
            assert_eq!(
                headers[AUTHORIZATION],
                "ACS3-HMAC-SHA256 Credential=YourAccessKeyId,SignedHeaders=host;x-acs-action;\
                 x-acs-content-sha256;x-acs-date;x-acs-signature-nonce;x-acs-version,Signature=\
                 06563a9e1b43f5dfe96b81484da74bceab24a1d853912eee15083a6f0f3283c0"
            );
            assert_eq!(headers["x-acs-date"], "2023-10-26T10:22:32Z");
            assert!(!headers.contains_key(HOST));
        }
    }

    #[test]
    fn a_temporary_key_signs_its_token_too() {
        let headers = signed("https://ecs.cn-shanghai.aliyuncs.com/", Some("the-token"));
        let login = headers[AUTHORIZATION].to_str().unwrap();
        assert!(login.contains("x-acs-date;x-acs-security-token;x-acs-signature-nonce"));
        assert_eq!(headers["x-acs-security-token"], "the-token");
        assert!(!format!("{headers:?}").contains("the-token"));
    }

    #[test]
    fn parameters_are_written_one_way() {
        let url = "https://h/?b=a%20b*~&a=%E4%B8%AD/".parse().unwrap();
        assert_eq!(query(&url), "a=%E4%B8%AD%2F&b=a%20b%2A~");
    }
}
