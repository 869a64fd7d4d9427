//! `docs/profiles.md` says what `model::profile` holds.

use pusher::model::{IndexType, Profile, ProfileLogin};

/// Writes one row of the table: a fact, and what each kind of registry has for it.
fn row(fact: &str, of: impl Fn(&Profile) -> String) -> String {
    let shown = [
        "acr-personal",
        "acr-enterprise",
        "tcr-enterprise",
        "tcr-personal",
        "swr",
        "generic",
    ];
    let cells = shown.map(|name| of(&Profile::named(name).unwrap()));
    format!("| {fact} | {} |", cells.join(" | "))
}

fn tried(known: Option<bool>) -> String {
    match known {
        Some(true) => "yes",
        Some(false) => "no",
        None => "tried",
    }
    .to_owned()
}

#[test]
fn the_document_has_every_fact() {
    let document = include_str!("../../docs/profiles.md");
    // Named one by one, so that a new fact does not compile until the document has it.
    let Profile {
        name: _,
        image_configs_only: _,
        only_index: _,
        attestations: _,
        namespace_levels: _,
        name_levels: _,
        name_length: _,
        mount: _,
        delete: _,
        referrers_api: _,
        repository_limit: _,
        starting_concurrency: _,
        login: _,
    } = Profile::generic();
    let any = || "any".to_owned();
    let rows = [
        row("`profile`", |profile| format!("`{}`", profile.name)),
        row("manifests taken", |profile| {
            let images = profile.image_configs_only;
            if images {
                "container images only"
            } else {
                "all"
            }
            .to_owned()
        }),
        row("indexes taken", |profile| {
            let only = profile.only_index.map(|only| match only {
                IndexType::Docker => "Docker's",
                IndexType::Oci => "OCI's",
            });
            only.unwrap_or("all").to_owned()
        }),
        row("attestations", |profile| {
            let taken = profile.attestations;
            if taken { "taken" } else { "left out" }.to_owned()
        }),
        row("logins", |profile| {
            match profile.login {
                ProfileLogin::Acr => "ACR's",
                ProfileLogin::None => "as everywhere",
            }
            .to_owned()
        }),
        row("levels of a namespace", |profile| {
            profile
                .namespace_levels
                .map_or_else(any, |levels| levels.to_string())
        }),
        row("levels of a name", |profile| {
            profile
                .name_levels
                .map_or_else(any, |levels| levels.to_string())
        }),
        row("characters of a name", |profile| {
            let length = profile.name_length;
            length.map_or_else(any, |(least, most)| format!("{least} to {most}"))
        }),
        row("repositories", |profile| {
            profile
                .repository_limit
                .map_or_else(any, |limit| limit.to_string())
        }),
        row("requests at once, at first", |profile| {
            profile.starting_concurrency.to_string()
        }),
        row("mount from another repository", |profile| {
            tried(profile.mount)
        }),
        row("delete a tag", |profile| tried(profile.delete)),
        row("referrers API", |profile| tried(profile.referrers_api)),
    ];
    for profile in Profile::built_in() {
        let name = format!("`{}`", profile.name);
        assert!(document.contains(&name), "docs/profiles.md lacks {name}");
    }
    for row in rows {
        assert!(document.contains(&row), "docs/profiles.md lacks\n{row}");
    }
}
