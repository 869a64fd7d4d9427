mod anatomies;
mod families;
mod laws;
mod refusals;
mod rules;
mod surveys;

use super::{Per, Rule, RuleParts, Selection};

/// Makes the parts of a rule of `key=value; key=one|another`.
fn parts(written: &str) -> RuleParts {
    let mut parts = RuleParts::default();
    for (key, value) in written.split("; ").filter_map(|pair| pair.split_once('=')) {
        let text = Some(value.to_owned());
        let list = Some(value.split('|').map(str::to_owned).collect());
        match key {
            "version" => parts.version = text,
            "variant" => parts.variant = list,
            "pre-releases" => parts.pre_releases = value.parse().ok(),
            "parts" => {
                let numbers = value.split('|').map(|number| number.parse().unwrap());
                parts.parts = Some(numbers.collect());
            }
            "latest" => parts.latest = value.parse().ok(),
            "per" => {
                let is_it = |(word, _): &&(&str, Per)| *word == value;
                parts.per = Per::WORDS.iter().find(is_it).map(|it| it.1);
            }
            "match" => parts.matching = text,
            "glob" => parts.glob = list,
            "except" => parts.except = list,
            other => panic!("{other}"),
        }
    }
    parts
}

fn rule(written: &str) -> Rule {
    Rule::new(parts(written)).unwrap_or_else(|mistakes| panic!("{written}: {mistakes:?}"))
}

fn selection(rules: &[&str]) -> Selection {
    Selection {
        rules: rules.iter().map(|written| rule(written)).collect(),
        ..Selection::default()
    }
}

fn tags(listed: &str) -> Vec<String> {
    listed.split_whitespace().map(str::to_owned).collect()
}
