//! How each fault is played.

use std::io;
use std::time::{Duration, SystemTime};

use bytes::{Bytes, BytesMut};

use super::fault::Fault;
use super::proxy::Shared;
use super::wire::{Answer, Peer, Request};

/// Between the pieces of an answer that trickles: far less than anybody's patience.
const TRICKLE: Duration = Duration::from_millis(10);
/// Into how many pieces it is cut.
const PIECES: usize = 8;

const NO_UPLOAD: &str =
    r#"{"errors":[{"code":"BLOB_UPLOAD_UNKNOWN","message":"blob upload unknown to registry"}]}"#;
const PAGE: &str = "<html><body>Bad gateway</body></html>";

/// A query by which the proxy knows the requests that go round in a circle.
pub(super) const CIRCLE: &str = "going-round=";

/// Answers one request, with its fault if it has one; gives the connection back if it can go on.
pub(super) async fn play(
    shared: &Shared,
    fault: Option<Fault>,
    request: &Request,
    mut peer: Peer,
) -> io::Result<Option<Peer>> {
    let length = request.head.length();
    let Some(fault) = fault else {
        let body = peer.body(length).await?;
        let answer = shared.pass_on(request, &body).await?;
        peer.write(&answer.bytes()).await?;
        return Ok(Some(peer));
    };
    // What ends before the request was read, or in the middle of that.
    match fault {
        Fault::ResetBefore => {
            peer.reset();
            return Ok(None);
        }
        Fault::Stall => {
            peer.hang().await;
            return Ok(None);
        }
        Fault::UnauthorizedInBody => {
            peer.body(length / 2).await?;
            let answer = shared.challenge(request).await?;
            peer.write(&answer.with("Connection", "close").bytes())
                .await?;
            peer.close().await;
            return Ok(None);
        }
        _ => {}
    }
    let body = peer.body(length).await?;
    let arrived = async || shared.pass_on(request, &body).await;
    let answer = match fault {
        // Here it does not arrive.
        Fault::TooMany => Answer::new(429, ""),
        Fault::TooManyForNow => Answer::new(429, "").with("Retry-After", soon()),
        Fault::Broken => Answer::new(500, ""),
        Fault::BadGateway => Answer::new(502, PAGE).with("Content-Type", "text/html"),
        Fault::Unavailable => Answer::new(503, ""),
        Fault::GatewayTimeout => Answer::new(504, ""),
        Fault::StorageFull => Answer::new(507, ""),
        Fault::Unauthorized => shared.challenge(request).await?,
        Fault::RedirectLoop => round(request),
        Fault::UploadLost => {
            shared.cancel(request).await?;
            no_upload()
        }
        // Here it does.
        Fault::UploadClosed => {
            arrived().await?;
            no_upload()
        }
        Fault::Twice => {
            arrived().await?;
            arrived().await?
        }
        Fault::SentCorrupted => shared.pass_on(request, &corrupted(&body)).await?,
        _ => arrived().await?,
    };
    answer_badly(fault, request, peer, answer).await
}

/// Sends an answer, and does to it what the fault says.
async fn answer_badly(
    fault: Fault,
    request: &Request,
    mut peer: Peer,
    mut answer: Answer,
) -> io::Result<Option<Peer>> {
    let half = |answer: &Answer| {
        let bytes = answer.bytes();
        bytes.slice(..bytes.len() / 2)
    };
    match fault {
        Fault::ResetInAnswer => {
            peer.write(&half(&answer)).await?;
            // What was sent is to arrive.
            tokio::time::sleep(TRICKLE).await;
            peer.reset();
            return Ok(None);
        }
        Fault::ResetAfter => {
            peer.write(&answer.bytes()).await?;
            tokio::time::sleep(TRICKLE).await;
            peer.reset();
            return Ok(None);
        }
        Fault::AnswerLost => {
            peer.reset();
            return Ok(None);
        }
        Fault::StallAfter => {
            peer.hang().await;
            return Ok(None);
        }
        Fault::StallInAnswer => {
            peer.write(&half(&answer)).await?;
            peer.hang().await;
            return Ok(None);
        }
        Fault::Trickle => {
            let bytes = answer.bytes();
            for piece in bytes.chunks(bytes.len().div_ceil(PIECES)) {
                peer.write(piece).await?;
                tokio::time::sleep(TRICKLE).await;
            }
            return Ok(Some(peer));
        }
        Fault::Truncated => {
            answer.body.truncate(answer.body.len() / 2);
            answer.head.set("Content-Length", answer.body.len());
        }
        Fault::Corrupted => answer.body = corrupted(&answer.body),
        Fault::TooLong => {
            answer.head.set("Content-Length", answer.body.len() + 7);
            peer.write(&answer.bytes()).await?;
            peer.close().await;
            return Ok(None);
        }
        Fault::TooShort => {
            answer.head.set("Content-Length", answer.body.len() / 2);
            peer.write(&answer.bytes()).await?;
            peer.close().await;
            return Ok(None);
        }
        Fault::OtherDigest | Fault::MadeUpDigest => {
            let other = pusher::model::Digest::sha256(request.path.as_bytes());
            answer.head.set("Docker-Content-Digest", other);
        }
        _ => {}
    }
    peer.write(&answer.bytes()).await?;
    Ok(Some(peer))
}

/// Returns the second that begins next: the shortest wait that the header can tell.
fn soon() -> String {
    httpdate::fmt_http_date(SystemTime::now() + Duration::from_secs(1))
}

fn no_upload() -> Answer {
    Answer::new(404, NO_UPLOAD).with("Content-Type", "application/json")
}

/// Points to the same place again, in such a way that it is known there.
fn round(request: &Request) -> Answer {
    let (path, query) = request.path.split_once('?').unwrap_or((&request.path, ""));
    let query = query.split(CIRCLE).next().unwrap_or_default();
    let location = format!("{path}?{query}{CIRCLE}");
    Answer::new(307, "").with("Location", location)
}

fn corrupted(body: &Bytes) -> Bytes {
    let mut bytes = BytesMut::from(body.as_ref());
    let middle = bytes.len() / 2;
    if let Some(byte) = bytes.get_mut(middle) {
        *byte ^= 0x20;
    }
    bytes.freeze()
}
