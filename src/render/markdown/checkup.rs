//! What a checkup found, in Markdown.

use std::fmt;

use crate::checkup::{Checkup, Side};
use crate::render::hints::for_step;
use crate::render::style::Signs;
use crate::render::units::counted;
use crate::render::words::checkup as words;

use super::escape::{code, prose};

/// Writes a table for each registry, with a row for each step.
pub fn checkup(checkup: &Checkup, out: &mut dyn fmt::Write) -> fmt::Result {
    let files = &checkup.files;
    let images = counted(files.images, "image");
    write!(out, "{}: {images}", code(&files.name))?;
    if files.mistakes > 0 {
        write!(out, ", {}", counted(files.mistakes, "mistake"))?;
    }
    if let Some(target) = &checkup.target {
        write!(out, " for {}", code(&target.to_string()))?;
    }
    writeln!(out)?;
    for (number, one) in checkup.unset.iter().enumerate() {
        let before = if number == 0 { "\n" } else { "" };
        write!(out, "{before}- **error**: {}", prose(&one.message))?;
        match &one.help {
            Some(help) => writeln!(out, "\n  - {}", prose(help))?,
            None => writeln!(out)?,
        }
    }
    for registry in &checkup.registries {
        let target = checkup
            .target
            .as_ref()
            .filter(|_| registry.side == Side::Target);
        let side = words::side(registry.side);
        writeln!(out, "\n### {} ({side})\n", code(&registry.registry))?;
        writeln!(
            out,
            "| | step | found | what to do |\n| --- | --- | --- | --- |"
        )?;
        for step in &registry.steps {
            let sign = words::mark(step).sign(Signs::Unicode);
            let hint = for_step(step, target).unwrap_or_default();
            let (name, found) = (step.check.as_str(), prose(&words::step(step)));
            writeln!(out, "| {sign} | {name} | {found} | {} |", prose(&hint))?;
        }
    }
    writeln!(out, "\n{}", words::counts(checkup.counts()))
}
