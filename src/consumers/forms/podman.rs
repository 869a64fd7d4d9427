//! A file of `registries.conf.d`, which Podman, CRI-O, Buildah and skopeo read.
//!
//! A `prefix` is a repository, and never has a tag in it: what stands behind it is kept. `location` is needed beside it,
//! or older versions refuse the file.

use std::fmt::Write as _;

use crate::consumers::form::Form;
use crate::consumers::map::MirrorMap;
use crate::consumers::quoted::quoted;
use crate::consumers::rules::{Rules, rules};
use crate::consumers::written::{Given, Written, WrittenFile, heading};

use super::notes;

pub(in crate::consumers) fn write(map: &MirrorMap, given: &Given<'_>) -> Written {
    let Rules { rules, unsaid } = rules(map);
    let goes = "Goes to /etc/containers/registries.conf.d/ (without root: ~/.config/containers/registries.conf.d/); \
                then restart CRI-O. Podman reads it each time.";
    let mut text = heading(Form::Podman, &map.target.place(), goes);
    for rule in &rules {
        let source = quoted(rule.source.to_string());
        let place = quoted(rule.place.to_string());
        let _ = write!(
            text,
            "\n[[registry]]\nprefix = {source}\nlocation = {source}\n"
        );
        if given.plain_sources.contains(&&*rule.source.registry) {
            text += "insecure = true\n";
        }
        let _ = write!(text, "\n[[registry.mirror]]\nlocation = {place}\n");
        if rule.digests_alone {
            text += "# Its tag in the mirror is none of the source's.\npull-from-mirror = \"digest-only\"\n";
        }
        if given.plain_http {
            text += "insecure = true\n";
        }
    }
    let name = match &map.target.label {
        Some(label) => format!("pusher-{label}.conf"),
        None => "pusher.conf".to_owned(),
    };
    let file = WrittenFile { name, text };
    Written {
        files: (!rules.is_empty()).then_some(file).into_iter().collect(),
        unsaid,
        notes: notes::digests(map),
    }
}
