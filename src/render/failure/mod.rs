//! What went wrong with a registry: the sentence, and beside it what to do where that tells.
//!
//! | file | about |
//! | --- | --- |
//! | `attempt` | what was tried |
//! | `fault` | every fault; those of an image and of a deletion |
//! | `no_answer` | the way to the registry |
//! | `error_status` | an answer that is an error |
//! | `outage` | a host that is away for a while |
//! | `mirror` | a mirror that is not asked any more |
//! | `sign_in` | a temporary password that cannot be had |
//! | `remedy` | what to do by the kind of cause, and by the side that it is on |
//! | `acr` | what to do about what Alibaba Cloud's registry refuses |
//! | `advice` | which advice is given, where there may be several |

mod acr;
mod advice;
mod attempt;
mod error_status;
mod fault;
mod mirror;
mod no_answer;
mod outage;
mod remedy;
mod sign_in;

pub(super) use acr::set_login;
pub use advice::of_failure;
pub(super) use advice::{at_side, at_source, in_a_run};
pub(super) use attempt::what_came_of;
pub(super) use error_status::unasked_login;
pub(super) use remedy::for_source;
