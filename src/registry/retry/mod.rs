//! What is tried again, when, and how often.

pub(super) mod backoff;
mod count;
mod damaged;
mod request_tries;

pub use count::RetryCount;
pub(super) use request_tries::RequestTries;
