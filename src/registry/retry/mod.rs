//! What is tried again, when, and how often.

mod count;
mod damaged;
pub(super) mod policy;
mod request_tries;

pub use count::RetryCount;
pub(super) use request_tries::RequestTries;
