//! What a checkup found that is in the way, as annotations.

use std::fmt;

use crate::checkup::{Checkup, Side};
use crate::render::hints::for_step;
use crate::render::units::{Noun, counted};
use crate::render::words::checkup as words;

use super::annotations::{Annotation, Level, write};

/// Writes each step that failed; what passed or was not made has no annotation.
pub fn checkup(checkup: &Checkup, out: &mut dyn fmt::Write) -> fmt::Result {
    let error = |title: String, message: String, hint: Option<String>| Annotation {
        level: Level::Error,
        at: None,
        title,
        message,
        hint,
    };
    let mut found = Vec::new();
    let files = &checkup.files;
    if files.mistakes > 0 {
        let hint = tr!(
            "`pusher check` shows each of them",
            "`pusher check` 会列出每一处"
        );
        let mistakes = counted(files.mistakes, Noun::Mistake);
        found.push(error(files.name.clone(), mistakes, Some(hint)));
    }
    for one in &checkup.unset {
        found.push(error(
            tr!("setting", "设置"),
            one.message.to_string(),
            one.help.as_ref().map(ToString::to_string),
        ));
    }
    for registry in &checkup.registries {
        let target = checkup
            .target
            .as_ref()
            .filter(|_| registry.side == Side::Target);
        for step in registry.steps.iter().filter(|step| step.has_failed()) {
            let title = format!("{} {}", registry.registry, words::name(step.check));
            found.push(error(title, words::step(step), for_step(step, target)));
        }
    }
    write(&found, out)
}
