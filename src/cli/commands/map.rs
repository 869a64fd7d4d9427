//! `map`: which name each image has in the mirror, and what those who pull from it read.

use std::collections::BTreeSet;
use std::path::Path;

use crate::cli::args::{GlobalArgs, MapArgs};
use crate::cli::client::client;
use crate::cli::context::Context;
use crate::cli::error::{CliError, CommandError, Mistakes};
use crate::cli::exit::Exit;
use crate::cli::files;
use crate::cli::mirror::Mirror;
use crate::cli::outputs::{self, Outputs};
use crate::cli::reading::reading;
use crate::cli::session::{Scope, declared};
use crate::config::import::{ComposeService, compose_services};
use crate::config::{Files, Registries, hide};
use crate::consumers::{
    self, Form, Found, FoundCounts, Given, HostChoice, MirrorMap, Service, Unsaid, Written,
};
use crate::model::Text;
use crate::observe::tags;
use crate::plan::{DeclaredAt, Target};
use crate::registry::{Client, speaks_plain_http};
use crate::render::{self, Mapped};

/// How many reasons are told, unless someone wants all.
const MOST: usize = 20;

/// Prints the names; asks the mirror for them if that is wanted.
pub(super) async fn run(
    context: &Context,
    global: &GlobalArgs,
    options: &MapArgs,
) -> Result<Exit, CommandError> {
    require_one_form(global, options)?;
    let outputs = Outputs::check(context, [])?;
    let scope = Scope {
        to: &options.to.to,
        only: &options.only.only,
        ..Scope::default()
    };
    let mirrors = declared(context, global, scope, &outputs)?;
    let host = options.host.host.clone().unwrap_or_default();
    let maps = mirrors.iter().map(|mirror| map(mirror, &host, options));
    let maps: Vec<MirrorMap> = maps.collect::<Result<_, _>>()?;
    if let Some(form) = options.form {
        return tell(context, global, options, form, &mirrors, &maps);
    }
    let mut found = vec![];
    if options.check {
        for (mirror, map) in mirrors.iter().zip(&maps) {
            found.push(look(context, mirror, map).await?);
        }
    }
    let each: Vec<_> = maps
        .iter()
        .enumerate()
        .map(|(number, map)| Mapped {
            map,
            found: found.get(number).map(Vec::as_slice),
        })
        .collect();
    let (view, format) = (context.printer.view(false), global.format());
    context.printer.answer(|to| {
        render::each(&each, format, to, |mapped, to| {
            render::map(mapped, format, &view, to)
        })
    })?;
    let counts = FoundCounts::of(found.iter().flatten());
    Ok(Exit::of(
        counts.unreadable > 0,
        counts.missing + counts.differs > 0,
    ))
}

/// Stops where what was typed does not go together.
fn require_one_form(global: &GlobalArgs, options: &MapArgs) -> Result<(), CliError> {
    match (options.form, &options.compose) {
        (Some(_), _) if global.format.is_some() => Err(CliError::new(text!(
            "`--for` and `--format` do not go together: each says what the answer is",
            "`--for` 和 `--format` 不能一起用：两个都规定结果的写法"
        ))),
        (Some(Form::Compose), None) => Err(CliError::new(text!(
            "`--for compose` needs the Compose file: services have names that no image tells",
            "`--for compose` 需要写上 Compose 文件：从镜像看不出服务的名字"
        ))
        .hint(text!(
            "name it: `pusher map --for compose compose.yaml`",
            "写上它：`pusher map --for compose compose.yaml`"
        ))),
        (Some(form), Some(path)) if form != Form::Compose => {
            let (form, path) = (form.as_str(), path.display());
            Err(CliError::new(text!(
                "`--for {form}` reads no `{path}`: a Compose file is for `--for compose`",
                "`--for {form}` 不读 `{path}`：Compose 文件只用于 `--for compose`"
            )))
        }
        _ => Ok(()),
    }
}

fn map(mirror: &Mirror, host: &HostChoice, options: &MapArgs) -> Result<MirrorMap, CliError> {
    let map = MirrorMap::of(&mirror.desired, host).map_err(|why| {
        let error = CliError::new(Text::of(|| why.to_string()));
        error.hint(text!(
            "`--host HOST` takes any other, such as one that a private network gives it",
            "`--host HOST` 可以写任何域名，如内网里给它的域名"
        ))
    })?;
    Ok(match &options.platform {
        Some(platform) => map.for_platform(platform),
        None => map,
    })
}

/// Asks the mirror for each name.
async fn look(
    context: &Context,
    mirror: &Mirror,
    map: &MirrorMap,
) -> Result<Vec<Found>, CommandError> {
    let client = client_of(context, mirror, map)?;
    let names = map.images.iter().map(|image| &image.name);
    let said = reading(context, map.images.len(), async |_| {
        tags(&map.target, names, &client).await
    })
    .await?;
    let found = map.images.iter().filter_map(|image| {
        let said = said.get(&image.name)?;
        Some(Found::of(image, said))
    });
    Ok(found.collect())
}

/// Makes a client that logs in where the map says as it does at the target, if the one is another host of the other.
fn client_of(context: &Context, mirror: &Mirror, map: &MirrorMap) -> Result<Client, CliError> {
    let declared = &mirror.desired.target;
    let is_same = map.target.in_public() == declared.in_public();
    let moved = |target: &Target| {
        if is_same && target.registry == declared.registry {
            target.at(map.target.registry.clone())
        } else {
            target.clone()
        }
    };
    let targets: Vec<_> = mirror.targets.iter().map(moved).collect();
    let mut registries = mirror.registries.clone();
    if is_same && let Some(own) = registries.get(&declared.registry).cloned() {
        registries.entry(map.target.registry.clone()).or_insert(own);
    }
    client(context, &registries, targets.iter())
}

