//! Two outlines against each other.

use std::collections::{HashMap, HashSet};

use indexmap::IndexMap;

use crate::model::Digest;

use super::image_diff::{ImageDiff, Layers, LayersDiff, PlatformDiff, Setting};
use super::outline::{BASE_DIGEST, BASE_NAME, Node, Outline, VERSION};
use super::setting_changes::{change, settings_changes};
use super::settings::Settings;
use super::value::{MOST_ITEMS, Value, cut};

/// Compares two images; `settings` are those of the configs that were read, by digest.
pub fn compare(
    before: &Outline,
    after: &Outline,
    settings: &IndexMap<Digest, Settings>,
) -> ImageDiff {
    let old = by_platform(before, settings);
    let new = by_platform(after, settings);
    let names = |of: &ByPlatform<'_>, without: &ByPlatform<'_>| {
        let missing = of.keys().filter(|key| !without.contains_key(*key));
        missing.map(|(name, _)| cut(name)).collect()
    };
    let both = new
        .iter()
        .filter_map(|(key, after)| Some((&key.0, *old.get(key)?, *after)));
    let (same, changed): (Vec<_>, Vec<_>) =
        both.partition(|(_, before, after)| before.digest == after.digest);
    let version = |of: &ByPlatform<'_>| {
        // Of what changed, if anything did: a platform that was left behind keeps its version.
        let key = changed.first().or(same.first()).map(|(name, ..)| *name);
        let node = of
            .iter()
            .find(|((name, _), _)| Some(name) == key)
            .or(of.first());
        node.and_then(|(_, node)| annotated(node, settings, VERSION))
            .map(|text| cut(&text))
    };
    ImageDiff {
        before: before.root.clone(),
        after: after.root.clone(),
        version_before: version(&old),
        version_after: version(&new),
        platforms_gained: names(&new, &old),
        platforms_lost: names(&old, &new),
        platforms_unchanged: same.len(),
        platforms: changed
            .iter()
            .map(|(name, before, after)| platform(name, before, after, settings))
            .collect(),
        layers: layers(&before.nodes, &after.nodes),
    }
}

/// The images by what they run on; the number tells apart those that run on the same.
type ByPlatform<'a> = IndexMap<(String, usize), &'a Node>;

fn by_platform<'a>(outline: &'a Outline, settings: &IndexMap<Digest, Settings>) -> ByPlatform<'a> {
    let mut found = ByPlatform::new();
    let mut counts: HashMap<String, usize> = HashMap::new();
    for node in &outline.nodes {
        let in_config = || settings.get(&node.config.digest)?.platform.as_ref();
        let platform = node.platform.as_ref().or_else(in_config);
        let name = platform.map_or_else(|| "-".to_owned(), ToString::to_string);
        let count = counts.entry(name.clone()).or_default();
        found.insert((name, *count), node);
        *count += 1;
    }
    found
}

fn platform(
    name: &str,
    before: &Node,
    after: &Node,
    settings: &IndexMap<Digest, Settings>,
) -> PlatformDiff {
    let of = |node: &Node| settings.get(&node.config.digest);
    let same_config = before.config.digest == after.config.digest;
    let mut changes = vec![];
    let base = |node: &Node| base_image(node, settings).map(Value::Text);
    changes.extend(change(Setting::BaseImage, None, base(before), base(after)));
    let both = of(before).zip(of(after));
    if let Some((old, new)) = both {
        changes.extend(settings_changes(old, new));
    }
    let settings_left_out = changes.len().saturating_sub(MOST_ITEMS);
    changes.truncate(MOST_ITEMS);
    PlatformDiff {
        platform: cut(name),
        settings_compared: same_config || both.is_some(),
        settings: changes,
        settings_left_out,
        layers: layers(std::slice::from_ref(before), std::slice::from_ref(after)),
    }
}

/// Returns what is annotated under a key, else the label of that name.
///
/// A label is inherited from the base image unless it is set anew; an annotation never is.
fn annotated(node: &Node, settings: &IndexMap<Digest, Settings>, key: &str) -> Option<String> {
    let label = || settings.get(&node.config.digest)?.labels.get(key);
    let text = node.annotations.get(key).or_else(label)?;
    Some(text.clone()).filter(|text| !text.is_empty())
}

fn base_image(node: &Node, settings: &IndexMap<Digest, Settings>) -> Option<String> {
    let name = annotated(node, settings, BASE_NAME);
    let digest = annotated(node, settings, BASE_DIGEST);
    match (name, digest) {
        (Some(name), Some(digest)) => Some(format!("{name}@{digest}")),
        (name, digest) => name.or(digest),
    }
}

fn layers(before: &[Node], after: &[Node]) -> LayersDiff {
    let once = |nodes: &[Node]| -> IndexMap<Digest, u64> {
        let mut seen = HashSet::new();
        let images = nodes.iter().filter(|node| seen.insert(&node.digest));
        let all = images.flat_map(|node| node.layers.iter());
        all.map(|layer| (layer.digest.clone(), layer.size))
            .collect()
    };
    let (old, new) = (once(before), once(after));
    let pick = |of: &IndexMap<Digest, u64>, wanted: &dyn Fn(&Digest) -> bool| {
        let mut layers = Layers::default();
        for (digest, size) in of.iter().filter(|(digest, _)| wanted(digest)) {
            layers.digests.push(digest.clone());
            layers.bytes = layers.bytes.saturating_add(*size);
        }
        layers
    };
    LayersDiff {
        kept: pick(&new, &|digest| old.contains_key(digest)),
        added: pick(&new, &|digest| !old.contains_key(digest)),
        removed: pick(&old, &|digest| !new.contains_key(digest)),
    }
}
