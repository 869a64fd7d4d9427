//! `import`: an image list, another tool's file, or what a registry holds, written as a mirror file.

use std::path::PathBuf;

use futures_util::StreamExt as _;

use crate::cli::args::{GlobalArgs, ImportArgs};
use crate::cli::client::client;
use crate::cli::context::Context;
use crate::cli::error::{CliError, CommandError, unreadable};
use crate::cli::exit::Exit;
use crate::cli::mirror::{self, written};
use crate::cli::reading::reading;
use crate::config::import::{HeldRepository, Holder, held};
use crate::config::{Loaded, NAMESPACE_VARIABLE, REGISTRY_VARIABLE};
use crate::doctor::PROBED;
use crate::model::{Failure, Profile, Repository, Text, check_path};
use crate::plan::referrers::is_referrer_name;
use crate::plan::{Target, TargetName};
use crate::registry::{Client, ReadRegistry as _};
use crate::render::hints;

/// How many repositories are listed at once.
const LISTS_AT_ONCE: usize = 16;

/// Prints the mirror file.
pub(super) async fn run(
    context: &Context,
    global: &GlobalArgs,
    options: &ImportArgs,
) -> Result<Exit, CommandError> {
    if let Some(from) = &options.from {
        return registry(context, global, from, &options.files).await;
    }
    let text = mirror::import_files(context, &options.files)?;
    context.printer.answer(|to| to.write_str(&text))?;
    Ok(Exit::Done)
}

/// Prints what a registry holds as a mirror file that has it from there.
async fn registry(
    context: &Context,
    global: &GlobalArgs,
    from: &str,
    named: &[PathBuf],
) -> Result<Exit, CommandError> {
    let holder = Holder::parse(from).map_err(|why| {
        CliError::new(text!(
            "`{from}` is no registry to import from: {why}",
            "`{from}` 不是能导入的仓库：{why}"
        ))
        .hint(text!(
            "write its host and a namespace, such as `--from harbor.example.com/team`",
            "写上地址和命名空间，如 `--from harbor.example.com/team`"
        ))
    })?;
    let loaded = mirror::settings(context, global)?.unwrap_or_default();
    let mut targets: Vec<_> = loaded.known_targets().cloned().collect();
    if targets.is_empty() {
        targets.extend(mirror::of_environment(context));
    }
    let Loaded { registries, .. } = &loaded;
    let client = client(context, registries, &targets)?;
    let repositories = match named {
        [] => listed(context, &holder, &client).await?,
        named => below(&holder, named)?,
    };
    let repositories = reading(context, repositories.len(), async |_| {
        let asked = repositories
            .into_iter()
            .map(|name| tags(&holder, name, !named.is_empty(), &client));
        let asked = futures_util::stream::iter(asked.collect::<Vec<_>>());
        asked.buffered(LISTS_AT_ONCE).collect::<Vec<_>>().await
    })
    .await?;
    let is_whole = repositories.iter().all(|one| one.tags.is_ok());
    // The names are made to fit one of several targets; `check` tells what the others refuse.
    let target = targets.first();
    let profile = target.map_or_else(Profile::generic, |target| target.profile.clone());
    let imported = held(&holder, &repositories, &profile);
    let text = written(context, imported)?;
    tell(context, &holder, target);
    context.printer.answer(|to| to.write_str(&text))?;
    Ok(Exit::of(!is_whole, false))
}

/// Asks a registry which repositories it has.
async fn listed(
    context: &Context,
    holder: &Holder,
    client: &Client,
) -> Result<Vec<String>, CommandError> {
    let prefix = holder.prefix();
    let found = reading(context, 0, async |_| {
        client.list_repositories(&holder.registry, &prefix).await
    })
    .await?;
    let found = found.map(|found| found.map(without_probed));
    let is_empty = matches!(&found, Ok(found) if found.as_deref().is_none_or(<[_]>::is_empty));
    if is_empty && let Some(repository) = holder.as_repository() {
        let asked = reading(context, 0, async |_| client.list_tags(&repository).await).await?;
        if let Ok(Some(_)) = asked {
            return Err(one_repository(&repository).into());
        }
    }
    let (registry, name) = (&holder.registry, holder.name());
    let by_name = |message: Text| {
        let error = CliError::new(message).hint(text!(
            "name the repositories, as its console shows them: `pusher import --from {name} REPOSITORY…`",
            "照控制台里显示的写上镜像仓库的名字：`pusher import --from {name} REPOSITORY…`"
        ));
        CommandError::from(error)
    };
    let refused = |why: &Failure| {
        let message = text!(
            "`{registry}` does not tell which repositories it has: {why}",
            "`{registry}` 不提供镜像仓库的名单：{why}"
        );
        let Some(advice) = hints::of_failure(why) else {
            return by_name(message);
        };
        let error = CliError::new(message).hint(text!(
            "{advice}; or name the repositories: `pusher import --from {name} REPOSITORY…`",
            "{advice}；或者写上镜像仓库的名字：`pusher import --from {name} REPOSITORY…`"
        ));
        CommandError::from(error)
    };
    match found {
        Ok(Some(found)) if found.is_empty() => Err(by_name(text!(
            "`{registry}` lists no repository of `{name}`",
            "`{registry}` 没有列出 `{name}` 的镜像仓库"
        ))),
        Ok(Some(found)) => Ok(found),
        Ok(None) => Err(by_name(text!(
            "`{registry}` does not tell which repositories it has: it has no `/v2/_catalog`, as ACR and Docker Hub have none",
            "`{registry}` 不提供镜像仓库的名单：它没有 `/v2/_catalog`，ACR 和 Docker Hub 也没有"
        ))),
        // Many keep the list for administrators.
        Err(why) if is_refusal(&why) => Err(refused(&why)),
        Err(why) => Err(unreadable(&why).into()),
    }
}

