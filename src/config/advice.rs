//! Where to write the name that an image is offered instead of its own.

use crate::model::Platforms;
use crate::plan::TargetName;

use super::declared::{Declared, Form, Naming, Resolved};
use super::diagnostics::Diagnostic;
use super::format::Format;

/// Says how to give an image the name `name`.
pub(super) fn rename(diagnostic: Diagnostic, one: &Resolved, name: &TargetName) -> Diagnostic {
    let declared = &one.declared;
    if let Naming::Given { place, .. } | Naming::Template { place, .. } = &declared.naming {
        let name = match declared.form {
            Form::Text(format) | Form::Table(format) => format.quote(&name.to_string()),
            Form::Line => Format::Yaml.quote(&name.to_string()),
            Form::From => behind_as(declared, name),
            Form::Tag(format, _) => format.quote(&name.repository),
        };
        return diagnostic
            .help(text!("give it another name", "换一个名字"))
            .replace(place.clone(), name);
    }
    match declared.form {
        Form::Line => diagnostic.help(text!(
            "an image list has no names of its own: move this line to the `images` of a \
             `mirror.yaml` that includes the list, as `- {}`",
            "镜像列表里不能写名字：写一个包含这个列表的 `mirror.yaml`，把这一行移到它的 `images` 里，写成 `- {}`",
            table(declared, name, Format::Yaml)
        )),
        Form::From => {
            let line = format!("{} AS {}", declared.written, behind_as(declared, name));
            diagnostic
                .help(text!("give it a name of its own", "给它一个自己的名字"))
                .replace(declared.place.clone(), line)
        }
        Form::Text(format) => diagnostic
            .help(text!("give it a name of its own", "给它一个自己的名字"))
            .replace(declared.place.clone(), table(declared, name, format)),
        Form::Table(format) => add_target(diagnostic, &name.to_string(), format),
        Form::Tag(format, _) => add_target(diagnostic, &name.repository, format),
    }
}

fn add_target(diagnostic: Diagnostic, name: &str, format: Format) -> Diagnostic {
    diagnostic.help(match format {
        Format::Yaml => text!("add `target: {name}` to it", "给它加上 `target: {name}`"),
        Format::Toml => text!(
            "add `target = \"{name}\"` to it",
            "给它加上 `target = \"{name}\"`"
        ),
    })
}

/// Writes a name as it stands behind `AS`: without the tag that it has without one, so that it goes on with the
/// image's when a newer one is written there.
pub(super) fn behind_as(declared: &Declared, name: &TargetName) -> String {
    match declared.source.tag().unwrap_or("latest") {
        tag if tag == name.tag => name.repository.clone(),
        _ => name.to_string(),
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
