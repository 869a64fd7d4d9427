//! Whether a server is there; one that is away is waited for.
//!
//! | file | job |
//! | --- | --- |
//! | `servers` | the servers that requests go to: registries, and what they point to |
//! | `availability` | whether one is there, seen from all requests to it together |
//! | `sign` | what a failed try says about it |
//! | `watch` | one that is away is asked again and again, and all others wait for that |

mod availability;
mod servers;
mod sign;
mod watch;

pub(super) use servers::{Server, ServerMap};
