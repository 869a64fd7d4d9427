//! What is tried again, when, and how often: `decide` says it.

pub(super) mod backoff;
mod count;
mod damaged;
mod decide;
mod met;
mod tries;

pub use count::RetryCount;
pub use decide::{Allowed, Met, Next};
pub(super) use decide::{Spent, decide};
pub(super) use met::{is_token_of_good_login, wants_new_address};
pub use tries::Tries;
