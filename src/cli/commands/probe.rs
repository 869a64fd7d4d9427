//! `doctor --probe`: what the target accepts, measured, as a profile file.

use std::process;
use std::time::{SystemTime, UNIX_EPOCH};

use crate::checkup::{Finding, Measured, Sample};
use crate::cli::args::{DoctorArgs, GlobalArgs};
use crate::cli::client::examining;
use crate::cli::confirm::confirm;
use crate::cli::context::Context;
use crate::cli::error::{CliError, CommandError, unreadable};
use crate::cli::exit::Exit;
use crate::cli::mirror;
use crate::cli::outputs::{self, Outputs};
use crate::config::Loaded;
use crate::doctor::{Left, PROBED, Scratch, clean, probe};
use crate::model::{Digest, Failure, Repository, Text, listed};
use crate::plan::Target;
use crate::registry::{Client, ReadRegistry as _};
use crate::render::{Format, words};

/// What came of a probe.
enum Came {
    Measured(Measured),
    Failed(Failure),
    Stopped,
}

/// Pushes to the target what nobody has, takes it away again, and prints what follows.
pub(super) async fn run(
    context: &Context,
    global: &GlobalArgs,
    options: &DoctorArgs,
) -> Result<Exit, CommandError> {
    if global.format() != Format::Human {
        let message = text!(
            "`--probe` answers with a profile file, in no other format",
            "`--probe` 的回答是 profile 文件，没有别的格式"
        );
        return Err(CliError::new(message).into());
    }
    let context = &context.pushing();
    let out = options.out.as_deref();
    Outputs::check(context, out.map(|path| ("--out", path)))?;
    let loaded = mirror::load(context, global)?;
    let target = one(&loaded, options.to.as_deref())?;
    let client = examining(context, &loaded.registries, loaded.known_targets())?;
    let scratch = Scratch::new(nobodys(target));
    allowed(context, options, scratch.repository()).await?;
    match client.knows_repository(scratch.repository()).await {
        Ok(false) => {}
        Err(why) if why.may_be_absent() => {}
        Err(why) => return Err(unreadable(&why).into()),
        Ok(true) => {
            let repository = scratch.repository();
            let message = text!("`{repository}` is there already", "`{repository}` 已经存在");
            return Err(CliError::new(message).into());
        }
    }
    let came = measure(context, &scratch, &client).await;
    let left = clean(&scratch, &client).await;
    let is_clean = told_clean(context, &scratch, &left);
    let measured = match came {
        Came::Measured(measured) => measured,
        Came::Failed(why) => return Err(unreadable(&why).into()),
        Came::Stopped => {
            let message = text!("stopped; nothing was measured", "已停止，什么都没有测到");
            return Err(CommandError::Stopped(Exit::Interrupted, message));
        }
    };
    let text = measured.to_toml();
    match out {
        Some(path) => {
            outputs::write(context, path, &text)?;
            let path = path.display();
            context.printer.say_line(text!(
                "`{path}` is the profile: `profile: ./{path}` in the target of a mirror file takes it",
                "profile 写进了 `{path}`：在 mirror 文件的目标里写 `profile: ./{path}` 就会用它"
            ));
        }
        None => context.printer.answer(|to| to.write_str(&text))?,
    }
    Ok(Exit::of(!is_clean, false))
}

/// Returns the one target that is meant.
fn one<'l>(loaded: &'l Loaded, named: Option<&str>) -> Result<&'l Target, CliError> {
    let label = |target: &&Target| target.label.as_ref().map(ToString::to_string);
    let all: Vec<_> = loaded.known_targets().collect();
    let is_meant = |target: &&Target| named.is_none() || label(target).as_deref() == named;
    let meant: Vec<_> = all.iter().copied().filter(is_meant).collect();
    if let [target] = meant.as_slice() {
        return Ok(target);
    }
    if all.is_empty() {
        let message = text!(
            "the files name no target that can be used",
            "文件里没有写能用的目标"
        );
        return Err(CliError::new(message).hint(text!(
            "`pusher doctor` tells what is missing",
            "`pusher doctor` 会说明缺什么"
        )));
    }
    let message = match named {
        Some(named) => text!("`{named}` is no target", "没有叫 `{named}` 的目标"),
        None => text!(
            "the files name several targets, and one is measured at a time",
            "文件里有几个目标，一次只测一个"
        ),
    };
    let labels = all.iter().filter_map(label);
    let labels = listed(labels.map(|label| format!("`{label}`")));
    Err(CliError::new(message).hint(text!(
        "name it with `--to`: {labels}",
        "用 `--to` 指定：{labels}"
    )))
}

