//! `report merge`: what the shards of a plan did, as one report.

use crate::cli::args::{GlobalArgs, MergeArgs};
use crate::cli::context::Context;
use crate::cli::error::{CliError, CommandError};
use crate::cli::exit::Exit;
use crate::cli::files;
use crate::cli::notices::Notices;
use crate::cli::outputs::Outputs;
use crate::cli::purpose::Purpose;
use crate::cli::report::answer;
use crate::cli::saved_plan;
use crate::model::Text;
use crate::render;
use crate::reports::{self, Kept, Merged};

/// Prints what the reports say together, and of which shards there is none.
pub(super) async fn merge(
    context: &Context,
    global: &GlobalArgs,
    options: &MergeArgs,
) -> Result<Exit, CommandError> {
    let outputs = Outputs::check(context, options.report.named())?;
    let notices = Notices::of(&context.environment)?;
    let inputs = options.reports.iter().chain([&options.plan]);
    outputs.spare(inputs.map(std::path::PathBuf::as_path))?;
    let (plans, digest) = saved_plan::look_closely_at(context, &options.plan)?;
    let plan_file = options.plan.display().to_string();
    let mut kept: Vec<Kept> = vec![];
    for path in &options.reports {
        let file = path.display();
        let unread = |why: Text| {
            CliError::new(text!(
                "cannot read `{file}`: {why}",
                "无法读取 `{file}`：{why}"
            ))
        };
        // A machine that died has left none.
        if !context.folder.join(path).exists() {
            context
                .printer
                .say_line(text!("note: there is no `{file}`", "注意：没有 `{file}`"));
            continue;
        }
        let text = files::read_text(&context.folder, path, Purpose::Shard).map_err(unread)?;
        let read = reports::read(&text).map_err(|why| {
            unread(Text::of(|| why.to_string())).hint(text!(
                "`pusher apply PLAN --shard I/N --report FILE.json` writes one",
                "`pusher apply PLAN --shard I/N --report FILE.json` 会写出来"
            ))
        })?;
        kept.extend(read);
    }
    let merged = plans
        .iter()
        .map(|plan| reports::merge((plan, &digest, &plan_file), &kept));
    let merged: Vec<Merged<'_>> = merged.collect::<Result<_, _>>().map_err(|why| {
        let plan = options.plan.display();
        let why = Text::of(|| why.to_string());
        CliError::new(text!(
            "cannot merge reports of `{plan}`: {why}",
            "无法合并 `{plan}` 的报告：{why}"
        ))
        .hint(text!(
            "name the plan and one report of each of its shards",
            "写上计划，和它每个分片的一份报告"
        ))
    })?;
    answer(context, global, &options.report, |format, view, to| {
        render::each(&merged, format, to, |merged, to| {
            render::merged(merged, format, view, to)
        })
    })?;
    notices
        .tell(context, "report", || {
            merged.iter().map(render::notice::of_merged).collect()
        })
        .await;
    if !merged.iter().all(Merged::is_attested) {
        return Ok(Exit::Failed);
    }
    Ok(Exit::of_reports(merged.iter().map(|merged| merged.summary)))
}
