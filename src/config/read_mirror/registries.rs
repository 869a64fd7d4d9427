//! The settings of registries, with the secrets among them.

use indexmap::IndexMap;

use crate::config::diagnostics::Diagnostic;
use crate::config::files::Place;
use crate::config::format::Format;
use crate::config::node::{Node, Pair, Value};
use crate::config::reader::Reader;
use crate::config::settings::{Registries, RegistrySettings};
use crate::config::target::parse_host;
use crate::model::LoginWay;

use super::login::LoginPairs;

use super::mirrors::mirrors;
use super::proxy::proxy;

pub(super) fn registries(reader: &mut Reader<'_>, node: &Node) -> Registries {
    let mut registries = Registries::new();
    let mut places: IndexMap<String, Place> = IndexMap::new();
    let Some(mut table) = reader.table(node, "registries") else {
        return registries;
    };
    for Pair {
        key,
        key_span,
        value,
    } in table.take_rest()
    {
        let place = reader.place(key_span);
        if let Some(hosts) = parted(reader.format, key, value) {
            for Parted { host, settings } in hosts {
                let values = settings.iter().map(|pair| pair.value.span.clone());
                reader.secrets.extend(values);
                let message = text!(
                    "a dot parts keys in TOML: this is not the host `{host}`",
                    "TOML 里的点把键分开：这里不是主机 `{host}`"
                );
                reader.report(
                    Diagnostic::error("not-a-host", message)
                        .at(place.clone())
                        .help(text!(
                            "put the host in quotes: `[registries.\"{host}\"]`",
                            "给主机加上引号：`[registries.\"{host}\"]`"
                        )),
                );
            }
            continue;
        }
        let host = parse_host(key);
        let settings = registry(reader, host.as_deref().ok(), value);
        let unset = std::mem::take(&mut reader.unset);
        match host {
            Err(why) => reader.report(Diagnostic::error("not-a-host", why).at(place)),
            Ok(host) => {
                if let Some(first) = places.get(&host) {
                    let message = text!(
                        "`{key}` and another key both stand for `{host}`",
                        "`{key}` 和另一个键指的都是 `{host}`"
                    );
                    let twice = Diagnostic::error("duplicate-key", message)
                        .at(place)
                        .related(first.clone(), text!("the first one", "第一个"))
                        .help(text!("keep one of them", "留下一个"));
                    reader.report(twice);
                } else {
                    places.insert(host.clone(), place);
                    reader
                        .logins
                        .extend(unset.into_iter().map(|told| (host.clone(), told)));
                    registries.insert(host, settings.unwrap_or_default());
                }
            }
        }
    }
    registries
}

/// A host that TOML has taken for several keys, one in the other.
struct Parted<'n> {
    host: String,
    settings: &'n [Pair],
}

/// Puts hosts together again that stand without quotes: `[registries.docker.io]`.
fn parted<'n>(format: Format, key: &str, node: &'n Node) -> Option<Vec<Parted<'n>>> {
    let Value::Table(pairs) = &node.value else {
        return None;
    };
    let is_inner = |pair: &&Pair| matches!(pair.value.value, Value::Table(_));
    if format != Format::Toml || !pairs.iter().any(|pair| is_inner(&pair)) {
        return None;
    }
    let inner = pairs.iter().filter(is_inner).flat_map(|pair| {
        let host = format!("{key}.{}", pair.key);
        parted(format, &host, &pair.value).unwrap_or_else(|| {
            let settings = match &pair.value.value {
                Value::Table(settings) => settings.as_slice(),
                _ => &[],
            };
            vec![Parted { host, settings }]
        })
    });
    Some(inner.collect())
}

fn registry(reader: &mut Reader<'_>, host: Option<&str>, node: &Node) -> Option<RegistrySettings> {
    let what = text!("a registry", "仓库设置");
    let mut table = reader.table(node, &what)?;
    let number = text!("a number greater than 0", "大于 0 的数字");
    let concurrency = table.take("concurrency");
    let rate = table.take("requests-per-second");
    let patience = table.take("patience");
    let plain_http = table.take("plain-http");
    let ca_file = table.take("ca-file");
    let proxied = table.take_pair("proxy");
    let mirrored = table.take_pair("mirrors");
    let login_way = table.take_pair("login");
    let login = LoginPairs::take(reader, &mut table);
    let settings = RegistrySettings {
        concurrency: concurrency.and_then(|node| reader.at_least_one(node, "concurrency")),
        requests_per_second: rate.and_then(|node| {
            let fits = |rate: &f64| rate.is_finite() && *rate > 0.0;
            reader.number(node, "requests-per-second", &number, fits)
        }),
        patience: patience.and_then(|node| reader.duration(node, "patience")),
        plain_http: plain_http.and_then(|node| reader.boolean(node, "plain-http")),
        ca_file: ca_file
            .and_then(|node| reader.expanded(node, "ca-file"))
            .map(|file| file.value),
        proxy: proxied.and_then(|pair| proxy(reader, pair)),
        mirrors: mirrors(reader, host, mirrored),
        login: login_way
            .and_then(|pair| reader.word(&pair.value, "login"))
            .unwrap_or_default(),
        username: login.username(reader),
        password: login.password(reader),
    };
    reader.finish(table, &what);
    if let (LoginWay::Acr | LoginWay::None, Some(way), Some(pair)) =
        (settings.login, login_way, login.any())
    {
        let message = text!(
            "`{}` is of no use where `login` says to log in without",
            "`login` 已经说明不用账号登录，`{}` 不起作用",
            pair.key
        );
        let place = reader.place(&pair.key_span);
        let way = reader.place(&way.key_span);
        let unused = Diagnostic::error("unused-login", message)
            .at(place)
            .related(way, text!("here", "在这里"))
            .help(text!(
                "take the user and the password out, or write `login: basic`",
                "去掉用户名和密码，或者写 `login: basic`"
            ));
        reader.report(unused);
        return Some(settings);
    }
    login.require_both(reader);
    Some(settings)
}