/// Returns a repository that nobody has: its name comes from the time and this process.
fn nobodys(target: &Target) -> Repository {
    let now = SystemTime::now().duration_since(UNIX_EPOCH);
    let seed = format!("{:?} {}", now.unwrap_or_default(), process::id());
    let name = format!("{PROBED}{}", &Digest::sha256(seed.as_bytes()).hex()[..12]);
    Repository {
        registry: target.registry.clone(),
        name: match &target.namespace {
            Some(namespace) => format!("{namespace}/{name}"),
            None => name,
        },
    }
}

/// Asks whether it may push, unless that was said before; stops where nobody can be asked.
async fn allowed(
    context: &Context,
    options: &DoctorArgs,
    scratch: &Repository,
) -> Result<(), CommandError> {
    let printer = &context.printer;
    printer.say_line(text!(
        "tiny images of each kind go to `{scratch}`, below it and beside it, and are taken away again; a registry that makes \
         repositories by itself may keep these, empty",
        "会往 `{scratch}`（以及它下面和旁边的名字）推送各种很小的镜像，之后再删掉；会自动创建镜像仓库的仓库，可能留下空的镜像仓库"
    ));
    if options.yes {
        return Ok(());
    }
    if !printer.can_ask() {
        let message = text!(
            "`--probe` pushes to the target, and nobody is there to be asked",
            "`--probe` 会往目标推送，而这里没有人可以问"
        );
        let error = CliError::new(message);
        return Err(error
            .hint(text!("add `--yes` to let it", "加上 `--yes` 表示同意"))
            .into());
    }
    confirm(context, &text!("Push them? [y/N]", "推送吗？[y/N]")).await
}

/// Measures, until it is done or someone asks to stop.
async fn measure(context: &Context, scratch: &Scratch, client: &Client) -> Came {
    let printer = &context.printer;
    let told = |sample: Sample, finding: &Finding| {
        printer.say_line(Text::of(|| words::finding(sample, finding)));
    };
    tokio::select! {
        came = probe(scratch, client, told) => match came {
            Ok(measured) => Came::Measured(measured),
            Err(why) => Came::Failed(why),
        },
        () = context.stop.made() => Came::Stopped,
    }
}

/// Says what is left, and tells whether all of it is gone that the registry lets go.
fn told_clean(context: &Context, scratch: &Scratch, left: &[Left]) -> bool {
    let printer = &context.printer;
    let used = scratch.used();
    let named = |left: &[&Left]| listed(left.iter().map(|left| format!("`{}`", left.name)));
    let (failed, kept): (Vec<_>, Vec<_>) = left.iter().partition(|left| left.why.is_some());
    if !kept.is_empty() {
        printer.say_line(text!(
            "warning: the registry deletes nothing; delete these in its console: {}",
            "警告：这个仓库不能删除；请在它的控制台里删除：{}",
            named(&kept)
        ));
    }
    for left in &failed {
        let Some(why) = &left.why else { continue };
        printer.say_line(text!(
            "warning: `{}` is there still: {why}",
            "警告：`{}` 还在：{why}",
            left.name
        ));
    }
    if left.is_empty() && !used.is_empty() {
        printer.say_line(text!(
            "all of it is gone again; these repositories may stay, empty: {}",
            "推送的都已删除；可能还留着空的镜像仓库：{}",
            listed(used.iter().map(|repository| format!("`{repository}`")))
        ));
    }
    failed.is_empty()
}
