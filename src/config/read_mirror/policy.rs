//! The policy: a list of rules, each with one key that says what it asks.

use std::time::Duration;

use crate::config::at::At;
use crate::config::diagnostics::Diagnostic;
use crate::config::mirror_file::{POLICY_KEYS, PolicyRule};
use crate::config::node::{Node, Pair, Value};
use crate::config::reader::Reader;
use crate::model::{Bytes, PlatformPattern, Platforms, Text, listed};
use crate::plan::policy::{PatternMistake, Requirement, SourcePattern, Sources};

use super::images;
use super::selection::one_or_list;

/// Reads a list of rules; one need not be a list.
pub(super) fn policy(reader: &mut Reader<'_>, node: &Node) -> Vec<At<PolicyRule>> {
    if let Value::List(rules) = &node.value
        && rules.is_empty()
    {
        let place = reader.place(&node.span);
        let message = text!("this list has no rules", "这个列表里没有规则");
        reader.report(Diagnostic::error("no-rules", message).at(place));
    }
    let rules = one_or_list(node).iter();
    rules.filter_map(|node| rule(reader, node)).collect()
}

fn rule(reader: &mut Reader<'_>, node: &Node) -> Option<At<PolicyRule>> {
    let mut table = reader.table(node, "policy")?;
    let asked: Vec<_> = POLICY_KEYS
        .iter()
        .filter_map(|key| Some((*key, table.take_pair(key)?)))
        .collect();
    let told = reader.diagnostics.len();
    let [sources, except] = ["for", "except"].map(|key| {
        let node = table.take(key);
        node.map_or(vec![], |node| patterns(reader, node, key))
    });
    let level = table.read("level", |node, key| reader.word(node, key));
    let reports = table.take_pair("reports");
    let is_unknown = !table.rest().is_empty();
    reader.finish(table, &a_rule());
    let (key, pair) = match asked.as_slice() {
        [one] => *one,
        [] => {
            // What is not known was meant to be one.
            if !is_unknown {
                reader.report(asks_nothing(reader, node));
            }
            return None;
        }
        [first, second, ..] => {
            reader.report(asks_twice(reader, first.1, second.1));
            return None;
        }
    };
    let (asks, sources) = requirement(reader, key, pair, reports, sources, except)?;
    if reader.diagnostics.len() > told {
        return None;
    }
    Some(At {
        value: PolicyRule {
            asks,
            sources,
            level: level.unwrap_or_default(),
        },
        place: reader.place(&pair.key_span),
    })
}

fn a_rule() -> Text {
    text!("a rule of `policy`", "`policy` 的规则")
}

/// Reads what a rule asks, and of which sources: what `except` takes away is part of `allow` and of `deny`.
fn requirement(
    reader: &mut Reader<'_>,
    key: &str,
    pair: &Pair,
    reports: Option<&Pair>,
    of: Vec<SourcePattern>,
    except: Vec<SourcePattern>,
) -> Option<(Requirement, Sources)> {
    let node = &pair.value;
    if let Some(reports) = reports.filter(|_| key != "max-severity") {
        let message = text!(
            "`reports` is for `max-severity`, and this rule is `{key}`",
            "`reports` 是给 `max-severity` 用的，而这条规则是 `{key}`"
        );
        let place = reader.place(&reports.key_span);
        reader.report(Diagnostic::error("no-reports", message).at(place));
        return None;
    }
    if let "allow" | "deny" = key {
        let these = Sources {
            of: patterns(reader, node, key),
            except,
        };
        let asks = if key == "allow" {
            Requirement::Allow(these)
        } else {
            Requirement::Deny(these)
        };
        return Some((asks, Sources { of, except: vec![] }));
    }
    let asks = match key {
        "max-size" => {
            let (most, written) = bytes(reader, node, key)?;
            Requirement::MaxSize { most, written }
        }
        "max-tags" => Requirement::MaxTags(reader.at_least_one(node, key)?),
        "platforms-required" => Requirement::PlatformsRequired(required(reader, node, key)?),
        "no-latest" => is_wanted(reader, node, key).then_some(Requirement::NoLatest)?,
        "pinned-only" => is_wanted(reader, node, key).then_some(Requirement::PinnedOnly)?,
        "verify-required" => is_wanted(reader, node, key).then_some(Requirement::VerifyRequired)?,
        "min-age" => {
            let (least, written) = age(reader, node, key)?;
            Requirement::MinAge { least, written }
        }
        _ => Requirement::MaxSeverity {
            most: reader.word(node, key)?,
            reports: report_files(reader, pair, reports)?,
        },
    };
    Some((asks, Sources { of, except }))
}

