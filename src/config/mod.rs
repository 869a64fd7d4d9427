//! From text to the desired set: the mirror file, image lists, names, and every mistake at once.
//!
//! Opens nothing: the caller hands in the text, the environment and a way to read includes.
//!
//! ```text
//! images.dockerfile ─ dockerfile ─┐
//! images.txt ─ image_list ────────┤
//!                                 ├─ declared ─ naming ─ entries ─ validate ─ Loaded
//! mirror.* ── node ─ mirror_file ─┘
//! ```

mod advice;
mod at;
mod collisions;
mod declared;
pub mod diagnostics;
mod dockerfile;
mod dockerfile_line;
mod durations;
pub mod edit;
mod entries;
mod file_kind;
pub mod files;
mod format;
mod from_toml;
mod from_yaml;
mod image_list;
mod image_list_line;
pub mod import;
mod includes;
mod items;
mod keywords;
mod lines;
mod list;
mod load;
mod loaded;
mod mirror_file;
mod mistakes;
mod name_template;
mod naming;
mod naming_rule;
mod node;
mod not_yaml;
mod part;
mod policy;
mod profiles;
mod read_mirror;
mod read_profile;
mod reader;
mod repeats;
pub mod schema;
mod secrets;
pub mod settings;
mod spelling;
mod table;
mod tagged;
mod target;
mod targets;
mod tree;
mod typed_rules;
mod validate;
mod variables;
mod verify;
mod verify_table;
pub mod walks;

use std::collections::BTreeMap;

use crate::model::Text;

pub use diagnostics::{Diagnostic, DiagnosticKind, Replacement, Severity};
pub use durations::parse as parse_duration;
pub use file_kind::{FileKind, ListForm};
pub use files::{Files, Place};
pub use load::load;
pub use loaded::{ForTarget, Loaded};
pub use part::{NamesNothing, Part};
pub use secrets::hide;
pub use settings::{PruneSettings, Registries, RegistrySettings};
pub use target::{
    NAMESPACE_VARIABLE, PASSWORD_VARIABLE, REGISTRY_VARIABLE, USER_VARIABLE, check_user, parse_host,
};
pub use typed_rules::read_rules;

/// The environment's variables.
pub type Variables = BTreeMap<String, String>;

/// What [`load`] works on.
#[derive(Clone, Copy)]
pub struct Input<'a> {
    /// The name of the main file, as it is shown to people; it tells the [`FileKind`].
    pub path: &'a str,
    /// Its text.
    pub text: &'a str,
    /// The environment.
    pub environment: &'a Variables,
    /// Reads a file that the main file includes. The path is joined to the main file's already:
    /// `sub/mirror.yaml` that includes `images.txt` asks for `sub/images.txt`.
    pub read: &'a dyn Fn(&str) -> Result<String, Text>,
    /// Returns the names of the files in a folder, whose path is joined in the same way; none where there is no such
    /// folder.
    pub names: &'a dyn Fn(&str) -> Vec<String>,
}
