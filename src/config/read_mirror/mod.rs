//! From [`Node`]s to a [`MirrorFile`], key by key.

mod images;
mod registries;
mod target;

use super::at::At;
use super::diagnostics::Diagnostic;
use super::format::Format;
use super::mirror_file::{MirrorFile, Version};
use super::node::Node;
use super::reader::Reader;
use super::table::Table;

use images::{defaults, image};
use registries::registries;
use target::target;

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
