//! The way from a file's text to what it declares.

use std::collections::HashSet;

use crate::model::{Profile, listed};
use crate::plan::{Choice, Family, TargetLabel, VerifyRules};

use super::declared::{Declared, Resolved};
use super::diagnostics::{Diagnostic, Severity, sort};
use super::files::{Place, beside};
use super::format::Format;
use super::includes::includes;
use super::loaded::{ForTarget, Loaded};
use super::mirror_file::Choices;
use super::policy::Policy;
use super::profiles::Profiles;
use super::reader::Reader;
use super::settings::PruneSettings;
use super::targets::{Destination, destinations, take_logins};
use super::validate::{Checked, validate};
use super::{
    FileKind, Input, entries, from_toml, from_yaml, items, list, read_mirror, secrets, verify,
};

/// Reads the files into what they declare. Never fails: what is wrong is in
/// [`Loaded::diagnostics`].
pub fn load(input: &Input<'_>) -> Loaded {
    load_each(input, &mut |_, _| {})
}

/// Does the same, and hands out every image that is declared, for each target, those too that another one makes needless.
pub(super) fn load_each(input: &Input<'_>, each: Each<'_>) -> Loaded {
    let mut loaded = Loaded::default();
    loaded.files.add(input.path, input.text);
    let text = loaded.files.text(input.path).to_owned();
    let known = match FileKind::of(input.path, &text) {
        FileKind::List(form) => {
            let declared = list::parse(form, input.path, &text, &mut loaded.diagnostics);
            let to = Destination::of_environment(&mut profiles(input, &mut loaded));
            let defaults = Choices::default();
            resolve_each(
                input.path,
                declared,
                &defaults,
                vec![to],
                &Policy::default(),
                &mut loaded,
                each,
            );
            vec![]
        }
        FileKind::Yaml => mirror(input, &text, Format::Yaml, &mut loaded, each),
        FileKind::Toml => mirror(input, &text, Format::Toml, &mut loaded, each),
    };
    if loaded.targets.is_empty() {
        // The file could not be understood so far.
        loaded.targets.push(ForTarget::default());
    }
    let Loaded {
        files, diagnostics, ..
    } = &mut loaded;
    sort(diagnostics, files);
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
    let blocks = |told: &&Diagnostic| (told.severity, !told.kind.is_of_one_image());
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

/// Takes each image that is declared, with what the target is called and its number.
type Each<'a> = &'a mut dyn FnMut((usize, Option<&TargetLabel>), &Resolved);

/// Makes entries of what is declared, as they are for one target, and checks them.
fn resolve(
    path: &str,
    declared: Vec<Declared>,
    defaults: &Choices,
    to: Destination,
    policy: &Policy,
    loaded: &mut Loaded,
    each: &mut dyn FnMut(&Resolved),
) {
    let Loaded { diagnostics, .. } = loaded;
    let Destination {
        target,
        naming,
        label: _,
    } = to;
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
    let mut set = ForTarget::to(target, policy.tell(&resolution.images, diagnostics));
    for Resolved { entry, declared } in resolution.images {
        match declared.selection {
            None => set.entries.push(entry),
            Some(selection) => set.families.push(Family {
                any: entry,
                selection,
                position: set.entries.len(),
                choice: Choice::Open,
                verify: VerifyRules::default(),
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
    policy: &Policy,
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
        let label = to.label.clone();
        let mut each = |image: &Resolved| each((number, label.as_ref()), image);
        resolve(path, declared, defaults, to, policy, loaded, &mut each);
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
    let policy = Policy::of(input.path, file.policy, &file.verify, &loaded.files);
    resolve_each(input.path, declared, &defaults, to, &policy, loaded, each);
    loaded.policy = policy.rules;
    verify::rules(input, file.verify, loaded);
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
