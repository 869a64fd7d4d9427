//! `registries.yaml` of k3s and RKE2.
//!
//! A mirror there is an endpoint and `rewrite`, regular expressions of Go that change a repository's name; tags and
//! digests stay. Of several that match, any may be taken, so each matches one name; a name that none matches is asked
//! for at the endpoint as it is.

use std::fmt::Write as _;

use indexmap::IndexMap;

use crate::consumers::form::Form;
use crate::consumers::host::is_shared;
use crate::consumers::map::MirrorMap;
use crate::consumers::quoted::{exactly, quoted};
use crate::consumers::rules::{Rules, rules};
use crate::consumers::written::{Given, Refused, Written, WrittenFile, heading};

use super::notes;

pub(in crate::consumers) fn write(map: &MirrorMap, given: &Given<'_>) -> Result<Written, Refused> {
    let Rules { rules, unsaid } = rules(map);
    let places = [&map.target, &map.public];
    let shared = places.into_iter().find(|one| is_shared(&one.registry));
    if let Some(shared) = shared.filter(|_| !rules.is_empty()) {
        return Err(strangers(&shared.registry));
    }
    let mut hosts: IndexMap<&str, Vec<_>> = IndexMap::new();
    for rule in &rules {
        hosts.entry(&rule.source.registry).or_default().push(rule);
    }
    let host = &map.target.registry;
    let scheme = if given.plain_http { "http" } else { "https" };
    let endpoint = quoted(format!("{scheme}://{host}"));
    let goes = "Goes to /etc/rancher/k3s/registries.yaml (RKE2: /etc/rancher/rke2/) of each node; then restart k3s.";
    let mut text = heading(Form::K3s, &map.target.place(), goes);
    text += "mirrors:\n";
    for (source, rules) in &hosts {
        let source = quoted(source);
        let _ = write!(
            text,
            "  {source}:\n    endpoint:\n      - {endpoint}\n    rewrite:\n"
        );
        for rule in rules {
            let (from, to) = (quoted(exactly(&rule.source.name)), quoted(&rule.place.name));
            let _ = writeln!(text, "      {from}: {to}");
        }
    }
    let _ = write!(
        text,
        "# If it asks for a login:\n\
         # configs:\n\
         #   {}:\n\
         #     auth:\n\
         #       username: NAME\n\
         #       password: PASSWORD\n",
        quoted(host)
    );
    let file = WrittenFile {
        name: "registries.yaml".to_owned(),
        text,
    };
    Ok(Written {
        files: (!rules.is_empty()).then_some(file).into_iter().collect(),
        unsaid,
        notes: notes::digests(map),
    })
}

/// Says that what is not in the mirror would come from whoever has a namespace of that name.
fn strangers(host: &str) -> Refused {
    Refused {
        message: text!(
            "k3s asks a mirror for every name of a registry, also for those that no rewrite matches, as they are; `{host}` is shared by \
             all customers, so `bitnami/redis` would be what a stranger with the namespace `bitnami` pushed there",
            "k3s 会向镜像站询问一个仓库的所有名字，没有 rewrite 匹配的也照原样询问；`{host}` 由所有用户共用，`bitnami/redis` 就会是占有命名空间 `bitnami` 的陌生人推送的内容"
        ),
        help: text!(
            "a registry whose host is yours alone can be said to k3s: `crpi-…` of ACR Personal, an Enterprise instance; with this one, Kyverno \
             puts the mirror's names into pods (`--for kyverno`), manifests can have them (`pusher rewrite`, `--for kustomize`), and Podman and CRI-O \
             ask for nothing else (`--for podman`)",
            "域名只归自己的仓库才能写给 k3s：ACR 个人版的 `crpi-…`，或企业版实例；用现在的仓库，Kyverno 会把目标里的名字写进 pod（`--for \
             kyverno`），也可以写进清单文件（`pusher rewrite`、`--for kustomize`），Podman 和 CRI-O 不会多问（`--for podman`）"
        ),
    }
}
