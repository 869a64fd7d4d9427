//! From [`Node`]s to a [`MirrorFile`], key by key.

mod images;
mod login;
mod mirrors;
mod policy;
mod proxy;
mod registries;
pub(super) mod selection;
mod target;
mod verify;

use crate::model::Text;

use super::at::At;
use super::diagnostics::Diagnostic;
use super::format::Format;
use super::mirror_file::{MirrorFile, Version};
use super::node::Node;
use super::reader::Reader;
use super::table::Table;

use images::{defaults, image};
use policy::policy;
use registries::registries;
use target::{target, targets};

/// Reads the whole file.
pub(super) fn read(reader: &mut Reader<'_>, root: &Node) -> MirrorFile {
    let what = a_mirror_file();
    let Some(mut table) = reader.table(root, &what) else {
        return MirrorFile::default();
    };
    let version = version(reader, &mut table);
    let file = MirrorFile {
        version,
        target: table.read("target", |node, _| target(reader, node)),
        targets: table
            .take("targets")
            .map(|node| targets(reader, node))
            .unwrap_or_default(),
        defaults: table.read("defaults", |node, _| defaults(reader, node)),
        include: items(reader, &mut table, "include", |reader, node| {
            reader.text(node, "include")
        }),
        images: items(reader, &mut table, "images", image),
        verify: items(reader, &mut table, "verify", verify::rule),
        prune: table.read("prune", |node, key| reader.boolean(node, key)),
        prune_limit: table.read("prune-limit", |node, key| {
            reader.number(
                node,
                key,
                &text!("a whole number", "整数"),
                |_: &usize| true,
            )
        }),
        policy: table
            .take("policy")
            .map(|node| policy(reader, node))
            .unwrap_or_default(),
        registries: table
            .take("registries")
            .map(|node| registries(reader, node))
            .unwrap_or_default(),
    };
    reader.finish(table, &what);
    file
}

fn a_mirror_file() -> Text {
    text!("a mirror file", "mirror 文件")
}

fn version(reader: &mut Reader<'_>, table: &mut Table<'_>) -> Version {
    let line = match reader.format {
        Format::Yaml => "version: 1\n",
        Format::Toml => "version = 1\n",
    };
    match table.take("version") {
        None => {
            let start = reader.place(&(0..0));
            let missing = Diagnostic::error(
                "missing-key",
                text!("the key `version` is missing", "缺少 `version` 这个键"),
            )
            .at(start.clone())
            .help(text!("begin the file with it", "写在文件开头"))
            .replace(start, line);
            reader.report(missing);
        }
        Some(node) => {
            let written = reader.text(node, "version");
            if let Some(At { place, .. }) = written.filter(|written| written.value != "1") {
                let wrong = Diagnostic::error(
                    "wrong-version",
                    text!("the only `version` there is, is 1", "`version` 目前只有 1"),
                )
                .at(place.clone())
                .replace(place, "1");
                reader.report(wrong);
            }
        }
    }
    Version
}

/// Reads the items of a list.
fn items<T>(
    reader: &mut Reader<'_>,
    table: &mut Table<'_>,
    key: &'static str,
    read: impl Fn(&mut Reader<'_>, &Node) -> Option<T>,
) -> Vec<T> {
    let node = table.take(key);
    let nodes = node.map_or(&[][..], |node| reader.list(node, key));
    nodes.iter().filter_map(|node| read(reader, node)).collect()
}
