//! One request and its answer.
//!
//! | file | job |
//! | --- | --- |
//! | `call` | what a request is |
//! | `try_once` | one try: the request, its redirects, its answer |
//! | `outgoing`, `incoming` | a body on its way out, and on its way in |
//! | `answer`, `failed_try` | what comes back, and what does not |
//! | `read_answer` | answers read to their end, handed on, or turned into failures |
//! | `error_body` | what registries say with an error status |

mod answer;
mod call;
pub(super) mod error_body;
mod failed_try;
mod incoming;
mod outgoing;
mod read_answer;
mod try_once;

pub(super) use answer::{Answer, OpenBody};
pub(super) use call::{Access, Body, Call, Read, RetryOn};
pub(super) use error_body::shown;
pub(super) use failed_try::FailedTry;
pub(super) use incoming::Incoming;
