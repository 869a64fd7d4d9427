//! What a checkup found, in Markdown.

use std::fmt;

use crate::checkup::{Checkup, Side};
use crate::render::hints::for_step;
use crate::render::style::Signs;
use crate::render::units::{Noun, clauses, counted};
use crate::render::words::checkup as words;

use super::escape::{code, prose};

/// Writes a table for each registry, with a row for each step.
pub fn checkup(checkup: &Checkup, out: &mut dyn fmt::Write) -> fmt::Result {
    let files = &checkup.files;
    let mut found = vec![counted(files.images, Noun::Image)];
    found.extend((files.mistakes > 0).then(|| counted(files.mistakes, Noun::Mistake)));
    let (file, found) = (code(&files.name), clauses(&found));
    match checkup.target.as_ref().map(|to| code(&to.to_string())) {
        Some(target) => write_tr!(
            out,
            "{file}: {found} for {target}\n",
            "{file}：{found}，放到 {target}\n"
        ),
        None => write_tr!(out, "{file}: {found}\n", "{file}：{found}\n"),
    }?;
    for (number, one) in checkup.unset.iter().enumerate() {
        let before = if number == 0 { "\n" } else { "" };
        let message = prose(one.message.as_str());
        write_tr!(
            out,
            "{before}- **error**: {message}",
            "{before}- **错误**：{message}"
        )?;
        match &one.help {
            Some(help) => writeln!(out, "\n  - {}", prose(help.as_str()))?,
            None => writeln!(out)?,
        }
    }
    for registry in &checkup.registries {
        let target = checkup
            .target
            .as_ref()
            .filter(|_| registry.side == Side::Target);
        let side = prose(&words::side(registry));
        let host = code(&registry.registry);
        write_tr!(
            out,
            "\n### {host} ({side})\n\n| | step | found | what to do |\n| --- | --- | --- | --- |\n",
            "\n### {host}（{side}）\n\n| | 步骤 | 结果 | 怎么办 |\n| --- | --- | --- | --- |\n"
        )?;
        for step in &registry.steps {
            let sign = words::mark(step).sign(Signs::Unicode);
            let hint = for_step(step, target).unwrap_or_default();
            let (name, found) = (words::name(step.check), prose(&words::step(step)));
            writeln!(out, "| {sign} | {name} | {found} | {} |", prose(&hint))?;
        }
    }
    writeln!(out, "\n{}", words::counts(checkup.counts()))
}
