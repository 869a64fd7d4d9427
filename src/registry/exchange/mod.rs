//! One request and its answer.

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
pub(super) use outgoing::Outgoing;
