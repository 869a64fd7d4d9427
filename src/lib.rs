//! `pusher`: terraform for container images.
//!
//! # The code map
//!
//! A pure core decides, the edges carry out, the command line words it.
//!
//! | folder | kind | may import |
//! | --- | --- | --- |
//! | [`model`] | pure | nothing of this crate |
//! | [`config`] | pure | `model`, `plan::declared_at`, `plan::desired`, `plan::entry`, `plan::family`, `plan::immutable`, `plan::offers`, `plan::policy`, `plan::prune`, `plan::target`, `plan::verify`, `selection`, `verify` |
//! | [`selection`] | pure | `model` |
//! | [`plan`] | pure | `model`, `selection` |
//! | [`diff`] | pure | `model`, `plan` |
//! | [`lock`] | pure | `model`, `plan` |
//! | [`verify`] | pure | `model` |
//! | [`checkup`] | pure | `model`, `plan` |
//! | [`consumers`] | pure | `model`, `plan` |
//! | [`notices`] | pure | `model` |
//! | [`reports`] | pure | `model`, `plan` |
//! | [`rewrite`] | pure | `config::diagnostics`, `config::file_kind`, `config::files`, `config::walks`, `consumers`, `model` |
//! | [`render`] | pure | `checkup`, `config`, `consumers`, `diff`, `lock`, `model`, `notices`, `plan`, `reports`, `rewrite`, `selection` |
//! | [`page`] | pure | `model`, `plan`, `render` |
//! | [`registry`] | edge | `model` |
//! | [`tree`] | edge | `model`, `plan`, `registry` |
//! | [`inspect`] | edge | `diff`, `model`, `plan`, `registry`, `tree` |
//! | [`cache`] | edge | `disk`, `model`, `plan` |
//! | [`doctor`] | edge | `checkup`, `model`, `plan`, `registry` |
//! | [`observe`] | edge | `cache`, `model`, `plan`, `progress`, `registry`, `single_flight`, `tree`, `verify` |
//! | [`apply`] | edge | `model`, `plan`, `progress`, `registry`, `single_flight`, `tree` |
//! | [`stick`] | edge | `disk`, `model`, `plan`, `registry` |
//! | [`single_flight`] | edge | nothing of this crate |
//! | [`progress`] | edge | `plan::target` |
//! | [`disk`] | edge | nothing of this crate |
//! | [`sandbox`] | edge | `model` |
//! | [`cli`] | binary | everything |
//!
//! `tests/suite/layering` fails when a folder imports what it may not, when a pure one names input or
//! output, or when files of one folder need each other.

// Its macros, which the others use, are known from here on.
#[macro_use]
pub mod model;

pub mod apply;
pub mod cache;
pub mod checkup;
pub mod cli;
pub mod config;
pub mod consumers;
pub mod diff;
pub mod disk;
pub mod doctor;
pub mod inspect;
pub mod lock;
pub mod notices;
pub mod observe;
pub mod page;
pub mod plan;
pub mod progress;
pub mod registry;
pub mod render;
pub mod reports;
pub mod rewrite;
pub mod sandbox;
pub mod selection;
pub mod single_flight;
pub mod stick;
pub mod tree;
pub mod verify;
