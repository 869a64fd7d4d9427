//! The scanners' reports that the policy's rules name.

use std::collections::BTreeSet;
use std::path::Path;

use crate::model::{Bytes, Glob, Text};
use crate::plan::policy::{Requirement, Rules, ScanReport};
use crate::render::sanitize::excerpt;

use super::context::Context;
use super::error::CliError;
use super::files;
use super::purpose::Purpose;

/// How many bytes all reports have together at most.
const ALL: u64 = 1024 * 1024 * 1024;

/// Reads the reports that the rules name. A pattern may stand for none: nothing may have been scanned yet.
///
/// # Errors
///
/// A file cannot be read, or is no report.
pub(super) fn read(context: &Context, rules: &Rules) -> Result<Vec<ScanReport>, CliError> {
    let named = rules.rules.iter().filter_map(|rule| match &rule.asks {
        Requirement::MaxSeverity { reports, .. } => Some(reports),
        _ => None,
    });
    let files = named.flatten().flat_map(|name| files_of(context, name));
    // Two rules may name the same.
    let files: BTreeSet<_> = files.collect();
    let mut room = ALL;
    let mut reports = Vec::with_capacity(files.len());
    for file in files {
        let bytes = files::read_bytes(&context.folder, Path::new(&file), Purpose::Report)?;
        let left = room.checked_sub(bytes.len() as u64);
        room = left.ok_or_else(|| unusable(&file, &too_much()))?;
        reports.push(ScanReport::read(&file, &bytes).map_err(|why| unusable(&file, &why))?);
    }
    Ok(reports)
}

/// Returns the files that a name stands for.
fn files_of(context: &Context, name: &str) -> Vec<String> {
    let (folder, pattern) = name.rsplit_once('/').unwrap_or(("", name));
    if !pattern.contains(['*', '?', '[']) {
        return vec![name.to_owned()];
    }
    let path = &name[..name.len() - pattern.len()];
    let glob = Glob::new(pattern);
    let found = files::names(
        &context.folder,
        Path::new(if path == "/" { path } else { folder }),
    );
    let found = found.into_iter().filter(|name| glob.matches(name));
    found.map(|name| format!("{path}{name}")).collect()
}

fn too_much() -> Text {
    let limit = Bytes(ALL);
    text!(
        "with those before it, it has more than {limit}; take out those of images that are no longer declared",
        "连同前面的一共超过 {limit}；去掉已经不再声明的镜像的报告"
    )
}

fn unusable(file: &str, why: &Text) -> CliError {
    let why = why.map(excerpt);
    CliError::new(text!(
        "cannot use the scan report `{file}`: {why}",
        "用不了扫描报告 `{file}`：{why}"
    ))
}
