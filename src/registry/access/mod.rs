//! Who may: how a repository wants to be asked, and as whom it is asked.
//!
//! | file | job |
//! | --- | --- |
//! | `auth` | how a host is asked: the first requests find out, the others wait for that |
//! | `auth_methods` | how each repository of a host wants to be asked |
//! | `challenge` | `WWW-Authenticate`, read |
//! | `negotiation` | what one request tries to be let in, one thing after the other |
//! | `credentials` | declared logins, the docker and podman configs, their helpers |
//! | `scope` | what a token is for |
//! | `token`, `token_fetch`, `token_store` | one token; how it comes about; those that are kept |
//! | `destination` | where an answer may send us, and where a login may go |
//! | `masks` | what was sent as a secret is masked in what comes back |

pub(super) mod auth;
pub(super) mod auth_methods;
pub(super) mod challenge;
pub(super) mod credentials;
pub(super) mod destination;
pub(super) mod masks;
pub(super) mod negotiation;
pub(super) mod scope;
pub(super) mod token;
pub(super) mod token_fetch;
pub(super) mod token_store;
