//! The JSON Schemas of the files that people write.

use schemars::Schema;

use super::mirror_file::MirrorFile;
use crate::model::ProfileFile;

/// Returns the JSON Schema of the mirror file.
pub fn mirror_schema() -> Schema {
    schemars::schema_for!(MirrorFile)
}

/// Returns the JSON Schema of a profile file.
pub fn profile_schema() -> Schema {
    schemars::schema_for!(ProfileFile)
}
