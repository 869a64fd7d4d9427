//! `page`: the mirror, as a page for whoever pulls from it.

use std::collections::HashSet;
use std::fs;
use std::io::{self, Read as _};
use std::path::{Path, PathBuf};

use futures_util::StreamExt as _;

use crate::cache::ResolutionCache;
use crate::cli::args::{GlobalArgs, PageArgs};
use crate::cli::clock;
use crate::cli::context::Context;
use crate::cli::error::{CliError, CommandError};
use crate::cli::evidence;
use crate::cli::exit::Exit;
use crate::cli::kept::{Kept, kept};
use crate::cli::outputs::{self, Outputs};
use crate::cli::reading::reading;
use crate::cli::session::{Planning, Scope, cache, plan};
use crate::cli::variables::Variable;
use crate::inspect;
use crate::model::{Descriptor, Reference, Text};
use crate::page::{self, History, Known, OfTarget, Page, State, html};
use crate::plan::Drift;
use crate::render::units::{Noun, counted};
use crate::render::words;
use crate::tree::ManifestMemory;

/// The file that is written.
const FILE: &str = "index.html";
/// How many images are read together.
const IMAGES_AT_ONCE: usize = 32;

/// Writes the page.
pub(super) async fn run(
    context: &Context,
    global: &GlobalArgs,
    options: &PageArgs,
) -> Result<Exit, CommandError> {
    let file = options.site.join(FILE);
    let folder = context.folder.join(&options.site);
    if folder.is_file() {
        let file = options.site.display();
        let message = text!("`{file}` is a file", "`{file}` 是文件");
        let hint = text!("name a folder for the page", "写一个放网页的目录");
        return Err(CliError::new(message).hint(hint).into());
    }
    require_ours(&folder, &file)?;
    let _new =
        NewFolders::create(&folder).map_err(|error| outputs::unwritable(&options.site, &error))?;
    let outputs = Outputs::check(context, [("pusher page", file.as_path())])?;
    let Kept {
        records,
        mut told,
        said,
    } = kept(context, &options.history)?;
    for damage in &said {
        context.printer.note(damage);
    }
    let scope = Scope {
        to: &options.to.to,
        // What moved although it never should is shown as well.
        each_tag: true,
        ..Scope::default()
    };
    let planning = plan(context, global, scope, &outputs).await?;
    let evidence = evidence::of_each(context, global, &planning, true).await?;
    let both = planning.each.iter().zip(&evidence);
    let drifts = both.map(|(planned, evidence)| Drift::of(&planned.plan, evidence, &[]));
    let drifts: Vec<_> = drifts.collect();
    let known = look_inside(context, &cache(context, global), &planning, &drifts).await?;
    told.extend(known.unread());
    let each = planning.each.iter().zip(&drifts);
    let targets = each.map(|(planned, drift)| OfTarget {
        target: planned.mirror.desired.target.clone(),
        images: page::images(drift, &planned.mirror.desired, &known.known),
    });
    let variables = [Variable::GitHubCommit, Variable::GitLabCommit];
    let commit = variables.map(|variable| context.environment.get(variable));
    let page = Page {
        made: clock::now(),
        commit: commit.into_iter().flatten().next().map(ToOwned::to_owned),
        targets: targets.collect(),
        history: History::of(records),
        told,
    };
    outputs::write(context, &file, &page::write(&page))?;
    tell(context, &file, &page)?;
    let is_unsure = drifts.iter().any(Drift::is_unsure);
    if is_unsure {
        context.printer.hint(&text!(
            "what could not be read is shown as not known; `pusher drift` tells why",
            "读不到的，页面上写着“不清楚”；原因见 `pusher drift`"
        ));
    }
    Ok(Exit::of(is_unsure, false))
}

