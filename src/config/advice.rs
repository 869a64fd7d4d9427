//! Names to write instead of those that cannot be, and where to write them.

use std::collections::HashSet;

use crate::model::{Digest, Platforms, Profile, check_tag};
use crate::plan::TargetName;

use super::declared::{Declared, Form, Naming, Resolved};
use super::diagnostics::Diagnostic;
use super::format::Format;

/// The names that images of a set have or were offered, so that nothing is offered twice.
#[derive(Debug, Clone, Default, PartialEq)]
pub(super) struct Taken(HashSet<TargetName>);

impl Taken {
    /// Keeps a name for whoever has it.
    pub(super) fn insert(&mut self, name: TargetName) {
        self.0.insert(name);
    }

    /// Offers a name for `other` that tells it from `first`, which has the same.
    pub(super) fn distinct(
        &mut self,
        first: &Resolved,
        other: &Resolved,
        profile: &Profile,
    ) -> TargetName {
        let name = &other.entry.target;
        let (one, two) = (&first.entry.source, &other.entry.source);
        let candidates: Vec<_> = if one.repository() == two.repository() {
            suffixed(other).collect()
        } else {
            longer(&other.declared, &name.tag).to_vec()
        };
        let numbered = (2..).map(|number| with_suffix(name, &number.to_string()));
        let candidates = candidates
            .into_iter()
            .chain(numbered.take(self.0.len() + 1));
        let found = self.first_free(candidates, profile);
        found.unwrap_or_else(|| name.clone())
    }

    /// Offers a name for an image whose own the profile refuses, if one can be made.
    pub(super) fn acceptable(&mut self, one: &Resolved, profile: &Profile) -> Option<TargetName> {
        let name = &one.entry.target;
        let longer = longer(&one.declared, &name.tag);
        self.first_free(std::iter::once(name.clone()).chain(longer), profile)
    }

    /// Takes the first name that the registry accepts, in that form, and no one has.
    fn first_free(
        &mut self,
        candidates: impl IntoIterator<Item = TargetName>,
        profile: &Profile,
    ) -> Option<TargetName> {
        let accepted = |name: &TargetName| {
            let name = profile.nearest_name(name)?;
            check_tag(&name.tag).is_ok().then_some(name)
        };
        let mut accepted = candidates.into_iter().filter_map(|name| accepted(&name));
        let found = accepted.find(|name| !self.0.contains(name))?;
        self.0.insert(found.clone());
        Some(found)
    }
}

/// Returns names with more of what the source of an image says in the tag: as much of its digest
/// as tells it from others, then its platform.
fn suffixed(one: &Resolved) -> impl Iterator<Item = TargetName> {
    let hex = one
        .entry
        .source
        .digest()
        .map(Digest::hex)
        .unwrap_or_default();
    let lengths = [12, 24, 64]
        .into_iter()
        .filter_map(|length| hex.get(..length));
    let suffixes = lengths
        .map(str::to_owned)
        .chain(platform_suffix(&one.entry.platforms));
    suffixes.map(|suffix| with_suffix(&one.entry.target, &suffix))
}

fn with_suffix(name: &TargetName, suffix: &str) -> TargetName {
    TargetName {
        repository: name.repository.clone(),
        tag: format!("{}-{suffix}", name.tag),
    }
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
