//! What was read of another tool's file, as a draft.

use std::collections::HashSet;

use indexmap::IndexSet;

use crate::config::declared::{Declared, Form, Naming};
use crate::config::diagnostics::Diagnostic;
use crate::config::files::Files;
use crate::config::mirror_file::Choices;
use crate::config::tagged::without_tag;
use crate::model::{Text, check_path};
use crate::plan::{Referrers, TargetName};

use super::draft::{Draft, Line, Namespace};
use super::gathered::{Found, Gathered, Goes};
use super::settle::settle;

/// The code of an image that is declared twice: many files name one again and again, and mean no harm.
const DECLARED_TWICE: &str = "declared-twice";

/// How often the same is told before it is counted.
const FEW: usize = 3;

/// Makes a draft of what was read.
///
/// All targets of a mirror file get all of its images: where the first of those in the file gets the same as others, these
/// are targets as well. What goes elsewhere is told and left out.
pub(super) fn assemble(mut gathered: Gathered, files: &Files) -> (Draft, Vec<Diagnostic>) {
    let hosts: IndexSet<String> = gathered
        .images
        .iter()
        .filter_map(|image| host(&image.goes).map(str::to_owned))
        .collect();
    let registry = hosts.first().cloned();
    let also = alike(&gathered.images, &hosts);
    leave_others(&mut gathered, registry.as_deref(), &also);
    let namespace = namespace(&gathered.images, registry.as_deref());
    let Gathered {
        images,
        platforms,
        logins,
        mut diagnostics,
        ..
    } = gathered;
    let defaults = Choices {
        platforms: platforms.clone(),
        ..Choices::default()
    };
    let (tagged, images): (Vec<_>, Vec<_>) =
        images.into_iter().partition(|image| image.tags.is_some());
    let tagged = tagged
        .into_iter()
        .map(|image| tagged_line(image, namespace.as_deref(), files));
    let tagged: Vec<_> = tagged.collect();
    let declared = images
        .into_iter()
        .map(|image| declared(image, namespace.as_deref(), files))
        .collect();
    let mut settled = Vec::new();
    let mut lines = settle(declared, &defaults, &mut settled);
    lines.extend(tagged);
    lines.sort_by_key(|(line, _)| *line);
    settled.retain(|told| told.code != DECLARED_TWICE);
    diagnostics.append(&mut settled);
    let named = |namespace: Option<String>| namespace.map_or(Namespace::None, Namespace::Named);
    let draft = Draft {
        namespace: match (namespace, &registry) {
            (None, None) => Namespace::Environment,
            (namespace, _) => named(namespace),
        },
        registry,
        also: also
            .into_iter()
            .map(|(host, namespace)| (host, named(namespace)))
            .collect(),
        platforms,
        lines: lines.into_iter().map(|(_, line)| line).collect(),
        logins,
    };
    (draft, counted(diagnostics, files))
}

fn host(goes: &Goes) -> Option<&str> {
    match goes {
        Goes::To { host, .. } => host.as_deref(),
        Goes::Flat(_) | Goes::Below(_) => None,
    }
}

/// Returns the hosts that get the same as the first one, each with its namespace.
fn alike(images: &[Found], hosts: &IndexSet<String>) -> Vec<(String, Option<String>)> {
    let Some((first, others)) = hosts
        .iter()
        .collect::<Vec<_>>()
        .split_first()
        .map(|(first, others)| (*first, others.to_vec()))
    else {
        return vec![];
    };
    let gets = |of: &String| {
        let namespace = namespace(images, Some(of));
        let own = images
            .iter()
            .filter(|image| host(&image.goes) == Some(&**of));
        let gets: HashSet<String> = own
            .map(|image| same_as(image, namespace.as_deref()))
            .collect();
        (gets, namespace)
    };
    let (wanted, _) = gets(first);
    let alike = others.into_iter().filter_map(|other| {
        let (found, namespace) = gets(other);
        (found == wanted).then(|| (other.clone(), namespace))
    });
    alike.collect()
}

/// Returns a text that only images have in common which are copied alike, and have the same name below the namespace.
fn same_as(image: &Found, namespace: Option<&str>) -> String {
    let Found {
        written: _,
        source,
        goes,
        platforms,
        referrers,
        tags,
        place: _,
    } = image;
    let name = match goes {
        Goes::To { name, .. } => below(name.clone(), namespace).to_string(),
        Goes::Flat(_) | Goes::Below(_) => String::new(),
    };
    format!("{source} {name} {platforms:?} {referrers} {tags:?}")
}

