//! Heads of answers that come bit by bit: the library waits for all of one, and says nothing meanwhile.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use http::Extensions;
use hyper_util::client::legacy::connect::CaptureConnection;

/// In so many parts of the time that a head may take, something must have come for it to be one that
/// comes bit by bit: one that is late comes at once, when it comes.
const BITS: u32 = 10;

/// How often something came over a connection; clones share it.
#[derive(Debug, Clone, Default)]
pub(super) struct Reads(Arc<AtomicUsize>);

impl Reads {
    pub(super) fn note(&self) {
        self.0.fetch_add(1, Ordering::Relaxed);
    }

    fn count(&self) -> usize {
        self.0.load(Ordering::Relaxed)
    }
}

/// Returns when bits have come over a request's connection for that long, and so no answer.
pub(super) async fn trickles(mut connection: CaptureConnection, time: Duration) {
    let Some(reads) = reads_of(&mut connection).await else {
        return std::future::pending().await;
    };
    let mut before = reads.count();
    let mut bits = 0;
    while bits < BITS {
        tokio::time::sleep(time / BITS).await;
        let now = reads.count();
        bits += u32::from(now != before);
        before = now;
    }
}

/// Returns the reads of a connection, once there is one; none of one that other requests share.
async fn reads_of(connection: &mut CaptureConnection) -> Option<Reads> {
    let connected = connection.wait_for_connection_metadata().await;
    let connected = connected
        .as_ref()
        .filter(|found| !found.is_negotiated_h2())?;
    let mut extras = Extensions::new();
    connected.get_extras(&mut extras);
    extras.remove()
}
