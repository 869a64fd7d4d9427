//! kustomize's `images`, in a component.
//!
//! A name there is written as it stands in the manifests, so each way to write it has an item. It keeps the tag that
//! stands in the manifests, unless another is given, which then goes for all.

use std::collections::HashMap;
use std::fmt::Write as _;

use crate::consumers::form::Form;
use crate::consumers::map::{Mapping, MirrorMap};
use crate::consumers::quoted::quoted;
use crate::consumers::rules::{Rules, rules};
use crate::consumers::spelling::spellings;
use crate::consumers::written::{Why, Written, WrittenFile, about, heading};
use crate::model::Repository;

use super::notes;

pub(in crate::consumers) fn write(map: &MirrorMap) -> Written {
    let Rules { rules, mut unsaid } = rules(map);
    let mut items = String::new();
    for rule in &rules {
        item(rule.source, &rule.place, "", &mut items);
    }
    let mut named = HashMap::new();
    for image in &map.images {
        named.entry(about(&image.source)).or_insert(image);
    }
    // Where a repository has one image, its tag or digest can be said.
    unsaid.retain(|one| {
        let lone = named.get(&one.about).copied();
        let lone = lone.filter(|image| map.of_repository(image.source.repository()).count() == 1);
        let ending = lone.and_then(|image| ending(image, &one.why));
        if let (Some(image), Some(ending)) = (lone, &ending) {
            item(
                image.source.repository(),
                image.target.repository(),
                ending,
                &mut items,
            );
        }
        ending.is_none()
    });
    let goes = "Name the folder that it is in below `components` of a kustomization.";
    let mut text = heading(Form::Kustomize, &map.target.place(), goes);
    text += "apiVersion: kustomize.config.k8s.io/v1alpha1\nkind: Component\nimages:\n";
    text += &items;
    let file = WrittenFile {
        name: "kustomization.yaml".to_owned(),
        text,
    };
    Written {
        files: (!items.is_empty()).then_some(file).into_iter().collect(),
        unsaid,
        notes: notes::digests(map),
    }
}

/// Returns what goes for every image of a repository that has this one alone; none where that does not help.
fn ending(image: &Mapping, why: &Why) -> Option<String> {
    match why {
        Why::OtherTag { tag } => Some(format!("    newTag: {}\n", quoted(tag))),
        Why::OtherDigest => {
            let held = image.held()?;
            Some(format!("    digest: {}\n", quoted(held.digest.to_string())))
        }
        _ => None,
    }
}

fn item(source: &Repository, place: &Repository, ending: &str, items: &mut String) {
    let place = quoted(place.to_string());
    for name in spellings(source) {
        let _ = write!(
            items,
            "  - name: {}\n    newName: {place}\n{ending}",
            quoted(name)
        );
    }
}
