//! Which settings of two images differ, and what of them is shown.

use std::collections::{BTreeMap, BTreeSet};

use super::edits::edits;
use super::image_diff::{Setting, SettingChange};
use super::settings::Settings;
use super::value::{MOST_ITEMS, Value, cut};

/// Returns in what the settings of two images differ.
pub(super) fn settings_changes(before: &Settings, after: &Settings) -> Vec<SettingChange> {
    // A new setting does not compile until it is compared.
    let Settings {
        platform: _,
        created,
        entrypoint,
        command,
        user,
        working_directory,
        exposed_ports,
        environment,
        labels,
    } = before;
    let text = |text: &Option<String>| text.clone().map(Value::Text);
    let list = |list: &Vec<String>| {
        Some(list.clone())
            .filter(|l| !l.is_empty())
            .map(Value::List)
    };
    let single = [
        (Setting::Created, text(created), text(&after.created)),
        (
            Setting::Entrypoint,
            list(entrypoint),
            list(&after.entrypoint),
        ),
        (Setting::Command, list(command), list(&after.command)),
        (Setting::User, text(user), text(&after.user)),
        (
            Setting::WorkingDirectory,
            text(working_directory),
            text(&after.working_directory),
        ),
        (
            Setting::ExposedPorts,
            list(exposed_ports),
            list(&after.exposed_ports),
        ),
    ];
    let single = single
        .into_iter()
        .filter_map(|(setting, old, new)| change(setting, None, old, new));
    single
        .chain(named(Setting::Environment, environment, &after.environment))
        .chain(named(Setting::Label, labels, &after.labels))
        .collect()
}

fn named<'a>(
    setting: Setting,
    before: &'a BTreeMap<String, String>,
    after: &'a BTreeMap<String, String>,
) -> impl Iterator<Item = SettingChange> + 'a {
    let names: BTreeSet<&String> = before.keys().chain(after.keys()).collect();
    names.into_iter().filter_map(move |name| {
        let value = |of: &BTreeMap<String, String>| of.get(name).cloned().map(Value::Text);
        let (old, new) = (value(before), value(after));
        if old != new && setting == Setting::Environment && is_secret(name) {
            let hidden = |value: Option<Value>| value.map(|_| Value::Text("(hidden)".to_owned()));
            return Some(shown(setting, Some(name), hidden(old), hidden(new)));
        }
        change(setting, Some(name), old, new)
    })
}

/// Tells whether a variable of this name may hold what does not belong into a pull request.
fn is_secret(name: &str) -> bool {
    let name = name.to_ascii_uppercase();
    [
        "PASSWORD",
        "PASSWD",
        "SECRET",
        "TOKEN",
        "CREDENTIAL",
        "API_KEY",
        "ACCESS_KEY",
        "PRIVATE_KEY",
    ]
    .iter()
    .any(|word| name.contains(word))
}

/// Returns the change of one setting, if it differs.
pub(super) fn change(
    setting: Setting,
    name: Option<&String>,
    before: Option<Value>,
    after: Option<Value>,
) -> Option<SettingChange> {
    (before != after).then(|| shown(setting, name, before, after))
}

fn shown(
    setting: Setting,
    name: Option<&String>,
    before: Option<Value>,
    after: Option<Value>,
) -> SettingChange {
    let mut edits = edits(before.as_ref(), after.as_ref());
    edits.truncate(MOST_ITEMS);
    for edit in &mut edits {
        edit.text = cut(&edit.text);
    }
    SettingChange {
        setting,
        name: name.map(|name| cut(name)),
        before: before.map(Value::cut),
        after: after.map(Value::cut),
        edits,
    }
}
