//! A blob from one place after the other: where a mirror breaks off, the next place goes on.

use std::sync::Arc;

use bytes::Bytes;
use futures_util::{Stream, StreamExt as _, stream};

use crate::model::{Attempt, Descriptor, Failure, Fault, Repository};
use crate::registry::client::Client;
use crate::registry::endpoints::{BlobStream, blobs};

use super::givers::Givers;
use super::mirror::Mirror;

/// Opens a blob at the first place that gives it.
pub(crate) async fn open(
    client: &Client,
    repository: &Repository,
    blob: &Descriptor,
    offset: u64,
) -> Result<BlobStream, Failure> {
    let mut relay = Relay {
        client: client.clone(),
        repository: repository.clone(),
        blob: blob.clone(),
        position: offset,
        next: 0,
        givers: Givers::default(),
    };
    let begun = relay.open().await?;
    let givers = relay.givers.clone();
    Ok(BlobStream::given_by(offset, relay.run(begun), givers))
}

struct Relay {
    client: Client,
    repository: Repository,
    blob: Descriptor,
    /// How many bytes of the blob were handed out, those before the beginning included.
    position: u64,
    /// How many mirrors need not be asked any more.
    next: usize,
    givers: Givers,
}

/// The bytes that one place gives.
struct Leg {
    /// None for the registry itself.
    mirror: Option<Arc<Mirror>>,
    stream: BlobStream,
    /// How many bytes come first that are known already: not everyone sends a part.
    known: u64,
    /// Whether it gave any that were not.
    has_given: bool,
}

impl Relay {
    /// Goes to the next place that gives what is left.
    async fn open(&mut self) -> Result<Leg, Failure> {
        let (client, repository, blob) = (&self.client, &self.repository, &self.blob);
        while let Some(mirror) = client.next_mirror(repository, &blob.digest, &mut self.next) {
            let there = mirror.place.repository(&repository.name);
            let mirrors = client.at_mirrors();
            match blobs::open(&mirrors, &there, blob, self.position).await {
                Ok(stream) => return Ok(self.leg(Some(mirror.clone()), stream)),
                Err(failure) => client.pass_on(mirror, repository, &blob.digest, &failure),
            }
        }
        let ask = || blobs::open(client, repository, blob, self.position);
        let stream = client.retry_damaged(ask).await?;
        Ok(self.leg(None, stream))
    }

    fn leg(&self, mirror: Option<Arc<Mirror>>, stream: BlobStream) -> Leg {
        let known = self.position.saturating_sub(stream.offset());
        Leg {
            mirror,
            stream,
            known,
            has_given: false,
        }
    }

    fn run(self, begun: Leg) -> impl Stream<Item = Result<Bytes, Failure>> + Send + 'static {
        stream::unfold(Some((self, begun)), |state| async move {
            let (mut relay, mut leg) = state?;
            match relay.next(&mut leg).await {
                Ok(Some(chunk)) => Some((Ok(chunk), Some((relay, leg)))),
                Ok(None) => None,
                Err(failure) => Some((Err(failure), None)),
            }
        })
    }

    async fn next(&mut self, leg: &mut Leg) -> Result<Option<Bytes>, Failure> {
        loop {
            let failure = match (leg.stream.next().await, &leg.mirror) {
                (Some(Ok(chunk)), _) => match leg.without_known(chunk) {
                    Some(chunk) => return Ok(Some(self.hand_out(leg, chunk))),
                    None => continue,
                },
                (None, None) => return Ok(None),
                (Some(Err(failure)), None) => return Err(failure),
                (_, Some(mirror)) if self.position >= self.blob.size => {
                    mirror.gave(&self.repository.name);
                    return Ok(None);
                }
                (Some(Err(failure)), Some(_)) => failure,
                (None, Some(mirror)) => cut_short(mirror, &self.blob),
            };
            if let Some(mirror) = &leg.mirror {
                let (client, digest) = (&self.client, &self.blob.digest);
                client.pass_on(mirror, &self.repository, digest, &failure);
                client.retries.add_one();
            }
            // Seldom, so that not every blob has room for it.
            *leg = Box::pin(self.open()).await?;
        }
    }

    fn hand_out(&mut self, leg: &mut Leg, chunk: Bytes) -> Bytes {
        if !std::mem::replace(&mut leg.has_given, true) {
            self.givers
                .add(leg.mirror.as_ref().map(|mirror| &mirror.place));
        }
        self.position += chunk.len() as u64;
        chunk
    }
}

impl Leg {
    /// Leaves out of a chunk what is known already.
    fn without_known(&mut self, mut chunk: Bytes) -> Option<Bytes> {
        let known = usize::try_from(self.known).unwrap_or(usize::MAX);
        let rest = chunk.split_off(known.min(chunk.len()));
        self.known -= chunk.len() as u64;
        (!rest.is_empty()).then_some(rest)
    }
}

fn cut_short(mirror: &Mirror, blob: &Descriptor) -> Failure {
    let there = mirror.place.repository("");
    let attempt = Attempt::Blob(there, blob.digest.clone());
    Failure::new(&mirror.place.host, attempt, Fault::CutShort)
}
