//! Answers that make no sense are asked for again: they may have been damaged on their way.

use crate::model::{ErrorCode, Failure, Fault, RequestKind};
use crate::registry::ReadRegistry as _;
use crate::registry::client::Client;

/// How often something is asked for that makes no sense when it comes.
const TIMES: usize = 3;

impl Client {
    /// Asks until the answer makes sense, a few times.
    pub(in crate::registry) async fn retry_damaged<T, F>(
        &self,
        ask: impl Fn() -> F,
    ) -> Result<T, Failure>
    where
        F: Future<Output = Result<T, Failure>>,
    {
        let (mut time, mut tries) = (1, 0);
        loop {
            let failure = match ask().await {
                Err(failure) if may_be_damage(&failure) => failure,
                done => return done,
            };
            tries += failure.tries;
            if time == TIMES {
                return Err(failure.after(tries));
            }
            tracing::debug!("{failure}; asking again");
            self.count_retry();
            self.rest(time).await;
            time += 1;
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
