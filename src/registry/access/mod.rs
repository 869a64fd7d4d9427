//! Who may: how a repository wants to be asked, and as whom it is asked.

mod acr;
mod after_refusal;
mod auth;
mod auth_methods;
pub(super) mod challenge;
mod credentials;
pub(super) mod destination;
mod helper;
mod login;
mod login_file;
mod masks;
mod negotiation;
mod probes;
mod scope;
pub(super) mod token;
mod token_fetch;
mod token_store;

pub(super) use acr::Keeper;
pub use acr::{AccessKey, AcrAsker, Identity, OidcRole, OidcToken, RoleAccess, StandIn};
pub(super) use auth::{Auth, Authorization, LoginOutcome};
pub(super) use auth_methods::{AuthMethod, Known, KnownMethods};
pub(super) use challenge::{Challenge, Realm, Scheme};
pub use credentials::{Credentials, LoginSource};
pub(super) use destination::{Forbidden, same_origin};
pub(super) use login::Logins;
pub use login::{FoundLogin, Login};
pub(super) use masks::Masks;
pub(super) use negotiation::Negotiation;
pub(super) use probes::Probe;
pub use scope::Actions;
pub(super) use scope::Scopes;
pub(super) use token::{Issuer, Token};
pub(super) use token_store::TokenStore;
