//! What is declared, planned, done and mistaken as text: for people, for programs, for pull
//! requests. Pure.
//!
//! The core decides, this folder words it. Everything goes into a writer; whatever came from a
//! registry or a file is made harmless on the way (see [`sanitize`]).
//!
//! | file | job |
//! | --- | --- |
//! | `outputs`, `format`, `inputs` | one function an answer, in each [`Format`] |
//! | [`human`], [`json`], [`markdown`], [`github`] | a format, with one file an answer; GitHub's annotations are few, and stand in one |
//! | [`words`] | the sentences that all formats share |
//! | [`metrics`] | what a run came to, for Prometheus |
//! | [`notice`] | what is told a group of people, whose chat has a form of its own |
//! | `failure`, [`hints`] | what went wrong with a registry, and what to do about that and about a change |
//! | [`style`], [`units`], [`sanitize`] | colour, sizes and times, harmless text |
//! | [`schemas`] | the JSON Schemas |

mod failure;
mod format;
pub mod github;
pub mod hints;
pub mod human;
mod inputs;
pub mod json;
pub mod markdown;
pub mod metrics;
pub mod notice;
mod outputs;
pub mod sanitize;
pub mod schemas;
pub mod style;
pub mod units;
pub mod words;

pub use format::Format;
pub use inputs::{
    Checked, Compared, Details, Failed, Fitting, Found, Mapped, PartOf, Renewing, Rewriting,
    RewrittenFile, Shown, ShownAgainst, Tagged,
};
pub use json::{matrix, records};
pub use outputs::{
    check, checkup, diff, drift, each, failed, fit, list, map, merged, plan, renewed, report,
    rewriting, show, tags,
};
pub use style::{Signs, Style, View};
