//! Two outlines against each other.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

use indexmap::IndexMap;

use crate::model::{Descriptor, Digest};

use super::edits::{Edit, edits};
use super::outline::{Node, Outline};
use super::settings::Settings;

/// Longer texts are cut: nobody reads more, and a config may hold megabytes.
const LONGEST_TEXT: usize = 1000;
/// More items of a list, or changes of a platform, are counted alone.
const MOST_ITEMS: usize = 200;

const VERSION: &str = "org.opencontainers.image.version";
const BASE_NAME: &str = "org.opencontainers.image.base.name";
const BASE_DIGEST: &str = "org.opencontainers.image.base.digest";
/// The annotations that are compared.
pub(super) const COMPARED: [&str; 3] = [VERSION, BASE_NAME, BASE_DIGEST];

/// What differs between two images.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ImageDiff {
    /// What there was.
    pub before: Descriptor,
    /// What there will be.
    pub after: Descriptor,
    /// The version that there was, where it is annotated or a label.
    pub version_before: Option<String>,
    /// The version that there will be, where it is annotated or a label.
    pub version_after: Option<String>,
    /// The platforms that come.
    pub platforms_gained: Vec<String>,
    /// The platforms that go.
    pub platforms_lost: Vec<String>,
    /// The platforms that are on both sides, byte for byte the same.
    pub platforms_unchanged: usize,
    /// The platforms that are on both sides and differ.
    pub platforms: Vec<PlatformDiff>,
    /// The layers of all platforms, each counted once.
    pub layers: LayersDiff,
}

/// What differs between two images for one platform.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PlatformDiff {
    /// The platform; `-` where nothing says which.
    pub platform: String,
    /// Whether both configs could be read.
    pub settings_compared: bool,
    /// What differs in the settings.
    pub settings: Vec<SettingChange>,
    /// How many more settings differ.
    pub settings_left_out: usize,
    /// The layers.
    pub layers: LayersDiff,
}

/// What happened to layers.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct LayersDiff {
    /// On both sides.
    pub kept: Layers,
    /// New.
    pub added: Layers,
    /// Gone.
    pub removed: Layers,
}

/// Some layers.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Layers {
    /// The digests; a repeated one counts once.
    pub digests: Vec<Digest>,
    /// Their size together.
    pub bytes: u64,
}

/// A setting that differs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SettingChange {
    /// Which setting.
    pub setting: Setting,
    /// Which variable or label.
    pub name: Option<String>,
    /// What it was.
    pub before: Option<Value>,
    /// What it will be.
    pub after: Option<Value>,
    /// What went and came of it.
    pub edits: Vec<Edit>,
}

/// What a config or an annotation settles.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Setting {
    /// When the image was made.
    Created,
    /// The image that it was made from.
    BaseImage,
    /// The entrypoint.
    Entrypoint,
    /// The command.
    Command,
    /// The user.
    User,
    /// The folder in which it starts.
    WorkingDirectory,
    /// The exposed ports.
    ExposedPorts,
    /// An environment variable.
    Environment,
    /// A label.
    Label,
}

/// The value of a setting.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Value {
    /// One text.
    Text(String),
    /// Several, in order.
    List(Vec<String>),
}

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

fn settings_changes(before: &Settings, after: &Settings) -> Vec<SettingChange> {
    // A new setting does not compile until it is compared.
    let Settings {
        platform: _,
        created,
        entrypoint,
        command,
        user,
        working_directory,
        exposed_ports,
        environment,
        labels,
    } = before;
    let text = |text: &Option<String>| text.clone().map(Value::Text);
    let list = |list: &Vec<String>| {
        Some(list.clone())
            .filter(|l| !l.is_empty())
            .map(Value::List)
    };
    let single = [
        (Setting::Created, text(created), text(&after.created)),
        (
            Setting::Entrypoint,
            list(entrypoint),
            list(&after.entrypoint),
        ),
        (Setting::Command, list(command), list(&after.command)),
        (Setting::User, text(user), text(&after.user)),
        (
            Setting::WorkingDirectory,
            text(working_directory),
            text(&after.working_directory),
        ),
        (
            Setting::ExposedPorts,
            list(exposed_ports),
            list(&after.exposed_ports),
        ),
    ];
    let single = single
        .into_iter()
        .filter_map(|(setting, old, new)| change(setting, None, old, new));
    single
        .chain(named(Setting::Environment, environment, &after.environment))
        .chain(named(Setting::Label, labels, &after.labels))
        .collect()
}

fn named<'a>(
    setting: Setting,
    before: &'a BTreeMap<String, String>,
    after: &'a BTreeMap<String, String>,
) -> impl Iterator<Item = SettingChange> + 'a {
    let names: BTreeSet<&String> = before.keys().chain(after.keys()).collect();
    names.into_iter().filter_map(move |name| {
        let value = |of: &BTreeMap<String, String>| of.get(name).cloned().map(Value::Text);
        let (old, new) = (value(before), value(after));
        if old != new && setting == Setting::Environment && is_secret(name) {
            let hidden = |value: Option<Value>| value.map(|_| Value::Text("(hidden)".to_owned()));
            return Some(shown(setting, Some(name), hidden(old), hidden(new)));
        }
        change(setting, Some(name), old, new)
    })
}

/// Tells whether a variable of this name may hold what does not belong into a pull request.
fn is_secret(name: &str) -> bool {
    let name = name.to_ascii_uppercase();
    [
        "PASSWORD",
        "PASSWD",
        "SECRET",
        "TOKEN",
        "CREDENTIAL",
        "API_KEY",
        "ACCESS_KEY",
        "PRIVATE_KEY",
    ]
    .iter()
    .any(|word| name.contains(word))
}

fn change(
    setting: Setting,
    name: Option<&String>,
    before: Option<Value>,
    after: Option<Value>,
) -> Option<SettingChange> {
    (before != after).then(|| shown(setting, name, before, after))
}

fn shown(
    setting: Setting,
    name: Option<&String>,
    before: Option<Value>,
    after: Option<Value>,
) -> SettingChange {
    let mut edits = edits(before.as_ref(), after.as_ref());
    edits.truncate(MOST_ITEMS);
    for edit in &mut edits {
        edit.text = cut(&edit.text);
    }
    SettingChange {
        setting,
        name: name.map(|name| cut(name)),
        before: before.map(Value::cut),
        after: after.map(Value::cut),
        edits,
    }
}

impl Value {
    fn cut(self) -> Self {
        match self {
            Self::Text(text) => Self::Text(cut(&text)),
            Self::List(list) => Self::List(list.iter().take(MOST_ITEMS).map(|t| cut(t)).collect()),
        }
    }
}

/// Leaves so much of a text as is shown.
pub(super) fn cut(text: &str) -> String {
    match text.char_indices().nth(LONGEST_TEXT) {
        None => text.to_owned(),
        Some((end, _)) => format!("{}…", &text[..end]),
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

impl LayersDiff {
    /// Returns by how many bytes the layers grow, or shrink if negative.
    pub fn growth(&self) -> i128 {
        i128::from(self.added.bytes) - i128::from(self.removed.bytes)
    }
}

impl ImageDiff {
    /// Tells whether both sides are the same, byte for byte.
    pub fn is_same(&self) -> bool {
        self.before.digest == self.after.digest
    }
}
