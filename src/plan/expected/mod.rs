//! The digest that a target must have, computed before anything is written.
//!
//! 1. A single manifest is copied byte for byte: its digest is expected.
//! 2. So is an index of which everything is wanted and accepted.
//! 3. One platform asked for: that child's manifest, byte for byte.
//! 4. Anything else: an index with fewer children or of another type, written by the rule in [`super::rewrite`].

mod expect;
mod index;
mod reader;
mod refused;
mod settle;
mod single;
mod tree;
mod types;

pub use expect::{Resolution, SELECTION_VERSION, expect};
pub use reader::{Known, Need};
pub use types::{Ask, CannotMirror, Content, Expected, LeftOut, Selection, WhyLeftOut};
