//! A plan as a file: kept by `plan --out`, taken up again by `apply PLAN`.

use std::borrow::Cow;
use std::fmt::Display;
use std::path::{Path, PathBuf};

use crate::disk::{self, Astray};
use crate::model::{Digest, Profile, Text, listed};
use crate::observe::tags;
use crate::plan::SavedPlan;
use crate::plan::saved::{
    self, Declared, FileDigest, Mismatch, PlanFile, RuleVersions, SavedChange, confirm, lost, pin,
    read,
};
use crate::plan::shards::{ShardNumber, ShardOfPlan};
use crate::render::json;
use crate::render::sanitize::excerpt;

use super::args::{ApplyArgs, GlobalArgs, meant};
use super::client::connect;
use super::context::Context;
use super::error::{CliError, CommandError};
use super::files;
use super::mirror::Mirror;
use super::outputs::{self, Outputs};
use super::purpose::Purpose;
use super::reading::reading;
use super::session::{Planned, Planning, Scope, declared, plan_with, with_deletions};
use super::sticks;

/// Keeps the plans of all targets.
pub fn write(context: &Context, path: &Path, plans: &[SavedPlan]) -> Result<(), CliError> {
    let mut text = String::new();
    json::write(&PlanFile::of(plans), &mut text).map_err(|_| {
        let file = path.display();
        CliError::new(text!("cannot write `{file}`", "无法写入 `{file}`"))
    })?;
    outputs::write(context, path, &text)
}

/// Reads the plans of a file to look at them.
pub fn look_at(context: &Context, path: &Path) -> Result<Vec<SavedPlan>, CliError> {
    Ok(look_closely_at(context, path)?.0)
}

/// The same, with the digest of the file.
pub fn look_closely_at(
    context: &Context,
    path: &Path,
) -> Result<(Vec<SavedPlan>, Digest), CliError> {
    let file = path.display();
    let text = files::read_text(&context.folder, path, Purpose::Plan).map_err(|why| {
        CliError::new(text!(
            "cannot read `{file}`: {why}",
            "无法读取 `{file}`：{why}"
        ))
    })?;
    let plans = read(&text).map_err(|error| {
        let why = Text::of(|| excerpt(&error.to_string()));
        let message = text!("cannot show `{file}`: {why}", "无法列出 `{file}`：{why}");
        CliError::new(message).hint(text!(
            "`pusher plan --out plan.json` writes a plan",
            "`pusher plan --out plan.json` 会存下一个计划"
        ))
    })?;
    Ok((plans, Digest::sha256(text.as_bytes())))
}

/// Says why a plan would be refused, as far as that can be told without asking a registry.
pub fn stale(context: &Context, plan: &SavedPlan) -> Vec<Text> {
    // What a profile of the user's own asks for is in a file, which is held against the plan when that is applied.
    let profile = Profile::named(&plan.target.profile).unwrap_or_else(Profile::generic);
    let rules = (!plan.rules.are_known()).then(|| Mismatch::RuleVersions {
        planned: plan.rules,
        current: RuleVersions::of(&profile),
    });
    let rules = rules.map(|why| Text::of(|| why.to_string()));
    let files = plan.files.iter();
    let files = files.filter(|file| file.path != files::STANDARD_INPUT);
    let changed = files.filter_map(|FileDigest { path, digest }| {
        match disk::read_below(&context.folder, path, Purpose::List.limit()) {
            Ok(bytes) => (Digest::sha256(&bytes) != *digest).then(|| {
                let changed = Mismatch::FileChanged(path.clone());
                Text::of(|| changed.to_string())
            }),
            Err(Astray::Missing) => Some(text!(
                "`{path}` is not in this folder",
                "`{path}` 不在这个目录里"
            )),
            // Nobody named it, so it is not read; whether it has changed shows when it is applied.
            Err(Astray::Outside | Astray::NoFile | Astray::Unreadable(_)) => None,
        }
    });
    let found = rules.into_iter().chain(changed);
    found.map(|why| why.map(excerpt)).collect()
}

