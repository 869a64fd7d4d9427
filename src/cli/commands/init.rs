//! `init`: the first files of a mirror, from what somebody answers.

use std::path::Path;

use crate::cli::args::InitArgs;
use crate::cli::confirm::ask;
use crate::cli::context::Context;
use crate::cli::error::{CliError, CommandError};
use crate::cli::exit::Exit;
use crate::cli::files::DEFAULT_FILES;
use crate::cli::outputs;
use crate::cli::starter::{Answers, LIST, MIRROR, WORKFLOW, workflow};
use crate::cli::variables::Variable;
use crate::config::Diagnostic;
use crate::model::{Text, listed};

/// Asks for what was not typed, writes the files, and says what comes next.
pub(super) async fn run(context: &Context, options: &InitArgs) -> Result<Exit, CommandError> {
    let workflow_name = (!options.no_workflow).then_some(WORKFLOW);
    let mut names = DEFAULT_FILES.into_iter().chain(workflow_name);
    let is_here = |name: &&str| context.folder.join(name).symlink_metadata().is_ok();
    if let Some(name) = names.find(is_here) {
        let hint = match name {
            WORKFLOW => text!(
                "leave it with `--no-workflow`, or move it away",
                "用 `--no-workflow` 不写它，或者把它移走"
            ),
            _ => text!(
                "edit it, and see with `pusher check` whether it is right",
                "编辑它，用 `pusher check` 检查对不对"
            ),
        };
        return Err(outputs::is_here(Path::new(name)).hint(hint).into());
    }
    let answers = answers(context, options).await?;
    let mut files = vec![(LIST, answers.list())];
    if options.mirror_file {
        files.push((MIRROR, answers.mirror_file()));
    }
    let (workflow, lacks_owner) = workflow();
    if !options.no_workflow {
        files.push((WORKFLOW, workflow));
    }
    for (name, text) in &files {
        outputs::create(context, Path::new(name), text)?;
    }
    let names: Vec<_> = files.iter().map(|(name, _)| *name).collect();
    let next = next_steps(&names, &answers, lacks_owner);
    context.printer.answer(|to| to.write_str(next.as_str()))?;
    Ok(Exit::Done)
}

/// Takes what was typed or is set, and asks for the rest; every answer is held against the rules of the files.
async fn answers(context: &Context, options: &InitArgs) -> Result<Answers, CommandError> {
    let given = |typed: &Option<String>, variable| {
        let set = || context.environment.get(variable).map(str::to_owned);
        typed
            .clone()
            .filter(|typed| !typed.trim().is_empty())
            .or_else(set)
    };
    let registry = given(&options.registry, Variable::Registry);
    let namespace = given(&options.namespace, Variable::Namespace);
    let can_ask = context.printer.can_ask();
    let missing = [
        ("`--registry`", registry.is_none()),
        ("`--namespace`", namespace.is_none()),
        ("`IMAGE`", options.images.is_empty()),
    ];
    let missing: Vec<_> = missing
        .iter()
        .filter(|(_, lacks)| *lacks)
        .map(|(what, _)| *what)
        .collect();
    if !can_ask && !missing.is_empty() {
        let message = text!(
            "there is no terminal to ask at; what is missing: {}",
            "这里不是终端，无法询问；还缺：{}",
            listed(&missing)
        );
        return Err(CliError::new(message)
            .hint(text!(
                "`pusher init --registry HOST --namespace NAME IMAGE…`, with an IMAGE such as `nginx:1.27`",
                "`pusher init --registry HOST --namespace NAME IMAGE…`，IMAGE 如 `nginx:1.27`"
            ))
            .into());
    }
    let mut answers = Answers {
        // Any that is right, so that the registry is judged alone.
        namespace: "namespace".to_owned(),
        ..Answers::default()
    };
    answers.registry = target_part(
        context,
        registry,
        text!(
            "registry (its host, such as registry.cn-hangzhou.aliyuncs.com):",
            "仓库（它的地址，如 registry.cn-hangzhou.aliyuncs.com）："
        ),
        |host| Answers {
            registry: host,
            ..answers.clone()
        },
    )
    .await?
    .registry;
    answers.namespace = target_part(
        context,
        namespace,
        text!("namespace:", "命名空间："),
        |name| Answers {
            namespace: name,
            ..answers.clone()
        },
    )
    .await?
    .namespace;
    if let Some(target) = answers.read().known_targets().next() {
        answers.registry.clone_from(&target.registry);
        answers.namespace = target.namespace.clone().unwrap_or_default();
    }
    answers.images.clone_from(&options.images);
    if let Some((image, mistake)) = answers.wrong_image() {
        return Err(told(image, &mistake).into());
    }
    if answers.images.is_empty() {
        ask_for_images(context, &mut answers).await?;
    }
    Ok(answers)
}