/// Leaves out what `doctor --probe` made: many registries list a repository that has nothing any more.
fn without_probed(mut names: Vec<String>) -> Vec<String> {
    names.retain(|name| !name.split('/').any(|level| level.starts_with(PROBED)));
    names
}

/// Says how to take a single repository.
fn one_repository(repository: &Repository) -> CliError {
    let Repository { registry, name } = repository;
    let (namespace, name) = match name.rsplit_once('/') {
        Some((namespace, name)) => (format!("/{namespace}"), name),
        None => (String::new(), &**name),
    };
    CliError::new(text!(
        "`{repository}` is a repository, not a namespace",
        "`{repository}` 是镜像仓库，不是命名空间"
    ))
    .hint(text!(
        "name it after what it is in: `pusher import --from {registry}{namespace} {name}`",
        "先写它所在的地方，再写它的名字：`pusher import --from {registry}{namespace} {name}`"
    ))
}

/// Tells whether a registry keeps to itself what it was asked for.
fn is_refusal(why: &Failure) -> bool {
    matches!(why.status(), Some(400..=403 | 501))
}

/// Returns the repositories that were named, below the namespace or with it.
fn below(holder: &Holder, named: &[PathBuf]) -> Result<Vec<String>, CliError> {
    let prefix = holder.prefix();
    let whole = format!("{}/", holder.name());
    let full = |typed: &PathBuf| {
        let typed = typed.to_string_lossy();
        let name = typed.strip_prefix(&whole).unwrap_or(&typed);
        let name = name.strip_prefix(&prefix).unwrap_or(name);
        let name = format!("{prefix}{name}");
        check_path(&name).map_err(|why| {
            CliError::new(text!(
                "`{typed}` is no repository of `{}`: {why}",
                "`{typed}` 不是 `{}` 的镜像仓库：{why}",
                holder.name()
            ))
        })?;
        Ok(name)
    };
    named.iter().map(full).collect()
}

/// Lists the tags of a repository. One that the registry names itself may be there without any.
async fn tags(holder: &Holder, name: String, is_wanted: bool, client: &Client) -> HeldRepository {
    let repository = Repository {
        registry: holder.registry.clone(),
        name,
    };
    let listed = match client.list_tags(&repository).await {
        Ok(Some(tags)) => Ok(tags),
        Ok(None) if !is_wanted => Ok(vec![]),
        Ok(None) => Err(text!("there is no such repository", "没有这个镜像仓库")),
        Err(why) => Err(Text::of(|| why.to_string())),
    };
    let follows = |tag: &String| {
        is_referrer_name(&TargetName {
            repository: repository.name.clone(),
            tag: tag.clone(),
        })
    };
    let (followers, tags) = match listed {
        Ok(tags) => {
            let (followers, tags): (Vec<_>, Vec<_>) = tags.into_iter().partition(follows);
            (followers, Ok(tags))
        }
        Err(why) => (vec![], Err(why)),
    };
    HeldRepository {
        repository,
        tags,
        has_followers: !followers.is_empty(),
    }
}

/// Says what a registry does not tell.
fn tell(context: &Context, holder: &Holder, target: Option<&Target>) {
    let name = holder.name();
    let is_target = target.is_some_and(|target| {
        let namespace = target.namespace.as_deref();
        target.registry == holder.registry && namespace == holder.namespace.as_deref()
    });
    context.printer.say_line(if is_target {
        text!(
            "warning: `{name}` is the target here as well, and cannot be mirrored into itself: set `{REGISTRY_VARIABLE}` and \
             `{NAMESPACE_VARIABLE}` to another one. Where its images came from no registry can tell; the list that it was \
             filled from does: `pusher import images.txt`",
            "警告：`{name}` 在这里也是目标，不能同步到它自己：请把 `{REGISTRY_VARIABLE}` 和 `{NAMESPACE_VARIABLE}` 设为别的。\
             镜像最初来自哪里，仓库不知道；当初用的列表知道：`pusher import images.txt`"
        )
    } else {
        text!(
            "note: all of it comes from `{name}` now; where that had it from, no registry can tell",
            "注意：现在全部从 `{name}` 拷；它又是从哪里来的，仓库不知道"
        )
    });
}
