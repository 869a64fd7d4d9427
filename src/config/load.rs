//! The way from a file's text to what it declares.

use std::collections::HashSet;

use crate::model::{Profile, listed};
use crate::plan::{Choice, Desired, Entry, Family, Target};

use super::at::At;
use super::declared::{Declared, Resolved};
use super::diagnostics::{Diagnostic, DiagnosticKind, Severity};
use super::files::{Files, Place, beside};
use super::format::Format;
use super::lines::MOST_LINES;
use super::mirror_file::Choices;
use super::profiles::Profiles;
use super::reader::Reader;
use super::settings::{PruneSettings, Registries};
use super::targets::{Destination, destinations, take_logins};
use super::validate::{Checked, validate};
use super::{
    FileKind, Input, ListForm, entries, from_toml, from_yaml, items, list, read_mirror, secrets,
};

/// What the files declare for one target.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct ForTarget {
    /// Where the images go; none where that is missing or wrong.
    pub target: Option<Target>,
    /// The images, as far as they were understood.
    pub entries: Vec<Entry>,
    /// The repositories of which rules choose the tags.
    pub families: Vec<Family>,
}

/// What the files declare, and everything there is to say about them.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Loaded {
    /// What goes where: once for each target, and once where none is named.
    pub targets: Vec<ForTarget>,
    /// How to talk to the registries.
    pub registries: Registries,
    /// Whether what is no longer declared is deleted.
    pub prune: PruneSettings,
    /// Everything there is to say, in the order of the files.
    pub diagnostics: Vec<Diagnostic>,
    /// The texts that the diagnostics point into.
    pub files: Files,
}

impl Loaded {
    /// Returns the desired set of each target, or the errors that stand in their way.
    ///
    /// A name that the target refuses does not: the plan shows that one image as blocked.
    pub fn desired(&self) -> Result<Vec<Desired>, Vec<Diagnostic>> {
        let blocks = |diagnostic: &&Diagnostic| {
            diagnostic.severity == Severity::Error && diagnostic.kind != DiagnosticKind::NameRefused
        };
        let blocking = self.diagnostics.iter().filter(blocks);
        let blocking: Vec<_> = blocking.cloned().collect();
        let each: Option<Vec<_>> = self.targets.iter().map(ForTarget::desired).collect();
        match each {
            Some(desired) if blocking.is_empty() => Ok(desired),
            _ => Err(blocking),
        }
    }

    /// Returns how many images there are, each counted once, in however many targets it is wanted.
    pub fn images(&self) -> usize {
        let count = |one: &ForTarget| one.entries.len() + one.families.len();
        self.targets.iter().map(count).max().unwrap_or_default()
    }

    /// Returns the targets that could be understood.
    pub fn known_targets(&self) -> impl Iterator<Item = &Target> {
        self.targets.iter().filter_map(|one| one.target.as_ref())
    }

    /// Returns what `check` has to say: the mistakes in the files, whatever the environment.
    ///
    /// A variable that is not set here is a warning where a file asks for it, and nothing at all
    /// where none does: the files may well be right for where they are used.
    pub fn check(&self) -> Vec<Diagnostic> {
        let told = |diagnostic: &Diagnostic| match (diagnostic.kind, &diagnostic.place) {
            (DiagnosticKind::Environment, None) => None,
            (DiagnosticKind::Environment, Some(_)) => Some(Diagnostic {
                severity: Severity::Warning,
                ..diagnostic.clone()
            }),
            _ => Some(diagnostic.clone()),
        };
        self.diagnostics.iter().filter_map(told).collect()
    }
}

impl ForTarget {
    fn desired(&self) -> Option<Desired> {
        Some(Desired {
            target: self.target.clone()?,
            entries: self.entries.clone(),
            families: self.families.clone(),
            lock: None,
        })
    }
}

/// Reads the files into what they declare. Never fails: what is wrong is in
/// [`Loaded::diagnostics`].
pub fn load(input: &Input<'_>) -> Loaded {
    load_each(input, &mut |_| {})
}

/// Does the same, and hands out every image that is declared, those too that another one makes needless.
pub(super) fn load_each(input: &Input<'_>, each: Each<'_>) -> Loaded {
    let mut loaded = Loaded::default();
    loaded.files.add(input.path, input.text);
    let text = loaded.files.text(input.path).to_owned();
    let known = match FileKind::of(input.path, &text) {
        FileKind::List(form) => {
            let declared = list::parse(form, input.path, &text, &mut loaded.diagnostics);
            let to = Destination::of_environment(&mut profiles(input, &mut loaded));
            resolve(
                input.path,
                declared,
                &Choices::default(),
                to,
                &mut loaded,
                each,
            );
            vec![]
        }
        FileKind::Yaml => mirror(input, &text, Format::Yaml, &mut loaded, each),
        FileKind::Toml => mirror(input, &text, Format::Toml, &mut loaded, each),
    };
    let Loaded {
        files, diagnostics, ..
    } = &mut loaded;
    diagnostics.sort_by_key(|diagnostic| {
        let place = diagnostic.place.as_ref();
        place.map(|place| (files.index(&place.file), place.span.start))
    });
    // What is wrong with a name is so for each of its tags.
    diagnostics.dedup();
    cut(diagnostics);
    secrets::veil(files, &known, diagnostics);
    loaded
}