/// Reads the plans of a file, makes them anew for the digests that they name, and keeps of them what still holds.
///
/// What they delete was asked for when they were made. That makes it no more than the files and the locks
/// allow: it is chosen from what `--prune` would delete now.
pub async fn take_up(
    context: &Context,
    global: &GlobalArgs,
    options: &ApplyArgs,
    path: &Path,
    outputs: &Outputs<'_>,
) -> Result<Planning, CommandError> {
    outputs.spare([path])?;
    if meant::is_file(&path.to_string_lossy()) {
        let file = path.display();
        let message = text!(
            "`{file}` is no saved plan, but what plans are made from",
            "`{file}` 不是保存的计划，而是用来做计划的文件"
        );
        let hint = text!(
            "name it: `pusher apply --file {file}`",
            "这样指定它：`pusher apply --file {file}`"
        );
        return Err(CliError::new(message).hint(hint).into());
    }
    let text = text_of(context, path)?;
    let saved = read(&text).map_err(|error| refused(path, &made_by(global, path), &[error]))?;
    let Some(first) = saved.first() else {
        let none: [Text; 0] = [];
        return Err(refused(path, &made_by(global, path), &none).into());
    };
    require_shards(path, first, options.shard)?;
    let global = &named(context, global, path, first)?;
    let labels = labels(&saved);
    let prunes = first.prune || options.applying.prune.prune;
    let made_by = made_by(global, path)
        + if prunes { " --prune" } else { "" }
        + &only(&first.only).unwrap_or_default();
    let scope = Scope {
        to: &labels,
        locked: options.applying.locked.locked,
        prune: first.prune,
        only: &first.only,
        ..Scope::default()
    };
    let refused = |found: Vec<Mismatch>| refused(path, &made_by, &found);
    let mut mirrors = declared(context, global, scope, outputs)?;
    // A file that names no targets has one.
    if mirrors.len() != saved.len() {
        let label = |mirror: &Mirror| mirror.desired.target.label.clone();
        let known = |saved: &&SavedPlan| !mirrors.iter().any(|one| label(one) == saved.target.name);
        let planned = saved.iter().find(known).unwrap_or(first).target.to_string();
        let current = listed(mirrors.iter().map(|mirror| &mirror.desired.target));
        return Err(refused(vec![Mismatch::Target { planned, current }]).into());
    }
    let mut each_pinned = Vec::with_capacity(saved.len());
    for mirror in &mut mirrors {
        let label = &mirror.desired.target.label;
        let own = saved.iter().find(|saved| saved.target.name == *label);
        let saved = own.unwrap_or(first);
        saved::choose(saved, &mut mirror.desired).map_err(refused)?;
        // What others have put there since is no part of the plan.
        mirror.desired.ask_for_each_tag();
        let undeclared = if saved.prune {
            mirror.prunable().unwrap_or_default()
        } else {
            vec![]
        };
        let declared = Declared {
            desired: &mirror.desired,
            files: &mirror.files,
            prune: mirror.prunes(options.applying.prune.prune),
            undeclared: &undeclared,
        };
        let pinned = pin(saved, declared).map_err(refused)?;
        mirror.desired = pinned.desired.clone();
        each_pinned.push((own_part(mirror, saved, options.shard), pinned));
    }
    let machines = options.shard.map_or(1, |shard| shard.count);
    let client = connect(&context.among(machines), &mirrors)?;
    let ends = sticks::ends(context, &mirrors, Some(&options.stick), client).await?;
    let planning = plan_with(context, global, mirrors, ends).await?;
    let ends = &planning.ends;
    let mut each = Vec::with_capacity(planning.each.len());
    for (mut planned, (saved, pinned)) in planning.each.into_iter().zip(&each_pinned) {
        if saved.prune && ends.filling().is_none() {
            with_deletions(context, &mut planned, ends.client()).await?;
        }
        let lost = lost(saved, pinned, &planned.plan);
        let held = reading(context, lost.len(), async |_| {
            tags(&planned.plan.target, lost, ends).await
        })
        .await?;
        each.push(Planned {
            plan: confirm(saved, pinned, planned.plan, &held).map_err(refused)?,
            // Whoever keeps a plan expects that each tag is looked at before it is moved.
            looked: None,
            mirror: planned.mirror,
        });
    }
    let shard = options.shard.map(|shard| ShardOfPlan {
        shard,
        plan: Digest::sha256(text.as_bytes()),
    });
    Ok(Planning {
        each,
        shard,
        ..planning
    })
}

