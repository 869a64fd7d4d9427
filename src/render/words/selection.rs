//! Which tags a selection takes, and why not the others.

use crate::model::listed;
use crate::render::units::{Noun, clauses, counted};
use crate::selection::{
    Dropped, Mixture, Others, Refusal, Refused, RuleAccount, Scheme, Step, Survey,
};

/// Says why a selection takes nothing.
pub fn refusal(refused: &Refused) -> String {
    let Refused { why, account } = refused;
    match why {
        Refusal::Nothing if account.listed == 0 => {
            tr!("the source has no tags", "源没有标签")
        }
        Refusal::Nothing => {
            let rules: Vec<_> = account.rules.iter().map(dropped_by).collect();
            let all = counted(account.listed, Noun::Tag);
            tr!(
                "`select` takes none of {all}: {}",
                "`select` 没有从 {all}里选中任何一个：{}",
                rules.join(tr_word!("; ", "；"))
            )
        }
        Refusal::TooFew { found, min } => tr!(
            "{} would be mirrored, and `min-tags` is {min}",
            "只会同步 {}，而 `min-tags` 是 {min}",
            counted(*found, Noun::Tag)
        ),
        Refusal::TooMany { found, max, beyond } => tr!(
            "{} would be mirrored, and `max-tags` is {max}; the first too many: {}",
            "会同步 {}，而 `max-tags` 是 {max}；最先超出的是 {}",
            counted(*found, Noun::Tag),
            listed(beyond)
        ),
        Refusal::Mixed(mixture) => mixed(mixture),
    }
}

/// Says what to write where a selection takes nothing; none where that is not known.
pub fn refusal_hint(refusal: &Refusal) -> Option<String> {
    match refusal {
        Refusal::Mixed(Mixture { each, .. }) => {
            let ranges = each
                .iter()
                .map(|(_, range)| format!("`version: \"{range}\"`"));
            let ranges: Vec<_> = ranges.collect();
            let ranges = ranges.join(tr_word!(" or ", " 或 "));
            Some(tr!(
                "add {ranges} to the rule, or leave the others out by `except`",
                "在规则里加上 {ranges}，或者用 `except` 去掉另外的"
            ))
        }
        Refusal::TooMany { found, .. } => Some(tr!(
            "take fewer by `latest`, or allow them: `max-tags: {found}`",
            "用 `latest` 少取一些，或者允许这么多：`max-tags: {found}`"
        )),
        Refusal::Nothing | Refusal::TooFew { .. } => None,
    }
}

fn mixed(mixture: &Mixture) -> String {
    let Mixture {
        rule,
        variant,
        each,
    } = mixture;
    let tags = each.iter().map(|(tag, _)| format!("`{tag}`"));
    let tags = listed(tags);
    if variant.is_empty() {
        tr!(
            "`{rule}` mixes versions and dates, which cannot be compared: {tags}",
            "`{rule}` 把版本和日期混在一起，无法比较：{tags}"
        )
    } else {
        tr!(
            "`{rule}` mixes versions and dates of the variant `{variant}`, which cannot be compared: {tags}",
            "`{rule}` 把变体 `{variant}` 的版本和日期混在一起，无法比较：{tags}"
        )
    }
}

fn hashes() -> &'static str {
    tr_word!("named by a digest or a commit", "个是摘要或提交号")
}

fn no_version() -> &'static str {
    tr_word!("no version", "个不是版本")
}

/// Returns the tags that are of no family, with what they are.
pub fn without_version(survey: &Survey) -> impl Iterator<Item = (&Others, &'static str)> {
    let all = [(&survey.others, no_version()), (&survey.hashes, hashes())];
    all.into_iter().filter(|(others, _)| others.count > 0)
}

/// Returns what the first numbers of versions count.
pub fn scheme(scheme: Scheme) -> &'static str {
    if scheme.is_date() {
        tr_word!("dates", "日期")
    } else {
        tr_word!("versions", "版本")
    }
}

/// Says how what there is can be selected.
pub fn offered(survey: &Survey) -> Option<String> {
    if survey.listed == 0 {
        return None;
    }
    let Some(first) = survey.families.first() else {
        return Some(tr!(
            "none of them names a version: name them by `tags`, or select them by `match` or `glob`",
            "没有一个是版本：写在 `tags` 里，或者用 `match`、`glob` 来选"
        ));
    };
    let rule = &first.rule;
    Some(tr!(
        "`select: {{ {rule} }}` takes the newest of the first; to try a rule, write it behind the image",
        "`select: {{ {rule} }}` 选的是第一行里最新的；要试一条规则，写在镜像后面"
    ))
}

/// Says what a rule drops, step by step: `212 another variant, 3 beyond latest 2`.
fn dropped_by(rule: &RuleAccount) -> String {
    let steps: Vec<_> = rule.steps.iter().map(dropped).collect();
    clauses(&steps)
}

fn dropped(step: &Step) -> String {
    format!("{} {}", step.count, reason(step))
}

/// Says why a step drops so many tags.
pub fn reason(step: &Step) -> String {
    match &step.why {
        Dropped::NotATag => tr!("not a tag", "个不是标签"),
        Dropped::Hash => hashes().to_owned(),
        Dropped::Unmatched => tr!("not as `match` says", "个不符合 `match`"),
        Dropped::OtherGlob => tr!("not as `glob` says", "个不符合 `glob`"),
        Dropped::NoVersion => no_version().to_owned(),
        Dropped::OtherScheme(scheme) if scheme.is_date() => {
            tr!("by date, not by version", "个是日期，不是版本")
        }
        Dropped::OtherScheme(_) => tr!("by version, not by date", "个是版本，不是日期"),
        Dropped::OtherVariant => tr!("another variant", "个是别的变体"),
        Dropped::PreRelease if step.count == 1 => tr!("pre-release", "个是预发布版"),
        Dropped::PreRelease => tr!("pre-releases", "个是预发布版"),
        Dropped::OutOfRange => tr!("outside the range", "个不在范围内"),
        Dropped::OtherParts => tr!("other `parts`", "个 `parts` 不同"),
        Dropped::Alias => tr!("short for a longer version", "个是更长版本的别名"),
        Dropped::Excepted => tr!("as `except` says", "个符合 `except`"),
        Dropped::BeyondLatest {
            latest,
            per: Some(per),
        } => {
            let per = per.as_str();
            tr!(
                "beyond latest {latest} per {per}",
                "个不在每个 {per} 版本最新的 {latest} 个之内"
            )
        }
        Dropped::BeyondLatest { latest, per: None } => {
            tr!("beyond latest {latest}", "个不在最新的 {latest} 个之内")
        }
    }
}
