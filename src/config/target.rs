//! Hosts and namespaces: where images go, as people write it.

use crate::model::{DOCKER_HUB, Profile, Text, check_path, is_host};
use crate::plan::Target;

use super::at::At;
use super::diagnostics::{Diagnostic, DiagnosticKind};
use super::mirror_file::{ProfileTable, TargetTable};
use super::profiles::Profiles;

/// The variable that names the target's registry.
pub const REGISTRY_VARIABLE: &str = "ALIYUN_REGISTRY";
/// The variable that names the target's namespace.
pub const NAMESPACE_VARIABLE: &str = "ALIYUN_NAME_SPACE";
/// The variable that names the target's user.
pub const USER_VARIABLE: &str = "ALIYUN_REGISTRY_USER";
/// The variable that holds the target's password.
pub const PASSWORD_VARIABLE: &str = "ALIYUN_REGISTRY_PASSWORD";

/// Returns the target that the environment names, for files that name none.
pub(super) fn from_environment(profiles: &mut Profiles<'_>) -> Option<Target> {
    let environment = profiles.input.environment;
    let diagnostics = &mut *profiles.diagnostics;
    let mut read = |variable: &str, example: &str, parse: fn(&str) -> Result<String, Text>| {
        let value = environment.get(variable).map_or("", |value| value.trim());
        if value.is_empty() {
            diagnostics.push(
                Diagnostic::error(
                    "variable-not-set",
                    text!(
                        "the environment variable `{variable}` is not set",
                        "环境变量 `{variable}` 没有设置"
                    ),
                )
                .of_kind(DiagnosticKind::Environment)
                .help(text!(
                    "it names the target, such as `{variable}={example}`",
                    "它指明目标，如 `{variable}={example}`"
                )),
            );
            return None;
        }
        parse(value)
            .map_err(|why| diagnostics.push(wrong(variable, &why)))
            .ok()
    };
    let registry = read(
        REGISTRY_VARIABLE,
        "registry.cn-hangzhou.aliyuncs.com",
        parse_host,
    );
    let namespace = read(NAMESPACE_VARIABLE, "my-namespace", parse_namespace);
    let (registry, namespace) = (registry?, namespace?);
    let profile = profiles.of_host(&registry);
    if let Some(refused) = profile.refuses_namespace(&namespace) {
        profiles
            .diagnostics
            .push(wrong(NAMESPACE_VARIABLE, &Text::of(|| refused.to_string())));
        return None;
    }
    Some(Target {
        label: None,
        registry,
        namespace: Some(namespace),
        profile,
    })
}

/// Says what is wrong with a variable that is set: wrong wherever it is set.
fn wrong(variable: &str, why: &Text) -> Diagnostic {
    Diagnostic::error(
        "target-not-valid",
        text!("`{variable}`: {why}", "`{variable}`：{why}"),
    )
}

/// Returns the target that a mirror file names.
pub(super) fn from_mirror(table: &TargetTable, profiles: &mut Profiles<'_>) -> Option<Target> {
    let diagnostics = &mut *profiles.diagnostics;
    let mut parse = |text: &At<String>, parse: fn(&str) -> Result<String, Text>| {
        let report = |why| Diagnostic::error("target-not-valid", why).at(text.place.clone());
        parse(&text.value)
            .map_err(|why| diagnostics.push(report(why)))
            .ok()
    };
    let registry = table
        .registry
        .as_ref()
        .and_then(|text| parse(text, parse_host));
    let namespace = table.namespace.as_ref();
    let namespace = namespace.map(|text| parse(text, parse_namespace));
    let profile = profile(&table.profile, registry.as_deref(), profiles);
    let namespace = match namespace {
        Some(parsed) => Some(parsed?),
        None if table.namespace_unknown => return None,
        None => None,
    };
    let (registry, profile) = (registry?, profile?);
    if let (Some(namespace), Some(text)) = (&namespace, &table.namespace)
        && let Some(refused) = profile.refuses_namespace(namespace)
    {
        let why = Text::of(|| refused.to_string());
        let told = Diagnostic::error("target-not-valid", why).at(text.place.clone());
        profiles.diagnostics.push(told);
        return None;
    }
    Some(Target {
        label: None,
        registry,
        namespace,
        profile,
    })
}

