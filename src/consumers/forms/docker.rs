//! A script that pulls each image from the mirror, and gives it its name upstream.

use std::fmt::Write as _;

use crate::consumers::form::Form;
use crate::consumers::map::MirrorMap;
use crate::consumers::names::names;
use crate::consumers::quoted::for_shell;
use crate::consumers::written::{Unsaid, Why, Written, WrittenFile, about, heading};

pub(in crate::consumers) fn write(map: &MirrorMap) -> Written {
    let (images, mut unsaid) = names(map);
    let mut lines = String::new();
    for image in images {
        let Some(tag) = image.source.tag() else {
            unsaid.push(Unsaid {
                about: about(&image.source),
                origin: image.origin.clone(),
                why: Why::DigestAlone,
            });
            continue;
        };
        let source = for_shell(format!("{}:{tag}", image.source.repository()));
        let target = for_shell(image.target.to_string());
        let _ = writeln!(lines, "pull {target} {source}");
    }
    let goes = "Pulls from the mirror, and gives each image its name upstream. DOCKER=podman or nerdctl do as well.";
    let text = format!(
        "#!/bin/sh\n{}set -eu\n\
         pull() {{\n\
         \x20 \"${{DOCKER:-docker}}\" pull \"$1\"\n\
         \x20 \"${{DOCKER:-docker}}\" tag \"$1\" \"$2\"\n\
         }}\n{lines}",
        heading(Form::Docker, &map.target.place(), goes)
    );
    let file = WrittenFile {
        name: "pull.sh".to_owned(),
        text,
    };
    Written {
        files: (!lines.is_empty()).then_some(file).into_iter().collect(),
        unsaid,
        notes: vec![],
    }
}
