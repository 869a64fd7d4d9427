//! What a file is, by what it holds.

use crate::config::diagnostics::Diagnostic;
use crate::config::file_kind::{FileKind, ListForm};
use crate::config::files::Place;
use crate::config::image_list_line::parse_line;
use crate::config::node::{Node, Pair, Value};
use crate::config::{dockerfile, mistakes, tree};

use super::gathered::Gathered;
use super::{
    built, compose, docker_images, dregsy, image_set, image_syncer, kubernetes, pairs, promoter,
    rancher, regsync, sinker, skopeo, zarf,
};

/// What `import` knows.
pub(super) enum Form {
    /// An image list.
    List(ListForm),
    /// Lines of another kind.
    Lines(fn(&str, &str, &mut Gathered)),
    /// Trees, each for itself.
    Trees(fn(&Node, &mut Gathered), Vec<Node>),
    /// What logs in for image-syncer.
    SyncerAuth(Node),
    /// A promoter's manifest, perhaps with its images.
    PromoterManifest(Node),
    /// A promoter's images.
    PromoterImages(Node),
}

/// What belongs to another file.
type Part = (fn(&Node) -> bool, fn(Node) -> Form);
type Known = (fn(&Node) -> bool, fn(&Node, &mut Gathered));

/// What is told by one tree, from what can be nothing else to what is told by its look.
const KNOWN: [Known; 10] = [
    (zarf::is, zarf::read),
    (image_set::is, image_set::read),
    (kubernetes::is, kubernetes::read),
    (compose::is, compose::read),
    (regsync::is, regsync::read),
    (dregsy::is, dregsy::read),
    (rancher::is, rancher::read),
    (sinker::is, sinker::read),
    (skopeo::is, skopeo::read),
    (
        |root| image_syncer::is_both(root) || image_syncer::is(root),
        image_syncer::read,
    ),
];

/// How many lines are looked at for one that may be an image.
const ENOUGH: usize = 1000;

/// Tells what a file is.
#[expect(
    clippy::result_large_err,
    reason = "an error is made once for each file"
)]
pub(super) fn detect(path: &str, text: &str) -> Result<Form, Diagnostic> {
    let named = FileKind::named(path);
    let is_tree = matches!(named, Some(FileKind::Yaml | FileKind::Toml));
    if !is_tree && text.lines().all(|line| parse_line(line).is_ok()) {
        return Ok(Form::List(ListForm::Lines));
    }
    if let FileKind::List(ListForm::Dockerfile) = FileKind::of(path, text) {
        return Ok(if is_built(path, text) {
            Form::Lines(built::read)
        } else {
            Form::List(ListForm::Dockerfile)
        });
    }
    if !is_tree && built::is(text) {
        return Ok(Form::Lines(built::read));
    }
    let trees = tree::documents(text);
    let error = match trees {
        Ok(roots) => match of_trees(path, roots)? {
            Some(form) => return Ok(form),
            None => None,
        },
        Err(error) => Some(error),
    };
    if !is_tree && let Some(form) = of_lines(path, text) {
        return Ok(form);
    }
    let looks_like_one = is_tree || text.trim_start().starts_with(['{', '[']);
    Err(match error.filter(|_| looks_like_one) {
        Some(error) => error.diagnostic(path),
        None => unknown(path),
    })
}

/// Tells what lines are.
fn of_lines(path: &str, text: &str) -> Option<Form> {
    if docker_images::is(text) {
        return Some(Form::Lines(docker_images::read));
    }
    if pairs::is(text) {
        return Some(Form::Lines(pairs::read));
    }
    // Whoever writes a list makes mistakes in it, and they are told one by one.
    let is_image = |line: &str| {
        let is_nothing = matches!(parse_line(line), Ok(None));
        !is_nothing && mistakes::could_be_image(line)
    };
    let is_list = text.lines().take(ENOUGH).any(is_image)
        && mistakes::whole_file(&path.into(), text).is_none();
    is_list.then_some(Form::List(ListForm::Lines))
}