/// Reads one pattern of sources, or a list of them.
fn patterns(reader: &mut Reader<'_>, node: &Node, key: &str) -> Vec<SourcePattern> {
    let nodes = one_or_list(node);
    if nodes.is_empty() {
        let message = text!("`{key}` has no patterns", "`{key}` 里没有模式");
        let place = reader.place(&node.span);
        reader.report(Diagnostic::error("no-patterns", message).at(place));
    }
    let read = nodes.iter().filter_map(|node| pattern(reader, node, key));
    read.collect()
}

fn pattern(reader: &mut Reader<'_>, node: &Node, key: &str) -> Option<SourcePattern> {
    let At { value, place } = reader.text(node, key)?;
    match SourcePattern::parse(&value) {
        Ok(pattern) => Some(pattern),
        Err(PatternMistake { message, meant }) => {
            let told = Diagnostic::error("not-a-pattern", message).at(place.clone());
            reader.report(match meant {
                Some(meant) => told.replace(place, reader.format.quote(&meant)),
                None => told.help(text!(
                    "it is a pattern of sources, such as `ghcr.io/org/*`: `*` stands for any characters, `?` for one, \
                     `[0-9]` for one of these",
                    "它是源的模式，如 `ghcr.io/org/*`：`*` 代表任意字符，`?` 代表一个，`[0-9]` 代表其中一个"
                )),
            });
            None
        }
    }
}

/// Reads an amount of bytes, and how it is written.
fn bytes(reader: &mut Reader<'_>, node: &Node, key: &str) -> Option<(Bytes, String)> {
    let At { value, place } = reader.text(node, key)?;
    let found = Bytes::parse(&value);
    if found.is_none() {
        let message = text!(
            "`{key}` must be an amount such as `2GiB` or `500MB`, not `{value}`",
            "`{key}` 应该是大小，如 `2GiB`、`500MB`，不是 `{value}`"
        );
        let told = Diagnostic::error("wrong-value", message).at(place.clone());
        reader.report(match amount_meant(&value) {
            Some(meant) => told.replace(place, reader.format.quote(&meant)),
            None => told,
        });
    }
    Some((found?, value))
}

/// Guesses the amount that was meant: `2g`, `2 gb`, `2gib`.
fn amount_meant(text: &str) -> Option<String> {
    let lower = text.to_ascii_lowercase();
    let end = lower.find(|c: char| !c.is_ascii_digit() && c != '.')?;
    let (number, unit) = lower.split_at(end);
    let mut letters = unit.trim().chars();
    let prefix = letters.next()?.to_ascii_uppercase();
    let unit = match letters.as_str() {
        "b" => format!("{prefix}B"),
        "" | "i" | "ib" => format!("{prefix}iB"),
        _ => return None,
    };
    let meant = format!("{number}{unit}");
    Bytes::parse(&meant).map(|_| meant)
}

/// Reads how old something has to be, and how that is written.
fn age(reader: &mut Reader<'_>, node: &Node, key: &str) -> Option<(Duration, String)> {
    let least = reader.duration(node, key)?;
    let At { value, place } = reader.text(node, key)?;
    if least.is_zero() {
        let message = text!(
            "a rule with `{key}: 0` asks for nothing",
            "`{key}: 0` 等于没有这条规则"
        );
        let told = Diagnostic::error("wrong-value", message).at(place);
        reader.report(told.help(text!(
            "take the rule out if it is not wanted",
            "不要这条规则就把它去掉"
        )));
        return None;
    }
    Some((least, value))
}