/// Leaves what goes to the first host: that stands for all that get the same.
fn leave_others(gathered: &mut Gathered, first: Option<&str>, also: &[(String, Option<String>)]) {
    let Some(first) = first else { return };
    let is_other = |image: &Found| host(&image.goes).is_some_and(|host| host != first);
    let (others, kept): (Vec<_>, Vec<_>) = gathered.images.drain(..).partition(is_other);
    gathered.images = kept;
    for other in others {
        let host = host(&other.goes).unwrap_or_default();
        if also.iter().any(|(also, _)| also == host) {
            continue;
        }
        let why = text!(
            "what goes to `{host}` is not carried over: all targets of a mirror file get the same images, and `{first}` gets \
             others",
            "去 `{host}` 的没有转换：一个 mirror 文件的所有目标得到同样的镜像，而去 `{first}` 的镜像不一样"
        );
        gathered
            .diagnostics
            .push(Diagnostic::warning(super::gathered::NOT_CARRIED_OVER, why).at(other.place));
    }
}

/// Returns the first level that all names at a host have in common, where each has another below it.
fn namespace(images: &[Found], at: Option<&str>) -> Option<String> {
    let mut levels = images.iter().filter_map(|image| match &image.goes {
        Goes::To { host, .. } if host.is_some() && host.as_deref() != at => None,
        Goes::To { name, .. } => Some(name.repository.split_once('/').map(|(first, _)| first)),
        Goes::Flat(_) | Goes::Below(_) => None,
    });
    let first = levels.next()??;
    let is_common = levels.all(|level| level == Some(first));
    (is_common && check_path(first).is_ok()).then(|| first.to_owned())
}

fn declared(image: Found, namespace: Option<&str>, files: &Files) -> Declared {
    let Found {
        written,
        source,
        goes,
        platforms,
        referrers,
        tags: _,
        place,
    } = image;
    let naming = match goes {
        Goes::Flat(platform) => Naming::Flat { platform },
        Goes::Below(name) | Goes::To { name, .. } => Naming::Given {
            name: below(name, namespace),
            place: place.clone(),
        },
    };
    Declared {
        written,
        source,
        selection: None,
        choices: Choices {
            platforms,
            referrers: referrers.then_some(Referrers::All),
            ..Choices::default()
        },
        naming,
        form: Form::Line,
        origin: files.origin(&place),
        place,
    }
}

/// Writes an image of which rules choose the tags.
fn tagged_line(image: Found, namespace: Option<&str>, files: &Files) -> (usize, Line) {
    let target = match image.goes {
        Goes::Flat(_) => None,
        Goes::Below(name) | Goes::To { name, .. } => Some(below(name, namespace).repository),
    };
    let line = Line::Tagged {
        source: without_tag(&image.written).to_owned(),
        tags: image.tags.unwrap_or_default(),
        platforms: image.platforms,
        referrers: image.referrers,
        target,
    };
    (files.line(&image.place), line)
}

/// Returns what a name is below the namespace.
fn below(name: TargetName, namespace: Option<&str>) -> TargetName {
    let rest = namespace.and_then(|namespace| name.repository.strip_prefix(namespace));
    match rest.and_then(|rest| rest.strip_prefix('/')) {
        Some(rest) => TargetName {
            repository: rest.to_owned(),
            tag: name.tag,
        },
        None => name,
    }
}

/// Tells once what would be told of many lines in the same words.
fn counted(diagnostics: Vec<Diagnostic>, files: &Files) -> Vec<Diagnostic> {
    let mut groups: indexmap::IndexMap<String, Vec<Diagnostic>> = indexmap::IndexMap::new();
    for one in diagnostics {
        let words = one.message.english().to_owned();
        groups.entry(words).or_default().push(one);
    }
    let told = groups.into_values().flat_map(|mut group| {
        let more = group.len() - 1;
        if more >= FEW {
            group.truncate(1);
            for one in &mut group {
                let message: &Text = &one.message;
                one.message = text!(
                    "{message} (here and in {more} more lines)",
                    "{message}（这一行和另外 {more} 行都是）"
                );
            }
        }
        group
    });
    let mut told: Vec<_> = told.collect();
    told.sort_by_key(|one| {
        let place = one.place.as_ref();
        place.map(|place| (files.index(&place.file), place.span.start))
    });
    told
}
