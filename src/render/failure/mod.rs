//! What went wrong with a registry: the sentence, and beside it what to do where that tells.
//!
//! | file | about |
//! | --- | --- |
//! | `attempt` | what was tried |
//! | `fault` | every fault; those of an image and of a deletion |
//! | `no_answer` | the way to the registry |
//! | `error_status` | an answer that is an error |
//! | `outage` | a host that is away for a while |
//! | `cause` | what to do by the kind of cause, and by the side that it is on |
//! | `advice` | which advice is given, where there may be several |

mod advice;
mod attempt;
mod cause;
mod error_status;
mod fault;
mod no_answer;
mod outage;

pub use advice::of_failure;
pub(super) use advice::{at_side, in_a_run};
pub(super) use error_status::unasked_login;
