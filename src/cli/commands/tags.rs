//! `tags`: which tags a repository has, and what rules take of them.

use crate::cli::args::{GlobalArgs, TagsArgs};
use crate::cli::client::client;
use crate::cli::context::Context;
use crate::cli::error::{CliError, CommandError, Mistakes, unreadable};
use crate::cli::exit::Exit;
use crate::cli::mirror;
use crate::cli::reading::reading;
use crate::cli::session::absent;
use crate::config::{Loaded, read_rules};
use crate::model::Repository;
use crate::registry::{Client, ReadRegistry as _};
use crate::render::{self, Found, Tagged};
use crate::selection::{Selection, Survey};

/// Prints what there is in a repository, or what rules take of it.
pub(super) async fn run(
    context: &Context,
    global: &GlobalArgs,
    options: &TagsArgs,
) -> Result<Exit, CommandError> {
    let TagsArgs { image, rule, .. } = options;
    let rules = rule.as_deref().map(read_rules).transpose();
    let rules = rules.map_err(|(told, files)| Mistakes::of(told, files))?;
    let loaded = mirror::settings(context, global)?.unwrap_or_default();
    let selection = match rules {
        Some(rules) => Some(Selection {
            rules,
            ..Selection::default()
        }),
        None => declared(&loaded, image),
    };
    let client = client(context, &loaded.registries, loaded.known_targets())?;
    let listed = reading(context, 0, async |_| list(image, &client).await).await??;
    let selected = selection.map(|selection| selection.choose(&listed));
    let survey;
    let found = if let Some(selected) = &selected {
        Found::Selected(selected)
    } else {
        survey = Survey::of(&listed);
        Found::Survey(&survey)
    };
    let tagged = Tagged {
        repository: image,
        found,
    };
    let view = context.printer.view(global.verbose > 0);
    let format = global.format();
    context
        .printer
        .answer(|to| render::tags(&tagged, format, &view, to))?;
    Ok(Exit::of(matches!(found, Found::Selected(Err(_))), false))
}

/// Returns what the file selects of a repository, if it does.
fn declared(loaded: &Loaded, repository: &Repository) -> Option<Selection> {
    let mut families = loaded.targets.iter().flat_map(|one| &one.families);
    let family = families.find(|family| family.any.source.repository() == repository);
    family.map(|family| family.selection.clone())
}

async fn list(repository: &Repository, client: &Client) -> Result<Vec<String>, CliError> {
    let found = client.list_tags(repository).await;
    if let Some(found) = found.map_err(|why| unreadable(&why))? {
        return Ok(found);
    }
    let Repository { registry, name } = repository;
    let message = text!(
        "`{registry}` has no repository `{name}`",
        "`{registry}` 没有镜像仓库 `{name}`"
    );
    Err(absent(message, repository, client).await)
}
