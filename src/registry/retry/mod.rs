//! What is tried again, when, and how often.
//!
//! | file | job |
//! | --- | --- |
//! | `policy` | which failures are tried again, and after how long |
//! | `request_tries` | how many tries one request has, and when the next one is |
//! | `count` | how often somebody's requests were tried again |
//! | `damaged` | answers that make no sense, asked for again |

mod count;
mod damaged;
pub(super) mod policy;
mod request_tries;

pub use count::RetryCount;
pub(super) use request_tries::RequestTries;