/// Says what was written, and counts as the page does.
fn tell(context: &Context, file: &Path, page: &Page) -> Result<(), CliError> {
    let all: usize = page.targets.iter().map(|of| of.images.len()).sum();
    let images = page.targets.iter().flat_map(|of| &of.images);
    let is_well = images.clone().all(|image| image.states == [State::InPlace]);
    let file = file.display();
    context.printer.answer(|to| {
        if is_well {
            let well = words::in_place(all);
            return write_tr!(
                to,
                "`{file}` written: {well}\n",
                "写好了 `{file}`：{well}\n"
            );
        }
        let counts = page.counts().into_iter();
        let counts: Vec<_> = counts
            .map(|(name, count)| format!("{name} {count}"))
            .collect();
        let counts = counts.join(tr_word!(", ", "，"));
        let all = counted(all, Noun::Image);
        write_tr!(
            to,
            "`{file}` written, with {all}: {counts}. An image can be several of these.\n",
            "写好了 `{file}`，共 {all}：{counts}。一个镜像可以同时有几种情况。\n"
        )
    })
}

/// Refuses to write over a page that is someone else's.
fn require_ours(folder: &Path, named: &Path) -> Result<(), CliError> {
    let Ok(file) = fs::File::open(folder.join(FILE)) else {
        return Ok(());
    };
    let mut begin = vec![];
    // A folder, which can be opened as well, is told of where it can't be written.
    let Ok(length) = file.take(html::MARK_WITHIN).read_to_end(&mut begin) else {
        return Ok(());
    };
    let is_ours = length == 0 || String::from_utf8_lossy(&begin).contains(html::MARK);
    is_ours
        .then_some(())
        .ok_or_else(|| outputs::not_ours(named))
}

/// Folders that were made for the page. Those in which nothing is at the end go again: a run that fails leaves none.
struct NewFolders(Vec<PathBuf>);

impl NewFolders {
    fn create(folder: &Path) -> io::Result<Self> {
        let new = folder.ancestors().take_while(|one| !one.exists());
        let new = Self(new.map(ToOwned::to_owned).collect());
        fs::create_dir_all(folder)?;
        Ok(new)
    }
}

impl Drop for NewFolders {
    fn drop(&mut self) {
        for folder in &self.0 {
            // One that holds something stays.
            let _ = fs::remove_dir(folder);
        }
    }
}

/// What was found inside images.
struct Inside {
    known: Known,
    /// How many could not be read.
    failed: usize,
}

impl Inside {
    fn unread(&self) -> Option<Text> {
        let count = self.failed;
        (count > 0).then(|| {
            text!(
                "the size and the platforms of {count} images are missing: they could not be read",
                "缺少 {count} 个镜像的大小和平台：读不到"
            )
        })
    }
}

/// Reads what the tags of a target point to; nothing is asked that an earlier run has found out.
async fn look_inside(
    context: &Context,
    cache: &ResolutionCache,
    planning: &Planning,
    drifts: &[Drift<'_>],
) -> Result<Inside, CommandError> {
    let mut inside = Inside {
        known: Known::new(),
        failed: 0,
    };
    let mut unknown: Vec<(Reference, &Descriptor)> = vec![];
    let mut seen = HashSet::new();
    for (planned, drift) in planning.each.iter().zip(drifts) {
        let desired = &planned.mirror.desired;
        for (name, image) in page::held(drift, desired) {
            if !seen.insert(&image.digest) {
                continue;
            }
            match cache.facts(image) {
                Some(facts) => {
                    inside.known.insert(image.digest.clone(), facts);
                }
                None => unknown.push((desired.target.reference(name), image)),
            }
        }
    }
    let now = clock::now();
    let memory = &ManifestMemory::default();
    let found: Vec<_> = reading(context, unknown.len(), async |_| {
        let each = futures_util::stream::iter(&unknown).map(async |(reference, image)| {
            let facts = inspect::facts(reference, image, now, planning.ends.client(), memory).await;
            (*image, facts)
        });
        each.buffer_unordered(IMAGES_AT_ONCE).collect().await
    })
    .await?;
    for (image, facts) in found {
        match facts {
            Ok(facts) => {
                cache.put_facts(image, &facts);
                inside.known.insert(image.digest.clone(), facts);
            }
            Err(why) => {
                tracing::debug!("{why}");
                inside.failed += 1;
            }
        }
    }
    Ok(inside)
}
