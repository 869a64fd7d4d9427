//! How much: what a host is asked at most.

mod admission;
mod concurrency;
mod lane;
mod pull_budget;
mod pull_limit;
#[cfg(test)]
mod simulation;
mod throttle;
mod token_servers;

pub(super) use admission::{Admission, Permit, TOKENS};
pub(super) use concurrency::{NO_WAIT, Slot};
pub(super) use lane::Lane;
pub(super) use pull_budget::{Pull, PullBudget};
pub use pull_limit::PullLimit;
pub(super) use token_servers::TokenServers;
