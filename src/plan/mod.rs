//! The plan: what is declared against what is there. Pure and total.
//!
//! Nothing in here waits, reads a clock or asks a registry: [`desired`] and [`observed`] go in, a plan comes out, and
//! what could not be read is a value like any other. Only what a stranger may have written, a saved plan, is refused.
//!
//! | file | about |
//! | --- | --- |
//! | [`desired`], [`entry`], [`declared_at`], [`family`], [`immutable`], [`target`], [`lock`] | what is declared, and what was locked of it |
//! | [`verify`] | whose signature an image must have, and what was found |
//! | [`name_rules`], [`offers`], [`aliyun_hosts`] | which names a target takes, and under which hosts it answers |
//! | [`observed`], [`classified`], [`referrers`], [`contents`], [`image_facts`] | what the registries said, and what is kept of it |
//! | [`policy`] | the rules of the files, and what breaks them |
//! | [`expected`], [`rule`], [`rewrite`], [`remember`] | which digest the target must have |
//! | [`make`], [`classify`], `judged`, `by_lists`, `followers`, [`prune`](mod@prune) | how the plan is made |
//! | [`change`], [`blocked`], [`causes`] | what it consists of, and what is in the way |
//! | [`blob_route`], [`cost`], [`same_content`] | which way a blob goes, what that costs, what brings nothing new |
//! | [`drift`], [`saved`], [`report`] | the plan told as drift, kept, carried out |

pub mod aliyun_hosts;
pub mod blob_route;
pub mod blocked;
mod by_lists;
pub mod causes;
pub mod change;
pub mod classified;
pub mod classify;
pub mod contents;
pub mod cooldown;
pub mod cost;
pub mod declared_at;
pub mod desired;
pub mod drift;
pub mod entry;
pub mod expected;
pub mod family;
mod followers;
pub mod image_facts;
pub mod immutable;
mod judged;
pub mod left_behind;
pub mod lock;
pub mod make;
pub mod name_rules;
pub mod observed;
pub mod offers;
pub mod policy;
mod promoted;
mod promotion;
pub mod prune;
mod quota;
pub mod referrers;
pub mod remember;
pub mod report;
pub mod rewrite;
pub mod rule;
pub mod same_content;
pub mod saved;
pub mod shards;
pub mod target;
pub mod verify;

pub use aliyun_hosts::AliyunHosts;
pub use blob_route::{BlobRoutes, Route};
pub use blocked::BlockReason;
pub use causes::{Hit, Role, Shared, Told, by_cause};
pub use change::{Action, Change, ImageCopy, Plan, Summary};
pub use classified::{ClassifiedImage, ClassifiedImages};
pub use contents::{Contents, PlatformImage};
pub use cooldown::{Age, Cooldown, Young};
pub use cost::{Cost, Inventory};
pub use declared_at::DeclaredAt;
pub use desired::{DeclaredNames, Desired, Row};
pub use drift::{
    Difference, Drift, DriftKind, Evidence, Likeness, Moment, Past, PastEvent, Release, Upstream,
    Whence,
};
pub use entry::{Attestations, Entry, ForeignLayers, MissingPlatforms, Policy, Referrers};
pub use expected::{
    Ask, CannotMirror, Content, Expected, Known, LeftOut, Need, Resolution, Selection, WhyLeftOut,
    expect,
};
pub use family::{ANY_TAG, Choice, Family, NoChoice};
pub use image_facts::{ImageFacts, PlatformSize};
pub use immutable::Immutable;
pub use lock::{Lock, LockState, LockedFamily, LockedImage, Misfit, Notes, SourceDigest};
pub use make::{offline, plan, plan_of_part};
pub use name_rules::{NameRefused, NameRule, NamespaceRefused};
pub use observed::{
    Absence, Observation, ObservedImage, ObservedReferrer, ObservedReferrers, RefusedReferrers,
    SourceImage,
};
pub use offers::{NameOffers, RefusedName};
pub use promoted::promotions;
pub use promotion::{Attached, Attachment, Promotion, Run};
pub use prune::{ObservedTags, PRUNE_LIMIT, prune};
pub use referrers::is_referrer_tag;
pub use remember::{Remembered, ResolutionKey};
pub use report::{Bound, NotDone, Outcome, Report, ReportSummary, TagAfter, Transfer};
pub use rule::ResolutionRule;
pub use same_content::{SameContent, SameContents};
pub use saved::{FileDigest, SavedPlan};
pub use target::{Target, TargetLabel, TargetName};
pub use verify::{Unverified, Verdict, VerifyRule, VerifyRules};

#[cfg(test)]
mod fixtures;
