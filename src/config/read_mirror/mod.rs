//! From [`Node`]s to a [`MirrorFile`], key by key.

use indexmap::IndexMap;

use crate::model::{PlatformPattern, Platforms, Reference, Secret};

use super::at::At;
use super::diagnostics::{Diagnostic, Place};
use super::mirror_file::{
    Choices, ImageItem, ImageTable, MirrorFile, ProfileTable, RegistryTable, TargetTable, Version,
};
use super::node::{Node, Pair, Value};
use super::reader::{Format, Reader, Table};
use super::target::parse_host;
use super::variables::has_variables;

/// Reads the whole file.
pub(super) fn read(reader: &mut Reader<'_>, root: &Node) -> MirrorFile {
    let Some(mut table) = reader.table(root, "a mirror file") else {
        return MirrorFile::default();
    };
    let version = version(reader, &mut table);
    let file = MirrorFile {
        version,
        target: table.take("target").and_then(|node| target(reader, node)),
        defaults: table
            .take("defaults")
            .and_then(|node| defaults(reader, node)),
        include: texts(reader, table.take("include"), "include"),
        images: match table.take("images") {
            Some(node) => reader
                .list(node, "images")
                .iter()
                .filter_map(|node| image(reader, node))
                .collect(),
            None => Vec::new(),
        },
        prune: table
            .take("prune")
            .and_then(|node| reader.boolean(node, "prune")),
        prune_limit: table.take("prune-limit").and_then(|node| {
            reader.number(node, "prune-limit", "a whole number", |_: &usize| true)
        }),
        registries: table
            .take("registries")
            .map(|node| registries(reader, node))
            .unwrap_or_default(),
    };
    reader.finish(table, "a mirror file");
    file
}

fn version(reader: &mut Reader<'_>, table: &mut Table<'_>) -> Version {
    let line = match reader.format {
        Format::Yaml => "version: 1\n",
        Format::Toml => "version = 1\n",
    };
    match table.take("version") {
        None => {
            let start = reader.place(&(0..0));
            let missing = Diagnostic::error("missing-key", "the key `version` is missing")
                .at(start.clone())
                .help("begin the file with it")
                .replace(start, line);
            reader.report(missing);
        }
        Some(node) => {
            let written = reader.text(node, "version");
            if let Some(At { place, .. }) = written.filter(|written| written.value != "1") {
                let wrong = Diagnostic::error("wrong-version", "the only `version` there is, is 1")
                    .at(place.clone())
                    .replace(place, "1");
                reader.report(wrong);
            }
        }
    }
    Version
}

fn texts(reader: &mut Reader<'_>, node: Option<&Node>, key: &str) -> Vec<At<String>> {
    let Some(node) = node else { return Vec::new() };
    reader
        .list(node, key)
        .iter()
        .filter_map(|node| reader.text(node, key))
        .collect()
}

fn target(reader: &mut Reader<'_>, node: &Node) -> Option<At<TargetTable>> {
    let mut table = reader.table(node, "target")?;
    let place = reader.place(&node.span);
    let registry = if let Some(node) = table.take("registry") {
        reader.expanded(node, "registry")
    } else {
        let missing = "the target's key `registry` is missing";
        let example = "it is the registry's host: `registry: registry.cn-hangzhou.aliyuncs.com`";
        reader.report(
            Diagnostic::error("missing-key", missing)
                .at(place.clone())
                .help(example),
        );
        None
    };
    let namespace = table.take("namespace");
    let value = TargetTable {
        namespace_unknown: false,
        registry,
        namespace: namespace.and_then(|node| reader.expanded(node, "namespace")),
        profile: table
            .take("profile")
            .map(|node| profile(reader, node))
            .unwrap_or_default(),
    };
    reader.finish(table, "`target`");
    let namespace_unknown = namespace.is_some() && value.namespace.is_none();
    Some(At {
        value: TargetTable {
            namespace_unknown,
            ..value
        },
        place,
    })
}

fn profile(reader: &mut Reader<'_>, node: &Node) -> ProfileTable {
    if !matches!(node.value, Value::Table(_)) {
        let kind = reader.word(node, "profile").flatten();
        return ProfileTable {
            kind,
            ..ProfileTable::default()
        };
    }
    let Some(mut table) = reader.table(node, "profile") else {
        return ProfileTable::default();
    };
    let flag = |reader: &mut Reader<'_>, table: &mut Table<'_>, key| {
        table.take(key).and_then(|node| reader.boolean(node, key))
    };
    let profile = ProfileTable {
        image_configs_only: flag(reader, &mut table, "image-configs-only"),
        mount: flag(reader, &mut table, "mount"),
        delete: flag(reader, &mut table, "delete"),
        referrers_api: flag(reader, &mut table, "referrers-api"),
        kind: table
            .take("kind")
            .and_then(|node| reader.word(node, "kind"))
            .flatten(),
        name_levels: table
            .take("name-levels")
            .and_then(|node| at_least_one(reader, node, "name-levels")),
        name_length: table
            .take("name-length")
            .and_then(|node| name_length(reader, node)),
        repository_limit: table
            .take("repository-limit")
            .and_then(|node| at_least_one(reader, node, "repository-limit")),
    };
    reader.finish(table, "`profile`");
    profile
}

