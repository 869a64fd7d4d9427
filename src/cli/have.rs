//! `--have LOCK`: what the target holds by the lock that was brought back from it. The manifests of what that names are read
//! at the sources, by digest; the blobs in them need not go along.

use std::path::Path;
use std::sync::Arc;

use crate::cache::ResolutionCache;
use crate::lock::{self, LockError, Owner};
use crate::model::Digest;
use crate::observe::{SourceAnswers, observe};
use crate::plan::policy::Rules;
use crate::plan::{Change, Desired, Entry, Lock, LockedImage, Referrers, TargetName, plan};
use crate::registry::Client;
use crate::stick::{Ends, Filling};

use super::context::Context;
use super::error::{CliError, CommandError};
use super::files;
use super::mirror::Mirror;
use super::purpose::Purpose;
use super::reading::reading;

/// A blob that the target holds: its digest, its size, and in which repository.
pub(super) type Held = (Digest, u64, String);

/// Finds out which blobs the target holds, by its lock.
pub(super) async fn held(
    context: &Context,
    mirrors: &[Mirror],
    path: &Path,
    client: &Client,
) -> Result<Vec<Held>, CommandError> {
    let [mirror] = mirrors else {
        let message = text!(
            "`--have` tells what one target holds, and here are {}",
            "`--have` 说明一个目标里有什么，而这里有 {} 个",
            mirrors.len()
        );
        let hint = text!("name one with `--to`", "用 `--to` 指定一个");
        return Err(CliError::new(message).hint(hint).into());
    };
    let lock = read(context, mirror, path)?;
    let desired = as_locked(&mirror.desired, &lock);
    let count = desired.entries.len();
    let nothing = Ends::into_stick(
        client.clone(),
        Arc::new(Filling::nowhere()),
        desired
            .entries
            .iter()
            .map(|entry| desired.target.repository(&entry.target)),
    );
    let answers = SourceAnswers::for_all([&desired]);
    let cache = ResolutionCache::disabled();
    let observed = reading(context, count, async |progress| {
        observe(&desired, &answers, &nothing, &cache, progress).await
    })
    .await?;
    let made = plan(&desired, observed);
    let mut held = vec![];
    let mut unknown = 0;
    for change in &made.changes {
        match blobs(change, &lock) {
            Some(blobs) => {
                let repository = desired.target.repository(&change.target).name;
                let blobs = blobs.iter().cloned();
                held.extend(blobs.map(|(digest, size)| (digest, size, repository.clone())));
            }
            None => unknown += 1,
        }
    }
    if unknown > 0 {
        let lock = path.display();
        context.printer.say_line(text!(
            "of {unknown} of {count} images in `{lock}` it cannot be told what they are made of, since their sources have them no more, or \
             other rules made them: what is in them goes along",
            "`{lock}` 里 {count} 个镜像中有 {unknown} 个看不出由什么组成，因为源里已经没有，或者是按别的规则做的：里面的内容会一起写进去"
        ));
    }
    Ok(held)
}

/// Reads the lock, which must be this target's.
fn read(context: &Context, mirror: &Mirror, path: &Path) -> Result<Lock, CliError> {
    let file = path.display();
    let text = files::read_text(&context.folder, path, Purpose::Lock).map_err(|why| {
        CliError::new(text!(
            "cannot read `{file}`: {why}",
            "无法读取 `{file}`：{why}"
        ))
    })?;
    let contents = lock::read(&text).map_err(|error| {
        let LockError {
            line,
            message,
            hint,
        } = error;
        let place = format!("{file}:{line}");
        CliError::new(text!("{place}: {message}", "{place}：{message}")).hint(hint)
    })?;
    let target = Owner::new("", &mirror.desired.target).target;
    let is_others = |owner: &Owner| owner.target != target;
    if contents.owner.as_ref().is_some_and(is_others) {
        let message = text!(
            "`{file}` is the lock of another target",
            "`{file}` 是另一个目标的锁文件"
        );
        return Err(CliError::new(message).hint(text!(
            "bring the lock back that was applied on the other side",
            "把另一边应用过的锁文件带回来"
        )));
    }
    Ok(contents.lock)
}

/// Returns the set that has in it what is locked, by digest, and no rule that keeps anything out.
fn as_locked(desired: &Desired, lock: &Lock) -> Desired {
    let entry = |(name, image): (&TargetName, &LockedImage)| {
        let declared = desired.entries.iter();
        let declared = declared.clone().find(|entry| entry.target == *name);
        // Of what is no longer declared nobody knows by which choices it was made; its digest tells whether it was by these.
        let like = declared.or_else(|| desired.entries.first())?;
        let mut entry: Entry = like.clone();
        entry.source = image.source.at(image.source_digest.clone());
        entry.platforms = image.platforms.clone();
        entry.target = name.clone();
        entry.min_age = std::time::Duration::ZERO;
        entry.verify = None;
        entry.policy.referrers = Referrers::None;
        Some(entry)
    };
    Desired {
        entries: lock.images.iter().filter_map(entry).collect(),
        families: vec![],
        lock: None,
        policy: Rules::default(),
        ..desired.clone()
    }
}

/// Returns the blobs of an image, if it is what was locked.
fn blobs<'c>(change: &'c Change, lock: &Lock) -> Option<&'c [(Digest, u64)]> {
    let copy = change.action.copy()?;
    let locked = lock.images.get(&change.target)?;
    if copy.expected.descriptor.digest != locked.expected.digest {
        return None;
    }
    Some(&copy.contents.as_ref()?.blobs)
}