/// Tells whether a Dockerfile builds an image, by what a list of images has not.
fn is_built(path: &str, text: &str) -> bool {
    const OF_BUILDS: [&str; 5] = [
        "earlier-name",
        "from-nothing",
        "instruction",
        "line-goes-on",
        "variable",
    ];
    let mut told = Vec::new();
    dockerfile::parse(path, text, &mut told);
    told.iter().any(|one| OF_BUILDS.contains(&one.code))
}

/// Tells what trees are; nothing where they are no trees at all.
#[expect(
    clippy::result_large_err,
    reason = "an error is made once for each file"
)]
fn of_trees(path: &str, mut roots: Vec<Node>) -> Result<Option<Form>, Diagnostic> {
    let is_tree = |root: &Node| matches!(root.value, Value::Table(_) | Value::List(_));
    if !roots.iter().any(is_tree) {
        return Ok(None);
    }
    for (is, read) in KNOWN {
        if roots.iter().any(is) {
            roots.retain(is);
            return Ok(Some(Form::Trees(read, roots)));
        }
    }
    if roots.iter().any(is_mirror_file) {
        return Err(mirror_file(path));
    }
    let others: [Part; 3] = [
        (promoter::is_manifest, Form::PromoterManifest),
        (promoter::is_images, Form::PromoterImages),
        (image_syncer::is_auth, Form::SyncerAuth),
    ];
    for (is, form) in others {
        if let Some(at) = roots.iter().position(is) {
            return Ok(Some(form(roots.swap_remove(at))));
        }
    }
    let is_text = |root: &Node| match &root.value {
        Value::List(items) => items.iter().all(|item| tree::text(item).is_some()),
        _ => false,
    };
    if roots.iter().any(is_text) {
        return Ok(Some(Form::Trees(read_texts, roots)));
    }
    Ok(None)
}

/// Takes a list of texts for images.
fn read_texts(root: &Node, into: &mut Gathered) {
    for image in tree::items(root) {
        if let Some(written) = tree::text(image) {
            into.take(written, &image.span, |_| {
                Some(super::gathered::Goes::Flat(None))
            });
        }
    }
}

fn is_mirror_file(root: &Node) -> bool {
    const KEYS: [&str; 8] = [
        "version",
        "target",
        "defaults",
        "include",
        "images",
        "prune",
        "prune-limit",
        "registries",
    ];
    let is_ours = |pair: &Pair| KEYS.contains(&pair.key.as_str());
    tree::get(root, "version").is_some() && tree::pairs(root).iter().all(is_ours)
}

fn begins(path: &str) -> Place {
    Place {
        file: path.into(),
        span: 0..0,
    }
}

fn mirror_file(path: &str) -> Diagnostic {
    let message = text!(
        "`{path}` is a mirror file already",
        "`{path}` 已经是 mirror 文件"
    );
    Diagnostic::error("mirror-file-already", message)
        .at(begins(path))
        .help(text!(
            "use it as it is: `pusher plan --file {path}`",
            "直接用它：`pusher plan --file {path}`"
        ))
}

fn unknown(path: &str) -> Diagnostic {
    let message = text!(
        "`import` does not know what `{path}` is",
        "`import` 不认识 `{path}` 的内容"
    );
    Diagnostic::error("unknown-content", message)
        .at(begins(path))
        .help(text!(
            "it knows image lists (also `source => target`, `source, target`, `source target tag`), what `docker images` \
             prints, Dockerfiles, Compose files, Kubernetes manifests, and the files of regsync, skopeo sync, \
             image-syncer, dregsy, Rancher's image mirror, oc-mirror, kpromo, sinker and Zarf",
            "它认识：镜像列表（也包括 `source => target`、`source, target`、`source target tag`）、`docker images` 的输出、\
             Dockerfile、Compose 文件、Kubernetes 清单，以及 regsync、skopeo sync、image-syncer、dregsy、\
             Rancher 的 image mirror、oc-mirror、kpromo、sinker、Zarf 的文件"
        ))
}
