//! Where an upload goes on (`Location`), and how far it is (`Range`).

use url::Url;

use crate::model::{Failure, Operation, Repository, Text};
use crate::registry::exchange::Answer;
use crate::registry::host::Host;

use super::upload_session::{SessionState, UploadSession};

/// Reads where an upload goes on.
pub(super) fn session_from(
    host: &Host,
    operation: &Operation,
    repository: &Repository,
    answer: &Answer,
) -> Result<UploadSession, Failure> {
    let location = answer
        .header("location")
        .ok_or_else(|| text!("it does not say where to upload to", "它没有说明往哪里上传"));
    let location = location
        .and_then(|location| resolve(&answer.url, location))
        .and_then(|url| match host.may_follow(&answer.url, &url) {
            Ok(()) => Ok(url),
            Err(why) => Err(text!("it wants the upload at {why}", "它要求上传到 {why}")),
        })
        .map_err(|text| host.protocol_error(operation, text))?;
    let least_chunk = answer
        .header("oci-chunk-min-length")
        .and_then(|text| text.parse().ok());
    Ok(UploadSession {
        repository: repository.clone(),
        location,
        least_chunk,
        offset: 0,
        state: SessionState::Fresh,
    })
}

/// Finds the address that a `Location` stands for.
///
/// A registry behind a proxy that ends TLS may believe that it speaks plain http, and name itself
/// so; it is asked by the way that works.
pub(crate) fn resolve(asked: &Url, location: &str) -> Result<Url, Text> {
    let mut url = asked.join(location).map_err(|_| {
        text!(
            "it does not name an address to upload to",
            "它给的不是可以上传的地址"
        )
    })?;
    if asked.scheme() == "https" && url.scheme() == "http" && url.host() == asked.host() {
        let _ = url.set_scheme("https");
        let _ = url.set_port(asked.port());
    }
    Ok(url)
}

/// Reads how many bytes there are out of `0-LAST`.
///
/// Distribution says `0-0` both for none and for one byte; none is the safe reading, as what is
/// sent twice is refused and what is missing is not.
pub(crate) fn parse_range(text: &str) -> Option<u64> {
    let text = text.strip_prefix("bytes=").unwrap_or(text);
    let (start, last) = text.split_once('-')?;
    let last: u64 = last.trim().parse().ok()?;
    let count = if last == 0 { 0 } else { last.checked_add(1)? };
    (start.trim() == "0").then_some(count)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn resolved(base: &str, location: &str) -> Result<String, Text> {
        let base: Url = base.parse().unwrap();
        let asked = base.join("/v2/a/blobs/uploads/").unwrap();
        resolve(&asked, location).map(|url| url.to_string())
    }

    #[test]
    fn joins_every_form_of_location() {
        let base = "https://registry.example.com";
        for (location, expected) in [
            (
                "/v2/a/blobs/uploads/1?_state=x%2By",
                "https://registry.example.com/v2/a/blobs/uploads/1?_state=x%2By",
            ),
            ("1", "https://registry.example.com/v2/a/blobs/uploads/1"),
            (
                "https://registry.example.com/u/1",
                "https://registry.example.com/u/1",
            ),
            (
                "https://storage.example.com/u/1",
                "https://storage.example.com/u/1",
            ),
            (
                "http://registry.example.com/u/1",
                "https://registry.example.com/u/1",
            ),
            (
                "http://registry.example.com:80/u/1",
                "https://registry.example.com/u/1",
            ),
        ] {
            assert_eq!(
                resolved(base, location).as_deref(),
                Ok(expected),
                "{location}"
            );
        }
        let odd_port = resolved(
            "https://registry.example.com:5000",
            "http://registry.example.com/u",
        );
        assert_eq!(
            odd_port.as_deref(),
            Ok("https://registry.example.com:5000/u")
        );
        let plain = resolved("http://127.0.0.1:5000", "http://127.0.0.1:6000/u");
        assert_eq!(plain.as_deref(), Ok("http://127.0.0.1:6000/u"));
        assert!(resolved(base, "https://").is_err());
    }

    #[test]
    fn appends_the_digest_to_what_is_there() {
        let mut url: Url = "https://r.example.com/u/1?_state=a%3D%3D".parse().unwrap();
        url.query_pairs_mut().append_pair("digest", "sha256:ab");
        assert_eq!(url.query(), Some("_state=a%3D%3D&digest=sha256%3Aab"));
    }

    #[test]
    fn reads_how_far_an_upload_is() {
        for (text, expected) in [
            ("0-0", Some(0)),
            ("0-99", Some(100)),
            ("bytes=0-99", Some(100)),
            ("5-99", None),
            ("0-18446744073709551615", None),
            ("0--1", None),
            ("0-", None),
            ("", None),
        ] {
            assert_eq!(parse_range(text), expected, "{text}");
        }
    }
}
