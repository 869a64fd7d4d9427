//! What was made of the tags of a repository, in Markdown.

use std::fmt;

use crate::model::listed;
use crate::render::inputs::{Found, Tagged};
use crate::render::units::{Noun, counted};
use crate::render::words::selection as words;
use crate::selection::{RuleAccount, Survey};

use super::escape::{code, prose};

/// Writes a table of the families that there are, or one for each rule, and what is left.
pub fn tags(tagged: &Tagged<'_>, out: &mut dyn fmt::Write) -> fmt::Result {
    let name = code(&tagged.repository.to_string());
    let all = counted(tagged.listed(), Noun::Tag);
    write_tr!(out, "{name}: {all}\n", "{name}：{all}\n")?;
    for told in tagged.rules() {
        rule(told, out)?;
    }
    match tagged.found {
        Found::Survey(survey) => families(survey, out),
        Found::Selected(Ok(chosen)) => {
            let count = counted(chosen.tags.len(), Noun::Tag);
            let tags = codes(&chosen.tags);
            write_tr!(out, "\n**{count}**: {tags}\n", "\n**{count}**：{tags}\n")
        }
        Found::Selected(Err(refused)) => {
            let why = prose(&words::refusal(refused));
            write_tr!(out, "\n**blocked**: {why}\n", "\n**拦下**：{why}\n")?;
            match words::refusal_hint(&refused.why) {
                Some(hint) => writeln!(out, "\n{}", prose(&hint)),
                None => Ok(()),
            }
        }
    }
}

fn codes(tags: &[String]) -> String {
    listed(tags.iter().map(|tag| code(tag)))
}

/// Writes what each step of a rule drops, and what is left.
pub(super) fn rule(told: &RuleAccount, out: &mut dyn fmt::Write) -> fmt::Result {
    let rule = code(&told.rule);
    write_tr!(
        out,
        "\n{rule}\n\n| tags | | newest |\n| ---: | --- | --- |\n",
        "\n{rule}\n\n| 标签 | | 最新 |\n| ---: | --- | --- |\n"
    )?;
    for step in &told.steps {
        let (why, newest) = (prose(&words::reason(step)), codes(&step.newest));
        writeln!(out, "| {} | {why} | {newest} |", step.count)?;
    }
    let (count, newest) = (told.taken, codes(&told.newest));
    write_tr!(
        out,
        "| **{count}** | **taken** | {newest} |\n",
        "| **{count}** | **个选中** | {newest} |\n"
    )
}

fn families(survey: &Survey, out: &mut dyn fmt::Write) -> fmt::Result {
    if !survey.families.is_empty() {
        write_tr!(
            out,
            "\n| variant | kind | releases | pre | aliases | newest |\n\
             | --- | --- | ---: | ---: | ---: | --- |\n",
            "\n| 变体 | 种类 | 正式版 | 预发布 | 别名 | 最新 |\n\
             | --- | --- | ---: | ---: | ---: | --- |\n"
        )?;
    }
    for family in &survey.families {
        let (variant, newest) = (code(&family.variant), codes(&family.newest));
        let kind = words::scheme(family.scheme);
        let (releases, pre, aliases) = (family.releases, family.pre_releases, family.aliases);
        writeln!(
            out,
            "| {variant} | {kind} | {releases} | {pre} | {aliases} | {newest} |"
        )?;
    }
    for (at, (others, reason)) in words::without_version(survey).enumerate() {
        let before = if at == 0 { "\n" } else { "" };
        let (count, examples) = (others.count, codes(&others.examples));
        write_tr!(
            out,
            "{before}- {count} {reason}: {examples}\n",
            "{before}- {count} {reason}：{examples}\n"
        )?;
    }
    match words::offered(survey) {
        Some(offered) => writeln!(out, "\n{}", prose(&offered)),
        None => Ok(()),
    }
}