fn at_least_one<N>(reader: &mut Reader<'_>, node: &Node, key: &str) -> Option<N>
where
    N: std::str::FromStr + PartialOrd + From<u8>,
{
    reader.number(node, key, "a whole number of at least 1", |number| {
        *number >= N::from(1)
    })
}

fn name_length(reader: &mut Reader<'_>, node: &Node) -> Option<(usize, usize)> {
    let wanted = "two numbers, the least and the greatest: `[2, 64]`";
    if let Value::List(items) = &node.value
        && let [least, most] = items.as_slice()
    {
        let least = reader.number(least, "name-length", "a number", |_: &usize| true)?;
        let fits = |most: &usize| *most >= least && *most > 0;
        let most = reader.number(most, "name-length", wanted, fits)?;
        return Some((least, most));
    }
    let place = reader.place(&node.span);
    reader.report(
        Diagnostic::error("wrong-type", format!("`name-length` must be {wanted}")).at(place),
    );
    None
}

fn defaults(reader: &mut Reader<'_>, node: &Node) -> Option<Choices> {
    let mut table = reader.table(node, "defaults")?;
    let choices = choices(reader, &mut table);
    reader.finish(table, "`defaults`");
    Some(choices)
}

fn choices(reader: &mut Reader<'_>, table: &mut Table<'_>) -> Choices {
    Choices {
        platforms: table
            .take("platforms")
            .and_then(|node| platforms(reader, node)),
        missing_platforms: table
            .take("missing-platforms")
            .and_then(|node| reader.word(node, "missing-platforms")),
        attestations: table
            .take("attestations")
            .and_then(|node| reader.word(node, "attestations")),
        referrers: table
            .take("referrers")
            .and_then(|node| reader.word(node, "referrers")),
        foreign_layers: table
            .take("foreign-layers")
            .and_then(|node| reader.word(node, "foreign-layers")),
    }
}

fn platforms(reader: &mut Reader<'_>, node: &Node) -> Option<Platforms> {
    let items = match &node.value {
        Value::Scalar { text, .. } if text == "all" => return Some(Platforms::All),
        // One platform need not be a list.
        Value::Scalar { .. } => std::slice::from_ref(node),
        _ => reader.list(node, "platforms"),
    };
    if let ([], Value::List(_)) = (items, &node.value) {
        let place = reader.place(&node.span);
        let empty = Diagnostic::error("no-platforms", "this list has no platforms")
            .at(place)
            .help("name some, or write `all`");
        reader.report(empty);
        return None;
    }
    let parsed: Vec<Option<PlatformPattern>> =
        items.iter().map(|node| platform(reader, node)).collect();
    let patterns: Vec<PlatformPattern> = parsed.into_iter().collect::<Option<_>>()?;
    (!patterns.is_empty()).then(|| Platforms::only(patterns))
}

fn platform(reader: &mut Reader<'_>, node: &Node) -> Option<PlatformPattern> {
    let At { value, place } = reader.text(node, "platforms")?;
    match value.parse::<PlatformPattern>() {
        Ok(pattern) => Some(pattern),
        Err(error) => {
            let diagnostic =
                Diagnostic::error("not-a-platform", format!("`{value}` is not a platform"))
                    .at(place.clone());
            reader.report(match error.meant {
                Some(meant) => diagnostic.replace(place, reader.format.quote(&meant)),
                None if value == "all" => diagnostic.help("write `platforms: all`, without a list"),
                None => diagnostic.help(
                    "write operating system, architecture and variant, such as `linux/amd64` or \
                     `linux/arm/v7`",
                ),
            });
            None
        }
    }
}

fn image(reader: &mut Reader<'_>, node: &Node) -> Option<ImageItem> {
    if !matches!(node.value, Value::Table(_)) {
        return reader.text(node, "images").map(ImageItem::Source);
    }
    if let Some(diagnostic) = torn_apart(reader, node) {
        reader.report(diagnostic);
        return None;
    }
    let mut table = reader.table(node, "images")?;
    let source = if let Some(node) = table.take("source") {
        reader.text(node, "source")
    } else {
        let missing = Diagnostic::error("missing-key", "this image has no `source`")
            .at(reader.place(&node.span))
            .help("name the image: `source: nginx:1.27`");
        reader.report(missing);
        None
    };
    let target = table
        .take("target")
        .and_then(|node| reader.text(node, "target"));
    let choices = choices(reader, &mut table);
    reader.finish(table, "an image");
    Some(ImageItem::Table(ImageTable {
        source: source?,
        target,
        choices,
    }))
}

/// `- nginx: 1.27`: with a blank behind the colon, YAML takes it for a key and a value.
///
/// What does not look like a version may as well be another tool's key with an image behind it.
fn torn_apart(reader: &Reader<'_>, node: &Node) -> Option<Diagnostic> {
    let Value::Table(pairs) = &node.value else {
        return None;
    };
    let [
        Pair {
            key,
            key_span,
            value,
        },
    ] = pairs.as_slice()
    else {
        return None;
    };
    let Value::Scalar { text, .. } = &value.value else {
        return None;
    };
    let image = format!("{key}:{text}");
    let is_key = matches!(key.as_str(), "source" | "target" | "image" | "name" | "tag");
    let number = text.strip_prefix('v').unwrap_or(text);
    let is_version = text == "latest" || number.starts_with(|c: char| c.is_ascii_digit());
    if is_key || !is_version || image.parse::<Reference>().is_err() {
        return None;
    }
    let place = reader.place(&(key_span.start..value.span.end));
    let message = "a blank stands in the middle of this image";
    let diagnostic = Diagnostic::error("blank-in-image", message).at(place.clone());
    Some(match reader.format {
        Format::Yaml => diagnostic.replace(place, image),
        Format::Toml => diagnostic.help(format!("write `{image:?}`")),
    })
}

fn registries(reader: &mut Reader<'_>, node: &Node) -> IndexMap<String, RegistryTable> {
    let mut registries: IndexMap<String, RegistryTable> = IndexMap::new();
    let mut places: IndexMap<String, Place> = IndexMap::new();
    let Some(mut table) = reader.table(node, "registries") else {
        return registries;
    };
    for Pair {
        key,
        key_span,
        value,
    } in table.take_rest()
    {
        let place = reader.place(key_span);
        let settings = registry(reader, value);
        match parse_host(key) {
            Err(why) => reader.report(Diagnostic::error("not-a-host", why).at(place)),
            Ok(host) => {
                if let Some(first) = places.get(&host) {
                    let message = format!("`{key}` and another key both stand for `{host}`");
                    let twice = Diagnostic::error("duplicate-key", message)
                        .at(place)
                        .related(first.clone(), "the first one")
                        .help("keep one of them");
                    reader.report(twice);
                } else {
                    places.insert(host.clone(), place);
                    registries.insert(host, settings.unwrap_or_default());
                }
            }
        }
    }
    registries
}

fn registry(reader: &mut Reader<'_>, node: &Node) -> Option<RegistryTable> {
    let mut table = reader.table(node, "a registry")?;
    let number = "a number greater than 0";
    let concurrency = table.take("concurrency");
    let rate = table.take("requests-per-second");
    let patience = table.take("patience");
    let plain_http = table.take("plain-http");
    let ca_file = table.take("ca-file");
    let username = table.take_pair("username");
    let password = table.take_pair("password");
    // Whatever stands beside a misspelt key may be the password.
    let is_secret = |pair: &&&Pair| matches!(table.meant(&pair.key), None | Some("password"));
    let secrets = table
        .rest()
        .iter()
        .filter(is_secret)
        .map(|pair| pair.value.span.clone());
    reader.secrets.extend(secrets);
    let settings = RegistryTable {
        concurrency: concurrency.and_then(|node| at_least_one(reader, node, "concurrency")),
        requests_per_second: rate.and_then(|node| {
            let fits = |rate: &f64| rate.is_finite() && *rate > 0.0;
            reader.number(node, "requests-per-second", number, fits)
        }),
        patience: patience.and_then(|node| reader.duration(node, "patience")),
        plain_http: plain_http.and_then(|node| reader.boolean(node, "plain-http")),
        ca_file: ca_file
            .and_then(|node| reader.expanded(node, "ca-file"))
            .map(|file| file.value),
        username: username.and_then(|pair| login(reader, pair)),
        password: password.and_then(|pair| secret(reader, pair)),
    };
    reader.finish(table, "a registry");
    let (alone, missing) = match (username, password) {
        (Some(username), None) => (username, "password"),
        (None, Some(password)) => (password, "username"),
        _ => return Some(settings),
    };
    let message = format!("`{}` is of no use without `{missing}`", alone.key);
    let place = reader.place(&alone.key_span);
    reader.report(Diagnostic::error("missing-key", message).at(place));
    Some(settings)
}

fn login(reader: &mut Reader<'_>, pair: &Pair) -> Option<Secret> {
    reader
        .expanded(&pair.value, &pair.key)
        .map(|text| Secret::new(text.value))
}

/// Reads a password; one that stands in the file itself is never shown, and warned about.
fn secret(reader: &mut Reader<'_>, pair: &Pair) -> Option<Secret> {
    let Value::Scalar { text, .. } = &pair.value.value else {
        return login(reader, pair);
    };
    if !has_variables(text) {
        reader.secrets.push(pair.value.span.clone());
        let place = reader.place(&pair.key_span);
        let warning = "this password can be read by everyone who can read the file";
        reader.report(
            Diagnostic::warning("password-in-file", warning)
                .at(place)
                .help("put it into an environment variable and write `${NAME}` here"),
        );
    }
    login(reader, pair)
}
