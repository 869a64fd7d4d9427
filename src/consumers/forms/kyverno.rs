//! A policy of Kyverno that puts the mirror's names into pods, and a `ConfigMap` with the names.
//!
//! An image is looked up as it is written in the pod, without `docker.io/` and `library/`, and without a tag that stands
//! before a digest. What is not in the map stays as it is.

use std::fmt::Write as _;

use indexmap::IndexMap;

use crate::consumers::form::Form;
use crate::consumers::map::{Mapping, MirrorMap};
use crate::consumers::names::names;
use crate::consumers::quoted::quoted;
use crate::consumers::spelling::spellings;
use crate::consumers::written::{Refused, Unsaid, Why, Written, WrittenFile, about, heading};

/// How many bytes a `ConfigMap` may have, less what is around the names.
const ROOM: usize = 1024 * 1024 - 4096;

pub(in crate::consumers) fn write(map: &MirrorMap) -> Result<Written, Refused> {
    let (images, mut unsaid) = names(map);
    let mut pairs = IndexMap::new();
    for image in images {
        for (name, target) in pairs_of(image) {
            pairs.entry(name).or_insert(target);
        }
        if image.source.tag().is_none() && image.pinned().is_none() {
            unsaid.push(Unsaid {
                about: about(&image.source),
                origin: image.origin.clone(),
                why: Why::NotLocked,
            });
        }
    }
    let label = map.target.label.as_ref();
    let name = label.map_or("pusher-mirror".to_owned(), |label| {
        format!("pusher-{label}")
    });
    let mut listed = String::new();
    for (number, (from, to)) in pairs.iter().enumerate() {
        let comma = if number > 0 { ",\n" } else { "" };
        let _ = write!(listed, "{comma}      {}: {}", quoted(from), quoted(to));
    }
    if listed.len() > ROOM {
        return Err(too_many(pairs.len()));
    }
    let goes = "kubectl apply -f FILE; a pod that is made from then on is pulled from the mirror.";
    let mut text = heading(Form::Kyverno, &map.target.place(), goes);
    text += &config_map(&name, &listed);
    text += &policy(&name);
    let file = WrittenFile {
        name: format!("{name}.yaml"),
        text,
    };
    Ok(Written {
        files: (!pairs.is_empty()).then_some(file).into_iter().collect(),
        unsaid,
        notes: vec![],
    })
}

/// Returns the names that a pod may have an image under, each with its name in the mirror.
fn pairs_of(image: &Mapping) -> Vec<(String, String)> {
    let repository = image.source.repository();
    let Some(short) = spellings(repository).into_iter().next() else {
        return vec![];
    };
    let mut pairs = vec![];
    if let Some(tag) = image.source.tag() {
        let target = image.target.to_string();
        if tag == "latest" {
            pairs.push((short.clone(), target.clone()));
        }
        pairs.push((format!("{short}:{tag}"), target));
    }
    if let (Some(held), Some(pinned)) = (image.held(), image.pinned()) {
        let digests = [image.source_digest(), Some(&held.digest)];
        for digest in digests.into_iter().flatten() {
            pairs.push((format!("{short}@{digest}"), pinned.to_string()));
        }
    }
    pairs
}

fn config_map(name: &str, listed: &str) -> String {
    format!(
        "apiVersion: v1\n\
         kind: ConfigMap\n\
         metadata:\n\
         \x20 name: {name}\n\
         \x20 namespace: kyverno\n\
         data:\n\
         \x20 images: |-\n\
         \x20   {{\n{listed}\n    }}\n"
    )
}

/// What stands where an image is looked up: its name without what may be left out of it.
const LOOKED_UP: &str = "lookup(parse_json(mirror.data.images), \
     regex_replace_all(':[^/@]+@', regex_replace_all('^(docker[.]io/)?(library/)?', element.image, ''), '@')) || ''";

fn policy(name: &str) -> String {
    let mut text = format!(
        "---\n\
         apiVersion: kyverno.io/v1\n\
         kind: ClusterPolicy\n\
         metadata:\n\
         \x20 name: {name}\n\
         \x20 annotations:\n\
         \x20   # Pods alone: what makes them keeps the names upstream.\n\
         \x20   pod-policies.kyverno.io/autogen-controllers: none\n\
         spec:\n\
         \x20 background: false\n\
         \x20 rules:\n\
         \x20   - name: pull-from-the-mirror\n\
         \x20     match:\n\
         \x20       any:\n\
         \x20         - resources:\n\
         \x20             kinds:\n\
         \x20               - Pod\n\
         \x20     preconditions:\n\
         \x20       all:\n\
         \x20         - key: \"{{{{ request.operation || 'BACKGROUND' }}}}\"\n\
         \x20           operator: Equals\n\
         \x20           value: CREATE\n\
         \x20     context:\n\
         \x20       - name: mirror\n\
         \x20         configMap:\n\
         \x20           name: {name}\n\
         \x20           namespace: kyverno\n\
         \x20     mutate:\n\
         \x20       foreach:\n"
    );
    for containers in ["containers", "initContainers"] {
        let _ = write!(
            text,
            "          - list: \"request.object.spec.{containers} || `[]`\"\n\
             \x20           preconditions:\n\
             \x20             all:\n\
             \x20               - key: \"{{{{ {LOOKED_UP} }}}}\"\n\
             \x20                 operator: NotEquals\n\
             \x20                 value: \"\"\n\
             \x20           patchesJson6902: |-\n\
             \x20             - op: replace\n\
             \x20               path: /spec/{containers}/{{{{ elementIndex }}}}/image\n\
             \x20               value: \"{{{{ {LOOKED_UP} }}}}\"\n"
        );
    }
    text
}

fn too_many(names: usize) -> Refused {
    Refused {
        message: text!(
            "{names} names have no room in a ConfigMap, which has 1 MiB",
            "ConfigMap 只有 1 MiB，放不下 {names} 个名字"
        ),
        help: text!(
            "`--only` takes the images that it names",
            "用 `--only` 只取指定的镜像"
        ),
    }
}
