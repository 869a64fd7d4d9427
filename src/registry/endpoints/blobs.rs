//! Blobs: `HEAD` and `GET` of `/v2/<name>/blobs/<digest>`.

use std::fmt;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use bytes::Bytes;
use futures_util::stream::{self, BoxStream};
use futures_util::{Stream, StreamExt as _};
use http::header::{CONTENT_RANGE, RANGE};
use http::{HeaderMap, HeaderValue, Method, StatusCode};

use crate::model::{Descriptor, Digest, Failure, Fault, Operation, Repository, RequestKind};
use crate::registry::access::Actions;
use crate::registry::client::Client;
use crate::registry::exchange::{Access, Answer, Call, Incoming, OpenBody, Read, RetryOn};
use crate::registry::host::Host;
use crate::registry::limits::Lane;
use crate::registry::mirrors::Givers;

/// Up to this size a blob may share its connection with other requests.
pub(crate) const SMALL: u64 = 1024 * 1024;

/// A blob that is read as a whole, such as a config, is refused beyond this size.
pub(crate) const WHOLE_BLOB_LIMIT: u64 = 4 * 1024 * 1024;

/// The bytes of a blob as they arrive.
///
/// It holds one of its host's slots for downloads until it ends or is dropped.
pub struct BlobStream {
    offset: u64,
    givers: Givers,
    inner: BoxStream<'static, Result<Bytes, Failure>>,
}

impl BlobStream {
    /// Wraps a stream that begins at byte `offset` of its blob.
    pub fn new(
        offset: u64,
        inner: impl Stream<Item = Result<Bytes, Failure>> + Send + 'static,
    ) -> Self {
        Self::given_by(offset, inner, Givers::default())
    }

    /// Wraps a stream, with who gives its bytes.
    pub(crate) fn given_by(
        offset: u64,
        inner: impl Stream<Item = Result<Bytes, Failure>> + Send + 'static,
        givers: Givers,
    ) -> Self {
        Self {
            offset,
            givers,
            inner: inner.boxed(),
        }
    }

    /// Returns who gives the bytes, as far as that is known: who has given some by now.
    pub fn givers(&self) -> &Givers {
        &self.givers
    }

    /// Returns the position in the blob of the stream's first byte: what was asked for, or 0 where
    /// the registry ignored the wish.
    pub fn offset(&self) -> u64 {
        self.offset
    }
}

impl Stream for BlobStream {
    type Item = Result<Bytes, Failure>;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        self.inner.poll_next_unpin(context)
    }
}

impl fmt::Debug for BlobStream {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("BlobStream")
            .field("offset", &self.offset)
            .finish_non_exhaustive()
    }
}

pub(crate) async fn has(client: &Client, repository: &Repository, digest: &Digest) -> bool {
    let operation = operation(RequestKind::HeadBlob, repository, digest);
    let Ok(host) = client.host(&repository.registry, &operation) else {
        return false;
    };
    let mut call = call(&host, operation, Method::HEAD, repository, digest);
    call.accept = &[404];
    call.retry_on = RetryOn::Overload;
    match client.send(&host, call).await {
        Ok(answer) => answer.status != StatusCode::NOT_FOUND,
        Err(error) => {
            tracing::debug!("{error}; taken for absent");
            false
        }
    }
}

pub(crate) async fn get(
    client: &Client,
    repository: &Repository,
    blob: &Descriptor,
) -> Result<Option<Bytes>, Failure> {
    let Descriptor { digest, size, .. } = blob;
    let operation = operation(RequestKind::GetBlob, repository, digest);
    let host = client.host(&repository.registry, &operation)?;
    let limit = usize::try_from(*size.min(&WHOLE_BLOB_LIMIT)).unwrap_or_default();
    if *size > WHOLE_BLOB_LIMIT {
        let text = text!(
            "it has {size} bytes, at most {limit} are read as a whole",
            "它有 {size} 字节，整个读取时最多 {limit}"
        );
        return Err(host.protocol_error(&operation, text));
    }
    let mut call = call(&host, operation.clone(), Method::GET, repository, digest);
    call.read = Read::Collect(limit);
    let answer = match client.send(&host, call).await {
        Ok(answer) => answer,
        Err(error) if error.status() == Some(404) => return Ok(None),
        Err(error) => return Err(error),
    };
    if !digest.matches(&answer.body) {
        let found = Digest::of(digest.algorithm(), &answer.body);
        let fault = answer.unfit(text!("it sent `{found}` instead", "它发来的是 `{found}`"));
        return Err(host.error(&operation, fault));
    }
    Ok(Some(answer.body))
}

