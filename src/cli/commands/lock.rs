//! `lock`: which digests the images stand for, written down.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};

use indexmap::IndexMap;

use crate::cli::args::{GlobalArgs, LockArgs};
use crate::cli::client::connect;
use crate::cli::context::Context;
use crate::cli::error::{CliError, CommandError};
use crate::cli::exit::Exit;
use crate::cli::lock_file::LockFile;
use crate::cli::mirror::{self, Mirror};
use crate::cli::notices::Notices;
use crate::cli::outputs::{self, Outputs};
use crate::cli::reading::reading;
use crate::cli::session::{cache, choose};
use crate::cli::update::Update;
use crate::lock::{
    Continued, Disputed, Found, Owner, Renewal, Renewed, Unfit, check, renew, undeclared, write,
};
use crate::model::listed;
use crate::observe::{SourceAnswers, resolve, seen, tags};
use crate::plan::{Desired, Entry, Lock, Observation, ObservedTags, SourceImage, TargetName};
use crate::registry::Client;
use crate::render::{self, Fitting, Renewing, words};

/// Writes the lock, or says in what it does not fit the files.
pub(super) async fn run(
    context: &Context,
    global: &GlobalArgs,
    options: &LockArgs,
) -> Result<Exit, CommandError> {
    mirror::require_lockable(global, "pusher lock")?;
    require_reason(options)?;
    let outputs = Outputs::check(context, [])?;
    let notices = Notices::of(&context.environment)?;
    let to = &options.to.to;
    if options.check {
        let mut mirrors = mirror::require(context, global, to, &outputs, LockFile::settled)?;
        for mirror in &mut mirrors {
            mirror.desired.choose_locked(|_| true);
        }
        return compare(context, global, &mirrors);
    }
    // What of it goes on is known once it is known which images are to move.
    let mut mirrors = mirror::require(context, global, to, &outputs, |_, _| Ok(None))?;
    let update = Update::of(options.update.as_deref());
    let mut old = Vec::with_capacity(mirrors.len());
    for mirror in &mut mirrors {
        old.push(go_on(
            context,
            mirror,
            &update,
            options.adopt,
            global.no_cache,
        )?);
    }
    let client = connect(context, &mirrors)?;
    // The rules are held against what is copied; a lock says what there is.
    choose(context, &mut mirrors, &client, |_, _| true).await?;
    let desired = mirrors.iter().map(|mirror| &mirror.desired);
    let answers = SourceAnswers::for_all(desired);
    let asked = Asked {
        context,
        global,
        client: &client,
        answers: &answers,
        overriding: options.overriding.as_deref(),
    };
    let moved = update.images(mirrors.iter().map(|mirror| &mirror.desired))?;
    let mut done = Vec::with_capacity(mirrors.len());
    for ((mirror, old), moved) in mirrors.iter_mut().zip(old).zip(&moved) {
        done.push(asked.renewed(mirror, old, moved).await?);
    }
    // Only now that all is known anything is written: who stops it before finds all as it was.
    for (mirror, done) in mirrors.iter().zip(&done) {
        put(context, &mirror.lock, done)?;
    }
    let files = mirrors.iter().map(|mirror| mirror.lock.path.display());
    let files: Vec<String> = files.map(|file| file.to_string()).collect();
    let each: Vec<_> = done.iter().zip(&mirrors).zip(&files).collect();
    let (view, format) = (context.printer.view(global.verbose > 0), global.format());
    let each = each.into_iter().map(|((done, mirror), file)| Renewing {
        renewed: &done.renewed,
        desired: &mirror.desired,
        file,
    });
    let each: Vec<_> = each.collect();
    context.printer.answer(|to| {
        render::each(&each, format, to, |renewing, to| {
            render::renewed(renewing, format, &view, to)
        })
    })?;
    if let Some(reason) = &options.overriding {
        tell_of_override(context, reason, &done, &moved);
    }
    if let Some((done, file)) = done
        .iter()
        .zip(&files)
        .find(|(one, _)| !one.lost.is_empty())
    {
        let message = text!(
            "`{file}` stays as it is: what holds of {} could not be read",
            "`{file}` 保持原样：无法读到 {} 的实际情况",
            quoted(&done.lost)
        );
        let hint = text!(
            "run it again later, or keep only the lines that are right",
            "过一会儿再运行，或者只留下正确的行"
        );
        return Err(CliError::new(message).hint(hint).into());
    }
    notices
        .tell(context, "lock", || {
            each.iter().map(render::notice::of_lock).collect()
        })
        .await;
    let is_blocked = |done: &Done| done.renewed.counts().blocked > 0;
    Ok(Exit::of(done.iter().any(is_blocked), false))
}

