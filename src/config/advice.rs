//! Names to write instead of those that cannot be, and where to write them.

use std::collections::HashMap;

use crate::model::{Platforms, Reference};
use crate::plan::{Profile, TargetName};

use super::declared::{Declared, Form, Naming, Resolved};
use super::diagnostics::Diagnostic;
use super::reader::Format;

/// Returns a name for `other` that no one has, and that tells it from `first`.
pub(super) fn distinct(
    first: &Resolved,
    other: &Resolved,
    taken: &HashMap<TargetName, usize>,
    profile: Option<&Profile>,
) -> TargetName {
    let name = &other.entry.target;
    let free = |name: &TargetName| {
        !taken.contains_key(name)
            && profile.is_none_or(|profile| profile.refuses_name(name).is_none())
    };
    let (one, two) = (&first.entry.source, &other.entry.source);
    let mut candidates = Vec::new();
    if one.repository() == two.repository() {
        let suffixes = [digest_suffix(two), platform_suffix(&other.entry.platforms)];
        let suffix = |suffix: String| TargetName {
            repository: name.repository.clone(),
            tag: format!("{}-{suffix}", name.tag),
        };
        candidates.extend(suffixes.into_iter().flatten().map(suffix));
    } else {
        candidates.extend(longer(&other.declared, &name.tag));
    }
    let numbered = (2..).map(|number| TargetName {
        repository: name.repository.clone(),
        tag: format!("{}-{number}", name.tag),
    });
    let found = candidates.into_iter().find(free);
    // A profile that refuses the repository refuses every number behind it too.
    found
        .or_else(|| {
            numbered
                .take(taken.len() + 1)
                .find(|name| !taken.contains_key(name))
        })
        .unwrap_or_else(|| name.clone())
}

/// Returns a name for an image whose own the profile refuses, if one can be made.
pub(super) fn acceptable(one: &Resolved, profile: &Profile) -> Option<TargetName> {
    let name = &one.entry.target;
    let fits = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || "._-".contains(c);
    let levels = profile
        .name_levels
        .is_some_and(|levels| name.repository.split('/').count() > levels);
    let repository = match levels {
        true => name.repository.replace('/', "_"),
        false => name.repository.clone(),
    };
    let repository = repository.to_ascii_lowercase();
    let repository = repository.replace(|c: char| c != '/' && !fits(c), "-");
    let parts = repository
        .split('/')
        .map(|part| part.trim_matches(['.', '_', '-']));
    let repository = parts.collect::<Vec<_>>().join("/");
    let most = profile
        .name_length
        .map_or(repository.len(), |(_, most)| most);
    let cut: String = repository.chars().take(most).collect();
    let cut = cut.trim_end_matches(['.', '_', '-', '/']).to_owned();
    let candidates = [repository, cut]
        .map(|repository| TargetName {
            repository,
            tag: name.tag.clone(),
        })
        .into_iter()
        .chain(longer(&one.declared, &name.tag));
    candidates
        .into_iter()
        .find(|name| profile.refuses_name(name).is_none())
}

/// Returns names with more of the source in them: its path, then its host too.
fn longer(declared: &Declared, tag: &str) -> [TargetName; 2] {
    let repository = declared.source.repository();
    let path = repository.name.replace('/', "_");
    let host = repository.registry.replace([':', '[', ']'], "-");
    let platform = match &declared.naming {
        Naming::Flat {
            platform: Some(platform),
        } => platform.replace('/', "_") + "_",
        _ => String::new(),
    };
    let host = host.trim_matches('-');
    [
        format!("{platform}{path}"),
        format!("{platform}{host}_{path}"),
    ]
    .map(|repository| TargetName {
        repository,
        tag: tag.to_owned(),
    })
}

fn digest_suffix(source: &Reference) -> Option<String> {
    let digest = source.digest()?.to_string();
    let (_, hex) = digest.split_once(':')?;
    hex.get(..12).map(str::to_owned)
}

fn platform_suffix(platforms: &Platforms) -> Option<String> {
    match platforms {
        Platforms::All => Some("all".to_owned()),
        Platforms::Only(_) => platforms
            .single()
            .map(|one| one.to_string().replace('/', "-")),
    }
}

/// Says how to give an image the name `name`.
pub(super) fn rename(diagnostic: Diagnostic, one: &Resolved, name: &TargetName) -> Diagnostic {
    let declared = &one.declared;
    if let Naming::Given { place, .. } = &declared.naming {
        let format = match declared.form {
            Form::Text(format) | Form::Table(format) => format,
            Form::Line => Format::Yaml,
        };
        return diagnostic
            .help("give it another name")
            .replace(place.clone(), format.quote(&name.to_string()));
    }
    match declared.form {
        Form::Line => diagnostic.help(format!(
            "an image list has no names of its own: move this line to the `images` of a \
             `mirror.yaml` that includes the list, as `- {}`",
            table(declared, name, Format::Yaml)
        )),
        Form::Text(format) => diagnostic
            .help("give it a name of its own")
            .replace(declared.place.clone(), table(declared, name, format)),
        Form::Table(Format::Yaml) => diagnostic.help(format!("add `target: {name}` to it")),
        Form::Table(Format::Toml) => diagnostic.help(format!("add `target = \"{name}\"` to it")),
    }
}

/// Writes an image as a table with a name.
pub(super) fn table(declared: &Declared, name: &TargetName, format: Format) -> String {
    let is = match format {
        Format::Yaml => ": ",
        Format::Toml => " = ",
    };
    let mut keys = vec![format!("source{is}{}", format.quote(&declared.written))];
    if let Some(Platforms::Only(patterns)) = &declared.choices.platforms {
        let platforms: Vec<String> = patterns
            .iter()
            .map(|pattern| format.quote(&pattern.to_string()))
            .collect();
        keys.push(format!("platforms{is}[{}]", platforms.join(", ")));
    }
    keys.push(format!("target{is}{}", format.quote(&name.to_string())));
    format!("{{ {} }}", keys.join(", "))
}
