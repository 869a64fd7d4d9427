//! What those who pull from a mirror need to know of it, and the files that tell them. Pure.
//!
//! | file | about |
//! | --- | --- |
//! | [`host`] | under which of its hosts a mirror is pulled from |
//! | [`map`](mod@map) | which image is where in the mirror, and the look-up by names as they are upstream |
//! | [`found`] | how its images stand in the mirror, as its registry says |
//! | [`spelling`] | the ways to write one repository |
//! | [`form`], [`written`], `write` | the forms in which consumers are told, what is written in one, and what cannot be said in it |
//! | `rules`, `names` | what can be said of whole repositories, and what of single names |
//! | `forms`, `quoted` | a form each, and how names are quoted in them |

pub mod form;
mod forms;
pub mod found;
pub mod host;
pub mod map;
mod names;
mod quoted;
mod rules;
pub mod spelling;
mod write;
pub mod written;

pub use form::Form;
pub use found::{Found, FoundCounts};
pub use host::{HostChoice, NoVpcHost};
pub use map::{Mapping, MirrorMap, Unsettled};
pub use spelling::spellings;
pub use write::write;
pub use written::{Given, Refused, Service, Unsaid, Why, Written, WrittenFile};

#[cfg(test)]
mod fixtures;
