//! How near an address is: this machine, the same wire, a private network, or the public one.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use url::{Host, Url};

/// How near an address is. Whoever is far must not have us ask what only we can reach.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) enum Zone {
    /// This machine.
    Loopback,
    /// The machines on the same wire; clouds hand out a machine's credentials there.
    LinkLocal,
    /// A network that is not the public one.
    Private,
    /// The public network.
    Public,
}

/// Names by which clouds hand out a machine's credentials.
const METADATA: [&str; 3] = ["metadata", "metadata.google.internal", "instance-data"];

/// Top-level names that the public network does not have (RFC 6761, RFC 6762, RFC 8375, ICANN's `.internal`,
/// and what routers and offices use).
const PRIVATE_NAMES: [&str; 9] = [
    "local",
    "internal",
    "lan",
    "home",
    "corp",
    "intranet",
    "private",
    "localdomain",
    "home.arpa",
];

/// Tells whether an address is this machine.
pub(crate) fn is_loopback(url: &Url) -> bool {
    match url.host() {
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        Some(Host::Domain(name)) => name == "localhost" || name.ends_with(".localhost"),
        None => false,
    }
}

impl Zone {
    /// Says how near the host of an address is, in whatever spelling.
    pub(crate) fn of(url: &Url) -> Self {
        match url.host() {
            Some(Host::Ipv4(address)) => of_v4(address),
            Some(Host::Ipv6(address)) => of_v6(address),
            Some(Host::Domain(name)) => of_name(name.trim_end_matches('.')),
            None => Self::Loopback,
        }
    }

    /// Says how near an IP address is.
    pub(crate) fn of_ip(address: IpAddr) -> Self {
        match address {
            IpAddr::V4(address) => of_v4(address),
            IpAddr::V6(address) => of_v6(address),
        }
    }
}

fn of_name(name: &str) -> Zone {
    let is_below = |suffix: &str| {
        name.strip_suffix(suffix)
            .is_some_and(|rest| rest.is_empty() || rest.ends_with('.'))
    };
    if METADATA.contains(&name) {
        Zone::LinkLocal
    } else if is_below("localhost") || name == "localhost.localdomain" || name.starts_with("ip6-") {
        Zone::Loopback
    } else if !name.contains('.') || PRIVATE_NAMES.into_iter().any(is_below) {
        Zone::Private
    } else {
        Zone::Public
    }
}

/// The special-purpose addresses of RFC 6890 and its registry.
fn of_v4(address: Ipv4Addr) -> Zone {
    match address.octets() {
        [0 | 127, ..] => Zone::Loopback,
        // The second is where Alibaba Cloud hands out a machine's credentials.
        [169, 254, ..] | [100, 100, 100, 200] => Zone::LinkLocal,
        [10 | 224..=255, ..]
        | [100, 64..=127, ..]
        | [172, 16..=31, ..]
        | [192, 168, ..]
        | [192, 0, 0, _]
        | [198, 18 | 19, ..] => Zone::Private,
        _ => Zone::Public,
    }
}

fn of_v6(address: Ipv6Addr) -> Zone {
    if let Some(embedded) = embedded(address) {
        return of_v4(embedded);
    }
    match address.segments() {
        [0, 0, 0, 0, 0, 0, 0, 0 | 1] => Zone::Loopback,
        [0xfe80..=0xfebf, ..] => Zone::LinkLocal,
        [0xfc00..=0xfdff | 0xfec0..=0xfeff | 0xff00..=0xffff, ..] | [0x64, 0xff9b, 1, ..] => {
            Zone::Private
        }
        _ => Zone::Public,
    }
}

/// Returns the IPv4 address that an IPv6 address stands for: mapped, compatible, by NAT64 (RFC 6052), 6to4
/// (RFC 3056) or Teredo (RFC 4380).
fn embedded(address: Ipv6Addr) -> Option<Ipv4Addr> {
    let last = |high: u16, low: u16| Ipv4Addr::from(u32::from(high) << 16 | u32::from(low));
    match address.segments() {
        [0, 0, 0, 0, 0, 0, 0, 0 | 1] => None,
        [0, 0, 0, 0, 0, 0 | 0xffff, high, low]
        | [0, 0, 0, 0, 0xffff, 0, high, low]
        | [0x64, 0xff9b, 0, 0, 0, 0, high, low]
        | [0x2002, high, low, ..] => Some(last(high, low)),
        [0x2001, 0, .., high, low] => Some(last(!high, !low)),
        _ => None,
    }
}

/// Every spelling of an address that is near.
#[cfg(test)]
pub(crate) const NEAR: [&str; 33] = [
    "127.0.0.1",
    "127.1",
    "0x7f.1",
    "2130706433",
    "017700000001",
    "0",
    "0.0.0.0",
    "[::]",
    "[::1]",
    "localhost",
    "LOCALHOST",
    "localhost.",
    "a.localhost",
    "[::ffff:127.0.0.1]",
    "[::127.0.0.1]",
    "169.254.169.254",
    "2852039166",
    "0xa9fea9fe",
    "0251.0376.0251.0376",
    "[::ffff:a9fe:a9fe]",
    "[64:ff9b::a9fe:a9fe]",
    "[2002:a9fe:a9fe::1]",
    "[fe80::1]",
    "metadata.google.internal",
    "100.100.100.200",
    "10.0.0.1",
    "10.1",
    "172.31.0.1",
    "192.168.1.1",
    "[fd00::1]",
    "registry",
    "db.corp",
    "１２７.0.0.1",
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn knows_this_machine() {
        for (text, expected) in [
            ("http://127.0.0.1:5000", true),
            ("http://127.1.2.3", true),
            ("http://[::1]:5000", true),
            ("https://localhost", true),
            ("https://LOCALHOST:1", true),
            ("https://localhost.example.com", false),
            ("http://10.0.0.1", false),
            ("https://registry.example.com", false),
        ] {
            assert_eq!(is_loopback(&text.parse().unwrap()), expected, "{text}");
        }
    }
}
