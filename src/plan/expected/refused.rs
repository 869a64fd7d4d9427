//! What cannot be copied, or is refused by the target for its config.

use crate::model::{Descriptor, ManifestError, media_type};

use super::reader::Reader;
use super::types::{Ask, CannotMirror};

/// Says why something of this media type, neither a manifest nor an index, cannot be mirrored.
pub(super) fn not_a_manifest(media_type: &str) -> CannotMirror {
    if media_type::is_schema_1(media_type) {
        ManifestError::Schema1.into()
    } else {
        ManifestError::UnknownMediaType(media_type.to_owned()).into()
    }
}

pub(super) fn config_refused(config: String, ask: &Ask<'_>) -> CannotMirror {
    CannotMirror::ConfigRefused {
        profile: ask.profile.name.clone(),
        config,
    }
}

/// Returns the media type of a child's config if the target refuses the child because of it.
pub(super) fn refused_config_of(
    child: &Descriptor,
    ask: &Ask<'_>,
    reader: &mut Reader<'_>,
) -> Result<Option<String>, CannotMirror> {
    if !ask.profile.image_configs_only || !media_type::is_manifest(&child.media_type) {
        return Ok(None);
    }
    let image = reader.image(child)?;
    Ok(image.and_then(|image| {
        let config = &image.config.media_type;
        let refused = ask.profile.refuses_config(&child.media_type, config);
        refused.map(str::to_owned)
    }))
}