/// Takes a part of the target, or asks for it until it is right.
async fn target_part(
    context: &Context,
    given: Option<String>,
    question: Text,
    with: impl Fn(String) -> Answers,
) -> Result<Answers, CommandError> {
    if let Some(given) = given {
        let answers = with(given);
        return match answers.wrong_target() {
            None => Ok(answers),
            Some(why) => Err(CliError::new(why).into()),
        };
    }
    loop {
        let answers = with(line(context, &question).await?);
        match answers.wrong_target() {
            None if !(answers.registry.is_empty() || answers.namespace.is_empty()) => {
                return Ok(answers);
            }
            None => {}
            Some(why) => context.printer.error(&CliError::new(why)),
        }
    }
}

/// Asks for images until there is one and no more come.
async fn ask_for_images(context: &Context, answers: &mut Answers) -> Result<(), CommandError> {
    loop {
        let question = match answers.images.len() {
            0 => text!("image (such as nginx:1.27):", "镜像（如 nginx:1.27）："),
            _ => text!(
                "another image (an empty line ends this):",
                "下一个镜像（空行结束）："
            ),
        };
        let image = line(context, &question).await?;
        if image.is_empty() {
            if answers.images.is_empty() {
                continue;
            }
            return Ok(());
        }
        answers.images.push(image);
        if let Some((image, mistake)) = answers.wrong_image() {
            context.printer.error(&told(image, &mistake));
            answers.images.pop();
        }
    }
}

/// Asks for a line; where no more can come, nothing is done.
async fn line(context: &Context, question: &Text) -> Result<String, CommandError> {
    match ask(context, question).await {
        (Some(line), _) => Ok(line.trim().to_owned()),
        (None, exit) => {
            let message = text!(
                "not answered; nothing was written",
                "没有回答，什么都没有写"
            );
            Err(CommandError::Stopped(exit, message))
        }
    }
}

fn told(image: &str, mistake: &Diagnostic) -> CliError {
    let message = &mistake.message;
    let error = CliError::new(text!("`{image}`: {message}", "`{image}`：{message}"));
    match &mistake.help {
        Some(help) => error.hint(help.clone()),
        None => error,
    }
}

/// Says what was written, and what comes next.
fn next_steps(files: &[&str], answers: &Answers, lacks_owner: bool) -> Text {
    let Answers {
        registry,
        namespace,
        ..
    } = answers;
    let (user, password) = (Variable::User, Variable::Password);
    let (host, name) = (Variable::Registry, Variable::Namespace);
    let line = |file: &&str| tr!("wrote `{file}`\n", "已写入 `{file}`\n");
    let written = Text::of(|| files.iter().map(line).collect());
    let has_mirror_file = files.contains(&MIRROR);
    let export = if has_mirror_file {
        String::new()
    } else {
        format!("  export {host}={registry} {name}={namespace}\n")
    };
    let here = text!(
        "{written}\nNext:\n{export}  export {user}=... {password}=...\n  pusher doctor\n  pusher plan\n",
        "{written}\n接下来：\n{export}  export {user}=... {password}=...\n  pusher doctor\n  pusher plan\n"
    );
    if !files.contains(&WORKFLOW) {
        return here;
    }
    let variables = if has_mirror_file {
        String::new()
    } else {
        format!("  variables  {host}={registry}, {name}={namespace}\n")
    };
    let on_github = text!(
        "{here}\nOn GitHub, under Settings, Secrets and variables, Actions:\n{variables}  secrets    {user}, \
         {password}\n",
        "{here}\n在 GitHub 的 Settings、Secrets and variables、Actions 里：\n{variables}  secrets    {user}, \
         {password}\n"
    );
    if !lacks_owner {
        return on_github;
    }
    text!(
        "{on_github}and in `{WORKFLOW}`, for OWNER, the owner of the repository that this program is from.\n",
        "{on_github}再把 `{WORKFLOW}` 里的 OWNER 换成这个程序所在项目的所有者。\n"
    )
}