/// Writes what a consumer reads, and tells what cannot be said there.
fn tell(
    context: &Context,
    global: &GlobalArgs,
    options: &MapArgs,
    form: Form,
    mirrors: &[Mirror],
    maps: &[MirrorMap],
) -> Result<Exit, CommandError> {
    let ([mirror], [map]) = (mirrors, maps) else {
        let message = text!(
            "there are several targets, and a consumer is told of one",
            "有多个目标，而这里只能写一个"
        );
        return Err(CliError::new(message)
            .hint(text!("`--to TARGET` names it", "用 `--to TARGET` 指定"))
            .into());
    };
    let services = match &options.compose {
        Some(path) => services(context, path)?,
        None => vec![],
    };
    let sources = map.images.iter().map(|image| image.source.registry());
    let sources = sources.chain(map.unsettled.iter().map(|any| &*any.source.registry));
    let plain: BTreeSet<_> = sources
        .filter(|host| {
            let settings = mirror.registries.get(*host);
            speaks_plain_http(host, settings.and_then(|settings| settings.plain_http))
        })
        .collect();
    let plain: Vec<_> = plain.into_iter().collect();
    let given = Given {
        plain_sources: &plain,
        plain_http: is_plain(&mirror.registries, &mirror.desired.target, &map.target),
        services: &services,
    };
    let written = consumers::write(form, map, &given)
        .map_err(|refused| CliError::new(refused.message).hint(refused.help))?;
    match &options.out {
        Some(folder) => write(context, folder, form, &written)?,
        None => context.printer.answer(|to| {
            for (number, file) in written.files.iter().enumerate() {
                if number > 0 {
                    to.write_char('\n')?;
                }
                to.write_str(&file.text)?;
            }
            Ok(())
        })?,
    }
    if options.out.is_none() && written.files.len() > 1 {
        context.printer.say_line(text!(
            "note: each of these is a file of its own; `--out DIR` writes them below a folder",
            "注意：这是几个文件；`--out DIR` 把它们分别写到目录里"
        ));
    }
    for note in &written.notes {
        context
            .printer
            .say_line(text!("note: {note}", "注意：{note}"));
    }
    tell_unsaid(context, &written.unsaid, global.verbose > 0);
    if written.files.is_empty() {
        let form = form.as_str();
        let message = text!(
            "nothing of it can be said in the form of `{form}`",
            "没有一项能写成 `{form}` 的形式"
        );
        return Err(CliError::new(message).into());
    }
    Ok(Exit::of(!written.unsaid.is_empty(), false))
}

/// Tells what cannot be said, and what to do about it.
fn tell_unsaid(context: &Context, unsaid: &[Unsaid], all: bool) {
    let most = if all { unsaid.len() } else { MOST };
    let printer = &context.printer;
    for one in unsaid.iter().take(most) {
        printer.insist(|to| {
            let told = hide(&one.to_string());
            let line = tr!("not said: {told}", "没有写入：{told}");
            writeln!(to, "{}", render::sanitize::line(&line))
        });
    }
    let left = unsaid.len().saturating_sub(most);
    if left > 0 {
        let line = text!(
            "and {left} more: `-v` tells them all",
            "还有 {left} 个：`-v` 全部列出"
        );
        printer.insist(|to| writeln!(to, "{line}"));
    }
    let mut told: Vec<Text> = vec![];
    for help in unsaid.iter().filter_map(|one| one.why.help()) {
        if !told.contains(&help) {
            printer.hint(&help);
            told.push(help);
        }
    }
}

/// Writes the files of a consumer, each of them new or written by this before.
fn write(context: &Context, folder: &Path, form: Form, written: &Written) -> Result<(), CliError> {
    let mark = format!("pusher map --for {}", form.as_str());
    let paths = written.files.iter().map(|file| folder.join(&file.name));
    let paths: Vec<_> = paths.collect();
    for path in &paths {
        outputs::require_ours(context, path, &mark)?;
    }
    for (path, file) in paths.iter().zip(&written.files) {
        outputs::renew(context, path, &file.text, &mark)?;
        let path = path.display();
        context
            .printer
            .say_line(text!("wrote `{path}`", "已写入 `{path}`"));
    }
    Ok(())
}

/// Tells whether the host that is pulled from speaks plain HTTP.
fn is_plain(registries: &Registries, declared: &Target, chosen: &Target) -> bool {
    let own = registries.get(&chosen.registry);
    let settings = own.or_else(|| registries.get(&declared.registry));
    let said = settings.and_then(|settings| settings.plain_http);
    speaks_plain_http(&chosen.registry, said)
}

/// Reads the services of a Compose file.
fn services(context: &Context, path: &Path) -> Result<Vec<Service>, CommandError> {
    let file = files::read_main(&context.folder, Some(path))?;
    let found = compose_services(&file.name, &file.text).map_err(|why| {
        let mut texts = Files::default();
        texts.add(&file.name, &file.text);
        Mistakes::of(vec![*why], texts)
    })?;
    let service = |service: ComposeService| {
        let ComposeService {
            name,
            written,
            image,
            platform,
            line,
        } = service;
        if let Some(image) = image.as_ref().filter(|image| **image != written) {
            context.printer.say_line(text!(
                "note: the image of `{name}` is taken as `{image}`: a variable has its default",
                "注意：`{name}` 的镜像按 `{image}` 处理：变量取默认值"
            ));
        }
        Service {
            name,
            image: image.unwrap_or(written),
            platform,
            origin: DeclaredAt {
                file: file.name.as_str().into(),
                line,
            },
        }
    };
    Ok(found.into_iter().map(service).collect())
}
