//! Which tags of an image are meant: names, and rules.

use crate::config::at::At;
use crate::config::diagnostics::Diagnostic;
use crate::config::mirror_file::TagsTable;
use crate::config::node::{Node, Pair, Value};
use crate::config::reader::Reader;
use crate::config::table::Table;
use crate::model::{Text, check_tag};
use crate::selection::{Rule, RuleMistake, RuleParts};

/// Reads the keys of an image that say which of its tags are meant.
pub(super) fn tags(reader: &mut Reader<'_>, table: &mut Table<'_>) -> TagsTable {
    let named = table.take("tags");
    let select = table.take("select");
    let mut bound = |key| {
        let node = table.take(key)?;
        if select.is_none() {
            let message = text!(
                "`{key}` is a bound of `select`, which is not there",
                "`{key}` 限制的是 `select`，而这里没有 `select`"
            );
            let place = reader.place(&node.span);
            reader.report(Diagnostic::error("no-select", message).at(place));
        }
        reader.at_least_one(node, key).map(|bound| (bound, node))
    };
    let (min, max) = (bound("min-tags"), bound("max-tags"));
    if let (Some((min, node)), Some((max, _))) = (min, max)
        && min > max
    {
        let message = text!(
            "`min-tags` is {min}, and `max-tags` only {max}",
            "`min-tags` 是 {min}，而 `max-tags` 只有 {max}"
        );
        let place = reader.place(&node.span);
        reader.report(Diagnostic::error("wrong-value", message).at(place));
    }
    TagsTable {
        tags: named.map_or(vec![], |node| literals(reader, node)),
        select: select.map_or(vec![], |node| rules(reader, node)),
        min_tags: min.map(|(min, _)| min),
        max_tags: max.map(|(max, _)| max),
    }
}

fn literals(reader: &mut Reader<'_>, node: &Node) -> Vec<At<String>> {
    if let Value::List(items) = &node.value
        && items.is_empty()
    {
        let message = text!("this list has no tags", "这个列表里没有标签");
        let place = reader.place(&node.span);
        reader.report(Diagnostic::error("no-tags", message).at(place));
    }
    let items = reader.list(node, "tags");
    items
        .iter()
        .filter_map(|node| literal(reader, node))
        .collect()
}

fn literal(reader: &mut Reader<'_>, node: &Node) -> Option<At<String>> {
    let tag = reader.text(node, "tags")?;
    let Err(why) = check_tag(&tag.value) else {
        return Some(tag);
    };
    let diagnostic = Diagnostic::error("not-a-tag", Text::of(|| why.to_string()));
    reader.report(diagnostic.at(tag.place).help(text!(
        "`tags` has names alone; ranges and patterns are rules of `select`, such as \
         `select: {{ glob: \"*-alpine\" }}`",
        "`tags` 里只写标签名；范围和模式写成 `select` 的规则，如 `select: {{ glob: \"*-alpine\" }}`"
    )));
    None
}

/// Reads a rule, or a list of rules.
pub(in crate::config) fn rules(reader: &mut Reader<'_>, node: &Node) -> Vec<Rule> {
    let nodes = match &node.value {
        Value::List(nodes) if nodes.is_empty() => {
            let message = text!("this list has no rules", "这个列表里没有规则");
            let place = reader.place(&node.span);
            reader.report(Diagnostic::error("no-rules", message).at(place));
            &[]
        }
        Value::List(nodes) => nodes.as_slice(),
        // One rule need not be a list.
        _ => std::slice::from_ref(node),
    };
    nodes.iter().filter_map(|node| rule(reader, node)).collect()
}

fn rule(reader: &mut Reader<'_>, node: &Node) -> Option<Rule> {
    let mut table = reader.table(node, "select")?;
    let told = reader.diagnostics.len();
    let mut text = |key| {
        let text = table.read(key, |node, key| reader.text(node, key));
        text.map(|text| text.value)
    };
    let (version, matching) = (text("version"), text("match"));
    let mut texts = |key| {
        table.read(key, |node, key| {
            let texts = one_or_list(node).iter().map(|node| reader.text(node, key));
            texts.map(|text| Some(text?.value)).collect()
        })
    };
    let (variant, glob, except) = (texts("variant"), texts("glob"), texts("except"));
    let parts = RuleParts {
        version,
        variant,
        pre_releases: table.read("pre-releases", |node, key| reader.boolean(node, key)),
        parts: table.read("parts", |node, key| {
            let numbers = one_or_list(node).iter();
            numbers.map(|node| reader.at_least_one(node, key)).collect()
        }),
        latest: table.read("latest", |node, key| reader.at_least_one(node, key)),
        per: table.read("per", |node, key| reader.word(node, key)),
        matching,
        glob,
        except,
    };
    reader.finish(table, &text!("a rule of `select`", "`select` 的规则"));
    if reader.diagnostics.len() > told {
        return None;
    }
    let made = Rule::new(parts);
    let told = |mistakes: Vec<RuleMistake>| {
        for mistake in mistakes {
            tell(reader, node, mistake);
        }
    };
    made.map_err(told).ok()
}

/// Reports a mistake where its key's value stands, or else the rule.
fn tell(reader: &mut Reader<'_>, rule: &Node, mistake: RuleMistake) {
    let RuleMistake {
        key,
        message,
        instead,
    } = mistake;
    let value = match &rule.value {
        Value::Table(pairs) => pairs
            .iter()
            .find(|Pair { key: one, .. }| Some(&**one) == key),
        _ => None,
    };
    let place = reader.place(value.map_or(&rule.span, |pair| &pair.value.span));
    let diagnostic = Diagnostic::error("wrong-rule", message).at(place.clone());
    reader.report(match instead {
        Some(instead) => diagnostic.replace(place, reader.format.quote(&instead)),
        None => diagnostic,
    });
}

/// One value need not be a list.
pub(super) fn one_or_list(node: &Node) -> &[Node] {
    match &node.value {
        Value::List(nodes) => nodes,
        _ => std::slice::from_ref(node),
    }
}
