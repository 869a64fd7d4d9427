//! Sticks in the place of one side: which one it is, whether it is one, and what is on it in the end.

use std::collections::HashSet;
use std::path::Path;
use std::sync::Arc;

use crate::model::{Bytes, Failure, Reference, Repository, Text};
use crate::plan::{Family, Plan, Report};
use crate::registry::Client;
use crate::render::units::bytes;
use crate::stick::{Ends, Filling, Given, Lack, StickError, Written, is_tar};

use super::args::{ApplyArgs, StickArgs};
use super::context::Context;
use super::error::{CliError, CommandError, unreadable};
use super::have::held;
use super::mirror::Mirror;
use super::reading::reading;

/// Refuses what cannot be done to a stick.
pub(super) fn require_fitting(options: &ApplyArgs) -> Result<(), CliError> {
    if options.stick.into.is_none() {
        return Ok(());
    }
    let applying = &options.applying;
    let unfit = [
        ("--records", applying.records.is_some()),
        ("--attest", applying.attest),
    ];
    let Some((option, _)) = unfit.into_iter().find(|(_, is_typed)| *is_typed) else {
        return Ok(());
    };
    let message = text!(
        "`{option}` tells what was put into the target, and `--into` puts nothing there",
        "`{option}` 记录写进目标的内容，而 `--into` 什么都不写到目标"
    );
    Err(CliError::new(message).hint(text!(
        "give it on the other side, with `--from`",
        "在另一边和 `--from` 一起用"
    )))
}

/// Refuses to part what is no one file.
fn require_tar(typed: &StickArgs, into: &Path) -> Result<(), CliError> {
    if typed.split.is_none() || is_tar(into) {
        return Ok(());
    }
    let stick = into.display();
    let message = text!(
        "`--split` is for a stick that is a file, and `{stick}` is a folder",
        "`--split` 用于单个文件的离线包，而 `{stick}` 是目录"
    );
    Err(CliError::new(message).hint(text!(
        "give it a name that ends in `.tar`: `--into {stick}.tar`",
        "名字要以 `.tar` 结尾：`--into {stick}.tar`"
    )))
}

/// Returns the registries of a run, with the stick for one side that was asked for.
pub(super) async fn ends(
    context: &Context,
    mirrors: &[Mirror],
    typed: Option<&StickArgs>,
    client: Client,
) -> Result<Ends, CommandError> {
    let Some(typed) = typed else {
        return Ok(Ends::network(client));
    };
    if let Some(into) = &typed.into {
        require_tar(typed, into)?;
        let targets = targets(mirrors)?;
        let held = match &typed.have {
            Some(lock) => held(context, mirrors, lock, &client).await?,
            None => vec![],
        };
        let target = match mirrors {
            [mirror] => mirror.desired.target.in_public().place(),
            _ => String::new(),
        };
        let stick = Filling::open(
            &context.folder.join(into),
            typed.split.map(|Bytes(split)| split),
            &target,
            held,
        );
        let stick = stick.map_err(|why| unusable(&into.display().to_string(), &why, false))?;
        return Ok(Ends::into_stick(client, Arc::new(stick), targets));
    }
    if typed.from.is_empty() {
        return Ok(Ends::network(client));
    }
    let targets = targets(mirrors)?;
    let named = |path: &std::path::PathBuf| (context.folder.join(path), shown(path));
    let named: Vec<_> = typed.from.iter().map(named).collect();
    let sticks = Given::open(&named).map_err(|(stick, why)| unusable(&stick, &why, true))?;
    if sticks.leaves_out() && mirrors.len() > 1 {
        let message = text!(
            "the stick leaves out what one target has, and here are {}",
            "离线包里省去了一个目标已有的内容，而这里有 {} 个目标",
            mirrors.len()
        );
        let hint = text!("name that one with `--to`", "用 `--to` 指定那一个");
        return Err(CliError::new(message).hint(hint).into());
    }
    Ok(Ends::from_sticks(client, Arc::new(sticks), targets))
}

/// Stops where a stick does not carry all that is to be copied, before anything is.
pub(super) async fn require_whole(
    context: &Context,
    ends: &Ends,
    plans: &[&Plan],
) -> Result<(), CommandError> {
    let Some(sticks) = ends.given() else {
        return Ok(());
    };
    let lacks = reading(context, 0, async |_| {
        sticks.lacks_of(plans, ends.client()).await
    })
    .await?;
    if lacks.is_empty() {
        return Ok(());
    }
    let was_held = lacks.iter().any(|lack| lack.was_held);
    let lines = Text::of(|| {
        let told = lacks.iter().take(TOLD);
        let told = told.map(|Lack { image, what, .. }| tr!("{image}: {what}", "{image}：{what}"));
        let more = lacks.len().saturating_sub(TOLD);
        let more = (more > 0).then(|| tr!("and {more} more", "还有 {more} 条"));
        told.chain(more).collect::<Vec<_>>().join("\n  - ")
    });
    let message = text!(
        "the stick does not carry all that is to be copied, so nothing was written:\n  - {lines}",
        "离线包里没有要拷贝的全部内容，所以什么都没有写：\n  - {lines}"
    );
    let hint = if was_held {
        text!(
            "the target lacks what the lock given with `--have` says that it holds: make the stick without `--have`, or with the lock that was applied last",
            "目标里没有 `--have` 的锁文件所说的内容：重新做离线包，不加 `--have`，或者用最后应用的锁文件"
        )
    } else {
        text!(
            "copy the stick once more, or make it anew on the other side; `--only` takes the images that are whole",
            "再拷贝一次离线包，或者在另一边重新做；用 `--only` 可以只取完整的镜像"
        )
    };
    Err(CliError::new(message).hint(hint).into())
}

