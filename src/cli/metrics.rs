//! What a run came to as a file of metrics.

use std::collections::BTreeMap;
use std::fmt;
use std::path::Path;
use std::time::Instant;

use crate::registry::Client;
use crate::render::metrics::Run;

use super::clock;
use super::context::Context;
use super::error::CliError;
use super::exit::Exit;
use super::files;
use super::outputs;
use super::purpose::Purpose;

/// A file of metrics that was asked for, from the beginning of a run on.
pub(super) struct Metrics<'a> {
    path: Option<&'a Path>,
    begun: Instant,
}

impl<'a> Metrics<'a> {
    /// Begins to measure.
    pub(super) fn begin(path: Option<&'a Path>) -> Self {
        let begun = Instant::now();
        Self { path, begun }
    }

    /// Returns the file with the option that names it.
    pub(super) fn named(&self) -> impl Iterator<Item = (&'static str, &'a Path)> + use<'a> {
        self.path.map(|path| ("--metrics", path)).into_iter()
    }

    /// Writes what `render` makes of the run and of what stands in the file; nothing where none was asked for.
    pub(super) fn write(
        &self,
        context: &Context,
        command: &'static str,
        exit: Exit,
        client: &Client,
        render: impl FnOnce(&Run<'_>, &str, &mut dyn fmt::Write) -> fmt::Result,
    ) -> Result<(), CliError> {
        let Some(path) = self.path else {
            return Ok(());
        };
        let name = path.file_stem().unwrap_or_default().to_string_lossy();
        let run = Run {
            name: &name,
            command,
            ended: clock::now(),
            seconds: self.begun.elapsed().as_secs_f64(),
            status: exit.code(),
            pulls_left: pulls_left(client),
        };
        // Nothing else is lost with it than since when something drifts.
        let before = files::read_if_there(&context.folder, path, Purpose::Report);
        let before = before.ok().flatten().unwrap_or_default();
        let mut text = String::new();
        // A string takes all that is written to it.
        let _ = render(&run, &before, &mut text);
        outputs::write(context, path, &text)
    }
}

/// Returns how many pulls registries said are left.
pub(super) fn pulls_left(client: &Client) -> BTreeMap<String, u64> {
    let hosts = client.stats().into_keys();
    let left = hosts.map(|host| {
        let limit = client.pull_limit(&host);
        limit.map(|limit| (host, limit.remaining))
    });
    left.flatten().collect()
}
