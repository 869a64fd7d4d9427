//! Where an answer may send us: what a registry names is its word, not that of whoever runs us.

use std::fmt;

use url::Url;

use crate::registry::transport::{Zone, is_loopback};

/// What may not be asked; shown in words that go on after "it names".
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Forbidden {
    /// Neither http nor https.
    Scheme(String),
    /// Plain http where TLS is expected.
    Plain(String),
    /// Near, and named by one that is far.
    Near(String),
}

/// Tells whether two addresses are the same server by the same protocol.
pub(crate) fn same_origin(one: &Url, other: &Url) -> bool {
    one.origin() == other.origin()
}

/// Tells whether `from` may name `to` for a request that carries no secret; `is_declared` tells whether
/// whoever runs us has named that host.
pub(crate) fn may_follow(
    from: &Url,
    to: &Url,
    is_declared: impl Fn(&Url) -> bool,
) -> Result<(), Forbidden> {
    match to.scheme() {
        "https" => {}
        "http" if from.scheme() == "http" => {}
        "http" => return Err(Forbidden::Plain(name(to))),
        other => return Err(Forbidden::Scheme(other.to_owned())),
    }
    let (named, by) = (Zone::of(to), Zone::of(from));
    if named == Zone::Public || named == by || from.host() == to.host() || is_declared(to) {
        return Ok(());
    }
    Err(Forbidden::Near(name(to)))
}

/// Tells whether `from` may name `to` as where to send a login.
///
/// A login is not sent in plain text to whoever is named: to the registry itself, if that is spoken to so,
/// between servers of this machine, and to hosts of which whoever runs us said that they have no TLS.
pub(crate) fn may_log_in(
    from: &Url,
    to: &Url,
    is_declared: impl Fn(&Url) -> bool,
    is_declared_plain: impl Fn(&Url) -> bool,
) -> Result<(), Forbidden> {
    if to.scheme() == "http" && !is_declared_plain(to) {
        let is_own = from.scheme() == "http" && from.host() == to.host();
        let is_here = from.scheme() == "http" && is_loopback(from) && is_loopback(to);
        if !is_own && !is_here {
            return Err(Forbidden::Plain(name(to)));
        }
        return Ok(());
    }
    match may_follow(from, to, is_declared) {
        Err(Forbidden::Plain(_)) => Ok(()),
        other => other,
    }
}

/// Returns the names under which a host may be declared: with its port, and without.
pub(crate) fn names(url: &Url) -> impl Iterator<Item = String> {
    let host = url.host_str().unwrap_or_default().to_owned();
    let port = url.port_or_known_default().unwrap_or_default();
    [format!("{host}:{port}"), host].into_iter()
}

fn name(url: &Url) -> String {
    url.host_str().unwrap_or("nowhere").to_owned()
}

/// Says what is named, and that nothing was sent there.
impl fmt::Display for Forbidden {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Scheme(scheme) => write_tr!(f, "a `{scheme}` address", "`{scheme}` 开头的地址"),
            Self::Plain(host) => write_tr!(
                f,
                "`{host}` without TLS; nothing was sent there (if its network can be trusted, set \
                 `registries.{host}.plain-http: true`)",
                "`{host}`，没有 TLS；没有向那里发送任何内容（如果那里的网络可信，设置 `registries.{host}.plain-http: true`）"
            ),
            Self::Near(host) => write_tr!(
                f,
                "`{host}`, which is nearer than itself; nothing was sent there (if that is right, \
                 name `{host}` under `registries`)",
                "`{host}`，比它自己离这里更近；没有向那里发送任何内容（如果确实如此，把 `{host}` 写到 `registries` 下面）"
            ),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::registry::transport::zone::NEAR;

    fn url(text: &str) -> Url {
        text.parse().unwrap()
    }

    #[test]
    fn what_is_far_names_nothing_that_is_near() {
        let far = url("https://registry.example.com/");
        for near in NEAR {
            for scheme in ["http", "https"] {
                let from = url(&format!("{scheme}://203.0.113.7/"));
                for from in [&far, &from] {
                    let to = url(&format!("https://{near}/token"));
                    let told = may_follow(from, &to, |_| false);
                    assert!(matches!(told, Err(Forbidden::Near(_))), "{near}: {told:?}");
                    assert!(
                        may_log_in(from, &to, |_| false, |_| false).is_err(),
                        "{near}"
                    );
                    let to = url(&format!("http://{near}/token"));
                    assert!(may_follow(from, &to, |_| false).is_err(), "{near}");
                    assert!(
                        may_log_in(from, &to, |_| false, |_| false).is_err(),
                        "{near}"
                    );
                }
            }
        }
        for public in [
            "1.1.1.1",
            "auth.example.com",
            "[2606:4700::1111]",
            "172.32.0.1",
            "localhost.example.com",
        ] {
            let to = url(&format!("https://{public}/"));
            assert_eq!(may_follow(&far, &to, |_| false), Ok(()), "{public}");
        }
    }

    #[test]
    fn what_is_near_names_its_neighbours_and_what_was_declared_may_be_named() {
        for (from, to, right) in [
            ("http://127.0.0.1:5000", "http://localhost:6000", true),
            ("https://10.0.0.1", "https://192.168.0.1", true),
            ("https://registry.corp", "https://auth.corp", true),
            ("https://10.0.0.1", "https://169.254.169.254", false),
            ("http://127.0.0.1:5000", "https://10.0.0.1", false),
            ("http://10.0.0.1", "http://127.0.0.1", false),
            (
                "https://registry.example.com",
                "ftp://registry.example.com",
                false,
            ),
        ] {
            assert_eq!(
                may_follow(&url(from), &url(to), |_| false).is_ok(),
                right,
                "{from} {to}"
            );
        }
        let far = url("https://registry.example.com");
        let declared = |to: &Url| names(to).any(|name| name == "10.0.0.1:443");
        assert_eq!(
            may_follow(&far, &url("https://10.0.0.1/"), declared),
            Ok(())
        );
        assert!(may_follow(&far, &url("https://10.0.0.1:8443/"), declared).is_err());
    }

    #[test]
    fn a_login_goes_out_in_plain_text_only_where_that_was_declared() {
        let declared = |to: &Url| names(to).any(|name| name == "auth.example.com");
        for (from, to, right) in [
            (
                "https://registry.example.com",
                "http://registry.example.com/token",
                false,
            ),
            (
                "https://registry.example.com",
                "http://auth.example.com/token",
                true,
            ),
            (
                "https://registry.example.com",
                "http://other.example.com/token",
                false,
            ),
            (
                "http://registry.lan",
                "http://registry.lan:5001/token",
                true,
            ),
            ("http://registry.lan", "http://auth.lan/token", false),
            ("http://127.0.0.1:5000", "http://127.0.0.1:5001/token", true),
            ("http://127.0.0.1:5000", "http://[::1]:5001/token", true),
            ("http://127.0.0.1:5000", "http://203.0.113.7/token", false),
            ("http://127.0.0.1:5000", "http://10.0.0.1/token", false),
            (
                "https://127.0.0.1:5000",
                "http://127.0.0.1:5001/token",
                false,
            ),
        ] {
            let told = may_log_in(&url(from), &url(to), |_| false, declared);
            assert_eq!(told.is_ok(), right, "{from} {to} {told:?}");
        }
    }
}
