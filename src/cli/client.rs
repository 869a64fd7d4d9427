//! The client for the registries, from what the files and the environment say.

use std::collections::{BTreeMap, HashMap};
use std::time::Duration;

use crate::config::{REGISTRY_VARIABLE, Registries, RegistrySettings, check_user, parse_host};
use crate::model::{LoginOrigin, LoginWay, Secret, Text};
use crate::plan::{Choice, Desired, Plan, Target};
use crate::registry::{
    Actions, Client, ClientOptions, Credentials, FoundLogin, HostOptions, Login, OnMirror,
    OnOutage, PullLimit, Timeouts,
};

use super::acr_asker::acr_asker;
use super::context::Context;
use super::error::CliError;
use super::mirror::{Mirror, read_setting};
use super::printer::Printer;
use super::proxies;
use super::variables::Variable;

/// Makes the client for the registries of all targets' mirrors.
pub fn connect(context: &Context, mirrors: &[Mirror]) -> Result<Client, CliError> {
    let Some(first) = mirrors.first() else {
        return client(context, &Registries::default(), []);
    };
    // Whose a login is does not depend on which targets are taken this time.
    let client = client(context, &first.registries, first.targets.iter())?;
    for mirror in mirrors {
        announce_reads(&client, &mirror.desired);
    }
    Ok(client)
}

/// Tells the client which repositories are read: one token can be for many, where the registry gives such.
fn announce_reads(client: &Client, desired: &Desired) {
    let Desired {
        target,
        entries,
        families,
        lock: _,
        now: _,
        policy: _,
    } = desired;
    let judge = &desired.judge();
    let open = families
        .iter()
        .filter(|family| family.choice == Choice::Open && !desired.is_all_forbidden(family));
    let allowed = entries
        .iter()
        .filter(|entry| !desired.is_forbidden(judge, entry));
    let entries = || {
        allowed
            .clone()
            .chain(open.clone().map(|family| &family.any))
    };
    client.announce(
        entries().map(|entry| entry.source.repository()),
        Actions::Pull,
    );
    let targets: Vec<_> = entries()
        .map(|entry| target.repository(&entry.target))
        .collect();
    client.announce(&targets, Actions::Pull);
}

/// Makes a client from what the files say about registries and, where they name some, the targets.
pub fn client<'t>(
    context: &Context,
    registries: &Registries,
    targets: impl IntoIterator<Item = &'t Target>,
) -> Result<Client, CliError> {
    Ok(Client::new(options(context, registries, targets)?))
}

/// Makes a client that is to find out soon whether something works: it waits for no host that is away.
pub fn examining<'t>(
    context: &Context,
    registries: &Registries,
    targets: impl IntoIterator<Item = &'t Target>,
) -> Result<Client, CliError> {
    let mut options = options(context, registries, targets)?;
    for host in options.hosts.values_mut() {
        host.patience = None;
        // Each is looked at by itself.
        host.mirrors.clear();
    }
    options.on_outage = OnOutage::default();
    options.on_mirror = OnMirror::default();
    options.retry.tries = 2;
    options.retry.longest_pause = Duration::from_secs(5);
    options.timeouts = Timeouts {
        answer: Duration::from_secs(20),
        outage: Duration::ZERO,
        ..options.timeouts
    };
    Ok(Client::new(options))
}

fn options<'t>(
    context: &Context,
    registries: &Registries,
    targets: impl IntoIterator<Item = &'t Target>,
) -> Result<ClientOptions, CliError> {
    proxies::check(&context.environment)?;
    let [printer, of_mirrors] = [(); 2].map(|()| context.printer.clone());
    Ok(ClientOptions {
        hosts: hosts(context, registries, targets)?,
        on_outage: OnOutage::new(move |outage| printer.say_line(outage)),
        on_mirror: OnMirror::new(move |notice| of_mirrors.say_line(notice)),
        stop: Some(context.stop.wish()),
        credentials: Credentials::new(context.environment.login_sources()),
        acr: acr_asker(&context.environment)?,
        machines: context.machines,
        max_pulls: context.max_pulls,
        ..ClientOptions::default()
    })
}