/// How long a reason may be, in characters.
const LONGEST_REASON: usize = 500;

/// Stops where what is overridden is not named, or nobody could read why.
fn require_reason(options: &LockArgs) -> Result<(), CliError> {
    let Some(reason) = &options.overriding else {
        return Ok(());
    };
    if options.update.as_ref().is_none_or(Vec::is_empty) {
        let message = text!(
            "`--override` takes images before their time, and none is named",
            "`--override` 会提前采用镜像，但没有写是哪些"
        );
        return Err(CliError::new(message).hint(text!(
            "name them: `pusher lock --update nginx:1.27 --override \"why\"`",
            "写上镜像：`pusher lock --update nginx:1.27 --override \"原因\"`"
        )));
    }
    let is_one_line =
        !reason.contains(char::is_control) && reason.chars().count() <= LONGEST_REASON;
    if is_one_line && !reason.trim().is_empty() {
        return Ok(());
    }
    let message = text!(
        "the reason of `--override` is to be a line of text, not empty, and of {LONGEST_REASON} characters at most",
        "`--override` 的原因要是一行文字，不能为空，最多 {LONGEST_REASON} 个字符"
    );
    Err(CliError::new(message).hint(text!(
        "it stands in the lock, and in every report while that digest is locked",
        "它会写进锁文件，只要锁定的还是这个摘要，每份报告里都会有"
    )))
}

/// What of a lock is not in the desired set.
struct Old {
    disputed: BTreeMap<TargetName, Disputed>,
    owner: Option<Owner>,
}

/// Takes up what goes on of the lock that there is.
fn go_on(
    context: &Context,
    mirror: &mut Mirror,
    update: &Update<'_>,
    adopt: bool,
    no_cache: bool,
) -> Result<Old, CommandError> {
    let is_moved = update.mover(&mirror.desired);
    let old = mirror.lock.continued(&mirror.desired, adopt, is_moved)?;
    tell(context, &mirror.lock, &old);
    let Continued {
        lock,
        disputed,
        owner,
        forgotten: _,
    } = old;
    mirror.desired.lock = Some(lock);
    if no_cache {
        mirror.desired.ask_for_each_tag();
    }
    mirror
        .desired
        .choose_locked(|family| !update.moves_family(family));
    Ok(Old { disputed, owner })
}

/// What became of a lock.
struct Done {
    renewed: Renewed,
    /// Whose it is.
    owner: Option<Owner>,
    /// What could not be settled; where there is any, the file stays as it is.
    lost: Vec<TargetName>,
}

/// Writes a lock, if it is another than it was.
fn put(context: &Context, file: &LockFile, done: &Done) -> Result<(), CliError> {
    let Done {
        renewed,
        owner,
        lost,
    } = done;
    if lost.is_empty() && !file.holds(&renewed.lock, owner.as_ref()) {
        let text = write(&renewed.lock, owner.as_ref());
        outputs::write(context, &file.path, &text)?;
        if let Some(moved_from) = file.moved_from() {
            outputs::remove(context, moved_from)?;
        }
    }
    Ok(())
}

/// What all targets are asked with.
struct Asked<'a> {
    context: &'a Context,
    global: &'a GlobalArgs,
    client: &'a Client,
    answers: &'a SourceAnswers,
    /// Why what is to move is taken before it is old enough.
    overriding: Option<&'a str>,
}

