//! containerd's `hosts.toml`, one for each registry upstream.
//!
//! It knows a fixed path before a name, and no other name; so it can be told of a mirror only where names keep their path.

use std::fmt::Write as _;

use indexmap::IndexMap;

use crate::consumers::form::Form;
use crate::consumers::map::MirrorMap;
use crate::consumers::quoted::quoted;
use crate::consumers::rules::{Rule, Rules, rules};
use crate::consumers::written::{
    Given, Refused, Unsaid, Why, Written, WrittenFile, about, heading,
};
use crate::model::{DOCKER_HUB, Text, listed};

use super::notes;
use super::prefix::prefix;

pub(in crate::consumers) fn write(map: &MirrorMap, given: &Given<'_>) -> Result<Written, Refused> {
    let Rules { rules, mut unsaid } = rules(map);
    let mut hosts: IndexMap<&str, Vec<&Rule<'_>>> = IndexMap::new();
    for rule in &rules {
        hosts.entry(&rule.source.registry).or_default().push(rule);
    }
    let mut files = vec![];
    let mut placed: Vec<(&str, &str)> = vec![];
    for (host, rules) in hosts {
        let first = rules.iter().find_map(|rule| prefix(rule));
        for rule in rules {
            if first.is_none() || prefix(rule) != first {
                unsaid.extend(elsewhere(map, rule));
            }
        }
        if let Some(prefix) = first {
            placed.push((host, prefix));
            files.push(WrittenFile {
                name: format!("{host}/hosts.toml"),
                text: hosts_toml(map, given, host, prefix),
            });
        }
    }
    if files.is_empty() && !rules.is_empty() {
        return Err(no_path());
    }
    // Of those that are told already, the first reason is enough.
    unsaid.sort_by(|one, other| one.origin.cmp(&other.origin));
    unsaid
        .dedup_by(|later, earlier| later.about == earlier.about && later.origin == earlier.origin);
    let notes = together(&placed).into_iter().chain(notes::digests(map));
    Ok(Written {
        files,
        unsaid,
        notes: notes.collect(),
    })
}

/// Tells of the images of a repository that does not keep its path.
fn elsewhere<'m>(map: &'m MirrorMap, rule: &'m Rule<'_>) -> impl Iterator<Item = Unsaid> + 'm {
    map.of_repository(rule.source).map(|image| Unsaid {
        about: about(&image.source),
        origin: image.origin.clone(),
        why: Why::OtherPath {
            place: image.name.repository.clone(),
        },
    })
}

fn hosts_toml(map: &MirrorMap, given: &Given<'_>, host: &str, prefix: &str) -> String {
    let upstream = if host == DOCKER_HUB {
        "registry-1.docker.io"
    } else {
        host
    };
    let goes = format!(
        "Goes to /etc/containerd/certs.d/{host}/hosts.toml of each node, where `config_path` names /etc/containerd/certs.d; \
         it is read each time."
    );
    let mut text = heading(Form::Containerd, &map.target.place(), &goes);
    let registry = &map.target.registry;
    let scheme = if given.plain_http { "http" } else { "https" };
    let api = match prefix {
        "" => format!("{scheme}://{registry}/v2"),
        prefix => format!("{scheme}://{registry}/v2/{prefix}"),
    };
    let is_plain = given.plain_sources.contains(&host);
    let own = if is_plain { "http" } else { "https" };
    let (server, api) = (quoted(format!("{own}://{upstream}")), quoted(api));
    let _ = write!(
        text,
        "server = {server}\n\n[host.{api}]\n  capabilities = [\"pull\", \"resolve\"]\n  override_path = true\n"
    );
    text
}

/// Tells of registries that have one place in the mirror: a name of one is found there as a name of another.
fn together(placed: &[(&str, &str)]) -> Option<Text> {
    let shared = |(_, prefix): &&(&str, &str)| {
        placed.iter().filter(|(_, other)| other == prefix).count() > 1
    };
    let hosts: Vec<_> = placed
        .iter()
        .filter(shared)
        .map(|(host, _)| *host)
        .collect();
    (!hosts.is_empty()).then(|| {
        let hosts = listed(hosts.iter().map(|host| format!("`{host}`")));
        text!(
            "the mirror has the images of {hosts} in one place: containerd takes one for another of the same name",
            "目标把 {hosts} 的镜像放在一处：containerd 会把同名的当成一个"
        )
    })
}

fn no_path() -> Refused {
    Refused {
        message: text!(
            "containerd can put a path before a name, and the mirror's names are others: it knows no rewriting",
            "containerd 只能在名字前面加路径，而目标里的名字不同：它不会改名"
        ),
        help: text!(
            "a target with `naming: path` keeps the names; with these, Podman, CRI-O, and k3s where the host is yours alone can rewrite (`--for podman`, `--for k3s`), \
             Kyverno puts the mirror's names into pods (`--for kyverno`), and manifests can have them (`--for kustomize`)",
            "目标用 `naming: path` 就保留原来的名字；现在的名字，Podman、CRI-O，以及域名只归自己时的 k3s，会改写（`--for podman`、`--for k3s`），Kyverno 会把目标里的名字写进 \
             pod（`--for kyverno`），也可以写进清单文件（`--for kustomize`）"
        ),
    }
}
