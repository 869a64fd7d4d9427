//! The JSON Schema of the mirror file.

use schemars::Schema;

use super::mirror_file::MirrorFile;

/// Returns the JSON Schema of the mirror file.
pub fn mirror_schema() -> Schema {
    schemars::schema_for!(MirrorFile)
}