impl Asked<'_> {
    /// Renews a lock; nothing is written yet.
    async fn renewed(
        &self,
        mirror: &mut Mirror,
        old: Old,
        moved: &BTreeSet<TargetName>,
    ) -> Result<Done, CommandError> {
        let Read { resolved, held } = self.read(mirror, moved, &old.disputed).await?;
        let open = settle(&mut mirror.desired, old.disputed, &held);
        // Only a clear answer counts: what could not be read may be there.
        let is_gone = |(_, found): &(_, _)| matches!(found, Observation::Absent(_));
        let gone: BTreeSet<_> = held
            .into_iter()
            .filter(is_gone)
            .map(|(name, _)| name)
            .collect();
        let found = Found {
            resolved: &resolved,
            gone: &gone,
            moved,
            reason: self.overriding,
        };
        let mut renewed = renew(&mirror.desired, &found);
        // Where nobody knows whose the lock is, nobody knows in which target it was seen.
        if old.owner.is_some() {
            let seen = self.seen(&mirror.desired, &renewed.lock).await?;
            tell_of_seen(self.context, &seen);
            renewed.lock.in_target.extend(seen);
        }
        // What is held back waits as something new does.
        let held_back = renewed.images.iter();
        let held_back = held_back.filter(|(_, one)| matches!(one, Renewal::HeldBack(_)));
        let held_back: BTreeSet<_> = held_back.map(|(name, _)| name).collect();
        let is_lost = |name: &TargetName| {
            !renewed.lock.images.contains_key(name) && !held_back.contains(name)
        };
        let lost: Vec<_> = open.into_iter().filter(is_lost).collect();
        Ok(Done {
            renewed,
            owner: old.owner,
            lost,
        })
    }

    /// Looks what the target holds of the tags that never move, where nobody has seen it yet.
    async fn seen(
        &self,
        desired: &Desired,
        lock: &Lock,
    ) -> Result<BTreeSet<TargetName>, CommandError> {
        let asked = desired.yet_to_be_seen(lock).values().map(Vec::len).sum();
        if asked == 0 {
            return Ok(BTreeSet::new());
        }
        reading(self.context, asked, async |_| {
            seen(desired, lock, self.client).await
        })
        .await
    }

    async fn read(
        &self,
        mirror: &Mirror,
        moved: &BTreeSet<TargetName>,
        disputed: &BTreeMap<TargetName, Disputed>,
    ) -> Result<Read, CommandError> {
        let Self {
            context,
            global,
            client,
            answers,
            overriding: _,
        } = *self;
        let desired = &mirror.desired;
        let target = &desired.target;
        let entries: Vec<Cow<'_, Entry>> = desired
            .entries
            .iter()
            .filter(|entry| target.refuses_name(&entry.target).is_none())
            .filter_map(|entry| to_ask(desired, entry, moved.contains(&entry.target)))
            .collect();
        let entries: Vec<&Entry> = entries.iter().map(|entry| &**entry).collect();
        let declared = desired.targets();
        let mut left: BTreeSet<_> = disputed.keys().cloned().collect();
        left.retain(|name| !declared.contains(name));
        let old = desired.lock.as_ref();
        left.extend(
            old.into_iter()
                .flat_map(|old| undeclared(desired, old))
                .map(|(name, _)| name),
        );
        let cache = cache(context, global);
        let (resolved, held) = reading(context, entries.len(), async |progress| {
            tokio::join!(
                resolve(desired, &entries, answers, client, &cache, progress),
                tags(target, &left, client),
            )
        })
        .await?;
        Ok(Read { resolved, held })
    }
}

/// Returns what is asked of an entry: what its source points to, if that is not settled; else, whether what is locked is
/// signed, if that is not known and has to be.
fn to_ask<'d>(desired: &'d Desired, entry: &'d Entry, moves: bool) -> Option<Cow<'d, Entry>> {
    let Some(locked) = desired.kept(entry, moves) else {
        return Some(Cow::Borrowed(entry));
    };
    let lock = desired.lock.as_ref()?;
    lock.lacks_signature(entry, locked).then(|| {
        Cow::Owned(Entry {
            source: entry.source.at(locked.source_digest.clone()),
            ..entry.clone()
        })
    })
}

/// Says what is not to be seen in what became of each image.
fn tell(context: &Context, file: &LockFile, old: &Continued) {
    let path = file.path.display();
    if !old.forgotten.is_empty() {
        context.printer.say_line(text!(
            "warning: `{path}` no longer records {}, which it had in another target",
            "警告：`{path}` 不再记录 {}，它们属于别的目标",
            quoted(&old.forgotten)
        ));
    }
    if let Some(moved_from) = file.moved_from() {
        context.printer.say_line(text!(
            "note: `{}` is the lock of this target, and goes to `{path}`",
            "注意：`{}` 是这个目标的锁文件，改放到 `{path}`",
            moved_from.display()
        ));
    } else if file.read_from() != file.path {
        context.printer.say_line(text!(
            "note: what is locked in `{}`, which does not say whose it is, is taken from there into \
             `{path}`",
            "注意：`{}` 没有写明属于哪个文件，其中锁定的内容移到了 `{path}`",
            file.read_from().display()
        ));
    }
    if old.owner.is_none() {
        context.printer.say_line(text!(
            "warning: `{path}` does not say whose it is, and records what is not declared: `{}` makes \
             all of it this file's, to be deleted by `--prune`",
            "警告：`{path}` 没有写明属于哪个文件，还记着没有声明的镜像：`{}` 会把它们都归这个文件，\
             之后可由 `--prune` 删除",
            file.command(" --adopt")
        ));
    }
}

