//! Where the services are. None of these addresses comes from a registry.

use url::Url;

use crate::model::SignInService;
use crate::registry::transport::is_loopback;

/// What answers in the place of Alibaba Cloud's services, on this machine: for tests.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StandIn(Url);

impl StandIn {
    /// Reads its address: keys and tokens go there in plain text, so that it can be nowhere else.
    pub fn parse(text: &str) -> Option<Self> {
        let url = Url::parse(text).ok()?;
        let is_bare = url.path() == "/" && url.query().is_none() && url.username().is_empty();
        (url.scheme() == "http" && is_loopback(&url) && is_bare).then_some(Self(url))
    }
}

/// Where a service is.
pub(super) enum At<'a> {
    /// The service for temporary keys.
    Sts,
    /// The API of ACR in a region.
    Acr(&'a Region),
    /// The service of an ECS instance, which is on the instance's own wire and has no TLS.
    EcsMetadata,
}

/// The name of a region, as it may stand in the name of a host.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Region(String);

impl Region {
    /// Reads a name that a registry says: nothing in it may lead to another domain.
    pub(super) fn parse(text: &str) -> Option<Self> {
        let is_plain = |c: u8| c.is_ascii_lowercase() || c.is_ascii_digit() || c == b'-';
        let fits = !text.is_empty() && text.len() <= 32 && text.bytes().all(is_plain);
        (fits && !text.starts_with('-') && !text.ends_with('-')).then(|| Self(text.to_owned()))
    }
}

impl At<'_> {
    pub(super) fn url(&self, stand_in: Option<&StandIn>) -> Result<Url, url::ParseError> {
        match (stand_in, self) {
            (Some(StandIn(url)), _) => Ok(url.clone()),
            (None, Self::Sts) => Url::parse("https://sts.aliyuncs.com/"),
            (None, Self::Acr(Region(name))) => {
                Url::parse(&format!("https://cr.{name}.aliyuncs.com/"))
            }
            (None, Self::EcsMetadata) => Url::parse("http://100.100.100.200/"),
        }
    }
}

/// Tells whether keys and tokens may go to a service at this address.
pub(super) fn may_be_told(service: SignInService, url: &Url) -> bool {
    let is_on_the_wire = service == SignInService::EcsMetadata;
    url.scheme() == "https" || url.scheme() == "http" && (is_loopback(url) || is_on_the_wire)
}

/// Tells whether a temporary password may go to a place for logins that a registry names: all of ACR's are
/// in one domain.
pub(super) fn is_acrs(realm: &Url) -> bool {
    let host = realm.host_str().unwrap_or_default();
    host.ends_with(".aliyuncs.com") && realm.scheme() == "https" || is_loopback(realm)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn url(text: &str) -> Url {
        text.parse().unwrap()
    }

    #[test]
    fn a_stand_in_is_on_this_machine() {
        for (text, right) in [
            ("http://127.0.0.1:4000", true),
            ("http://localhost:4000/", true),
            ("http://[::1]:4000", true),
            ("http://127.0.0.1.example.com:4000", false),
            ("http://me@127.0.0.1:4000", false),
            ("https://127.0.0.1:4000", false),
            ("http://10.0.0.1:4000", false),
            ("http://127.0.0.1:4000/path", false),
            ("127.0.0.1:4000", false),
            ("", false),
        ] {
            assert_eq!(StandIn::parse(text).is_some(), right, "{text}");
        }
    }

    #[test]
    fn a_region_leads_to_no_other_domain() {
        let region = Region::parse("cn-hangzhou").unwrap();
        let host = |at: At<'_>| at.url(None).unwrap().to_string();
        assert_eq!(
            host(At::Acr(&region)),
            "https://cr.cn-hangzhou.aliyuncs.com/"
        );
        assert_eq!(host(At::Sts), "https://sts.aliyuncs.com/");
        for odd in [
            "",
            "a.b",
            "x/y",
            "evil.com/#",
            "CN",
            "-a",
            "a-",
            "a@b",
            &"a".repeat(33),
        ] {
            assert_eq!(Region::parse(odd), None, "{odd}");
        }
    }

    #[test]
    fn secrets_go_out_by_tls_alone() {
        use SignInService::{EcsMetadata, GitHub};
        for (service, to, right) in [
            (GitHub, "https://token.actions.example.com/", true),
            (GitHub, "http://127.0.0.1:1/", true),
            (GitHub, "http://token.actions.example.com/", false),
            (GitHub, "http://100.100.100.200/", false),
            (EcsMetadata, "http://100.100.100.200/", true),
        ] {
            assert_eq!(may_be_told(service, &url(to)), right, "{service:?} {to}");
        }
        for (realm, right) in [
            ("https://dockerauth.cn-hangzhou.aliyuncs.com/auth", true),
            ("https://dockerauth-cn-guangzhou.aliyuncs.com/auth", true),
            ("http://dockerauth.aliyuncs.com/auth", false),
            ("https://aliyuncs.com.example.com/auth", false),
            ("https://evilaliyuncs.com/auth", false),
            ("http://127.0.0.1:5000/token", true),
        ] {
            assert_eq!(is_acrs(&url(realm)), right, "{realm}");
        }
    }
}