/// Tells the client which repositories `plan` writes to.
pub fn announce_writes(client: &Client, plan: &Plan) {
    let pending = plan
        .changes
        .iter()
        .filter(|change| change.action.copy().is_some());
    let targets: Vec<_> = pending
        .map(|change| plan.target.repository(&change.target))
        .collect();
    client.announce(&targets, Actions::Push);
}

/// Warns where a registry allows fewer pulls than are `needed` from it, going by its last answer.
///
/// On standard error: what is left changes from run to run, and a plan must not.
pub fn warn_of_pulls(printer: &Printer, client: &Client, needed: &BTreeMap<&str, usize>) {
    for (registry, needed) in needed {
        let Some(PullLimit {
            remaining,
            limit: _,
            window,
        }) = client.pull_limit(registry)
        else {
            continue;
        };
        if remaining >= *needed as u64 {
            continue;
        }
        let counted = window.map(|window| {
            let hours = window.as_secs().div_ceil(3600);
            text!(" (counted over {hours} h)", "（按 {hours} 小时计）")
        });
        let counted = counted.unwrap_or_else(|| Text::verbatim(""));
        printer.say_line(text!(
            "warning: at least {needed} pulls from {registry} are needed, and it allows {remaining} \
             more{counted}: what is left over fails, and a later `pusher apply` goes on with it; \
             `docker login {registry}` allows more",
            "警告：至少还要从 {registry} 拉取 {needed} 次，而它只再允许 {remaining} 次{counted}：\
             超出的会失败，之后再运行 `pusher apply` 会接着做；`docker login {registry}` 之后额度更高"
        ));
    }
}

fn hosts<'t>(
    context: &Context,
    registries: &Registries,
    targets: impl IntoIterator<Item = &'t Target>,
) -> Result<HashMap<String, HostOptions>, CliError> {
    let mut hosts = HashMap::new();
    for (host, settings) in registries {
        hosts.insert(host.clone(), host_options(context, host, settings)?);
    }
    let targets: Vec<_> = targets.into_iter().collect();
    let meant = meant_by_environment(context, &targets);
    if let (Some(first), None, Some(_)) = (
        targets.first(),
        meant,
        context.environment.get(Variable::User),
    ) {
        let (user, registry) = (Variable::User, REGISTRY_VARIABLE);
        context.printer.say_line(text!(
            "note: `{user}` is not used: there are several registries, and `{registry}` does not say which it is for, \
             such as `{}`; write `username` and `password` at each target",
            "注意：没有用 `{user}`：目标在几个仓库里，而 `{registry}` 没有写明它属于哪个，如 `{}`；在每个目标下面写 \
             `username` 和 `password`",
            first.registry
        ));
    }
    for target in targets {
        let options = hosts.entry(target.registry.clone()).or_default();
        set_target(context, target, meant, options)?;
    }
    Ok(hosts)
}

/// Returns the host that the environment's user and password are for: the one target's, and among several that of
/// `ALIYUN_REGISTRY`, since a password must not go to another.
fn meant_by_environment<'t>(context: &Context, targets: &[&'t Target]) -> Option<&'t str> {
    let mut hosts = targets.iter().map(|target| &*target.registry);
    let first = hosts.next()?;
    if hosts.clone().all(|host| host == first) {
        return Some(first);
    }
    let named = context.environment.variables().get(REGISTRY_VARIABLE)?;
    let named = parse_host(named).ok()?;
    [first].into_iter().chain(hosts).find(|host| *host == named)
}

