//! `registries.yaml` of k3s and RKE2.
//!
//! A mirror there is an endpoint and `rewrite`, regular expressions of Go that change a repository's name; tags and
//! digests stay. Of several that match, any may be taken, so each matches one name.

use std::fmt::Write as _;

use indexmap::IndexMap;

use crate::consumers::form::Form;
use crate::consumers::map::MirrorMap;
use crate::consumers::quoted::{exactly, quoted};
use crate::consumers::rules::{Rules, rules};
use crate::consumers::written::{Given, Written, WrittenFile, heading};

use super::notes;

pub(in crate::consumers) fn write(map: &MirrorMap, given: &Given<'_>) -> Written {
    let Rules { rules, unsaid } = rules(map);
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
    Written {
        files: (!rules.is_empty()).then_some(file).into_iter().collect(),
        unsaid,
        notes: notes::digests(map),
    }
}