/// How many mistakes are told one by one.
const MOST_TOLD: usize = 500;

/// Counts what nobody would read to its end, in place of telling it.
fn cut(diagnostics: &mut Vec<Diagnostic>) {
    if diagnostics.len() <= MOST_TOLD {
        return;
    }
    let left = diagnostics.split_off(MOST_TOLD - 1);
    // What stands in the way of a plan does so untold as well.
    let blocks = |told: &&Diagnostic| (told.severity, told.kind != DiagnosticKind::NameRefused);
    let Some(Diagnostic { severity, kind, .. }) = left.iter().max_by_key(blocks) else {
        return;
    };
    let count = |severity: Severity| {
        let count = left.iter().filter(|told| told.severity == severity).count();
        let severity = severity.as_str();
        (count > 0).then(|| {
            text!(
                "{count} more of severity `{severity}`",
                "{count} 条 `{severity}`"
            )
        })
    };
    let counts = [Severity::Error, Severity::Warning, Severity::Note].map(count);
    let counts: Vec<_> = counts.into_iter().flatten().collect();
    let message = text!(
        "there is more like this: {}",
        "这样的还有：{}",
        listed(&counts)
    );
    let more = Diagnostic {
        severity: *severity,
        place: left.first().and_then(|first| first.place.clone()),
        ..Diagnostic::note("more", message)
    };
    diagnostics.push(more.of_kind(*kind));
}

fn profiles<'a>(input: &'a Input<'a>, loaded: &'a mut Loaded) -> Profiles<'a> {
    Profiles {
        input,
        files: &mut loaded.files,
        diagnostics: &mut loaded.diagnostics,
    }
}

/// Takes each image that is declared.
type Each<'a> = &'a mut dyn FnMut(&Resolved);

/// Makes entries of what is declared, as they are for one target, and checks them.
fn resolve(
    path: &str,
    declared: Vec<Declared>,
    defaults: &Choices,
    to: Destination,
    loaded: &mut Loaded,
    each: Each<'_>,
) {
    let Loaded { diagnostics, .. } = loaded;
    let Destination { target, naming } = to;
    let any = Profile::generic();
    let profile = target.as_ref().map_or(&any, |target| &target.profile);
    let resolution = entries::resolve(declared, (defaults, &naming), profile, diagnostics, each);
    validate(
        &Checked {
            path,
            target: target.as_ref(),
            images: &resolution.images,
            taken: &|| resolution.taken(),
        },
        diagnostics,
    );
    let mut set = ForTarget {
        target,
        ..ForTarget::default()
    };
    for Resolved { entry, declared } in resolution.images {
        match declared.selection {
            None => set.entries.push(entry),
            Some(selection) => set.families.push(Family {
                any: entry,
                selection,
                position: set.entries.len(),
                choice: Choice::Open,
                account: None,
            }),
        }
    }
    loaded.targets.push(set);
}

/// The same for each target; what there is to say of each is said once.
fn resolve_each(
    path: &str,
    mut declared: Vec<Declared>,
    defaults: &Choices,
    to: Vec<Destination>,
    loaded: &mut Loaded,
    each: Each<'_>,
) {
    let last = to.len().saturating_sub(1);
    let mut said = HashSet::new();
    for (number, to) in to.into_iter().enumerate() {
        let declared = if number == last {
            std::mem::take(&mut declared)
        } else {
            declared.clone()
        };
        let from = loaded.diagnostics.len();
        // What is declared is the same for every target.
        let mut nobody = |_: &Resolved| {};
        let each = if number == 0 { &mut *each } else { &mut nobody };
        resolve(path, declared, defaults, to, loaded, each);
        if last > 0 {
            let is_new = |told: &Diagnostic| {
                let place = told.place.as_ref();
                let place = place.map(|place| (place.file.clone(), place.span.start));
                said.insert((place, told.message.english().to_owned()))
            };
            let told = loaded.diagnostics.split_off(from).into_iter();
            loaded.diagnostics.extend(told.filter(is_new));
        }
    }
}

