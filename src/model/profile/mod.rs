//! What a target registry accepts: what is known of its kind, as data. How ACR's refusals read, and what its logins are
//! for, stands with those who ask.
//!
//! | file | job |
//! | --- | --- |
//! | `facts` | what can be said of a registry: the keys of a profile file |
//! | `kind` | a profile: every fact with a value |
//! | `hosts` | patterns of host names |
//! | `built_in` | the profiles of the folder `profiles/`, which are in the program |

mod built_in;
mod facts;
mod hosts;
mod kind;

pub use facts::{IndexType, ProfileFacts, ProfileFile, ProfileLogin};
pub use hosts::HostPattern;
pub use kind::{Profile, ProfileName};
