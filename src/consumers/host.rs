//! Under which of its hosts a mirror is pulled from.

use std::fmt;

use crate::model::{DOCKER_HUB, Profile};
use crate::plan::{AliyunHosts, Target};

/// A host of the mirror's registry.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub enum HostChoice {
    /// The one that answers everywhere; that of the files where only one is known.
    #[default]
    Public,
    /// The one that answers inside the region's private networks.
    Vpc,
    /// This one, whatever is known of it.
    Named(String),
}

/// Says that no host is known under which a registry answers inside private networks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NoVpcHost {
    /// The host that is known.
    pub host: String,
}

impl HostChoice {
    /// Returns a target under the host that is chosen.
    ///
    /// # Errors
    ///
    /// The registry has no such host, as far as is known.
    pub fn of(&self, target: &Target) -> Result<Target, NoVpcHost> {
        match self {
            Self::Public => Ok(target.in_public()),
            Self::Vpc => in_vpc(target).ok_or_else(|| NoVpcHost {
                host: target.registry.clone(),
            }),
            Self::Named(host) => Ok(target.at(host.clone())),
        }
    }
}

/// Returns a target under the host that answers inside private networks, where one is known.
pub(super) fn in_vpc(target: &Target) -> Option<Target> {
    let hosts = AliyunHosts::of_host(&target.registry)?;
    Some(target.at(hosts.vpc))
}

/// Tells whether all customers of a registry pull from this host, each below a namespace of their own: there a name
/// without the mirror's namespace may be what a stranger pushed.
pub(super) fn is_shared(host: &str) -> bool {
    match Profile::of_host(host).name.as_str() {
        // `crpi-…` is one customer's own.
        "acr-personal" => host.to_ascii_lowercase().starts_with("registry"),
        "ghcr" | "swr" | "tcr-personal" => true,
        _ => host.eq_ignore_ascii_case("registry.baidubce.com") || host == DOCKER_HUB,
    }
}

impl fmt::Display for NoVpcHost {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { host } = self;
        write_tr!(
            f,
            "no VPC host is known of `{host}`: registries of Alibaba Cloud have one",
            "不知道 `{host}` 的 VPC 域名：阿里云的仓库才有"
        )
    }
}

impl std::error::Error for NoVpcHost {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_host_of_all_customers_is_told_from_ones_own() {
        for (host, shared) in [
            ("registry.cn-hangzhou.aliyuncs.com", true),
            ("registry-vpc.cn-hangzhou.aliyuncs.com", true),
            ("registry-intl.eu-central-1.aliyuncs.com", true),
            ("registry.distributed.cn-hangzhou.aliyuncs.com", true),
            ("ccr.ccs.tencentyun.com", true),
            ("registry.baidubce.com", true),
            ("docker.io", true),
            ("crpi-1a2b.cn-shanghai.personal.cr.aliyuncs.com", false),
            ("acme-registry.cn-beijing.cr.aliyuncs.com", false),
            ("registry.example.com", false),
            ("localhost:5000", false),
        ] {
            assert_eq!(is_shared(host), shared, "{host}");
        }
    }
}