/// Returns the profile; one that is named wrong is told of, whatever the registry.
fn profile(
    table: &ProfileTable,
    registry: Option<&str>,
    profiles: &mut Profiles<'_>,
) -> Option<Profile> {
    let known = match &table.kind {
        Some(wanted) => profiles.named(wanted, registry)?,
        None => profiles.of_host(registry?),
    };
    Some(known.with(&table.facts))
}

/// Reads a registry's host; forgives a scheme in front, a slash behind and capitals.
pub fn parse_host(text: &str) -> Result<String, Text> {
    let text = text.trim();
    if let Some(words) = pasted_login(text) {
        let host = words
            .last()
            .filter(|last| is_host(last) && last.contains('.'));
        return Err(match host {
            Some(host) => text!(
                "it is a `docker login`; the registry in it is `{host}`",
                "这是一条 `docker login` 命令，其中的仓库地址是 `{host}`"
            ),
            None => text!(
                "it is a `docker login` without a host; write it as in {}",
                "这是一条没有仓库地址的 `docker login` 命令；地址的写法如 {}",
                host_forms()
            ),
        });
    }
    let bare = text
        .split_once("://")
        .map_or(text, |(_, rest)| rest)
        .trim_end_matches('/');
    if let Some((host, path)) = bare.split_once('/') {
        return Err(text!(
            "`{text}` is a registry with a path; the registry is `{host}`, and `{path}` \
             belongs to the namespace",
            "`{text}` 带了路径；仓库地址是 `{host}`，`{path}` 属于命名空间"
        ));
    }
    let host = bare.to_ascii_lowercase();
    if !is_host(&host) {
        return Err(text!(
            "`{text}` is not a registry's host; write it as in {}",
            "`{text}` 不是仓库地址；地址的写法如 {}",
            host_forms()
        ));
    }
    Ok(match host.as_str() {
        "index.docker.io" | "registry-1.docker.io" => DOCKER_HUB.to_owned(),
        _ => host,
    })
}

/// How hosts are written, in the language that is spoken.
fn host_forms() -> &'static str {
    tr_word!(
        "`registry.cn-hangzhou.aliyuncs.com`, or for a newer instance of ACR \
         `crpi-<id>.<region>.personal.cr.aliyuncs.com`",
        "`registry.cn-hangzhou.aliyuncs.com`，较新的 ACR 实例是 `crpi-<id>.<region>.personal.cr.aliyuncs.com`"
    )
}

/// Returns the words behind a `docker login`, as the console shows it, if the text is one. A password may be among
/// them.
fn pasted_login(text: &str) -> Option<impl Iterator<Item = &str>> {
    let mut words = text.split_whitespace().skip_while(|word| *word == "sudo");
    let begins = matches!(words.next(), Some("docker" | "podman")) && words.next() == Some("login");
    begins.then_some(words)
}

/// Says what is wrong with a user name that came from a `docker login`; the name alone is wanted.
pub fn check_user(name: &str) -> Result<(), Text> {
    let mut words = name.split_whitespace();
    let asked = |word: &str| word.starts_with("--username") || word.starts_with("-u");
    if pasted_login(name).is_some() || asked(name) {
        let value = words
            .find(|word| asked(word))
            .map(|word| match word.split_once('=') {
                Some((_, value)) => value.to_owned(),
                None => words.next().unwrap_or_default().to_owned(),
            });
        return Err(match value.filter(|value| !value.is_empty()) {
            Some(value) => text!(
                "it is a `docker login`; the user name in it is `{value}`",
                "这是一条 `docker login` 命令，其中的用户名是 `{value}`"
            ),
            None => text!(
                "it is a `docker login`, and not a user name",
                "这是一条 `docker login` 命令，不是用户名"
            ),
        });
    }
    Ok(())
}

