//! Which children of an index are wanted and accepted.

use indexmap::{IndexMap, IndexSet};

use crate::model::{
    Child, Descriptor, Index, Manifest, Platform, PlatformPattern, Platforms, RawManifest,
    media_type,
};

use super::desired::{Attestations, MissingPlatforms};
use super::expected::{
    Ask, Content, Expected, LeftOut, Reader, Refusal, Selection, refused_config,
};
use super::rewrite::{Kept, rewrite};

/// Indexes may hold indexes; nobody needs more levels than this.
const MAX_DEPTH: usize = 4;

/// Says what the target must hold for an index; meaningless while `reader` still needs something.
pub(super) fn expect_index(
    source: &Descriptor,
    ask: &Ask<'_>,
    reader: &mut Reader<'_>,
) -> Result<Expected, Refusal> {
    let everything = *ask.platforms == Platforms::All
        && ask.policy.attestations != Attestations::Drop
        && !ask.profile.image_configs_only;
    let unchanged = Expected::unchanged(source.clone());
    if everything {
        return Ok(unchanged);
    }
    let Some(raw) = reader.raw(source) else {
        return Ok(unchanged);
    };
    let mut selector = Selector {
        ask,
        reader,
        found: Found::default(),
    };
    let filtered = selector.filter(raw, ask.platforms, 1)?;
    let found = selector.found;

    let missing = found.missing(ask.platforms);
    let skip = ask.policy.missing_platforms == MissingPlatforms::Skip;
    if !missing.is_empty() && (!skip || filtered.kept.is_empty()) {
        return Err(Refusal::PlatformsMissing {
            missing,
            available: found.available,
        });
    }
    if filtered.kept.is_empty() {
        return Err(Refusal::NothingLeft {
            profile: ask.profile.kind,
        });
    }
    let left_out = found.left_out;
    if let (Some(_), [only]) = (ask.platforms.single(), found.images.as_slice()) {
        let selection = Selection {
            platforms_kept: 1,
            left_out: vec![],
            skipped: vec![],
        };
        return Ok(Expected {
            descriptor: only.clone(),
            content: Content::Source,
            selection,
        });
    }
    let selection = Selection {
        platforms_kept: found.images.len(),
        left_out,
        skipped: missing,
    };
    if filtered.unchanged {
        return Ok(Expected {
            selection,
            ..unchanged
        });
    }
    let mut rewritten = found.rewritten;
    let root = rewrite(raw, &filtered.kept)?;
    let descriptor = root.descriptor.clone();
    rewritten.push(root);
    Ok(Expected {
        descriptor,
        content: Content::Rewritten(rewritten),
        selection,
    })
}

/// What is left of one index.
struct Filtered {
    kept: Vec<Kept>,
    unchanged: bool,
}

/// What a selection came across, in all levels.
#[derive(Default)]
struct Found {
    /// The children for a platform that are kept.
    images: Vec<Descriptor>,
    /// Every platform there is.
    available: Vec<Platform>,
    /// The patterns that fit something.
    matched: IndexSet<PlatformPattern>,
    left_out: Vec<LeftOut>,
    /// The inner indexes that had to be rewritten, innermost first.
    rewritten: Vec<RawManifest>,
}

impl Found {
    fn missing(&self, platforms: &Platforms) -> Vec<PlatformPattern> {
        match platforms {
            Platforms::All => vec![],
            Platforms::Only(patterns) => patterns
                .iter()
                .filter(|pattern| !self.matched.contains(*pattern))
                .cloned()
                .collect(),
        }
    }
}

struct Selector<'a, 'k> {
    ask: &'a Ask<'a>,
    reader: &'a mut Reader<'k>,
    found: Found,
}

impl Selector<'_, '_> {
    fn filter(
        &mut self,
        raw: &RawManifest,
        platforms: &Platforms,
        depth: usize,
    ) -> Result<Filtered, Refusal> {
        if depth > MAX_DEPTH {
            return Err(Refusal::TooDeep(MAX_DEPTH));
        }
        let Manifest::Index(index) = Manifest::parse(raw)? else {
            let media_type = raw.descriptor.media_type.clone();
            return Err(crate::model::ManifestError::UnknownMediaType(media_type).into());
        };
        let mut kept = IndexMap::new();
        for (position, child) in index.children.iter().enumerate() {
            if child.attests().is_none()
                && let Some(replacement) = self.judge(child, platforms, depth)?
            {
                kept.insert(position, replacement);
            }
        }
        self.keep_attestations(&index, platforms, &mut kept)?;
        kept.sort_unstable_keys();
        let unchanged = kept.len() == index.children.len() && kept.values().all(Option::is_none);
        let kept = kept
            .into_iter()
            .map(|(position, replacement)| Kept {
                position,
                replacement,
            })
            .collect();
        Ok(Filtered { kept, unchanged })
    }

