//! Whether a server is there; one that is away is waited for.
//!
//! | file | job |
//! | --- | --- |
//! | `servers` | the servers that requests go to: registries, and what they point to |
//! | `availability` | whether one is there, seen from all requests to it together |
//! | `watch` | one that is away is asked again and again, and all others wait for that |

pub(super) mod availability;
pub(super) mod servers;
pub(super) mod watch;
