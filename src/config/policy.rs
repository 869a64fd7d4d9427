//! The rules of the files' policy, and which of them the images break as they are declared.

use std::sync::Arc;

use crate::model::{SourcePattern, Text};
use crate::plan::TargetName;
use crate::plan::policy::{Found, Judge, Level, Requirement, Rule, Rules, Violation};

use super::at::At;
use super::declared::Resolved;
use super::diagnostics::{Diagnostic, DiagnosticKind};
use super::files::{Files, Place, beside};
use super::mirror_file::PolicyRule;
use super::verify_table::VerifyTable;

/// The rules of the files, and where each stands.
#[derive(Debug, Clone, Default, PartialEq)]
pub(super) struct Policy {
    pub(super) rules: Rules,
    places: Vec<Place>,
    /// What is verified.
    verified: Vec<SourcePattern>,
}

impl Policy {
    /// Takes the rules of the file `path`.
    pub(super) fn of(
        path: &str,
        written: Vec<At<PolicyRule>>,
        verify: &[VerifyTable],
        files: &Files,
    ) -> Self {
        let mut places = Vec::with_capacity(written.len());
        let rules = written.into_iter().map(|At { value, place }| {
            let PolicyRule {
                mut asks,
                sources,
                level,
            } = value;
            if let Requirement::MaxSeverity { reports, .. } = &mut asks {
                for report in reports {
                    *report = beside(path, report);
                }
            }
            let origin = files.origin(&place);
            places.push(place);
            Rule {
                asks,
                sources,
                level,
                origin,
            }
        });
        let rules = Rules::of(rules.collect());
        let verified = verify.iter().flat_map(|table| &table.images);
        Self {
            rules,
            places,
            verified: verified
                .map(|image| SourcePattern::new(&image.value))
                .collect(),
        }
    }

    /// Tells which rules the images break as they are declared; returns what is so unless a lock settles the image.
    pub(super) fn tell(
        &self,
        images: &[Resolved],
        diagnostics: &mut Vec<Diagnostic>,
    ) -> Vec<(TargetName, Diagnostic)> {
        let of_one = images
            .iter()
            .filter(|image| image.declared.selection.is_none());
        let judge = Judge::of(&self.rules, of_one.map(|image| &image.entry));
        let mut unpinned = vec![];
        if judge.is_idle() {
            return unpinned;
        }
        for image in images {
            let source = &image.entry.source;
            // Which tags rules choose is not known yet.
            let is_verified = image.declared.selection.is_some()
                || self.verified.iter().any(|one| one.matches(source));
            for broken in judge.declared(&image.entry, false, is_verified) {
                let told = self.told(image, &broken);
                match broken.found {
                    Found::NotPinned => unpinned.push((image.entry.target.clone(), told)),
                    _ => diagnostics.push(told),
                }
            }
        }
        unpinned
    }

    fn told(&self, image: &Resolved, broken: &Violation) -> Diagnostic {
        let message = Text::of(|| broken.to_string());
        let code = broken.rule.asks.code();
        let diagnostic = match broken.rule.level {
            Level::Block => Diagnostic::error(code, message),
            Level::Warning => Diagnostic::warning(code, message),
        };
        let diagnostic = diagnostic
            .of_kind(DiagnosticKind::Policy)
            .at(image.declared.place.clone());
        let rules = self.rules.rules.iter();
        let mut places = rules.zip(&self.places);
        let rule = places.find(|(rule, _)| Arc::ptr_eq(rule, &broken.rule));
        match rule {
            Some((_, place)) => diagnostic.related(place.clone(), text!("the rule", "这条规则")),
            None => diagnostic,
        }
    }
}