fn set_target(
    context: &Context,
    target: &Target,
    meant_by_environment: Option<&str>,
    options: &mut HostOptions,
) -> Result<(), CliError> {
    let starting = target.profile.starting_concurrency;
    options.starting_concurrency = Some(starting);
    let takes_password = matches!(options.login_way, LoginWay::Auto | LoginWay::Basic);
    let is_meant = meant_by_environment == Some(&target.registry);
    if options.login.is_none() && takes_password && is_meant {
        options.login = target_login(context, &target.registry)?;
    }
    // What is there already is what it says itself.
    options.mirrors.clear();
    options.session = context.session;
    options.is_target = true;
    Ok(())
}

fn host_options(
    context: &Context,
    host: &str,
    settings: &RegistrySettings,
) -> Result<HostOptions, CliError> {
    let RegistrySettings {
        concurrency,
        requests_per_second,
        patience,
        plain_http,
        ca_file,
        proxy,
        mirrors,
        login: login_way,
        username,
        password,
    } = settings;
    let certificates = ca_file.as_deref().map(|path| {
        read_setting(context, path).map_err(|error| {
            CliError::new(text!(
                "the certificates of `{host}`: {error}",
                "`{host}` 的证书：{error}"
            ))
        })
    });
    let login = username.as_ref().zip(password.as_ref());
    Ok(HostOptions {
        concurrency: *concurrency,
        requests_per_second: *requests_per_second,
        patience: *patience,
        plain_http: *plain_http,
        ca_certificates: certificates.transpose()?,
        proxy: proxy.clone(),
        mirrors: mirrors.clone(),
        login_way: *login_way,
        login: login.map(|(username, password)| {
            let typed = |value: &Secret, what| {
                let name = text!(
                    "`{what}` of `registries.{host}`",
                    "`registries.{host}` 的 `{what}`"
                );
                as_meant(&context.printer, value.expose(), &name).to_owned()
            };
            let login = Login::Password {
                username: typed(username, "username"),
                password: Secret::new(typed(password, "password")),
            };
            FoundLogin::new(login, LoginOrigin::MirrorFile(host.to_owned()))
        }),
        ..HostOptions::default()
    })
}

/// Returns the login that the environment holds for the target, if it holds one.
///
/// Half a login is an error: whoever goes on as a stranger may be told that nothing is there.
fn target_login(context: &Context, registry: &str) -> Result<Option<FoundLogin>, CliError> {
    let (user, password) = (Variable::User, Variable::Password);
    let value = |variable: Variable| {
        let value = context.environment.get(variable)?;
        let name = Text::verbatim(format!("`{variable}`"));
        let meant = as_meant(&context.printer, value, &name);
        (!meant.is_empty()).then_some(meant)
    };
    let (set, missing) = match (value(user), value(password)) {
        (Some(username), Some(secret)) => {
            check_user(username).map_err(|why| {
                CliError::new(text!(
                    "`{user}` is no user name: {why}",
                    "`{user}` 不是用户名：{why}"
                ))
            })?;
            let login = Login::Password {
                username: username.to_owned(),
                password: Secret::new(secret.to_owned()),
            };
            let origin = LoginOrigin::UserAndPassword(user.name(), password.name());
            return Ok(Some(FoundLogin::new(login, origin)));
        }
        (None, None) => return Ok(None),
        (Some(_), None) => (user, password),
        (None, Some(_)) => (password, user),
    };
    let message = text!(
        "`{set}` is set and `{missing}` is not",
        "设置了 `{set}`，没有设置 `{missing}`"
    );
    Err(CliError::new(message).hint(text!(
        "set both; or neither, and what `docker login {registry}` left is used",
        "两个都设；或者都不设，用 `docker login {registry}` 留下的账号"
    )))
}

/// Returns a user name or a password without the blanks and line breaks around it that pasting leaves, and says
/// so: no registry gives such, and with them it refuses the login without a word of why.
fn as_meant<'v>(printer: &Printer, value: &'v str, name: &Text) -> &'v str {
    let meant = value.trim();
    if meant.len() != value.len() {
        printer.say_line(text!(
            "note: {name} has blanks or line breaks around it; they are left out",
            "注意：{name} 前后有空格或换行，已经去掉"
        ));
    }
    meant
}
