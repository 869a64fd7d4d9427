//! The target, and the profile that it has.

use crate::config::at::At;
use crate::config::diagnostics::Diagnostic;
use crate::config::mirror_file::{ProfileTable, TargetTable};
use crate::config::node::{Node, Value};
use crate::config::reader::Reader;

pub(super) fn target(reader: &mut Reader<'_>, node: &Node) -> Option<At<TargetTable>> {
    let mut table = reader.table(node, "target")?;
    let place = reader.place(&node.span);
    let registry = if let Some(node) = table.take("registry") {
        reader.expanded(node, "registry")
    } else {
        let missing = text!(
            "the target's key `registry` is missing",
            "`target` 里缺少 `registry` 这个键"
        );
        let example = text!(
            "it is the registry's host: `registry: registry.cn-hangzhou.aliyuncs.com`",
            "它是仓库地址：`registry: registry.cn-hangzhou.aliyuncs.com`"
        );
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
    reader.finish(table, &text!("`target`", "`target` "));
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
    let profile = ProfileTable {
        image_configs_only: table.read("image-configs-only", |node, key| reader.boolean(node, key)),
        mount: table.read("mount", |node, key| reader.boolean(node, key)),
        delete: table.read("delete", |node, key| reader.boolean(node, key)),
        referrers_api: table.read("referrers-api", |node, key| reader.boolean(node, key)),
        kind: table
            .read("kind", |node, key| reader.word(node, key))
            .flatten(),
        name_levels: table.read("name-levels", |node, key| reader.at_least_one(node, key)),
        name_length: table.read("name-length", |node, key| name_length(reader, node, key)),
        repository_limit: table.read("repository-limit", |node, key| {
            reader.at_least_one(node, key)
        }),
    };
    reader.finish(table, &text!("`profile`", "`profile` "));
    profile
}

fn name_length(reader: &mut Reader<'_>, node: &Node, key: &str) -> Option<(usize, usize)> {
    let wanted = text!(
        "two numbers, the least and the greatest: `[2, 64]`",
        "两个数字，最小的和最大的：`[2, 64]`"
    );
    if let Value::List(items) = &node.value
        && let [least, most] = items.as_slice()
    {
        let least = reader.number(least, key, &text!("a number", "数字"), |_: &usize| true)?;
        let fits = |most: &usize| *most >= least && *most > 0;
        let most = reader.number(most, key, &wanted, fits)?;
        return Some((least, most));
    }
    let place = reader.place(&node.span);
    let message = text!("`{key}` must be {wanted}", "`{key}` 应该是{wanted}");
    reader.report(Diagnostic::error("wrong-type", message).at(place));
    None
}
