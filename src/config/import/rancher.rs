//! The configuration of Rancher's image mirror: artifacts with their tags, and the repositories they go to.

use crate::config::node::Node;
use crate::model::Platforms;

use super::gathered::{Gathered, Goes};
use crate::config::tree::{get, is_set, items, items_of, text, text_of};

const SOURCES: [(&str, &str, &str); 2] = [
    ("Artifacts", "SourceArtifact", "TargetArtifactName"),
    ("Images", "SourceImage", "TargetImageName"),
];

pub(super) fn is(root: &Node) -> bool {
    let has = |(list, source, _): &(&str, &str, &str)| {
        items_of(root, list)
            .iter()
            .any(|one| get(one, source).is_some())
    };
    SOURCES.iter().any(has)
}

pub(super) fn read(root: &Node, into: &mut Gathered) {
    into.platforms = Some(Platforms::All);
    let repositories = items_of(root, "Repositories");
    for repository in repositories {
        if let (Some(host), user, password) = (
            get(repository, "Registry"),
            get(repository, "Username"),
            get(repository, "Password"),
        ) && (user.is_some() || password.is_some())
        {
            into.log_in(text(host).unwrap_or_default(), &host.span, user, password);
        }
    }
    let usual = repositories
        .iter()
        .filter(|one| is_set(one, "DefaultTarget") || is_set(one, "Target"));
    let usual: Vec<&str> = usual.filter_map(|one| text_of(one, "BaseUrl")).collect();
    for (list, source, target) in SOURCES {
        for artifact in items_of(root, list) {
            let Some(node) = get(artifact, source) else {
                continue;
            };
            let Some(from) = text(node) else { continue };
            let name = text_of(artifact, target).map_or_else(|| default_name(from), str::to_owned);
            let own: Vec<&str> = items_of(artifact, "TargetRepositories")
                .iter()
                .filter_map(text)
                .collect();
            let bases = if own.is_empty() { &usual } else { &own };
            if is_set(artifact, "DoNotMirror") {
                continue;
            }
            let excluded: Vec<&str> = items_of(artifact, "DoNotMirror")
                .iter()
                .filter_map(text)
                .collect();
            let tags = get(artifact, "Tags").map_or(&[][..], items);
            for tag in tags {
                let written = text(tag).unwrap_or_default();
                if excluded.contains(&written) {
                    continue;
                }
                let image = format!("{from}:{written}");
                let mut take = |to: &str| {
                    into.take(&image, &tag.span, |source| Goes::to(to, source));
                };
                match bases.as_slice() {
                    [] => take(&name),
                    bases => bases
                        .iter()
                        .for_each(|base| take(&format!("{base}/{name}"))),
                }
            }
        }
    }
}

/// Names an artifact by its last two parts.
fn default_name(source: &str) -> String {
    let mut parts = source.rsplit('/');
    let name = parts.next().unwrap_or(source);
    match parts.next() {
        Some(_) if source.starts_with("dp.apps.rancher.io/") => format!("appco-{name}"),
        Some(repository) => format!("mirrored-{repository}-{name}"),
        None => name.to_owned(),
    }
}
