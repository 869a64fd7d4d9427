//! The targets, and the profiles that they have.

use crate::config::at::At;
use crate::config::diagnostics::Diagnostic;
use crate::config::mirror_file::{NamedTarget, ProfileTable, TargetTable};
use crate::config::name_template::NameTemplate;
use crate::config::naming_rule::{NamingRule, WORDS};
use crate::config::node::{Node, Pair, Value};
use crate::config::read_profile;
use crate::config::reader::Reader;
use crate::config::spelling::closest;
use crate::config::target::parse_host;
use crate::model::Text;
use crate::plan::TargetLabel;

use super::login::LoginPairs;

/// Reads several targets, each by its name.
pub(super) fn targets(reader: &mut Reader<'_>, node: &Node) -> Vec<NamedTarget> {
    let Some(mut table) = reader.table(node, "targets") else {
        return vec![];
    };
    let mut targets = vec![];
    for Pair {
        key,
        key_span,
        value,
    } in table.take_rest()
    {
        let place = reader.place(key_span);
        match TargetLabel::try_from(key.clone()) {
            Ok(label) => {
                let name = At {
                    value: label,
                    place,
                };
                let table = target(reader, value);
                targets.extend(table.map(|table| NamedTarget { name, table }));
            }
            Err(why) => {
                let told = Diagnostic::error("not-a-name", Text::of(|| why.to_string()));
                reader.report(told.at(place));
                // What is wrong in it is told all the same.
                target(reader, value);
            }
        }
    }
    if targets.is_empty() && reader.diagnostics.is_empty() {
        let place = reader.place(&node.span);
        let message = text!("`targets` names no target", "`targets` 里没有写目标");
        let told = Diagnostic::error("missing-key", message).at(place);
        reader.report(told.help(text!(
            "write one as `NAME: {{ registry: HOST, namespace: NAME }}`",
            "一个目标这样写：`NAME: {{ registry: HOST, namespace: NAME }}`"
        )));
    }
    targets
}

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
    let naming = table.read("naming", |node, key| naming(reader, node, key));
    let profile = table.take("profile").map(|node| profile(reader, node));
    let login = LoginPairs::take(reader, &mut table);
    let value = TargetTable {
        namespace_unknown: false,
        namespace: namespace.and_then(|node| reader.expanded(node, "namespace")),
        naming,
        profile: profile.unwrap_or_default(),
        username: login.username(reader),
        password: login.password(reader),
        registry,
    };
    login.require_both(reader);
    let unset = std::mem::take(&mut reader.unset);
    if let Some(registry) = &value.registry
        && let Ok(host) = parse_host(&registry.value)
    {
        let unset = unset.into_iter().map(|told| (host.clone(), told));
        reader.logins.extend(unset);
    }
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

fn naming(reader: &mut Reader<'_>, node: &Node, key: &str) -> Option<NamingRule> {
    let At { value, place } = reader.text(node, key)?;
    match value.as_str() {
        "flat" => Some(NamingRule::Flat),
        "path" => Some(NamingRule::Path),
        template if NameTemplate::is_meant(template) => match NameTemplate::parse(template) {
            Ok(template) => Some(NamingRule::Template(template)),
            Err(mistake) => {
                reader.report(mistake.diagnostic("wrong-value", place));
                None
            }
        },
        word => {
            let message = text!("`{key}` cannot be `{word}`", "`{key}` 不能是 `{word}`");
            let told = Diagnostic::error("wrong-value", message).at(place.clone());
            let told = told.help(text!(
                "it is `flat`, `path`, or a template such as `{{namespace}}_{{name}}`",
                "可以写 `flat`、`path`，或者 `{{namespace}}_{{name}}` 这样的模板"
            ));
            reader.report(match closest(word, WORDS) {
                Some(meant) => told.replace(place, meant),
                None => told,
            });
            None
        }
    }
}

fn profile(reader: &mut Reader<'_>, node: &Node) -> ProfileTable {
    if !matches!(node.value, Value::Table(_)) {
        return ProfileTable {
            kind: reader.text(node, "profile"),
            ..ProfileTable::default()
        };
    }
    let Some(mut table) = reader.table(node, "profile") else {
        return ProfileTable::default();
    };
    let profile = ProfileTable {
        kind: table.read("kind", |node, key| reader.text(node, key)),
        facts: read_profile::facts(reader, &mut table),
    };
    reader.finish(table, &text!("`profile`", "`profile` "));
    profile
}