pub(crate) async fn open(
    client: &Client,
    repository: &Repository,
    blob: &Descriptor,
    offset: u64,
) -> Result<BlobStream, Failure> {
    let operation = operation(RequestKind::GetBlob, repository, &blob.digest);
    let host = client.host(&repository.registry, &operation)?;
    let read = |offset| {
        let operation = operation.clone();
        let mut call = call(&host, operation, Method::GET, repository, &blob.digest);
        call.lane = Lane::Download;
        call.shares_connection = blob.size.saturating_sub(offset) <= SMALL;
        call.read = Read::Stream;
        if offset > 0 {
            let range = HeaderValue::try_from(format!("bytes={offset}-"));
            call.headers = range
                .map(|range| HeaderMap::from_iter([(RANGE, range)]))
                .unwrap_or_default();
        }
        client.send(&host, call)
    };
    let begun = |answer: Answer| match begin(&answer, blob, offset) {
        Ok(begins) => Ok((answer, begins)),
        Err(fault) => Err(host.error(&operation, fault)),
    };
    let (mut answer, begins) = match read(offset).await.and_then(begun) {
        // Whoever does not send a part may still send all of it.
        Err(error) if offset > 0 && error.is_answer() => {
            tracing::debug!("{error}; reading the blob from its first byte");
            begun(Box::pin(read(0)).await?)?
        }
        begun => begun?,
    };
    match answer.stream.take() {
        Some(open) => Ok(BlobStream::new(
            begins,
            follow(host, operation, open, begins),
        )),
        None => Err(host.protocol_error(&operation, text!("it sent no body", "它没有发来内容"))),
    }
}

pub(crate) fn operation(kind: RequestKind, repository: &Repository, digest: &Digest) -> Operation {
    Operation::new(
        kind,
        text!(
            "`{}` of `{name}`",
            "`{name}` 的 `{}`",
            digest.short(),
            name = repository.name
        ),
    )
}

fn call(
    host: &Host,
    operation: Operation,
    method: Method,
    repository: &Repository,
    digest: &Digest,
) -> Call {
    let url = host.endpoint(&repository.name, &format!("blobs/{digest}"));
    let access = Access::to(&repository.name, Actions::Pull);
    Call::new(operation, method, url, access)
}

/// Finds the position in the blob at which an answer begins, and that it is of this blob's size.
fn begin(answer: &Answer, blob: &Descriptor, asked: u64) -> Result<u64, Fault> {
    let damaged = |text| Err(Fault::Damaged(text));
    let other_size = |found: u64| {
        let size = blob.size;
        damaged(text!(
            "its blob has {found} bytes, the manifest says {size}",
            "它的 blob 有 {found} 字节，清单里写的是 {size}"
        ))
    };
    if answer.status == StatusCode::PARTIAL_CONTENT {
        let text = answer.header(CONTENT_RANGE.as_str()).unwrap_or_default();
        return match parse_content_range(text) {
            Some((start, _)) if start != asked => damaged(text!(
                "it sends from byte {start} on, {asked} was asked for",
                "它从第 {start} 字节开始发，要的是第 {asked}"
            )),
            Some((_, Some(total))) if total != blob.size => other_size(total),
            Some((start, _)) => Ok(start),
            None => damaged(text!(
                "it sends a part and does not say which",
                "它只发来一部分，没有说明是哪一部分"
            )),
        };
    }
    let length = answer
        .header("content-length")
        .and_then(|length| length.parse().ok());
    match length {
        // Some storage hosts call a compressed layer encoded, and send it as it is.
        Some(length) if length == blob.size => Ok(0),
        _ if answer.coding().is_some() => Err(answer.unfit(text!(
            "it does not send the blob itself",
            "它发来的不是 blob 本身"
        ))),
        Some(length) => other_size(length),
        None => Ok(0),
    }
}

/// Reads `bytes START-END/TOTAL`, where the total may be `*`.
pub(crate) fn parse_content_range(text: &str) -> Option<(u64, Option<u64>)> {
    let (range, total) = text.trim().strip_prefix("bytes ")?.split_once('/')?;
    let (start, end) = range.split_once('-')?;
    let (start, end): (u64, u64) = (start.trim().parse().ok()?, end.trim().parse().ok()?);
    let total = if total == "*" {
        None
    } else {
        Some(total.parse().ok()?)
    };
    (start <= end && total.is_none_or(|total| end < total)).then_some((start, total))
}

/// Hands a body on chunk by chunk; silence for too long is an end with an error, and so is next to nothing.
fn follow(
    host: Arc<Host>,
    operation: Operation,
    open: OpenBody,
    begins: u64,
) -> impl Stream<Item = Result<Bytes, Failure>> + Send + 'static {
    let timeouts = &host.shared.options.timeouts;
    let incoming = Incoming::new(timeouts.blob, timeouts);
    let begun = Some((host, operation, open, incoming, begins));
    stream::unfold(begun, |state| async move {
        let (host, operation, mut open, mut incoming, position) = state?;
        let error = match incoming.chunk(&mut open.response).await {
            Ok(Some(chunk)) => {
                host.counters.bytes_in(chunk.len());
                let position = position + chunk.len() as u64;
                let state = (host, operation, open, incoming, position);
                return Some((Ok(chunk), Some(state)));
            }
            Ok(None) => return None,
            Err(error) => error,
        };
        open.permit.broke();
        tracing::debug!(
            "{}: {operation} ended after {position} bytes: {error}",
            host.name
        );
        Some((Err(host.error(&operation, Fault::NoAnswer(error))), None))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_content_ranges() {
        for (text, expected) in [
            ("bytes 5-9/10", Some((5, Some(10)))),
            ("bytes 0-0/1", Some((0, Some(1)))),
            ("bytes 5-9/*", Some((5, None))),
            ("bytes 9-5/10", None),
            ("bytes 5-10/10", None),
            ("bytes */10", None),
            ("5-9/10", None),
            ("bytes 5-/10", None),
            ("", None),
        ] {
            assert_eq!(parse_content_range(text), expected, "{text}");
        }
    }
}
