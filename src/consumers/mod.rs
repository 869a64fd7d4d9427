//! What those who pull from a mirror need to know of it. Pure.
//!
//! | file | about |
//! | --- | --- |
//! | [`host`] | under which of its hosts a mirror is pulled from |
//! | [`map`](mod@map) | which image is where in the mirror, and the look-up by names as they are upstream |
//! | [`spelling`] | the ways to write one repository |

pub mod host;
pub mod map;
pub mod spelling;

pub use host::{HostChoice, NoVpcHost};
pub use map::{Mapping, MirrorMap, Unsettled};
pub use spelling::spellings;

#[cfg(test)]
mod fixtures;
