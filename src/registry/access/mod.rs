//! Who may: how a repository wants to be asked, and as whom it is asked.
//!
//! | file | job |
//! | --- | --- |
//! | `auth` | how a host is asked: the first requests find out, the others wait for that |
//! | `auth_methods` | how each repository of a host wants to be asked |
//! | `challenge` | `WWW-Authenticate`, read |
//! | `negotiation`, `after_refusal` | what one request tries to be let in, one thing after the other |
//! | `login`, `credentials`, `docker_config` | logins: declared ones, and those of docker and podman |
//! | `scope` | what a token is for |
//! | `token`, `token_fetch`, `token_store` | one token; how it comes about; those that are kept |
//! | `destination` | where an answer may send us, and where a login may go |
//! | `masks` | what was sent as a secret is masked in what comes back |

mod after_refusal;
mod auth;
mod auth_methods;
pub(super) mod challenge;
mod credentials;
pub(super) mod destination;
mod docker_config;
mod login;
mod masks;
mod negotiation;
mod scope;
pub(super) mod token;
mod token_fetch;
mod token_store;

pub(super) use auth::{Auth, Authorization, LoginOutcome};
pub use credentials::Credentials;
pub(super) use destination::{Forbidden, same_origin};
pub use login::Login;
pub(super) use login::Logins;
pub(super) use masks::Masks;
pub(super) use negotiation::Negotiation;
pub use scope::Actions;
pub(super) use scope::Scopes;
