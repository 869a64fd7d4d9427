//! What a checkup found, for people: a line for each step, and below it what to do.

use std::collections::HashSet;
use std::fmt;

use crate::checkup::{Checkup, Examined, Side, Unset};
use crate::render::hints::for_step;
use crate::render::style::{Mark, Tone, View};
use crate::render::units::{Noun, clauses, counted};
use crate::render::words::checkup as words;

use super::text::{Pad, Span, TextWriter};

/// Where what a step came to begins: behind its mark and its name.
const COLUMN: usize = 4 + NAME + 2;
/// The longest name of a step.
const NAME: usize = 12;

/// Writes what was found out.
pub fn checkup(checkup: &Checkup, view: &View, out: &mut dyn fmt::Write) -> fmt::Result {
    let mut page = Page {
        view,
        text: TextWriter::new(view, out),
        told: HashSet::new(),
    };
    page.files(checkup)?;
    for registry in &checkup.registries {
        page.registry(registry, checkup)?;
    }
    let counts = checkup.counts();
    let tone = if counts.failed > 0 {
        Tone::Bad
    } else {
        Tone::Good
    };
    page.text.blank()?;
    page.text.flow(0, &[Span::new(tone, words::counts(counts))])
}

struct Page<'a> {
    view: &'a View,
    text: TextWriter<'a>,
    /// The advice that was given: one cause is told once.
    told: HashSet<String>,
}

impl Page<'_> {
    fn files(&mut self, checkup: &Checkup) -> fmt::Result {
        let files = &checkup.files;
        self.text.line(&[Span::new(Tone::Strong, &files.name)])?;
        let name = tr_word!("images", "镜像");
        let images = counted(files.images, Noun::Image);
        if files.mistakes == 0 {
            self.row(Mark::Good, name, &images)?;
        } else {
            let mistakes = counted(files.mistakes, Noun::Mistake);
            self.row(Mark::Bad, name, &clauses(&[images, mistakes]))?;
            self.hint(Some(tr!(
                "`pusher check` shows each mistake, and what to write instead",
                "`pusher check` 会列出每处错误，以及该怎么写"
            )))?;
        }
        for Unset { message, help } in &checkup.unset {
            self.row(Mark::Bad, tr_word!("setting", "设置"), message.as_str())?;
            self.hint(help.as_ref().map(ToString::to_string))?;
        }
        match &checkup.target {
            Some(target) => self.row(
                Mark::Good,
                tr_word!("target", "目标"),
                &format!("`{target}`"),
            ),
            None => Ok(()),
        }
    }

    fn registry(&mut self, examined: &Examined, checkup: &Checkup) -> fmt::Result {
        let Examined {
            registry,
            side,
            mirror_of: _,
            steps,
        } = examined;
        self.text.blank()?;
        let side_word = words::side(examined);
        let side_word = tr!("({side_word})", "（{side_word}）");
        self.text
            .line(&[Span::new(Tone::Strong, registry), Span::faint(side_word)])?;
        let target = checkup.target.as_ref().filter(|_| *side == Side::Target);
        for step in steps {
            self.row(
                words::mark(step),
                words::name(step.check),
                &words::step(step),
            )?;
            self.hint(for_step(step, target))?;
        }
        Ok(())
    }

    fn row(&mut self, mark: Mark, name: &str, text: &str) -> fmt::Result {
        let sign = Span::new(mark.tone(), mark.sign(self.view.signs));
        let cells = [
            (Span::plain(""), Pad::Left(2)),
            (sign, Pad::Left(2)),
            (Span::plain(name), Pad::Left(NAME + 2)),
        ];
        self.text.entry(COLUMN, &cells, &[Span::plain(text)])
    }

    fn hint(&mut self, hint: Option<String>) -> fmt::Result {
        match hint {
            Some(hint) if self.told.insert(hint.clone()) => {
                self.text.flow(COLUMN, &Span::hint(hint))
            }
            _ => Ok(()),
        }
    }
}
