//! Temporary passwords of Alibaba Cloud's Container Registry (ACR), without its SDK.
//!
//! Who asks says so to a cloud, not to the registry: a role proves itself with a token that GitHub or a
//! Kubernetes cluster made for it, an access key signs. What comes of it opens the registry for an hour, and is
//! got anew before that.
//!
//! | file | about |
//! | --- | --- |
//! | `identity` | who asks |
//! | `session_policy` | what the session of a role may do |
//! | `services` | where the services are |
//! | `ask` | one request to a service, and what it refuses |
//! | `sign` | the signature of a request |
//! | `keys` | from who asks to an access key, of STS or an ECS instance |
//! | `instance` | which registry it is, as its challenge says |
//! | `password` | from an access key to a password |
//! | `keeper` | the password that is in use, and its end |

mod ask;
mod identity;
mod instance;
mod keeper;
mod keys;
mod password;
mod services;
mod session_policy;
mod sign;

pub use identity::{AccessKey, AcrAsker, Identity, OidcRole, OidcToken};
pub(crate) use keeper::{Keeper, Password};
pub(super) use password::CurrentLogin;
pub use services::StandIn;
pub use session_policy::RoleAccess;