/// Reads a mirror file and what it includes; returns where secrets stand in it.
fn mirror(
    input: &Input<'_>,
    text: &str,
    format: Format,
    loaded: &mut Loaded,
    each: Each<'_>,
) -> Vec<Place> {
    let root = match format {
        Format::Yaml => from_yaml::parse(text),
        Format::Toml => from_toml::parse(text),
    };
    let root = match root {
        Ok(root) => root,
        Err(error) => {
            loaded.diagnostics.push(error.diagnostic(input.path));
            return vec![];
        }
    };
    let mut reader = Reader::new(input.path, format, input.environment);
    let mut file = read_mirror::read(&mut reader, &root);
    // What was made of it takes as much again.
    drop(root);
    loaded.diagnostics.append(&mut reader.diagnostics);
    let secrets = reader.secrets.iter().map(|span| reader.place(span));
    let secrets = secrets.collect();
    let (logins, mirrors) = (reader.logins, reader.mirrors);
    let to = destinations(&file, &mut profiles(input, loaded));
    take_logins(&mut file, &mut loaded.diagnostics);
    let mut declared = includes(input, &file.include, loaded);
    declared.extend(items::declare(
        file.images,
        format,
        &loaded.files,
        &mut loaded.diagnostics,
    ));
    let default = PruneSettings::default();
    loaded.prune = PruneSettings {
        wanted: file.prune.unwrap_or(default.wanted),
        limit: file.prune_limit.unwrap_or(default.limit),
    };
    let defaults = file.defaults.unwrap_or_default();
    resolve_each(input.path, declared, &defaults, to, loaded, each);
    loaded.registries = file.registries;
    ask_for(logins, loaded);
    mirrors_of_target(mirrors, loaded);
    for settings in loaded.registries.values_mut() {
        let ca_file = settings.ca_file.take();
        settings.ca_file = ca_file.map(|file| beside(input.path, &file));
    }
    secrets
}

/// Tells which logins have no value, as far as something is copied from there, perhaps by a mirror, or to there.
fn ask_for(logins: Vec<(String, Diagnostic)>, loaded: &mut Loaded) {
    let targets = loaded.known_targets();
    let targets = targets.map(|target| &*target.registry);
    let sources = loaded.targets.iter().flat_map(|one| {
        let families = one.families.iter().map(|family| &family.any);
        let entries = one.entries.iter().chain(families);
        entries.map(|entry| entry.source.registry())
    });
    let mut needed: HashSet<&str> = sources.chain(targets).collect();
    for (host, settings) in &loaded.registries {
        if needed.contains(&**host) {
            needed.extend(settings.mirrors.iter().map(|mirror| &*mirror.host));
        }
    }
    let told = logins.into_iter();
    let told = told.filter(|(host, _)| needed.contains(&**host));
    let told: Vec<_> = told.map(|(_, told)| told).collect();
    loaded.diagnostics.extend(told);
}

/// Tells of mirrors that do nothing: of the target only what it says itself counts.
fn mirrors_of_target(mirrors: Vec<(String, Place)>, loaded: &mut Loaded) {
    for (host, place) in mirrors {
        if loaded.known_targets().any(|target| target.registry == host) {
            let message = text!(
                "`{host}` is the target, which is asked itself: its mirrors do nothing",
                "`{host}` 是目标，只问它自己：它的镜像站不起作用"
            );
            let useless = Diagnostic::warning("mirrors-of-target", message)
                .at(place)
                .help(text!("take them out", "去掉它们"));
            loaded.diagnostics.push(useless);
        }
    }
}

/// Reads the included image lists.
fn includes(input: &Input<'_>, include: &[At<String>], loaded: &mut Loaded) -> Vec<Declared> {
    let mut declared = Vec::new();
    for At { value, place } in include {
        let path = beside(input.path, value);
        let form = match FileKind::named(&path) {
            Some(FileKind::List(form)) => Some(form),
            Some(FileKind::Yaml | FileKind::Toml) => None,
            None => Some(ListForm::Lines),
        };
        let Some(form) = form else {
            let message = text!("`{value}` is not an image list", "`{value}` 不是镜像列表");
            let diagnostic = Diagnostic::error("not-an-image-list", message)
                .at(place.clone())
                .help(text!(
                    "only image lists can be included",
                    "只能包含镜像列表"
                ));
            loaded.diagnostics.push(diagnostic);
            continue;
        };
        if declared.len() >= MOST_LINES {
            let message = text!(
                "more than {MOST_LINES} images are declared",
                "声明的镜像超过 {MOST_LINES} 个"
            );
            let diagnostic = Diagnostic::error("too-many-images", message)
                .at(place.clone())
                .help(text!(
                    "divide them between several mirror files",
                    "把它们分到几个 mirror 文件里"
                ));
            loaded.diagnostics.push(diagnostic);
            break;
        } else if loaded.files.contains(&path) {
            let message = text!("`{value}` is included already", "`{value}` 已经包含过了");
            loaded
                .diagnostics
                .push(Diagnostic::warning("included-twice", message).at(place.clone()));
        } else {
            match (input.read)(&path) {
                Ok(text) => {
                    loaded.files.add(&path, &text);
                    let text = loaded.files.text(&path);
                    declared.extend(list::parse(form, &path, text, &mut loaded.diagnostics));
                }
                Err(why) => {
                    let message = text!(
                        "cannot include `{value}`: {why}",
                        "无法包含 `{value}`：{why}"
                    );
                    let diagnostic = Diagnostic::error("not-readable", message)
                        .at(place.clone())
                        .help(text!(
                            "paths are relative to the mirror file",
                            "路径从 mirror 文件所在的目录算起"
                        ));
                    loaded.diagnostics.push(diagnostic);
                }
            }
        }
    }
    declared
}
