//! The sentences that all formats share.
//!
//! | file | says |
//! | --- | --- |
//! | `images` | how images are named |
//! | `signatures` | by whom an image is signed, and what is wrong with its signatures |
//! | `plan`, `notes`, `cost`, `shards` | what a plan would do, what does not follow an image, what it costs, how it is parted |
//! | `ages` | how old digests are, and what that keeps from being taken |
//! | `families` | what is known of tags that rules choose |
//! | `blocked`, `policy` | why nothing can be done for an image |
//! | `report`, `attachments`, `merged` | what became of a plan, of the records of it, and of its shards |
//! | `rewriting` | what becomes of files by other names |
//! | `check` | how bad a diagnostic is |
//! | `saved` | what a saved plan is |
//! | `selection` | which tags a selection takes, and why not the others |
//! | `checkup` | what was found out about registries |
//! | `map` | how an image stands in a mirror |
//! | `lock` | what became of a lock, and in what it does not fit the files |
//! | `drift`, `whence`, `diff` | how the target differs, what a changed tag points to, what differs inside an image |

pub mod ages;
mod attachments;
mod blocked;
mod check;
pub mod checkup;
mod cost;
pub mod diff;
pub mod drift;
mod families;
mod images;
mod lock;
pub mod map;
mod merged;
mod notes;
mod plan;
mod policy;
mod probe;
pub mod report;
mod rewriting;
pub mod saved;
pub mod selection;
mod shards;
pub mod signatures;
mod whence;

pub use ages::{age_hints, too_young};
pub use attachments::{attached, not_attached, unattached};
pub use blocked::{block_reason, shared_word};
pub use check::severity;
pub use cost::cost;
pub use families::unsettled_families;
pub use images::{in_place, named, platforms, short_reference, unchanged};
pub use lock::{
    fit_summary, renewal_hint, renewal_reason, renewal_word, renewed_summary, unfit_hint,
    unfit_reason, unfit_word,
};
pub use merged::{merged_hint, merged_word, missing, reported};
pub use notes::{left_out, notes, remarks};
pub use plan::unlocked;
pub use plan::{
    action_word, part, plan_summary, prefixed_hint, reason, renamed_from, same_content,
    same_content_hint, unlocked_hint,
};
pub use policy::{violations, violations_hint, warnings};
pub use probe::finding;
pub use report::{outcome_reason, outcome_word};
pub use rewriting::{rewriting_hint, rewriting_summary};
pub use shards::shards;
pub use whence::whence;
