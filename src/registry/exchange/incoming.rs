//! A body on its way in: watched for silence, and for bytes that come too slowly to be worth waiting for.

use std::time::Duration;

use bytes::Bytes;
use tokio::time::{Instant, timeout};

use crate::model::NoAnswer;
use crate::registry::options::{LeastRate, Timeouts};
use crate::registry::transport::Response;

/// What is known about a body while it comes in.
#[derive(Debug)]
pub(crate) struct Incoming {
    /// How long no byte may come.
    stall: Duration,
    least: LeastRate,
    /// How long bytes were waited for since that was last reckoned. Whoever reads them may be slow, too:
    /// that is not counted.
    waited: Duration,
    /// How many came in that time.
    bytes: u64,
}

impl Incoming {
    /// Begins with a body that is to come at least so fast.
    pub(crate) fn new(least: LeastRate, timeouts: &Timeouts) -> Self {
        Self {
            stall: timeouts.stall,
            least,
            waited: Duration::ZERO,
            bytes: 0,
        }
    }

    /// Returns the next bytes of the body; none at its end.
    pub(crate) async fn chunk(
        &mut self,
        response: &mut Response,
    ) -> Result<Option<Bytes>, NoAnswer> {
        let begun = Instant::now();
        let chunk = timeout(self.stall, response.chunk())
            .await
            .map_err(|_| NoAnswer::Silence(self.stall))??;
        if let Some(chunk) = &chunk {
            self.came(chunk.len() as u64, begun.elapsed())?;
        }
        Ok(chunk)
    }

    fn came(&mut self, bytes: u64, waited: Duration) -> Result<(), NoAnswer> {
        let LeastRate { bytes: least, time } = self.least;
        // One long silence is the line's bad luck, and has a limit of its own.
        self.waited += waited.min(time / 3);
        self.bytes += bytes;
        if self.waited < time {
            return Ok(());
        }
        if self.bytes < least {
            return Err(NoAnswer::Slow { least, time });
        }
        self.waited = Duration::ZERO;
        self.bytes = 0;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECOND: Duration = Duration::from_secs(1);

    /// Tells after how long bytes that come in such pieces are not waited for any more.
    fn ends(mut body: Incoming, bytes: u64, each: Duration) -> Option<Duration> {
        let pieces = 1..10_000;
        let mut slow = pieces.filter(|_| body.came(bytes, each).is_err());
        slow.next().map(|pieces| each * pieces)
    }

    #[test]
    fn what_comes_byte_by_byte_ends_and_a_slow_line_does_not() {
        let timeouts = Timeouts::default();
        let whole = || Incoming::new(timeouts.whole, &timeouts);
        let blob = || Incoming::new(timeouts.blob, &timeouts);
        assert_eq!(ends(whole(), 1, SECOND), Some(30 * SECOND));
        assert_eq!(ends(blob(), 1, SECOND), Some(60 * SECOND));
        assert_eq!(ends(whole(), 1, 50 * SECOND), Some(150 * SECOND));
        // A line of 100 kbit/s that sixteen share, and one of 10 KiB/s that stands still now and then.
        assert_eq!(ends(blob(), 1400, 2 * SECOND), None);
        assert_eq!(ends(blob(), 64 * 1024, 45 * SECOND), None);
        assert_eq!(ends(whole(), 1400, 20 * SECOND), None);
    }
}
