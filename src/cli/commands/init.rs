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

/// Asks for what was not typed, writes the files, and says what comes next.
pub(super) async fn run(context: &Context, options: &InitArgs) -> Result<Exit, CommandError> {
    let workflow_name = (!options.no_workflow).then_some(WORKFLOW);
    let mut names = DEFAULT_FILES.into_iter().chain(workflow_name);
    let is_here = |name: &&str| context.folder.join(name).symlink_metadata().is_ok();
    if let Some(name) = names.find(is_here) {
        let message = format!("`{name}` is here already, and nothing goes over it");
        let error = CliError::new(message);
        return Err(match name {
            WORKFLOW => error.hint("leave it with `--no-workflow`, or move it away"),
            _ => error.hint("edit it, and see with `pusher check` whether it is right"),
        }
        .into());
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
    context.printer.answer(|to| to.write_str(&next))?;
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
        let message = format!(
            "there is no terminal to ask at; what is missing: {}",
            missing.join(", ")
        );
        return Err(CliError::new(message)
            .hint("`pusher init --registry HOST --namespace NAME IMAGE…`, with an IMAGE such as `nginx:1.27`")
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
        "registry (its host, such as registry.cn-hangzhou.aliyuncs.com):",
        |host| Answers {
            registry: host,
            ..answers.clone()
        },
    )
    .await?
    .registry;
    answers.namespace = target_part(context, namespace, "namespace:", |name| Answers {
        namespace: name,
        ..answers.clone()
    })
    .await?
    .namespace;
    if let Some(target) = answers.read().target {
        answers.registry = target.registry;
        answers.namespace = target.namespace.unwrap_or_default();
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
    question: &str,
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
        let answers = with(line(context, question).await?);
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
            0 => "image (such as nginx:1.27):",
            _ => "another image (an empty line ends this):",
        };
        let image = line(context, question).await?;
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
async fn line(context: &Context, question: &str) -> Result<String, CommandError> {
    match ask(context, question).await {
        (Some(line), _) => Ok(line.trim().to_owned()),
        (None, exit) => {
            context
                .printer
                .insist(|to| writeln!(to, "not answered; nothing was written"));
            Err(CommandError::Said(exit))
        }
    }
}

fn told(image: &str, mistake: &Diagnostic) -> CliError {
    let error = CliError::new(format!("`{image}`: {}", mistake.message));
    match &mistake.help {
        Some(help) => error.hint(help.clone()),
        None => error,
    }
}

/// Says what was written, and what comes next.
fn next_steps(files: &[&str], answers: &Answers, lacks_owner: bool) -> String {
    let Answers {
        registry,
        namespace,
        ..
    } = answers;
    let (user, password) = (Variable::User, Variable::Password);
    let (host, name) = (Variable::Registry, Variable::Namespace);
    let line = |file: &&str| format!("wrote `{file}`\n");
    let written: String = files.iter().map(line).collect();
    let has_mirror_file = files.contains(&MIRROR);
    let export = if has_mirror_file {
        String::new()
    } else {
        format!("  export {host}={registry} {name}={namespace}\n")
    };
    let here = format!(
        "{written}\nNext:\n{export}  export {user}=... {password}=...\n  pusher doctor\n  pusher plan\n"
    );
    if !files.contains(&WORKFLOW) {
        return here;
    }
    let variables = if has_mirror_file {
        String::new()
    } else {
        format!("  variables  {host}={registry}, {name}={namespace}\n")
    };
    let owner = if lacks_owner {
        format!(
            "and in `{WORKFLOW}`, for OWNER, the owner of the repository that this program is from.\n"
        )
    } else {
        String::new()
    };
    format!(
        "{here}\nOn GitHub, under Settings, Secrets and variables, Actions:\n{variables}  secrets    {user}, \
         {password}\n{owner}"
    )
}
