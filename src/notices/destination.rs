//! Where messages go, as the environment says it.

use std::fmt;

use url::Url;

use crate::model::Secret;

use super::service::Service;

/// One place that messages go to. Whoever has its address can write there, so that it is never shown.
#[derive(Clone)]
pub struct Destination {
    /// Whose form they have there.
    pub service: Service,
    pub(super) url: Url,
    pub(super) secret: Option<Secret>,
    /// It could be signed, and nothing was said of that.
    pub is_open: bool,
}

impl fmt::Debug for Destination {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?} at {}", self.service, Secret::MASK)
    }
}

/// What is wrong with what was said, without saying what that is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Wrong {
    /// The address of this number, from one on, is none.
    NoAddress(usize),
    /// In that of this number a comma stands between several.
    Comma(usize),
    /// What stands in front of the address of this number is no service that is known.
    NoService(usize),
    /// There are more secrets than addresses that sign.
    ManySecrets {
        /// How many secrets there are.
        secrets: usize,
        /// How many addresses sign.
        sign: usize,
    },
}

/// What stands for a secret that there is none.
const NO_SECRET: &str = "-";

/// Reads addresses with blanks or lines between them, each perhaps with a service in front (`slack+https://…`), and the
/// secrets of those that sign, in the same order.
pub fn destinations(addresses: &str, secrets: &str) -> Result<Vec<Destination>, Wrong> {
    let each = addresses.split_whitespace().enumerate();
    let each = each.map(|(at, text)| destination(at + 1, text));
    let mut found = each.collect::<Result<Vec<_>, _>>()?;
    let secrets: Vec<&str> = secrets.split_whitespace().collect();
    let sign = found.iter().filter(|one| one.service.signs()).count();
    if secrets.len() > sign {
        let secrets = secrets.len();
        return Err(Wrong::ManySecrets { secrets, sign });
    }
    let signing = found.iter_mut().filter(|one| one.service.signs());
    for (one, secret) in signing.zip(secrets) {
        one.is_open = false;
        one.secret = (secret != NO_SECRET).then(|| Secret::new(secret.to_owned()));
    }
    Ok(found)
}

fn destination(number: usize, text: &str) -> Result<Destination, Wrong> {
    let (scheme, rest) = text.split_once("://").ok_or(Wrong::NoAddress(number))?;
    let (service, scheme) = match scheme.split_once('+') {
        None => (None, scheme),
        Some((name, scheme)) => {
            let mut all = Service::ALL.into_iter();
            let named = all.find(|service| service.as_str().eq_ignore_ascii_case(name));
            (Some(named.ok_or(Wrong::NoService(number))?), scheme)
        }
    };
    // One would be sent to the host of the other.
    if text.ends_with(',') || text.split(',').skip(1).any(|one| one.contains("://")) {
        return Err(Wrong::Comma(number));
    }
    let url = Url::parse(&format!("{scheme}://{rest}")).ok();
    let usable = |url: &Url| {
        let is_web = matches!(url.scheme(), "http" | "https");
        is_web && url.has_host() && url.username().is_empty() && url.password().is_none()
    };
    let url = url.filter(usable).ok_or(Wrong::NoAddress(number))?;
    let of_host = Service::of_host(url.host_str().unwrap_or_default());
    let service = service.unwrap_or(of_host);
    Ok(Destination {
        service,
        url,
        secret: None,
        is_open: service.signs(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(addresses: &str, secrets: &str) -> Result<Vec<(Service, bool)>, Wrong> {
        let found = destinations(addresses, secrets)?;
        Ok(found
            .iter()
            .map(|one| (one.service, one.secret.is_some()))
            .collect())
    }

    #[test]
    fn the_host_tells_the_service_unless_it_is_said() {
        for (address, service) in [
            (
                "https://oapi.dingtalk.com/robot/send?access_token=x",
                Service::DingTalk,
            ),
            (
                "https://open.feishu.cn/open-apis/bot/v2/hook/x",
                Service::Feishu,
            ),
            (
                "https://open.larksuite.com/open-apis/bot/v2/hook/x",
                Service::Feishu,
            ),
            (
                "https://qyapi.weixin.qq.com/cgi-bin/webhook/send?key=x",
                Service::WeCom,
            ),
            ("https://hooks.slack.com/services/T/B/x", Service::Slack),
            ("https://hooks.example.com/x", Service::Json),
            ("slack+https://chat.example.com/hooks/x", Service::Slack),
            ("FEISHU+http://127.0.0.1:8080/x", Service::Feishu),
            ("json+https://oapi.dingtalk.com/x", Service::Json),
            // Another host that ends alike is another host.
            ("https://evil-oapi.dingtalk.com.example.com/", Service::Json),
        ] {
            assert_eq!(told(address, ""), Ok(vec![(service, false)]), "{address}");
        }
        assert_eq!(told(" \n", ""), Ok(vec![]));
    }

    #[test]
    fn secrets_are_those_of_the_addresses_that_sign_in_their_order() {
        let addresses =
            "https://oapi.dingtalk.com/a https://hooks.slack.com/b\nhttps://open.feishu.cn/c";
        let kinds = [Service::DingTalk, Service::Slack, Service::Feishu];
        for (secrets, signed) in [
            ("", [false, false, false]),
            ("SEC1", [true, false, false]),
            ("- key", [false, false, true]),
            ("SEC1\nkey\n", [true, false, true]),
        ] {
            let expected = kinds.into_iter().zip(signed).collect();
            assert_eq!(told(addresses, secrets), Ok(expected), "{secrets:?}");
        }
        let wrong = Wrong::ManySecrets {
            secrets: 3,
            sign: 2,
        };
        assert_eq!(told(addresses, "a b c"), Err(wrong));
    }

    #[test]
    fn a_secret_that_nothing_was_said_of_is_known() {
        let addresses =
            "https://oapi.dingtalk.com/a https://hooks.slack.com/b https://open.feishu.cn/c";
        for (secrets, open) in [
            ("", [true, false, true]),
            ("-", [false, false, true]),
            ("- -", [false; 3]),
        ] {
            let found = destinations(addresses, secrets).unwrap();
            let found: Vec<_> = found.iter().map(|one| one.is_open).collect();
            assert_eq!(found, open, "{secrets}");
        }
    }

    #[test]
    fn what_is_no_address_is_told_by_its_number() {
        let good = "https://oapi.dingtalk.com/a";
        for (text, wrong) in [
            ("oapi.dingtalk.com/robot", Wrong::NoAddress(2)),
            ("ftp://oapi.dingtalk.com/robot", Wrong::NoAddress(2)),
            ("https://", Wrong::NoAddress(2)),
            ("https://me:pass@h/", Wrong::NoAddress(2)),
            ("teams+https://h/", Wrong::NoService(2)),
            ("https://a/x,https://b/y", Wrong::Comma(2)),
            ("https://a/x,slack+https://b/y", Wrong::Comma(2)),
            ("https://a/x, https://b/y", Wrong::Comma(2)),
        ] {
            assert_eq!(told(&format!("{good} {text}"), ""), Err(wrong), "{text}");
        }
        let shown = format!("{:?}", destinations(good, "SEC").unwrap());
        assert_eq!(shown, "[DingTalk at ********]");
    }
}
