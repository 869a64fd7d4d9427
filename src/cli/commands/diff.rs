//! `diff`: what differs inside two images, wherever they are.

use crate::cli::args::{DiffArgs, GlobalArgs};
use crate::cli::client::client;
use crate::cli::context::Context;
use crate::cli::error::{CliError, CommandError, unreadable};
use crate::cli::exit::Exit;
use crate::cli::mirror;
use crate::cli::reading::reading;
use crate::cli::session::absent;
use crate::config::Registries;
use crate::inspect::{self, Side};
use crate::model::Reference;
use crate::plan::Expected;
use crate::registry::{Client, ReadRegistry};
use crate::render::{self, Compared};

/// Prints what differs inside two images.
pub(super) async fn run(
    context: &Context,
    global: &GlobalArgs,
    options: &DiffArgs,
) -> Result<Exit, CommandError> {
    let DiffArgs { before, after, .. } = options;
    let client = match mirror::settings(context, global)? {
        Some(loaded) => client(context, &loaded.registries, loaded.known_targets())?,
        None => client(context, &Registries::default(), None)?,
    };
    let diff = reading(context, 2, async |_| {
        let (old, new) = tokio::try_join!(image(before, &client), image(after, &client))?;
        let side = |reference, image| Side { reference, image };
        inspect::diff(side(before, &old), side(after, &new), &client)
            .await
            .map_err(|why| unreadable(&why))
    })
    .await??;
    let compared = Compared {
        before: &before.to_string(),
        after: &after.to_string(),
        diff: &diff,
    };
    let view = context.printer.view(global.verbose > 0);
    let format = global.format();
    context
        .printer
        .answer(|to| render::diff(&compared, format, &view, to))?;
    Ok(Exit::Done)
}

async fn image(reference: &Reference, client: &Client) -> Result<Expected, CliError> {
    let found = client.head_manifest(reference).await;
    if let Some(descriptor) = found.map_err(|why| unreadable(&why))? {
        return Ok(Expected::unchanged(descriptor));
    }
    let message = text!(
        "`{}` has no image `{reference}`",
        "`{}` 没有镜像 `{reference}`",
        reference.registry()
    );
    Err(absent(message, reference.repository(), client).await)
}
