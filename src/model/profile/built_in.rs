//! The profiles that are in the program: the files of the folder `profiles/`.

use std::sync::LazyLock;

use super::facts::ProfileFile;
use super::hosts::HostPattern;
use super::kind::{Profile, ProfileName};

/// The files, in the order in which they are listed to people.
const FILES: [(&str, &str); 11] = [
    (
        "acr-personal",
        include_str!("../../../profiles/acr-personal.toml"),
    ),
    (
        "acr-enterprise",
        include_str!("../../../profiles/acr-enterprise.toml"),
    ),
    (
        "tcr-enterprise",
        include_str!("../../../profiles/tcr-enterprise.toml"),
    ),
    (
        "tcr-personal",
        include_str!("../../../profiles/tcr-personal.toml"),
    ),
    ("swr", include_str!("../../../profiles/swr.toml")),
    (
        "volcengine-cr",
        include_str!("../../../profiles/volcengine-cr.toml"),
    ),
    (
        "baidu-ccr",
        include_str!("../../../profiles/baidu-ccr.toml"),
    ),
    ("harbor", include_str!("../../../profiles/harbor.toml")),
    ("gitlab", include_str!("../../../profiles/gitlab.toml")),
    ("ghcr", include_str!("../../../profiles/ghcr.toml")),
    (
        Profile::GENERIC,
        include_str!("../../../profiles/generic.toml"),
    ),
];

/// A profile, and the hosts that have it.
struct Known {
    profile: Profile,
    hosts: Vec<HostPattern>,
}

static KNOWN: LazyLock<Vec<Known>> = LazyLock::new(|| {
    let known = |(name, text): &(&str, &str)| {
        // That each can be read is tested.
        let file: ProfileFile = toml::from_str(text).unwrap_or_default();
        Known {
            profile: Profile::unknown(ProfileName::new(name)).with(&file.facts),
            hosts: file.hosts,
        }
    };
    FILES.iter().map(known).collect()
});

impl Profile {
    /// Returns the profiles that are in the program, in the order in which they are listed to people.
    pub fn built_in() -> impl Iterator<Item = &'static Self> {
        KNOWN.iter().map(|known| &known.profile)
    }

    /// Returns the texts of their files, with their names.
    pub fn files() -> &'static [(&'static str, &'static str)] {
        &FILES
    }

    /// Returns the one of this name that is in the program.
    pub fn named(name: &str) -> Option<Self> {
        let mut known = Self::built_in();
        known.find(|profile| profile.name.as_str() == name).cloned()
    }

    /// Returns the one of a registry that keeps to the specification.
    pub fn generic() -> Self {
        Self::unknown(ProfileName::new(Self::GENERIC))
    }

    /// Tells from its host name what kind of registry answers there.
    pub fn of_host(host: &str) -> Self {
        let mut known = KNOWN.iter();
        let found = known.find(|known| known.hosts.iter().any(|pattern| pattern.matches(host)));
        found.map_or_else(Self::generic, |known| known.profile.clone())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_file_can_be_read() {
        for (name, text) in FILES {
            toml::from_str::<ProfileFile>(text).unwrap_or_else(|why| panic!("{name}: {why}"));
        }
        assert_eq!(Profile::named(Profile::GENERIC), Some(Profile::generic()));
    }

    #[test]
    fn knows_every_form_of_host_and_none_twice() {
        for (host, profile) in [
            ("registry.cn-hangzhou.aliyuncs.com", "acr-personal"),
            ("registry-vpc.cn-hangzhou.aliyuncs.com", "acr-personal"),
            ("registry-internal.cn-hangzhou.aliyuncs.com", "acr-personal"),
            ("registry-intl.ap-southeast-1.aliyuncs.com", "acr-personal"),
            (
                "registry-intl-vpc.eu-central-1.aliyuncs.com",
                "acr-personal",
            ),
            (
                "registry-intl-internal.eu-central-1.aliyuncs.com",
                "acr-personal",
            ),
            (
                "registry.distributed.cn-beijing.aliyuncs.com",
                "acr-personal",
            ),
            (
                "registry-vpc.distributed.cn-beijing.aliyuncs.com",
                "acr-personal",
            ),
            ("registry-oss.cn-beijing.aliyuncs.com", "generic"),
            (
                "crpi-1a2b.cn-shanghai.personal.cr.aliyuncs.com",
                "acr-personal",
            ),
            (
                "crpi-1a2b-vpc.cn-shanghai.personal.cr.aliyuncs.com",
                "acr-personal",
            ),
            ("acme-registry.cn-beijing.cr.aliyuncs.com", "acr-enterprise"),
            (
                "acme-registry-vpc.cn-beijing.cr.aliyuncs.com",
                "acr-enterprise",
            ),
            ("Registry.cn-hangzhou.aliyuncs.com:443", "acr-personal"),
            ("registry.cn-hangzhou.aliyuncs.com.example.com", "generic"),
            ("oss.aliyuncs.com", "generic"),
            ("acme.tencentcloudcr.com", "tcr-enterprise"),
            ("acme-vpc.tencentcloudcr.com", "tcr-enterprise"),
            ("ccr.ccs.tencentyun.com", "tcr-personal"),
            ("hkccr.ccs.tencentyun.com", "tcr-personal"),
            ("swr.cn-north-4.myhuaweicloud.com", "swr"),
            ("acme-cn-beijing.cr.volces.com", "volcengine-cr"),
            ("acme-cn-beijing.cr.ivolces.com", "volcengine-cr"),
            ("registry.baidubce.com", "baidu-ccr"),
            ("ccr-1a2b3c4d-pub.cnc.bj.baidubce.com", "baidu-ccr"),
            ("ccr-1a2b3c4d-vpc.cnc.gz.baidubce.com", "baidu-ccr"),
            ("registry.gitlab.com", "gitlab"),
            ("ghcr.io", "ghcr"),
            ("127.0.0.1:5000", "generic"),
        ] {
            assert_eq!(Profile::of_host(host).name.as_str(), profile, "{host}");
            let has = |known: &&Known| known.hosts.iter().any(|pattern| pattern.matches(host));
            assert!(KNOWN.iter().filter(has).count() <= 1, "{host}");
        }
    }
}