/// Reads the platforms that there have to be.
fn required(reader: &mut Reader<'_>, node: &Node, key: &str) -> Option<Vec<PlatformPattern>> {
    let wrong = |reader: &mut Reader<'_>| {
        let message = text!("`{key}` names no platforms", "`{key}` 里没有写平台");
        let place = reader.place(&node.span);
        let told = Diagnostic::error("no-platforms", message).at(place);
        reader.report(told.help(text!(
            "name those that every image has to come for, such as `[linux/amd64, linux/arm64]`",
            "写上每个镜像都要有的平台，如 `[linux/amd64, linux/arm64]`"
        )));
    };
    if let Value::List(nodes) = &node.value
        && nodes.is_empty()
    {
        wrong(reader);
        return None;
    }
    match images::platforms(reader, node, key)? {
        Platforms::Only(required) => Some(required.to_vec()),
        Platforms::All => {
            wrong(reader);
            None
        }
    }
}

/// Reads the `true` of a rule that asks for nothing else.
fn is_wanted(reader: &mut Reader<'_>, node: &Node, key: &str) -> bool {
    match reader.boolean(node, key) {
        Some(true) => true,
        None => false,
        Some(false) => {
            let message = text!(
                "`{key}` is `true` wherever it stands",
                "写了 `{key}`，就只能是 `true`"
            );
            let place = reader.place(&node.span);
            let told = Diagnostic::error("wrong-value", message).at(place);
            reader.report(told.help(text!(
                "take the rule out if it is not wanted",
                "不要这条规则就把它去掉"
            )));
            false
        }
    }
}

/// Reads which files have the scanners' reports.
fn report_files(
    reader: &mut Reader<'_>,
    rule: &Pair,
    reports: Option<&Pair>,
) -> Option<Vec<String>> {
    let Some(reports) = reports else {
        let message = text!(
            "`max-severity` needs `reports`: nothing is scanned here",
            "`max-severity` 要和 `reports` 一起写：这里不做扫描"
        );
        let place = reader.place(&rule.key_span);
        let told = Diagnostic::error("missing-key", message).at(place);
        reader.report(told.help(text!(
            "name the reports of Trivy or Grype: `reports: \"scans/*.json\"`",
            "写上 Trivy 或 Grype 的报告：`reports: \"scans/*.json\"`"
        )));
        return None;
    };
    let nodes = one_or_list(&reports.value);
    if nodes.is_empty() {
        let message = text!("this list has no reports", "这个列表里没有报告");
        let place = reader.place(&reports.value.span);
        reader.report(Diagnostic::error("no-reports", message).at(place));
        return None;
    }
    // Each is looked at, whatever is wrong with another.
    let read: Vec<_> = nodes.iter().map(|node| report_file(reader, node)).collect();
    read.into_iter().collect()
}

fn report_file(reader: &mut Reader<'_>, node: &Node) -> Option<String> {
    let At { value, place } = reader.text(node, "reports")?;
    let folder = value.rsplit_once('/').map_or("", |(folder, _)| folder);
    let name = &value[folder.len()..];
    let message = if folder.contains(['*', '?', '[']) {
        text!(
            "only the name of a report can be a pattern, and not its folder: `{folder}`",
            "只有报告的文件名可以是模式，目录不行：`{folder}`"
        )
    } else if name.trim_start_matches('/').is_empty() {
        text!("`{value}` names no file", "`{value}` 不是文件名")
    } else {
        return Some(value);
    };
    reader.report(Diagnostic::error("not-a-report", message).at(place));
    None
}

fn asks_nothing(reader: &Reader<'_>, node: &Node) -> Diagnostic {
    let keys = listed(POLICY_KEYS.map(|key| format!("`{key}`")));
    let message = text!("this rule asks for nothing", "这条规则没有要求");
    Diagnostic::error("no-rule", message)
        .at(reader.place(&node.span))
        .help(text!("it has one of {keys}", "要有其中一个：{keys}"))
}

fn asks_twice(reader: &Reader<'_>, first: &Pair, second: &Pair) -> Diagnostic {
    let (one, other) = (&first.key, &second.key);
    let message = text!(
        "this rule has `{one}` and `{other}`, and each is a rule of its own",
        "这条规则里有 `{one}` 和 `{other}`，它们各是一条规则"
    );
    Diagnostic::error("two-rules", message)
        .at(reader.place(&second.key_span))
        .related(
            reader.place(&first.key_span),
            text!("the first one", "第一个"),
        )
        .help(text!(
            "write each as an item of the list: `- {one}: …`, `- {other}: …`",
            "各写成列表的一项：`- {one}: …`、`- {other}: …`"
        ))
}