    /// Decides about a child that is no attestation: `None` leaves it out, `Some(None)` keeps it,
    /// `Some(Some(_))` keeps what it was rewritten to.
    fn judge(
        &mut self,
        child: &Child,
        platforms: &Platforms,
        depth: usize,
    ) -> Result<Option<Option<Descriptor>>, Refusal> {
        if media_type::is_index(&child.descriptor.media_type) {
            return self.judge_index(child, platforms, depth);
        }
        let platform = self.platform_of(child, platforms)?;
        if let Some(platform) = &platform {
            self.found.available.push(platform.clone());
        }
        if !self.wanted(platform.as_ref(), platforms) {
            return Ok(None);
        }
        if may_be_artifact(child)
            && let Some(config) = self.refused_config_of(&child.descriptor)?
        {
            self.leave_out(child, false, Some(config));
            return Ok(None);
        }
        if platform.is_some() {
            self.found.images.push(child.descriptor.clone());
        }
        Ok(Some(None))
    }

    fn judge_index(
        &mut self,
        child: &Child,
        platforms: &Platforms,
        depth: usize,
    ) -> Result<Option<Option<Descriptor>>, Refusal> {
        let inner = match &child.platform {
            Some(platform) if self.wanted(Some(platform), platforms) => &Platforms::All,
            Some(platform) => {
                self.found.available.push(platform.clone());
                return Ok(None);
            }
            None => platforms,
        };
        let Some(raw) = self.reader.raw(&child.descriptor) else {
            return Ok(Some(None));
        };
        let filtered = self.filter(raw, inner, depth + 1)?;
        if filtered.unchanged {
            return Ok(Some(None));
        }
        if filtered.kept.is_empty() {
            return Ok(None);
        }
        let inner = rewrite(raw, &filtered.kept)?;
        let descriptor = inner.descriptor.clone();
        self.found.rewritten.push(inner);
        Ok(Some(Some(descriptor)))
    }

    /// Returns a child's platform: from the index, else from the image's config.
    fn platform_of(
        &mut self,
        child: &Child,
        platforms: &Platforms,
    ) -> Result<Option<Platform>, Refusal> {
        match &child.platform {
            Some(platform) if platform.is_unknown() => Ok(None),
            Some(platform) => Ok(Some(platform.clone())),
            None if *platforms == Platforms::All => Ok(None),
            None => match self.reader.manifest(&child.descriptor)? {
                Some(Manifest::Image(image))
                    if media_type::is_image_config(&image.config.media_type) =>
                {
                    Ok(self.reader.config_platform(&image.config))
                }
                _ => Ok(None),
            },
        }
    }

    fn wanted(&mut self, platform: Option<&Platform>, platforms: &Platforms) -> bool {
        let Platforms::Only(patterns) = platforms else {
            return true;
        };
        let Some(platform) = platform else {
            return false;
        };
        let fitting: Vec<_> = patterns
            .iter()
            .filter(|pattern| pattern.fits(platform))
            .collect();
        self.found
            .matched
            .extend(fitting.iter().map(|pattern| (*pattern).clone()));
        !fitting.is_empty()
    }

    /// Keeps the attestations of what is kept, as far as the entry wants and the target takes them.
    fn keep_attestations(
        &mut self,
        index: &Index,
        platforms: &Platforms,
        kept: &mut IndexMap<usize, Option<Descriptor>>,
    ) -> Result<(), Refusal> {
        if platforms.single().is_some() && self.found.images.len() <= 1 {
            return Ok(());
        }
        let digest_of = |position: &usize| index.children[*position].descriptor.digest.to_string();
        let digests: IndexSet<String> = kept.keys().map(digest_of).collect();
        for (position, child) in index.children.iter().enumerate() {
            let Some(attested) = child.attests() else {
                continue;
            };
            if *platforms != Platforms::All && !digests.contains(attested) {
                continue;
            }
            if self.ask.policy.attestations == Attestations::Drop {
                self.leave_out(child, true, None);
                continue;
            }
            match self.refused_config_of(&child.descriptor)? {
                None => {
                    kept.insert(position, None);
                }
                Some(config) if self.ask.policy.attestations == Attestations::Keep => {
                    let profile = self.ask.profile.kind;
                    return Err(Refusal::ConfigRefused { profile, config });
                }
                Some(config) => self.leave_out(child, true, Some(config)),
            }
        }
        Ok(())
    }

    /// Returns the media type of a child's config if the target refuses the child because of it.
    fn refused_config_of(&mut self, child: &Descriptor) -> Result<Option<String>, Refusal> {
        if !self.ask.profile.image_configs_only {
            return Ok(None);
        }
        match self.reader.manifest(child)? {
            Some(Manifest::Image(image)) => {
                Ok(refused_config(&image.config, self.ask.profile).map(str::to_owned))
            }
            _ => Ok(None),
        }
    }

    fn leave_out(&mut self, child: &Child, attestation: bool, refused_config: Option<String>) {
        let digest = child.descriptor.digest.clone();
        self.found.left_out.push(LeftOut {
            digest,
            attestation,
            refused_config,
        });
    }
}

/// Tells whether a child may be something else than a container image, so that it is worth a look.
///
/// Looking costs a pull at Docker Hub; children for an operating system that runs containers, with
/// no artifact type, are images.
fn may_be_artifact(child: &Child) -> bool {
    let runs_containers = child.platform.as_ref().is_some_and(|platform| {
        matches!(
            platform.os.as_str(),
            "linux" | "windows" | "freebsd" | "darwin"
        )
    });
    child.artifact_type.is_some() || !runs_containers
}
