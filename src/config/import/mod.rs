//! Other files as mirror files.
//!
//! What a file is, it tells by what it holds. Each form has a module of its own here that reads it into what was
//! `gathered`; that is made a `draft` once, and the draft is written as a mirror file.

mod assemble;
mod built;
mod compose;
mod detect;
mod docker_images;
mod draft;
mod dregsy;
mod from_image_list;
mod gathered;
mod held;
mod image_set;
mod image_syncer;
mod kubernetes;
mod login;
mod pairs;
mod promoter;
mod rancher;
mod ranges;
mod regsync;
mod settle;
mod sinker;
mod skopeo;
mod tags;
mod zarf;

use assemble::assemble;
use detect::{Form, detect};
use draft::Draft;
use gathered::Gathered;

pub use compose::ComposeService;
pub use held::{HeldRepository, Holder, held};

use super::diagnostics::{Diagnostic, Severity};
use super::files::{Files, Place};
use super::{secrets, tree};

/// A file that is to be imported.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Imports<'a> {
    /// Its name, as it is shown to people.
    pub path: &'a str,
    /// Its text.
    pub text: &'a str,
}

/// What became of files that were to be imported.
#[derive(Debug, Clone, PartialEq)]
pub struct Imported {
    /// The mirror file; none where the file has mistakes that must be mended first.
    pub text: Option<String>,
    /// Everything there is to say about the files.
    pub diagnostics: Vec<Diagnostic>,
    /// The texts that the diagnostics point into.
    pub files: Files,
}

/// Reads the services of a Compose file that have an image of a registry, those that are built left out.
///
/// # Errors
///
/// It is none.
pub fn compose_services(path: &str, text: &str) -> Result<Vec<ComposeService>, Box<Diagnostic>> {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let roots = tree::documents(text).map_err(|error| Box::new(error.diagnostic(path)))?;
    compose::read_services(&roots, text).ok_or_else(|| {
        let message = text!(
            "`{path}` is no Compose file: it has no `services` with images",
            "`{path}` 不是 Compose 文件：里面没有带镜像的 `services`"
        );
        Box::new(Diagnostic::error("not-compose", message))
    })
}

/// Writes an image list or another tool's file as a mirror file (YAML) that declares the very same, with those that
/// the tool reads beside it.
///
/// Where a file does not say where the images go, the target is left to the environment. Of images that would have
/// had the same name, all but the first get one of their own, and a warning says so.
pub fn import(imports: &[Imports<'_>]) -> Imported {
    let mut files = Files::default();
    for Imports { path, text } in imports {
        files.add(path, text);
    }
    let known = imports
        .iter()
        .map(|Imports { path, .. }| (*path, detect(path, files.text(path))));
    let known: Vec<_> = known.collect();
    let mut wrong = Vec::new();
    let mut forms = Vec::new();
    for (path, form) in known {
        match form {
            Ok(form) => forms.push((path, form)),
            Err(diagnostic) => wrong.push(diagnostic),
        }
    }
    let (draft, mut diagnostics, secrets) = if wrong.is_empty() {
        drafted(forms, &files)
    } else {
        (Draft::default(), wrong, vec![])
    };
    secrets::veil(&mut files, &secrets, &mut diagnostics);
    let wrong = diagnostics
        .iter()
        .any(|one| one.severity == Severity::Error);
    let origin: Vec<_> = imports.iter().map(|one| one.path).collect();
    Imported {
        text: (!wrong).then(|| draft.to_yaml(&origin.join("`, `"))),
        diagnostics,
        files,
    }
}

fn drafted(forms: Vec<(&str, Form)>, files: &Files) -> (Draft, Vec<Diagnostic>, Vec<Place>) {
    let Some((path, _)) = forms.first() else {
        return (Draft::default(), vec![], vec![]);
    };
    if let [(path, Form::List(form))] = forms.as_slice() {
        let (draft, diagnostics) = from_image_list::draft(*form, path, files.text(path));
        return (draft, diagnostics, vec![]);
    }
    let mut into = Gathered::of(path);
    read(forms, files, &mut into);
    if into.images.is_empty()
        && into
            .diagnostics
            .iter()
            .all(|one| one.severity < Severity::Error)
    {
        into.nothing_found();
    }
    let secrets = std::mem::take(&mut into.secrets);
    let (draft, diagnostics) = assemble(into, files);
    (draft, diagnostics, secrets)
}

/// Reads files that belong together.
fn read(forms: Vec<(&str, Form)>, files: &Files, into: &mut Gathered) {
    let (mut main, mut refused) = (None, false);
    let (mut manifest, mut images) = (None, Vec::new());
    for (path, form) in forms {
        into.turn_to(path);
        match form {
            Form::SyncerAuth(root) => image_syncer::read_auth(&root, into),
            Form::PromoterManifest(root) => manifest = Some((path, root)),
            Form::PromoterImages(root) => images.push((path, root)),
            other if main.is_none() => main = Some((path, other)),
            _ => {
                refused = true;
                into.one_too_many();
            }
        }
    }
    let is_promoters = manifest.is_some() || !images.is_empty();
    match main {
        None => {}
        Some(_) if refused => {}
        Some((path, Form::Lines(read))) if !is_promoters => {
            into.turn_to(path);
            read(path, files.text(path), into);
        }
        Some((path, Form::Trees(read, roots))) if !is_promoters => {
            into.turn_to(path);
            for root in &roots {
                read(root, into);
            }
        }
        // An image list stands alone, and what belongs to a promoter has nothing else beside it.
        Some((path, _)) => {
            into.turn_to(path);
            into.one_too_many();
        }
    }
    if is_promoters {
        let inner = manifest
            .as_ref()
            .and_then(|(path, root)| tree::get(root, "images").map(|images| (*path, images)));
        let beside = images.iter().map(|(path, root)| (*path, root));
        let images: Vec<_> = inner.into_iter().chain(beside).collect();
        let manifest = manifest.as_ref().map(|(path, root)| (*path, root));
        promoter::read(manifest, &images, into);
    }
}
