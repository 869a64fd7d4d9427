//! The `ImageDigestMirrorSet` and `ImageTagMirrorSet` of `OpenShift`.

use std::fmt::Write as _;

use crate::consumers::form::Form;
use crate::consumers::map::MirrorMap;
use crate::consumers::quoted::quoted;
use crate::consumers::rules::{Digests, Rule, Rules, rules};
use crate::consumers::written::{Written, WrittenFile, heading};

use super::notes;

pub(in crate::consumers) fn write(map: &MirrorMap) -> Written {
    let Rules { rules, unsaid } = rules(map);
    // What no digest of the source finds there would cost a question each time.
    let by_digest = rules.iter().filter(|rule| rule.digests == Digests::Same);
    let by_tag = rules.iter().filter(|rule| !rule.digests_alone);
    let sets = [
        (
            "ImageDigestMirrorSet",
            "imageDigestMirrors",
            by_digest.collect::<Vec<_>>(),
        ),
        ("ImageTagMirrorSet", "imageTagMirrors", by_tag.collect()),
    ];
    let name = match &map.target.label {
        Some(label) => format!("pusher-{label}"),
        None => "pusher".to_owned(),
    };
    let goes = "oc apply -f FILE; the nodes take it up one after the other.";
    let mut text = heading(Form::OpenShift, &map.target.place(), goes);
    let sets = sets.iter().filter(|(_, _, rules)| !rules.is_empty());
    for (number, (kind, key, rules)) in sets.enumerate() {
        if number > 0 {
            text += "---\n";
        }
        let _ = write!(
            text,
            "apiVersion: config.openshift.io/v1\nkind: {kind}\nmetadata:\n  name: {}\nspec:\n  {key}:\n",
            quoted(&name)
        );
        for rule in rules {
            mirror(rule, &mut text);
        }
    }
    let file = WrittenFile {
        name: format!("{name}-mirror-sets.yaml"),
        text,
    };
    Written {
        files: (!rules.is_empty()).then_some(file).into_iter().collect(),
        unsaid,
        notes: notes::digests(map),
    }
}

fn mirror(rule: &Rule<'_>, text: &mut String) {
    let (source, place) = (rule.source.to_string(), rule.place.to_string());
    let (source, place) = (quoted(source), quoted(place));
    let _ = write!(
        text,
        "    - source: {source}\n      mirrors:\n        - {place}\n"
    );
}