/// Reads the file of a plan that is to be applied.
fn text_of(context: &Context, path: &Path) -> Result<String, CliError> {
    files::read_text(&context.folder, path, Purpose::Plan).map_err(|why| {
        let file = path.display();
        let error = CliError::new(text!(
            "cannot read `{file}`: {why}",
            "无法读取 `{file}`：{why}"
        ));
        // What was typed for an image is called like one.
        if path.extension().is_some_and(|end| end == "json") || context.folder.join(path).exists() {
            return error;
        }
        error.hint(text!(
            "it is taken for a saved plan; images are named so: `pusher apply --only {file}`",
            "它被当作保存的计划；镜像要这样写：`pusher apply --only {file}`"
        ))
    })
}

/// Returns what the mirror file calls the targets of plans, where it has several.
fn labels(saved: &[SavedPlan]) -> Vec<String> {
    let labels = saved.iter().filter_map(|saved| saved.target.name.as_ref());
    labels.map(ToString::to_string).collect()
}

/// Leaves of a plan, and of what it is for, only the shard that was asked for.
fn own_part<'s>(
    mirror: &mut Mirror,
    saved: &'s SavedPlan,
    shard: Option<ShardNumber>,
) -> Cow<'s, SavedPlan> {
    let Some(shard) = shard else {
        return Cow::Borrowed(saved);
    };
    let number = shard.number - 1;
    mirror.leave_to_others(
        |name| saved.shard_of(&name.to_string()) == Some(number),
        |name| {
            matches!(
                saved.changes.get(&name.to_string()),
                Some(SavedChange::Wanted(_))
            )
        },
    );
    Cow::Owned(saved.in_shard(number))
}

/// Refuses a shard of a plan that was not parted into so many.
fn require_shards(
    path: &Path,
    saved: &SavedPlan,
    shard: Option<ShardNumber>,
) -> Result<(), CliError> {
    let count = saved.shards.as_ref().map(|shards| shards.loads.len());
    let Some(shard) = shard.filter(|shard| count != Some(shard.count)) else {
        return Ok(());
    };
    let plan = path.display();
    let message = match count {
        Some(count) => text!(
            "`{plan}` is made for {count} shards, so none of them is `{shard}`",
            "`{plan}` 分成 {count} 个分片，没有 `{shard}`"
        ),
        None => text!(
            "`{plan}` is not made for several machines, so it has no shard `{shard}`",
            "`{plan}` 没有分片，没有 `{shard}`"
        ),
    };
    let count = shard.count;
    Err(CliError::new(message).hint(text!(
        "nothing was done; `pusher plan --out {plan} --shards {count}` makes such a plan",
        "什么都没有做；`pusher plan --out {plan} --shards {count}` 会做出这样的计划"
    )))
}

