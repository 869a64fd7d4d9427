//! Dregsy's file: tasks that map paths of one registry to paths of another.

use crate::config::node::Node;

use super::gathered::{Gathered, Goes};
use super::tags::{self, Tag, TagRule, Tags};
use crate::config::tree::{get, is_set, items_of, one_or_more, text, text_of};

pub(super) fn is(root: &Node) -> bool {
    items_of(root, "tasks")
        .iter()
        .any(|task| get(task, "mappings").is_some())
}

pub(super) fn read(root: &Node, into: &mut Gathered) {
    for task in items_of(root, "tasks") {
        into.leave_out_key(task, "interval");
        let hosts = ["source", "target"].map(|end| host(get(task, end), into));
        let [Some(from), Some(to)] = hosts else {
            into.leave_out(
                &task.span,
                text!(
                    "this task is not carried over: it names no registries",
                    "这个任务没有转换：没有写明仓库"
                ),
            );
            continue;
        };
        for mapping in items_of(task, "mappings") {
            map(mapping, from, to, into);
        }
    }
}

/// Returns an end's registry, and keeps how to talk to it.
fn host<'n>(end: Option<&'n Node>, into: &mut Gathered) -> Option<&'n str> {
    let end = end?;
    let registry = get(end, "registry")?;
    let host = text(registry)?;
    if let Some(auth) = get(end, "auth").filter(|auth| text(auth) != Some("none")) {
        into.log_in(host, &registry.span, None, Some(auth));
    }
    into.leave_out_key(end, "auth-refresh");
    if is_set(end, "skip-tls-verify") {
        into.leave_out_key(end, "skip-tls-verify");
    }
    Some(host)
}

fn map(mapping: &Node, registry: &str, target: &str, into: &mut Gathered) {
    let Some((node, from)) = get(mapping, "from").and_then(|node| Some((node, text(node)?))) else {
        return;
    };
    let to = text_of(mapping, "to").unwrap_or(from);
    if [from, to].iter().any(|path| path.starts_with("regex:")) {
        let why = text!(
            "repositories by the rule `{from}` are not carried over: it is not known which there are; name each",
            "按规则 `{from}` 选的镜像仓库没有转换：不知道有哪些；请逐个写出"
        );
        return into.leave_out(&node.span, why);
    }
    let paths = [from, to].map(|path| path.trim_matches('/'));
    let platforms = get(mapping, "platform").map_or(&[][..], one_or_more);
    let platforms = into.platforms(platforms);
    let source = format!("{registry}/{}", paths[0]);
    let tags = items_of(mapping, "tags");
    if tags.is_empty() {
        into.leave_out(&node.span, tags::by_rule(&source, Tag::All));
    }
    let to = format!("{target}/{}", paths[1]);
    let mut chosen = Tags::default();
    let mut names = Vec::new();
    for tag in tags {
        let written = text(tag).unwrap_or_default();
        let name = written.split('@').next().unwrap_or(written);
        let expression = written.strip_prefix("regex:").map(str::trim);
        if tags::literal(name) == Some(name) {
            names.push((tag, written, name));
        } else if let Some(rule) = expression
            .filter(|expression| !expression.starts_with('!'))
            .and_then(TagRule::whole)
        {
            chosen.rules.push(rule);
        } else {
            into.leave_out(&tag.span, tags::by_rule(&source, Tag::Rule(written)));
        }
    }
    if !chosen.rules.is_empty() {
        // What has a digest is one image, and not what rules choose.
        let (plain, pinned): (Vec<_>, Vec<_>) = names
            .into_iter()
            .partition(|(_, written, name)| written == name);
        chosen.names = plain
            .iter()
            .map(|(_, _, name)| (*name).to_owned())
            .collect();
        names = pinned;
        if let Some(found) = into.take(&source, &node.span, |source| Goes::to(&to, source)) {
            found.platforms.clone_from(&platforms);
            found.tags = Some(chosen);
        }
    }
    for (tag, written, name) in names {
        let (image, to) = (format!("{source}:{written}"), format!("{to}:{name}"));
        if let Some(found) = into.take(&image, &tag.span, |source| Goes::to(&to, source)) {
            found.platforms.clone_from(&platforms);
        }
    }
}
