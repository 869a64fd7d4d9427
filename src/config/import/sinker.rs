//! Sinker's file: sources, and the repository that all of them go below.

use crate::config::node::Node;

use super::gathered::{Gathered, Goes};
use crate::config::tree::{get, items_of, text, text_of};

pub(super) fn is(root: &Node) -> bool {
    get(root, "target")
        .is_some_and(|target| get(target, "host").is_some() || get(target, "repository").is_some())
        && items_of(root, "sources")
            .iter()
            .any(|source| get(source, "repository").is_some())
}

pub(super) fn read(root: &Node, into: &mut Gathered) {
    let target = get(root, "target");
    for source in items_of(root, "sources") {
        let Some(node) = get(source, "repository") else {
            continue;
        };
        let Some(repository) = text(node) else {
            continue;
        };
        let host = text_of(source, "host");
        let image = host.map_or_else(
            || repository.to_owned(),
            |host| format!("{host}/{repository}"),
        );
        let tag = text_of(source, "tag").map_or_else(String::new, |tag| format!(":{tag}"));
        let digest =
            text_of(source, "digest").map_or_else(String::new, |digest| format!("@{digest}"));
        let own = get(source, "target").or(target);
        let below = own.and_then(|target| text_of(target, "repository"));
        let to_host = own
            .and_then(|target| text_of(target, "host"))
            .unwrap_or("docker.io");
        let path = [Some(to_host), below, Some(repository)]
            .into_iter()
            .flatten();
        let to = path.collect::<Vec<_>>().join("/");
        into.take(&format!("{image}{tag}{digest}"), &node.span, |source| {
            Goes::to(&to, source)
        });
        if let (Some(login), Some(host)) = (get(source, "auth"), get(source, "host")) {
            let (user, password) = (get(login, "username"), get(login, "password"));
            into.log_in_by_names(host, user, password);
        }
    }
}
