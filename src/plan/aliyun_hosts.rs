//! The hosts under which one Aliyun registry answers.

use crate::model::Profile;

/// The hosts of one Aliyun registry. Both lead to the same images; what is pulled inside a VPC of the
/// registry's region by the second one is faster and costs no traffic on the public network.
///
/// Alibaba Cloud's documentation names them in its pages on pulling images from Personal and
/// Enterprise instances; the forms are those of the profiles of ACR.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AliyunHosts {
    /// The host that answers everywhere.
    pub public: String,
    /// The host that answers inside the region's private networks alone.
    pub vpc: String,
}

impl AliyunHosts {
    /// Returns both hosts of the registry that answers under `host`; none where its name is not one
    /// of Alibaba Cloud's.
    pub fn of_host(host: &str) -> Option<Self> {
        let (first, rest) = host.split_once('.')?;
        let kept = |suffix| first.strip_suffix(suffix);
        let name = kept("-vpc").or_else(|| kept("-internal")).unwrap_or(first);
        let is_known = match Profile::of_host(host).name.as_str() {
            "acr-personal" => true,
            "acr-enterprise" => name.ends_with("-registry"),
            _ => false,
        };
        is_known.then(|| Self {
            public: format!("{name}.{rest}"),
            vpc: format!("{name}-vpc.{rest}"),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn knows_both_hosts_from_either() {
        for (public, vpc) in [
            (
                "registry.cn-hangzhou.aliyuncs.com",
                "registry-vpc.cn-hangzhou.aliyuncs.com",
            ),
            (
                "registry-intl.eu-central-1.aliyuncs.com",
                "registry-intl-vpc.eu-central-1.aliyuncs.com",
            ),
            (
                "crpi-1a2b.cn-shanghai.personal.cr.aliyuncs.com",
                "crpi-1a2b-vpc.cn-shanghai.personal.cr.aliyuncs.com",
            ),
            (
                "acme-registry.cn-beijing.cr.aliyuncs.com",
                "acme-registry-vpc.cn-beijing.cr.aliyuncs.com",
            ),
        ] {
            let both = AliyunHosts {
                public: public.to_owned(),
                vpc: vpc.to_owned(),
            };
            assert_eq!(AliyunHosts::of_host(public), Some(both.clone()));
            assert_eq!(AliyunHosts::of_host(vpc), Some(both));
        }
        let internal = AliyunHosts::of_host("registry-internal.cn-beijing.aliyuncs.com").unwrap();
        assert_eq!(internal.public, "registry.cn-beijing.aliyuncs.com");
    }

    #[test]
    fn invents_no_host() {
        for host in [
            "localhost:5000",
            "ghcr.io",
            "registry.example.com",
            "oss.cn-beijing.aliyuncs.com",
            "acme.cn-beijing.cr.aliyuncs.com",
        ] {
            assert_eq!(AliyunHosts::of_host(host), None, "{host}");
        }
    }
}
