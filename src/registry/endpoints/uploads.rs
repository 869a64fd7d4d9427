//! Uploads: `POST` of `/v2/<name>/blobs/uploads/`, and what happens at the place that it names.

use std::sync::{Arc, OnceLock};

use http::header::{CONNECTION, CONTENT_LENGTH, CONTENT_RANGE, CONTENT_TYPE};
use http::{HeaderMap, HeaderValue, Method, StatusCode};
use url::Url;

use crate::model::{Digest, Failure, Kind, Operation, Repository};
use crate::registry::access::scope::{Actions, Scopes};
use crate::registry::client::Client;
use crate::registry::exchange::call::{Access, Again, Answer, Body, Call};
use crate::registry::host::Host;
use crate::registry::limits::admission::Lane;

use super::blobs::{self, SMALL};
use super::upload_session::{Mount, SessionState, Upload, UploadBody, UploadSession};

impl Client {
    pub(crate) async fn mount_or_open(
        &self,
        repository: &Repository,
        mount: Option<&Mount>,
    ) -> Result<Upload, Failure> {
        let operation = Operation::new(Kind::StartUpload, format_args!("`{}`", repository.name));
        let host = self.host(&repository.registry, &operation)?;
        let mount = mount.filter(|mount| mount.from.registry == repository.registry);
        if let Some(mount) = mount {
            // A mount saves work, so whatever is in its way is in the way of nothing else.
            match self.try_mount(&host, repository, mount).await {
                Err(error) => tracing::debug!("{error}; going on without mounting"),
                done => return done,
            }
        }
        let url = host.endpoint(&repository.name, "blobs/uploads/");
        let access = Access::Scopes(Scopes::one(&repository.name, Actions::Push));
        let call = post(Call::new(operation.clone(), Method::POST, url, access));
        let answer = host.send(call).await?;
        // 202, as the specification wants, or what some answer instead: the place is what counts.
        open(&host, &operation, repository, &answer).map(Upload::Session)
    }

    async fn try_mount(
        &self,
        host: &Arc<Host>,
        repository: &Repository,
        mount: &Mount,
    ) -> Result<Upload, Failure> {
        let operation = blobs::operation(Kind::MountBlob, repository, &mount.digest);
        let mut url = host.endpoint(&repository.name, "blobs/uploads/");
        url.query_pairs_mut()
            .append_pair("mount", &mount.digest.to_string())
            .append_pair("from", &mount.from.name);
        let scopes =
            Scopes::one(&repository.name, Actions::Push).and(&mount.from.name, Actions::Pull);
        let access = Access::Scopes(scopes);
        let mut call = post(Call::new(operation.clone(), Method::POST, url, access));
        call.again = Again::IfBusy;
        let answer = host.send(call).await?;
        match answer.status {
            StatusCode::CREATED => Ok(Upload::Mounted),
            _ => open(host, &operation, repository, &answer).map(Upload::Session),
        }
    }

    pub(crate) async fn finish(
        &self,
        session: &mut UploadSession,
        digest: &Digest,
        length: u64,
        body: UploadBody,
    ) -> Result<(), Failure> {
        let operation = blobs::operation(Kind::FinishUpload, &session.repository, digest);
        let host = self.host(&session.repository.registry, &operation)?;
        let mut url = session.location.clone();
        if url.query_pairs().all(|(name, _)| name != "digest") {
            let digest = digest.to_string();
            url.query_pairs_mut().append_pair("digest", &digest);
        }
        let call = Call::new(operation, Method::PUT, url, access(session));
        send_on(&host, sending(call, length, body), session)
            .await
            .map(drop)
    }

    pub(crate) async fn append(
        &self,
        session: &mut UploadSession,
        offset: u64,
        length: u64,
        body: UploadBody,
    ) -> Result<(), Failure> {
        let operation = session_operation(Kind::AppendUpload, session);
        let host = self.host(&session.repository.registry, &operation)?;
        let url = session.location.clone();
        let call = Call::new(operation.clone(), Method::PATCH, url, access(session));
        let mut call = sending(call, length, body);
        // Where pieces are sent, connections break after so many bytes: each piece has one of its own.
        call.small = false;
        let close = HeaderValue::from_static("close");
        call.headers.insert(CONNECTION, close);
        let range = format!("{offset}-{}", (offset + length).saturating_sub(1));
        if let Ok(range) = HeaderValue::try_from(range) {
            call.headers.insert(CONTENT_RANGE, range);
        }
        let answer = send_on(&host, call, session).await?;
        *session = open(&host, &operation, &session.repository, &answer)?;
        Ok(())
    }

