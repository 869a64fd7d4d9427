//! What is expected of a single manifest.

use crate::model::{Descriptor, Platforms};
use crate::plan::entry::MissingPlatforms;

use super::reader::Reader;
use super::types::{Ask, CannotMirror, Expected, Selection};

/// Says what the target must hold for a manifest; meaningless while `reader` waits for something.
pub(super) fn expect_single(
    source: &Descriptor,
    ask: &Ask<'_>,
    reader: &mut Reader<'_>,
) -> Result<Expected, CannotMirror> {
    let unchanged = Expected::unchanged(source.clone());
    let asked = match ask.platforms {
        Platforms::Only(patterns) if ask.platforms_declared => &**patterns,
        // Without a word about platforms `docker pull` takes a single manifest whatever it runs on.
        _ => &[],
    };
    if asked.is_empty() && !ask.profile.image_configs_only {
        return Ok(unchanged);
    }
    let Some(image) = reader.image(source)? else {
        return Ok(unchanged);
    };
    if let Some(config) = ask
        .profile
        .refuses_config(&source.media_type, &image.config.media_type)
    {
        return Err(CannotMirror::ConfigRefused {
            profile: ask.profile.name.clone(),
            config: config.to_owned(),
        });
    }
    if asked.is_empty() {
        return Ok(unchanged);
    }
    // An artifact runs on nothing, so no platform is missing from it.
    let Some(platform) = reader.platform_of(&image) else {
        return Ok(unchanged);
    };
    let (found, missing): (Vec<_>, Vec<_>) = asked
        .iter()
        .cloned()
        .partition(|pattern| pattern.fits(&platform));
    let skip = ask.policy.missing_platforms == MissingPlatforms::Skip && !found.is_empty();
    if !missing.is_empty() && !skip {
        return Err(CannotMirror::PlatformsMissing {
            missing,
            available: vec![platform],
        });
    }
    let selection = Selection {
        platforms_kept: 1,
        left_out: vec![],
        skipped: missing,
    };
    Ok(Expected {
        selection,
        ..unchanged
    })
}