/// How many things are told that a stick lacks.
const TOLD: usize = 20;

fn shown(path: &Path) -> String {
    path.display().to_string()
}

/// Returns every repository of the targets: with a stick, nothing else tells them from sources.
fn targets(mirrors: &[Mirror]) -> Result<HashSet<Repository>, CliError> {
    let mut targets = HashSet::new();
    for mirror in mirrors {
        let desired = &mirror.desired;
        let entries = desired.entries.iter().map(|entry| &entry.target);
        let families = desired.families.iter().map(Family::name);
        let recorded = mirror.prunable().unwrap_or_default();
        let recorded = recorded.iter().map(|(name, _)| name);
        let names = entries.chain(families).chain(recorded);
        targets.extend(names.map(|name| desired.target.repository(name)));
    }
    for mirror in mirrors {
        let entries = mirror.desired.entries.iter().map(|entry| &entry.source);
        let families = mirror
            .desired
            .families
            .iter()
            .map(|family| &family.any.source);
        let mut sources = entries.chain(families).map(Reference::repository);
        if let Some(both) = sources.find(|source| targets.contains(*source)) {
            let message = text!(
                "`{both}` is a source and in the target as well, so a stick cannot stand for one of them",
                "`{both}` 既是源又在目标里，离线包没法只代替其中一边"
            );
            return Err(CliError::new(message).hint(text!(
                "leave what comes from there out with `--only`, or give it a name of its own with `target:`",
                "用 `--only` 去掉来自那里的镜像，或者用 `target:` 给它另起名字"
            )));
        }
    }
    Ok(targets)
}

/// Says why a stick cannot be used, and what to do about it.
fn unusable(stick: &str, why: &StickError, is_source: bool) -> CliError {
    let told = Text::of(|| why.to_string());
    let error = CliError::new(text!("`{stick}`: {told}", "`{stick}`：{told}"));
    match why {
        StickError::Missing => error.hint(text!(
            "name what `pusher apply --into STICK` has filled on the other side",
            "写另一边用 `pusher apply --into STICK` 写好的离线包"
        )),
        StickError::Foreign if is_source => error.hint(text!(
            "name the folder that has `oci-layout` in it, or the `.tar`",
            "写里面有 `oci-layout` 的目录，或者 `.tar` 文件"
        )),
        StickError::Foreign => error.hint(text!(
            "name a folder that is empty or is not there yet, or a `.tar`",
            "写一个空目录、还不存在的目录，或者 `.tar` 文件"
        )),
        StickError::Unfinished | StickError::Broken { .. } | StickError::Malformed { .. } => {
            error.hint(text!(
                "nothing was done; copy it once more, or run `pusher apply --into STICK` again on the other side, which \
                 goes on with what is missing",
                "什么都没有做；再拷贝一次，或者在另一边再运行 `pusher apply --into STICK`，它会接着写还缺的"
            ))
        }
        StickError::Link(_) => error.hint(text!(
            "copy what it leads to into the folder",
            "把它指向的内容拷贝到目录里"
        )),
        StickError::OtherTarget(_) => error.hint(text!(
            "name another folder or `.tar` for each target",
            "每个目标用各自的目录或 `.tar`"
        )),
        StickError::Whole => error.hint(text!(
            "leave `--split` out, or name another file",
            "去掉 `--split`，或者换个文件名"
        )),
        StickError::Disk { .. } | StickError::Busy(_) | StickError::Changed(_) => error,
    }
}

/// Ends what was put onto a stick: after this it holds what the reports tell.
pub(super) async fn finish(ends: &Ends, reports: &[Report]) -> Option<Result<Written, Failure>> {
    let stick = ends.filling()?;
    Some(stick.finish(reports, ends.client()).await)
}

/// Says what a stick holds now.
pub(super) fn tell(
    context: &Context,
    typed: &StickArgs,
    filled: Option<Result<Written, Failure>>,
) -> Result<(), CliError> {
    let Some(filled) = filled else {
        return Ok(());
    };
    let Written {
        images,
        bytes: all,
        added,
    } = filled.map_err(|why| unreadable(&why))?;
    let stick = typed.into.as_deref().map(shown).unwrap_or_default();
    let all = bytes(all);
    let images = match images {
        1 => text!("1 image", "1 个镜像"),
        many => text!("{many} images", "{many} 个镜像"),
    };
    let line: Text = if added == 0 {
        text!(
            "`{stick}` holds {images}, {all}; nothing was written",
            "`{stick}` 里有 {images}，共 {all}；没有写什么"
        )
    } else {
        let added = bytes(added);
        text!(
            "`{stick}` holds {images}, {all}; {added} were written now",
            "`{stick}` 里有 {images}，共 {all}；这次写了 {added}"
        )
    };
    context.printer.say_line(line);
    Ok(())
}
