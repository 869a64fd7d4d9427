//! What is tried again, when, and how often.
//!
//! | file | job |
//! | --- | --- |
//! | `policy` | which failures are tried again, and after how long |
//! | `budget` | how many tries one request has |
//! | `damaged` | answers that make no sense, asked for again |

pub(super) mod budget;
pub(super) mod damaged;
pub(super) mod policy;