    pub(crate) async fn offset_of(
        &self,
        session: &mut UploadSession,
    ) -> Result<Option<u64>, Failure> {
        if session.state == SessionState::Moved {
            return Ok(Some(0));
        }
        let operation = session_operation(Kind::UploadOffset, session);
        let host = self.host(&session.repository.registry, &operation)?;
        let url = session.location.clone();
        let mut call = Call::new(operation.clone(), Method::GET, url, access(session));
        // Distribution answers 400 to the place of an upload that moved on, or is gone.
        call.accept = &[400, 404, 405, 501];
        let answer = host.send(call).await?;
        if !answer.status.is_success() {
            return Ok(None);
        }
        if answer.header("location").is_some() {
            *session = open(&host, &operation, &session.repository, &answer)?;
        }
        Ok(answer.header("range").and_then(parse_range))
    }

    pub(crate) async fn cancel(&self, session: &UploadSession) -> Result<(), Failure> {
        let operation = session_operation(Kind::CancelUpload, session);
        let host = self.host(&session.repository.registry, &operation)?;
        let mut call = Call::new(
            operation,
            Method::DELETE,
            session.location.clone(),
            access(session),
        );
        call.accept = &[400, 404, 405, 501];
        host.send(call).await.map(drop)
    }
}

fn session_operation(kind: Kind, session: &UploadSession) -> Operation {
    Operation::new(kind, format_args!("`{}`", session.repository.name))
}

fn access(session: &UploadSession) -> Access {
    Access::Scopes(Scopes::one(&session.repository.name, Actions::Push))
}

/// Sends bytes; where an answer points elsewhere and they are spent, the session is there from then on.
async fn send_on(
    host: &Arc<Host>,
    mut call: Call,
    session: &mut UploadSession,
) -> Result<Answer, Failure> {
    let moved = Arc::<OnceLock<Url>>::default();
    call.moved = Some(moved.clone());
    let sent = host.send(call).await;
    match (sent, moved.get()) {
        (Err(failure), Some(place)) => {
            session.location = place.clone();
            if session.state == SessionState::Fresh {
                session.state = SessionState::Moved;
            }
            Err(failure.mended())
        }
        (sent, _) => {
            session.state = SessionState::Used;
            sent
        }
    }
}

fn post(mut call: Call) -> Call {
    // Some servers refuse a POST that does not say that it is empty.
    call.headers
        .insert(CONTENT_LENGTH, HeaderValue::from_static("0"));
    call
}

fn sending(mut call: Call, length: u64, body: UploadBody) -> Call {
    let octets = HeaderValue::from_static("application/octet-stream");
    call.headers = HeaderMap::from_iter([
        (CONTENT_TYPE, octets),
        (CONTENT_LENGTH, HeaderValue::from(length)),
    ]);
    call.small = length <= SMALL;
    call.body = Body::upload(body, length);
    // What is in memory waits for nothing else, and what is small is soon gone.
    if !(call.small && matches!(call.body, Body::Bytes(_))) {
        call.lane = Lane::Upload;
    }
    call.once = true;
    call
}

/// Reads where an upload goes on.
fn open(
    host: &Host,
    operation: &Operation,
    repository: &Repository,
    answer: &Answer,
) -> Result<UploadSession, Failure> {
    let location = answer
        .header("location")
        .ok_or("it does not say where to upload to".to_owned());
    let location = location
        .and_then(|location| resolve(&answer.url, location))
        .and_then(|url| match host.may_follow(&answer.url, &url) {
            Ok(()) => Ok(url),
            Err(why) => Err(format!("it wants the upload at {}", why.told())),
        })
        .map_err(|text| host.protocol_error(operation, text))?;
    let least_chunk = answer
        .header("oci-chunk-min-length")
        .and_then(|text| text.parse().ok());
    Ok(UploadSession {
        repository: repository.clone(),
        location,
        least_chunk,
        state: SessionState::Fresh,
    })
}

/// Finds the address that a `Location` stands for.
///
/// A registry behind a proxy that ends TLS may believe that it speaks plain http, and name itself
/// so; it is asked by the way that works.
pub(crate) fn resolve(asked: &Url, location: &str) -> Result<Url, String> {
    let mut url = asked
        .join(location)
        .map_err(|_| "it does not name an address to upload to".to_owned())?;
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

    fn resolved(base: &str, location: &str) -> Result<String, String> {
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