/// Says which images were taken before their time, or that there was nothing to override.
fn tell_of_override(
    context: &Context,
    reason: &str,
    done: &[Done],
    moved: &[BTreeSet<TargetName>],
) {
    let each = done.iter().zip(moved);
    let taken = each.flat_map(|(done, moved)| {
        let overrides = done.renewed.lock.overrides.iter();
        let taken = overrides.filter(|(of, why)| moved.contains(&of.target) && *why == reason);
        taken.map(|(of, _)| &of.target)
    });
    let taken: BTreeSet<_> = taken.collect();
    let nothing = taken.is_empty();
    let taken = quoted(taken);
    context.printer.say_line(if nothing {
        text!(
            "note: nothing of this was held back, so `--override` is not written down",
            "注意：这些都没有暂缓，所以没有记下 `--override`"
        )
    } else {
        text!(
            "note: taken before its time, and written down so: {taken}",
            "注意：提前采用，已记下：{taken}"
        )
    });
}

/// Says which tags no plan asks for from now on.
fn tell_of_seen(context: &Context, seen: &BTreeSet<TargetName>) {
    if !seen.is_empty() {
        context.printer.say_line(text!(
            "note: `immutable` says that {} never move, and the target holds what is locked: `plan` and `apply` take them \
             as in place from now on, where the target lists them",
            "注意：`immutable` 说 {} 不会变，目标里的就是锁定的内容：以后只要目标列出了，`plan` 和 `apply` 就当它们已就位",
            words::named(seen.iter(), false)
        ));
    }
}

fn quoted<'a>(names: impl IntoIterator<Item = &'a TargetName>) -> String {
    listed(names.into_iter().map(|name| format!("`{name}`")))
}

/// What the registries said.
struct Read {
    /// Of the images that are to be locked.
    resolved: IndexMap<TargetName, Observation<SourceImage>>,
    /// Of the tags that are no longer declared.
    held: ObservedTags,
}

/// Settles by what the target holds what is in dispute and no longer declared; returns what is open
/// still.
fn settle(
    desired: &mut Desired,
    disputed: BTreeMap<TargetName, Disputed>,
    held: &ObservedTags,
) -> Vec<TargetName> {
    let retired = &mut desired.lock.get_or_insert_default().retired;
    let mut open = vec![];
    for (name, disputed) in disputed {
        let held = held.get(&name);
        match held.and_then(|held| disputed.settled_by(held)) {
            Some(image) => drop(retired.insert(name, image)),
            // Of what is gone nothing needs to be known.
            None if matches!(held, Some(Observation::Absent(_))) => {}
            None => open.push(name),
        }
    }
    open
}

/// Says in what the locks do not fit the files; asks no registry.
fn compare(
    context: &Context,
    global: &GlobalArgs,
    mirrors: &[Mirror],
) -> Result<Exit, CommandError> {
    let mut found = Vec::with_capacity(mirrors.len());
    for mirror in mirrors {
        let file = mirror.lock.read_from().display().to_string();
        let Some(lock) = &mirror.desired.lock else {
            let error = CliError::new(text!("there is no `{file}`", "没有 `{file}`"));
            return Err(error
                .hint(text!(
                    "run `{}`, and commit what it writes",
                    "运行 `{}`，并提交它写下的文件",
                    mirror.lock.command("")
                ))
                .into());
        };
        let unfit: Vec<(_, Unfit)> = check(&mirror.desired, lock);
        found.push((unfit, &mirror.desired, file));
    }
    let (view, format) = (context.printer.view(false), global.format());
    context.printer.answer(|to| {
        render::each(&found, format, to, |(unfit, desired, file), to| {
            let fitting = Fitting {
                unfit,
                desired,
                file,
            };
            render::fit(&fitting, format, &view, to)
        })
    })?;
    let is_unfit = found.iter().any(|(unfit, ..)| !unfit.is_empty());
    Ok(Exit::of(is_unfit, false))
}