/// Names the file that the plan was made from, where nobody named one.
///
/// Whoever wrote the plan must not choose what is read: only a file of this folder that has the
/// digest in the plan, and that before anything in it is understood, or shown as a mistake.
fn named(
    context: &Context,
    global: &GlobalArgs,
    path: &Path,
    saved: &SavedPlan,
) -> Result<GlobalArgs, CliError> {
    let Some(main) = saved.files.first().filter(|_| global.file.is_none()) else {
        return Ok(global.clone());
    };
    if main.path == files::STANDARD_INPUT {
        let plan = path.display();
        let message = text!(
            "`{plan}` is not applied: it was made from standard input",
            "没有应用 `{plan}`：它是从标准输入做出来的"
        );
        let hint = text!(
            "give it the same list again: `pusher apply {plan} --file -`",
            "再给它同一个列表：`pusher apply {plan} --file -`"
        );
        return Err(CliError::new(message).hint(hint));
    }
    // What is read without a plan as well needs no word of it.
    let folder = &context.folder;
    let usual = files::find_main(folder, None);
    if usual.is_ok_and(|usual| disk::called(folder, &usual) == main.path) {
        return Ok(global.clone());
    }
    let (plan, file) = (path.display(), excerpt(&main.path));
    let astray = |why: Astray| {
        let (message, hint) = match why {
            Astray::Outside => (
                text!(
                    "`{plan}` is not applied: it was made from `{file}`, which leads out of this folder",
                    "没有应用 `{plan}`：它是用 `{file}` 做的，而这个路径通到目录外面"
                ),
                text!(
                    "if it is to be read, name it with `--file`",
                    "如果要读它，用 `--file` 指定"
                ),
            ),
            Astray::Missing => (
                text!(
                    "`{plan}` is not applied: it was made from `{file}`, which is not here",
                    "没有应用 `{plan}`：它是用 `{file}` 做的，这里没有这个文件"
                ),
                text!(
                    "work in the folder that the plan was made in, or name the file with `--file`",
                    "到做计划时的目录里运行，或用 `--file` 指定文件"
                ),
            ),
            Astray::NoFile => (
                text!(
                    "`{plan}` is not applied: it was made from `{file}`, which is no file",
                    "没有应用 `{plan}`：它是用 `{file}` 做的，而它不是文件"
                ),
                text!("name the file with `--file`", "用 `--file` 指定文件"),
            ),
            Astray::Unreadable(error) => {
                let why = files::reason(&error);
                (
                    text!(
                        "`{plan}` is not applied: it was made from `{file}`, which cannot be read: {why}",
                        "没有应用 `{plan}`：它是用 `{file}` 做的，而这个文件无法读取：{why}"
                    ),
                    text!(
                        "name a file that can be read with `--file`",
                        "用 `--file` 指定一个可以读取的文件"
                    ),
                )
            }
        };
        CliError::new(message).hint(hint)
    };
    let bytes = disk::read_below(folder, &main.path, Purpose::List.limit()).map_err(astray)?;
    let named = GlobalArgs {
        file: Some(PathBuf::from(&main.path)),
        ..global.clone()
    };
    if Digest::sha256(&bytes) != main.digest {
        let changed = Mismatch::FileChanged(main.path.clone());
        return Err(refused(path, &made_by(&named, path), &[changed]));
    }
    let printer = &context.printer;
    printer.say_line(text!(
        "reading `{file}`, which `{plan}` was made from",
        "正在读取 `{file}`，`{plan}` 是用它做的"
    ));
    Ok(named)
}

/// Returns what is typed to make a plan again.
fn made_by(global: &GlobalArgs, path: &Path) -> String {
    // What a stranger may have written must do no harm to whoever copies it.
    let is_plain = |name: &&String| {
        let plain = |c: char| c.is_ascii_alphanumeric() || "._-/".contains(c);
        name.chars().all(plain) && !name.starts_with('-')
    };
    let file = global.file.as_ref().map(|file| file.display().to_string());
    let file = file.as_ref().filter(is_plain);
    let file = file.map(|name| format!(" --file {name}"));
    let out = path.display();
    format!("pusher plan{} --out {out}", file.unwrap_or_default())
}

/// Returns what is typed to make a plan of the same part, where that does no harm to whoever copies it.
fn only(patterns: &[String]) -> Option<String> {
    let is_plain = |c: char| c.is_ascii_alphanumeric() || "._-/:@*?".contains(c);
    let are_plain = |one: &String| one.chars().all(is_plain) && !one.starts_with('-');
    if patterns.is_empty() || !patterns.iter().all(are_plain) {
        return None;
    }
    Some(format!(" --only '{}'", patterns.join("' '")))
}

/// How many reasons are told: a plan that a stranger wrote can have any number.
const REASONS_TOLD: usize = 20;

/// Says why a plan is not applied, every reason on a line of its own.
fn refused(path: &Path, made_by: &str, reasons: &[impl Display]) -> CliError {
    let file = path.display();
    let message = match reasons {
        [reason] => text!(
            "`{file}` is not applied: {}",
            "没有应用 `{file}`：{}",
            excerpt(&reason.to_string())
        ),
        many => text!(
            "`{file}` is not applied:{}",
            "没有应用 `{file}`：{}",
            one_a_line(many)
        ),
    };
    CliError::new(message).hint(text!(
        "nothing was done; make the plan again with `{made_by}`",
        "什么都没有做；用 `{made_by}` 重新做计划"
    ))
}

fn one_a_line(reasons: &[impl Display]) -> String {
    let told = reasons.iter().take(REASONS_TOLD);
    let told = told.map(|reason| excerpt(&reason.to_string()));
    let more = reasons.len().saturating_sub(REASONS_TOLD);
    let more = (more > 0).then(|| tr!("and {more} more", "还有 {more} 条"));
    let lines: Vec<_> = told.chain(more).collect();
    format!("\n  - {}", lines.join("\n  - "))
}
