//! The proxy that somebody wants for a registry.

use std::str::FromStr;

use super::{Secret, Text};

/// The kinds of proxies that are understood.
const KINDS: [&str; 4] = ["http", "https", "socks5", "socks5h"];

/// The proxy that somebody wants for a registry, whatever the environment says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ProxyChoice {
    /// None: it is reached straight.
    Straight,
    /// This one; a login may stand in it.
    Through(Secret),
}

/// Why a text is no proxy. What stands in it is not told: a password may be in it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ProxyError {
    /// It is of a kind that is not understood.
    Kind(String),
    /// There is no address in it.
    Address,
}

impl FromStr for ProxyChoice {
    type Err = ProxyError;

    fn from_str(text: &str) -> Result<Self, ProxyError> {
        let text = text.trim();
        if text == "none" {
            return Ok(Self::Straight);
        }
        check_proxy(text)?;
        Ok(Self::Through(Secret::new(text.to_owned())))
    }
}

impl ProxyError {
    /// Says what is wrong with what `name` holds.
    pub fn of(&self, name: &str) -> Text {
        match self {
            Self::Kind(kind) => text!(
                "`{name}` names a proxy of the kind `{kind}`, which is not understood",
                "`{name}` 里的代理是 `{kind}` 类型的，不支持"
            ),
            Self::Address => text!(
                "`{name}` does not name a proxy",
                "`{name}` 里的不是代理地址"
            ),
        }
    }
}

/// Checks the address of a proxy; without a kind it is an `http` one.
///
/// # Errors
///
/// What is wrong with it.
pub fn check_proxy(text: &str) -> Result<(), ProxyError> {
    let (kind, rest) = text.split_once("://").unwrap_or(("http", text));
    let kind = kind.to_ascii_lowercase();
    // Whatever else stands there may be a password.
    if !kind.bytes().all(|byte| byte.is_ascii_alphanumeric()) {
        return Err(ProxyError::Address);
    }
    if !KINDS.contains(&&*kind) {
        return Err(ProxyError::Kind(kind));
    }
    let authority = rest.trim_end_matches('/');
    let is_address = authority.parse::<http::uri::Authority>().is_ok();
    if is_address {
        Ok(())
    } else {
        Err(ProxyError::Address)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_proxy_is_of_a_known_kind_and_has_an_address() {
        for text in [
            "proxy.example.com:3128",
            "http://127.0.0.1:3128/",
            "HTTP://me:secret@proxy.example.com",
            "socks5h://[::1]:1080",
        ] {
            let through = ProxyChoice::Through(Secret::new(text.to_owned()));
            assert_eq!(text.parse(), Ok(through), "{text}");
        }
        assert_eq!(" none ".parse(), Ok(ProxyChoice::Straight));
        for (text, error) in [
            ("", ProxyError::Address),
            ("http://", ProxyError::Address),
            ("http://a b:hunter2", ProxyError::Address),
            ("me:hunter2://x", ProxyError::Address),
            ("socks4://x:1080", ProxyError::Kind("socks4".to_owned())),
        ] {
            assert_eq!(text.parse::<ProxyChoice>(), Err(error), "{text}");
        }
    }
}