/// Reads a namespace; forgives slashes around it.
pub(super) fn parse_namespace(text: &str) -> Result<String, Text> {
    let bare = text.trim().trim_matches('/');
    if let Some((host, rest)) = bare.split_once('/')
        && Profile::of_host(host).name.as_str() != Profile::GENERIC
    {
        return Err(text!(
            "`{bare}` has the registry's host in it; the namespace is `{rest}`",
            "`{bare}` 里带了仓库地址；命名空间是 `{rest}`"
        ));
    }
    if pasted_login(bare).is_some() {
        return Err(text!(
            "it is a `docker login`; a namespace is the name that stands at 命名空间 in the console",
            "这是一条 `docker login` 命令；命名空间是控制台里“命名空间”一栏的名字"
        ));
    }
    let Err(why) = check_path(bare) else {
        return Ok(bare.to_owned());
    };
    if bare.chars().any(|c| c.is_ascii_uppercase()) {
        return Err(text!(
            "`{bare}` is not a namespace: registries allow lower case only, as in `{}`",
            "`{bare}` 不是命名空间：仓库只允许小写，如 `{}`",
            bare.to_ascii_lowercase()
        ));
    }
    Err(text!(
        "`{bare}` is not a namespace: it {why}",
        "`{bare}` 不是命名空间：{why}"
    ))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::{Files, Input, Variables};

    #[test]
    fn forgives_how_hosts_are_pasted() {
        for (text, host) in [
            (
                "registry.cn-hangzhou.aliyuncs.com",
                "registry.cn-hangzhou.aliyuncs.com",
            ),
            (
                " https://Registry.cn-hangzhou.aliyuncs.com/ ",
                "registry.cn-hangzhou.aliyuncs.com",
            ),
            ("http://127.0.0.1:5000", "127.0.0.1:5000"),
            ("[::1]:5000", "[::1]:5000"),
            ("index.docker.io", "docker.io"),
        ] {
            assert_eq!(parse_host(text).as_deref(), Ok(host), "{text}");
        }
        for text in [
            "",
            "a b",
            "host:port",
            "https://",
            "a/b",
            "[1]",
            "host:99999",
            "${X}",
            "a..b",
            "-a.com",
            ".",
            "[::x]",
            "[::1]5000",
            "host:+80",
        ] {
            assert!(parse_host(text).is_err(), "{text}");
        }
    }

    #[test]
    fn namespaces_are_lower_case() {
        assert_eq!(parse_namespace("/team/").as_deref(), Ok("team"));
        assert_eq!(parse_namespace("team/a").as_deref(), Ok("team/a"));
        assert!(parse_namespace("Team").is_err_and(|why| why.english().contains("`team`")));
        assert!(parse_namespace("团队").is_err());
        for text in [
            "", "..", ".", "-team", "team-", "a//b", "a..b", "../x", "a___b",
        ] {
            assert!(parse_namespace(text).is_err(), "{text}");
        }
    }

    #[test]
    fn what_the_console_shows_to_be_typed_is_told_by_what_is_meant() {
        let login =
            "docker login --username=me@example crpi-1a.cn-hangzhou.personal.cr.aliyuncs.com";
        let why = parse_host(login).unwrap_err().to_string();
        assert!(
            why.ends_with("the registry in it is `crpi-1a.cn-hangzhou.personal.cr.aliyuncs.com`"),
            "{why}"
        );
        let why = parse_host("sudo docker login -p hunter2")
            .unwrap_err()
            .to_string();
        assert!(!why.contains("hunter2"), "{why}");
        assert!(
            why.contains("crpi-<id>.<region>.personal.cr.aliyuncs.com"),
            "{why}"
        );
        let why = parse_namespace(login).unwrap_err().to_string();
        assert!(why.contains("命名空间"), "{why}");
        let why = parse_namespace("registry.cn-hangzhou.aliyuncs.com/team")
            .unwrap_err()
            .to_string();
        assert!(why.ends_with("the namespace is `team`"), "{why}");
        let user = |name| check_user(name).err().map(|why| why.to_string());
        assert_eq!(user("me@example"), None);
        assert_eq!(user("cn-hangzhou@-user"), None);
        for pasted in [
            login,
            "--username=me@example",
            "docker login -u me@example h.example.com",
        ] {
            assert!(user(pasted).unwrap().ends_with("`me@example`"), "{pasted}");
        }
    }

    #[test]
    fn says_which_variables_are_missing() {
        let mut diagnostics = Vec::new();
        let found = from_environment(&mut Profiles {
            input: &Input {
                path: "images.txt",
                text: "",
                environment: &Variables::new(),
                read: &|_| Ok(String::new()),
                names: &|_| vec![],
            },
            files: &mut Files::default(),
            diagnostics: &mut diagnostics,
        });
        assert_eq!(found, None);
        let messages: Vec<_> = diagnostics
            .iter()
            .map(|d| (d.kind, d.message.english()))
            .collect();
        assert_eq!(
            messages,
            [
                (
                    DiagnosticKind::Environment,
                    "the environment variable `ALIYUN_REGISTRY` is not set"
                ),
                (
                    DiagnosticKind::Environment,
                    "the environment variable `ALIYUN_NAME_SPACE` is not set"
                ),
            ]
        );
    }
}
