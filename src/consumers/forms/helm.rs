//! Values for Helm: each image with its parts, as charts take them one way or another.

use std::fmt::Write as _;

use crate::consumers::form::Form;
use crate::consumers::map::{Mapping, MirrorMap};
use crate::consumers::names::names;
use crate::consumers::quoted::quoted;
use crate::consumers::rules::{Rules, rules};
use crate::consumers::written::{Written, WrittenFile, heading};

use super::prefix::{of_all, place};

pub(in crate::consumers) fn write(map: &MirrorMap) -> Written {
    let (images, unsaid) = names(map);
    let goes = "No two charts name their images alike: put these where your chart has them.";
    let mut text = heading(Form::Helm, &map.target.place(), goes);
    let Rules { rules, .. } = rules(map);
    let keep = of_all(&rules).filter(|_| rules.len() == map.repositories());
    if let Some(prefix) = keep {
        let _ = write!(
            text,
            "# The mirror's names keep their path, so charts that have this key find all of them.\n\
             global:\n  imageRegistry: {}\n",
            quoted(place(map, prefix))
        );
    }
    text += "images:\n";
    for image in &images {
        item(image, &mut text);
    }
    let file = WrittenFile {
        name: "values.yaml".to_owned(),
        text,
    };
    Written {
        files: (!images.is_empty()).then_some(file).into_iter().collect(),
        unsaid,
        notes: vec![],
    }
}

fn item(image: &Mapping, text: &mut String) {
    let repository = image.target.repository();
    let _ = write!(
        text,
        "  {}:\n    registry: {}\n    repository: {}\n    tag: {}\n",
        quoted(image.source.to_string()),
        quoted(&repository.registry),
        quoted(&repository.name),
        quoted(&image.name.tag)
    );
    if let Some(held) = image.held() {
        let _ = writeln!(text, "    digest: {}", quoted(held.digest.to_string()));
    }
}
