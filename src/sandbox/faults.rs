//! Failures on purpose: which requests fail, and how.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use axum::body::{Body, BodyDataStream};
use bytes::{Bytes, BytesMut};
use futures_util::{Stream, StreamExt as _, stream};

/// How a request fails.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Effect {
    /// Answers with this status, these headers and an empty body, and does nothing else.
    Answer {
        /// The status.
        status: u16,
        /// The headers.
        headers: Vec<(String, String)>,
    },
    /// Serves the request, and adds these headers to the answer.
    Headers(Vec<(String, String)>),
    /// Answers with this JSON and does nothing else.
    Json(&'static str),
    /// Resets the connection instead of answering.
    Reset,
    /// Serves the request, and resets the connection instead of answering.
    LoseAnswer,
    /// Serves the request, and answers with this status instead.
    Instead(u16),
    /// Takes in what is sent to an upload, and answers with this status instead of closing it.
    KeepOpen(u16),
    /// Sends these bytes after the answer's body, whose length is not announced.
    Append(&'static str),
    /// Resets the connection when this many bytes of the request's body have been taken in.
    ResetUpload {
        /// How many bytes arrive.
        after: u64,
    },
    /// Resets the connection where the request's body has more bytes than this, and serves it otherwise.
    CutUpload {
        /// How many bytes arrive.
        after: u64,
    },
    /// Changes one byte of the request's body.
    CorruptUpload {
        /// The offset of that byte.
        at: u64,
    },
    /// Ends the answer's body early.
    Truncate {
        /// How many bytes are sent.
        after: u64,
    },
    /// Never answers.
    Stall,
    /// Begins the answer's body and never ends it.
    StallBody {
        /// How many bytes are sent.
        after: u64,
    },
    /// Changes one byte of the answer's body.
    Corrupt {
        /// The offset of that byte.
        at: u64,
    },
    /// Waits before it serves the request.
    Delay(Duration),
}

impl Effect {
    /// Returns an answer with this status.
    pub fn status(status: u16) -> Self {
        Self::Answer {
            status,
            headers: Vec::new(),
        }
    }

    /// Adds a header to an [`Effect::Answer`] or [`Effect::Headers`].
    #[must_use]
    pub fn header(mut self, name: &str, value: &str) -> Self {
        if let Self::Answer { headers, .. } | Self::Headers(headers) = &mut self {
            headers.push((name.to_owned(), value.to_owned()));
        }
        self
    }
}

/// A rule of the fault plan: which requests fail, and how.
///
/// It holds for the first request that fits, unless [`Fault::skip`] or [`Fault::times`] say more.
#[derive(Debug, Clone)]
pub struct Fault {
    method: String,
    path: String,
    skip: usize,
    times: usize,
    effect: Effect,
}

impl Fault {
    /// Returns a rule for requests with this method (empty for any) and this part in the path and
    /// query, in which `*` stands for any text.
    pub fn new(method: &str, path: &str, effect: Effect) -> Self {
        Self {
            method: method.to_owned(),
            path: path.to_owned(),
            skip: 0,
            times: 1,
            effect,
        }
    }

    /// Lets the first `count` requests that fit pass.
    #[must_use]
    pub fn skip(self, count: usize) -> Self {
        Self {
            skip: count,
            ..self
        }
    }

    /// Holds for `count` requests.
    #[must_use]
    pub fn times(self, count: usize) -> Self {
        Self {
            times: count,
            ..self
        }
    }

    /// Holds for every request from then on.
    #[must_use]
    pub fn always(self) -> Self {
        self.times(usize::MAX)
    }

    fn fits(&self, method: &str, path: &str) -> bool {
        let mut rest = path;
        let in_order = self.path.split('*').all(|part| match rest.find(part) {
            Some(at) => {
                rest = &rest[at + part.len()..];
                true
            }
            None => false,
        });
        (self.method.is_empty() || self.method == method) && in_order
    }
}

/// The fault plan of a sandbox. Copies of it share their rules.
#[derive(Debug, Clone, Default)]
pub struct Faults(Arc<Mutex<Vec<Rule>>>);

#[derive(Debug)]
struct Rule {
    fault: Fault,
    seen: usize,
    used: usize,
}

impl Faults {
    /// Adds a rule. Where several fit one request, the one that was added first holds.
    pub fn add(&self, fault: Fault) {
        self.rules().push(Rule {
            fault,
            seen: 0,
            used: 0,
        });
    }

    /// Removes every rule.
    pub fn clear(&self) {
        self.rules().clear();
    }

    /// Counts the requests that were made to fail so far.
    pub fn used(&self) -> usize {
        self.rules().iter().map(|rule| rule.used).sum()
    }

    /// Returns how a request fails, if it does.
    pub(super) fn take(&self, method: &str, path: &str) -> Option<Effect> {
        let mut taken = None;
        for rule in self
            .rules()
            .iter_mut()
            .filter(|rule| rule.fault.fits(method, path))
        {
            rule.seen += 1;
            if taken.is_none() && rule.seen > rule.fault.skip && rule.used < rule.fault.times {
                rule.used += 1;
                taken = Some(rule.fault.effect.clone());
            }
        }
        taken
    }

    fn rules(&self) -> MutexGuard<'_, Vec<Rule>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Returns `body` as `effect` leaves it.
pub(super) fn damaged(body: Body, effect: &Effect) -> Body {
    let pieces = body.into_data_stream();
    match *effect {
        Effect::Truncate { after } => {
            Body::from_stream(first(pieces, after).chain(stream::once(cut())))
        }
        Effect::Append(more) => {
            Body::from_stream(pieces.chain(stream::iter([Ok(Bytes::from_static(more.as_bytes()))])))
        }
        Effect::StallBody { after } => {
            Body::from_stream(first(pieces, after).chain(stream::pending()))
        }
        Effect::Corrupt { at } => {
            let mut offset = 0;
            Body::from_stream(pieces.map(move |piece| {
                let piece = piece?;
                let (start, length) = (offset, piece.len() as u64);
                offset += length;
                let within = at.checked_sub(start).filter(|within| *within < length);
                Ok::<_, axum::Error>(
                    match within.and_then(|within| usize::try_from(within).ok()) {
                        Some(within) => {
                            let mut changed = BytesMut::from(&*piece);
                            changed[within] ^= 0xff;
                            changed.freeze()
                        }
                        None => piece,
                    },
                )
            }))
        }
        _ => Body::from_stream(pieces),
    }
}

/// Returns the first `limit` bytes.
fn first(
    pieces: BodyDataStream,
    limit: u64,
) -> impl Stream<Item = Result<Bytes, axum::Error>> + Send {
    stream::unfold((pieces, limit), |(mut pieces, left)| async move {
        if left == 0 {
            return None;
        }
        let piece = pieces.next().await?.map(|mut piece| {
            piece.truncate(usize::try_from(left).unwrap_or(usize::MAX));
            piece
        });
        let sent = piece.as_ref().map_or(0, |piece| piece.len() as u64);
        Some((piece, (pieces, left - sent)))
    })
}

/// Fails, after what was sent before has had time to leave.
async fn cut() -> Result<Bytes, axum::Error> {
    tokio::time::sleep(Duration::from_millis(20)).await;
    Err(axum::Error::new(std::io::Error::from(
        std::io::ErrorKind::UnexpectedEof,
    )))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rules_hold_for_the_requests_they_name() {
        let faults = Faults::default();
        let late = Effect::status(429).header("Retry-After", "1");
        faults.add(
            Fault::new("GET", "/a/*/sha256:", late.clone())
                .skip(1)
                .times(2),
        );
        faults.add(Fault::new("", "/a/", Effect::Reset).skip(3));
        let take = || faults.take("GET", "/v2/a/blobs/sha256:00");
        assert_eq!(faults.take("HEAD", "/v2/b/tags/list"), None);
        assert_eq!(
            [take(), take(), take()],
            [None, Some(late.clone()), Some(late)]
        );
        assert_eq!([take(), take()], [Some(Effect::Reset), None]);
        assert_eq!(faults.used(), 3);
    }
}
