//! The plan: what is declared against what is there. Pure and total.
//!
//! Nothing in here waits, fails, reads a clock or asks a registry: [`desired`] and [`observed`] go
//! in, a plan comes out, and what could not be read is a value like any other.

pub mod causes;
pub mod change;
pub mod classify;
pub mod cost;
pub mod desired;
pub mod drift;
pub mod endpoints;
pub mod expected;
pub mod lock;
pub mod names;
pub mod observed;
pub mod offline;
pub mod prune;
pub mod referrers;
pub mod remember;
pub mod report;
pub mod rewrite;
pub mod same_content;
pub mod saved;
pub mod select;

pub use causes::{Hit, Role, Shared, Told, by_cause};
pub use change::{Action, BlockReason, Change, Copy, Plan, Summary};
pub use classify::plan;
pub use cost::{Contents, Cost, Stock};
pub use desired::{
    Attestations, Desired, Entry, ForeignLayers, MissingPlatforms, Origin, Policy, Referrers,
    Target, TargetName,
};
pub use drift::{Difference, Drift, DriftKind, Evidence, Upstream};
pub use endpoints::Endpoints;
pub use expected::{
    Ask, Content, Expected, Known, LeftOut, Need, Refusal, Resolution, Selection, expect,
};
pub use lock::{Lock, LockState, LockedImage, Misfit};
pub use names::{NameRefused, NameRule, NamespaceRefused};
pub use observed::{Absence, Observation, Observed, ObservedImage, SourceImage};
pub use prune::{ObservedTags, PRUNE_LIMIT, prune};
pub use remember::{Remembered, ResolutionKey};
pub use report::{NotDone, Outcome, Report, TagAfter, Transfer};
pub use same_content::{SameContent, SameContents};
pub use saved::{FileDigest, SavedPlan};
