//! From what a mirror file says of signatures to rules: the files that it names are read, and what is wrong with them is
//! told.

use std::sync::Arc;

use crate::model::{Reference, SignerRule, Signers, SigningKey, SourcePattern, Text};
use crate::plan::verify::{VerifyRule, VerifyRules};
use crate::verify::{read_keys, read_root};

use super::Input;
use super::at::At;
use super::diagnostics::{Diagnostic, Severity};
use super::files::{Place, beside};
use super::loaded::Loaded;
use super::verify_table::VerifyTable;

/// What stands in a key that is written where its file could be named.
const PEM: &str = "-----BEGIN";

/// Makes rules, and tells what is wrong with them.
pub(super) fn rules(input: &Input<'_>, tables: Vec<VerifyTable>, loaded: &mut Loaded) {
    let rules = tables.into_iter().filter_map(|table| {
        let rule = Arc::new(rule(input, &table, loaded)?);
        Some((rule, table.place))
    });
    let rules: Vec<_> = rules.collect();
    let all: VerifyRules = rules.iter().map(|(rule, _)| Arc::clone(rule)).collect();
    give(&all, loaded);
    let decides = |rule: &Arc<VerifyRule>| {
        let mut targets = loaded.targets.iter();
        targets.any(|one| {
            let decided = |found: &Arc<VerifyRule>| Arc::ptr_eq(found, rule);
            let mut entries = one.entries.iter().filter_map(|entry| entry.verify.as_ref());
            // Which tags a family has is not known yet.
            let families = one.families.iter();
            let mut families = families.map(|family| family.any.source.clone());
            let may_be = |source: Reference| rule.images.iter().any(|one| one.may_match(&source));
            entries.any(decided) || families.any(may_be)
        })
    };
    // Who has mistakes in the rules is told of these first.
    let is_error = |told: &Diagnostic| told.severity == Severity::Error;
    if loaded.diagnostics.iter().any(is_error) {
        return;
    }
    let idle: Vec<_> = rules.iter().filter(|(rule, _)| !decides(rule)).collect();
    let told = idle.into_iter().map(|(_, place)| names_nothing(place));
    let told: Vec<_> = told.collect();
    loaded.diagnostics.extend(told);
}

/// Gives every image the rule that decides about it.
fn give(rules: &VerifyRules, loaded: &mut Loaded) {
    for target in &mut loaded.targets {
        for entry in &mut target.entries {
            entry.verify = VerifyRule::for_source(rules, &entry.source).cloned();
        }
        for family in &mut target.families {
            family.verify = Arc::clone(rules);
        }
    }
}

/// Tells of a rule that verifies nothing, as one with a mistake in its pattern does.
fn names_nothing(place: &Place) -> Diagnostic {
    let message = text!(
        "this rule of `verify` decides about no image",
        "`verify` 的这条规则没有用到任何镜像上"
    );
    Diagnostic::warning("verify-names-nothing", message)
        .at(place.clone())
        .help(text!(
            "`images` is matched with the whole source, such as `ghcr.io/org/app:v1`, and the first rule that names it \
             decides",
            "`images` 匹配整个源，如 `ghcr.io/org/app:v1`；第一条匹配到的规则说了算"
        ))
}

fn rule(input: &Input<'_>, table: &VerifyTable, loaded: &mut Loaded) -> Option<VerifyRule> {
    let trusted_root = match &table.trusted_root {
        Some(file) => Some(read(input, file, loaded, read_root)?),
        None => None,
    };
    let signers = match (&table.cosign, &table.github) {
        (Some(cosign), _) if !cosign.key.is_empty() => {
            let keys: Vec<_> = cosign
                .key
                .iter()
                .map(|key| keys(input, key, loaded))
                .collect();
            let keys: Option<Vec<_>> = keys.into_iter().collect();
            Some(Signers::Keys(keys?.into_iter().flatten().collect()))
        }
        (Some(cosign), _) => Some(Signers::Identity {
            issuer: cosign.issuer.clone()?,
            identity: cosign.identity.clone()?,
        }),
        (None, Some(github)) => Some(Signers::GitHub {
            repository: github.repository.clone(),
            signer_workflow: github.signer_workflow.clone(),
        }),
        (None, None) => None,
    };
    let images = table.images.iter();
    Some(VerifyRule {
        images: images
            .map(|image| SourcePattern::new(&image.value))
            .collect(),
        signed: signers.map(|signers| SignerRule {
            signers,
            trusted_root,
        }),
        origin: loaded.files.origin(&table.place),
    })
}

/// Returns the keys of a file, or of a text that stands in its place.
fn keys(input: &Input<'_>, key: &At<String>, loaded: &mut Loaded) -> Option<Vec<SigningKey>> {
    if !key.value.contains(PEM) {
        return read(input, key, loaded, read_keys);
    }
    let told = |why| {
        let message = text!(
            "this `key` cannot be used: {why}",
            "这个 `key` 用不了：{why}"
        );
        Diagnostic::error("not-a-key", message).at(key.place.clone())
    };
    read_keys(&key.value)
        .map_err(|why: Text| loaded.diagnostics.push(told(why)))
        .ok()
}

/// Reads a file beside the mirror file.
fn read<T>(
    input: &Input<'_>,
    file: &At<String>,
    loaded: &mut Loaded,
    parse: impl Fn(&str) -> Result<T, Text>,
) -> Option<T> {
    let At { value, place } = file;
    let path = beside(input.path, value);
    let told = match (input.read)(&path) {
        Ok(text) => {
            // A plan that was saved was made with it.
            loaded.files.add(&path, &text);
            match parse(&text) {
                Ok(parsed) => return Some(parsed),
                Err(why) => {
                    let message =
                        text!("`{value}` cannot be used: {why}", "`{value}` 用不了：{why}");
                    Diagnostic::error("not-a-key", message).at(place.clone())
                }
            }
        }
        Err(why) => {
            let message = text!("cannot read `{value}`: {why}", "无法读取 `{value}`：{why}");
            let told = Diagnostic::error("not-readable", message).at(place.clone());
            told.help(text!(
                "paths are relative to the mirror file",
                "路径从 mirror 文件所在的目录算起"
            ))
        }
    };
    loaded.diagnostics.push(told);
    None
}
