//! Answers that make no sense are asked for again: they may have been damaged on their way.

use std::time::Duration;

use crate::model::{ErrorCode, Failure, Fault, RequestKind};
use crate::registry::ReadRegistry as _;
use crate::registry::client::Client;

use super::{Met, Next, Tries};

impl Client {
    /// Asks until the answer makes sense, a few times.
    pub(in crate::registry) async fn retry_damaged<T, F>(
        &self,
        ask: impl Fn() -> F,
    ) -> Result<T, Failure>
    where
        F: Future<Output = Result<T, Failure>>,
    {
        let (mut asked, mut tries) = (Tries::begin(), 0);
        let allowed = self.retry().allowed(Duration::ZERO);
        loop {
            let failure = match ask().await {
                Err(failure) if may_be_damage(&failure) => failure,
                done => return done,
            };
            tries += failure.tries;
            let Next::After(breaks) = asked.after(Met::Damaged, &allowed) else {
                return Err(failure.after(tries));
            };
            tracing::debug!("{failure}; asking again");
            self.count_retry();
            self.rest(breaks).await;
        }
    }
}

/// Tells whether something was damaged on its way to us or, where the digest of what is pushed is refused, on
/// its way there. Distribution refuses it as well while another writes the same manifest.
fn may_be_damage(failure: &Failure) -> bool {
    matches!(failure.fault, Fault::Damaged(_))
        || failure.request() == Some(RequestKind::PutManifest)
            && failure.error_code() == Some(ErrorCode::DigestInvalid)
}
