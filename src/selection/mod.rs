//! Which tags of a repository are meant: rules, evaluated on what the repository lists.
//!
//! What comes out depends on which tags are listed, never on their order, and on nothing else: no clock, no
//! dates of images. Pure.

mod account;
mod aliases;
mod anatomy;
mod candidate;
mod choose;
mod follow;
mod latest;
mod order;
mod patterns;
mod range;
mod rule;
mod scheme;
mod survey;

pub use account::{Account, Dropped, RuleAccount, Step};
pub use anatomy::Anatomy;
pub use choose::{Chosen, MAX_TAGS, Refusal, Refused, Selection};
pub use latest::Mixture;
pub use range::Range;
pub use rule::{Per, Rule, RuleMistake, RuleParts};
pub use scheme::Scheme;
pub use survey::{Family, Others, Survey};

#[cfg(test)]
mod tests;
