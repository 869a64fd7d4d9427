//! The ways to write one repository.

use crate::model::{DOCKER_HUB, Reference, Repository};

/// Returns every way in which people write a repository, the shortest first, as it is written out last:
/// `nginx`, `library/nginx`, `docker.io/nginx`, `docker.io/library/nginx`.
pub fn spellings(repository: &Repository) -> Vec<String> {
    let Repository { registry, name } = repository;
    let mut all = Vec::with_capacity(4);
    if registry == DOCKER_HUB {
        let official = name.strip_prefix("library/");
        all.extend(official.map(str::to_owned));
        all.push(name.clone());
        all.extend(official.map(|short| format!("{registry}/{short}")));
    }
    all.push(repository.to_string());
    // Without its host, a name may be that of another repository, or seem to have a host.
    all.retain(|text| {
        let meant = text.parse::<Reference>();
        meant.is_ok_and(|meant| meant.repository() == repository)
    });
    all
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_spelling_means_the_same() {
        for (text, all) in [
            (
                "nginx",
                &[
                    "nginx",
                    "library/nginx",
                    "docker.io/nginx",
                    "docker.io/library/nginx",
                ][..],
            ),
            ("org/app", &["org/app", "docker.io/org/app"]),
            ("ghcr.io/library/app", &["ghcr.io/library/app"]),
            // Without `library` it is another repository; without the host `localhost` is one.
            (
                "docker.io/library/a/b",
                &["library/a/b", "docker.io/library/a/b"],
            ),
            ("docker.io/localhost/a", &["docker.io/localhost/a"]),
        ] {
            let reference: Reference = text.parse().unwrap();
            let spelled = spellings(reference.repository());
            assert_eq!(spelled, all, "{text}");
        }
    }
}
