//! A Compose file that goes over the images of another.

use std::fmt::Write as _;

use crate::consumers::form::Form;
use crate::consumers::map::{Mapping, MirrorMap};
use crate::consumers::quoted::quoted;
use crate::consumers::written::{Given, Service, Unsaid, Why, Written, WrittenFile, heading};
use crate::model::{PlatformPattern, Reference};

pub(in crate::consumers) fn write(map: &MirrorMap, given: &Given<'_>) -> Written {
    let (mut lines, mut unsaid) = (String::new(), vec![]);
    for service in given.services {
        match image(map, service) {
            Ok(image) => {
                let (name, image) = (quoted(&service.name), quoted(image.to_string()));
                let _ = write!(lines, "  {name}:\n    image: {image}\n");
            }
            Err(why) => unsaid.push(Unsaid {
                about: service.image.clone(),
                origin: service.origin.clone(),
                why,
            }),
        }
    }
    let goes = "docker compose -f compose.yaml -f FILE up";
    let text = format!(
        "{}services:\n{lines}",
        heading(Form::Compose, &map.target.place(), goes)
    );
    let file = WrittenFile {
        name: "compose.mirror.yaml".to_owned(),
        text,
    };
    Written {
        files: (!lines.is_empty()).then_some(file).into_iter().collect(),
        unsaid,
        notes: vec![],
    }
}

/// Returns the image of a service as the mirror has it.
fn image(map: &MirrorMap, service: &Service) -> Result<Reference, Why> {
    let wanted: Reference = service.image.parse().map_err(|_| Why::NoImage)?;
    let platform = service.platform.as_deref();
    let platform: Option<PlatformPattern> = platform.and_then(|text| text.parse().ok());
    let fits = |image: &&Mapping| platform.as_ref().is_none_or(|one| image.is_for(one));
    let mut found = map.named(&wanted).filter(fits);
    let (first, second) = (found.next().ok_or(Why::NotThere)?, found.next());
    match second {
        Some(other) if other.target != first.target => Err(Why::SeveralImages {
            other: other.origin.clone(),
        }),
        _ if wanted.digest().is_none() => Ok(first.target.clone()),
        _ => first.pinned().ok_or(Why::NotLocked),
    }
}
