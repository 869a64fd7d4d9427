//! What a target registry accepts: what is known of its kind, as data. How ACR's refusals read, and what its logins are
//! for, stands with those who ask.
//!
//! The facts about Alibaba Cloud Container Registry (ACR) are from its documentation (limits of the
//! Personal and the Enterprise Edition) and, for what it refuses, from users' reports.

use std::fmt;

use super::media_type;

/// What a target registry accepts.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Profile {
    /// Which kind of registry this is.
    pub kind: ProfileKind,
    /// Whether manifests whose config is not an image's are refused
    /// (403 `unknown manifest class for …`).
    pub image_configs_only: bool,
    /// How many levels the namespace may have; none for any number.
    pub namespace_levels: Option<usize>,
    /// How many levels a repository name may have below the namespace; none for any number.
    pub name_levels: Option<usize>,
    /// The least and the greatest number of characters of a repository name; none for the
    /// specification's own limit.
    pub name_length: Option<(usize, usize)>,
    /// Whether a blob can be mounted from another repository; none where only a try can tell.
    pub mount: Option<bool>,
    /// Whether a tag can be deleted; none where only a try can tell.
    pub delete: Option<bool>,
    /// Whether the referrers API is there; none where only a try can tell.
    pub referrers_api: Option<bool>,
    /// How many repositories there may be; none where no limit is known.
    pub repository_limit: Option<u32>,
    /// How many requests may be under way when a run begins.
    pub starting_concurrency: usize,
}

/// A kind of registry.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ProfileKind {
    /// ACR Personal Edition.
    AcrPersonal,
    /// ACR Enterprise Edition.
    AcrEnterprise,
    /// Any registry that keeps to the OCI distribution specification.
    Generic,
}

impl ProfileKind {
    /// The kinds, in the order in which they are listed to people.
    pub const ALL: [Self; 3] = [Self::AcrPersonal, Self::AcrEnterprise, Self::Generic];

    /// Returns the name that mirror files use.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::AcrPersonal => "acr-personal",
            Self::AcrEnterprise => "acr-enterprise",
            Self::Generic => "generic",
        }
    }

    /// Tells from its host name what kind of registry answers there.
    ///
    /// - `registry.<region>.aliyuncs.com`, `registry-vpc.…`, `registry-internal.…`, and the same with `registry-intl`:
    ///   Personal
    /// - `crpi-<id>.<region>.personal.cr.aliyuncs.com`, `crpi-<id>-vpc.…`: Personal
    /// - `<name>-registry.<region>.cr.aliyuncs.com`, `<name>-registry-vpc.…`: Enterprise
    pub fn of_host(host: &str) -> Self {
        let host = host.split(':').next().unwrap_or(host).to_ascii_lowercase();
        let Some(name) = host.strip_suffix(".aliyuncs.com") else {
            return Self::Generic;
        };
        let mut labels = name.split('.');
        let (first, last) = (labels.next(), labels.next_back());
        match (first, labels.next_back(), last) {
            (_, Some("personal"), Some("cr")) => Self::AcrPersonal,
            (_, _, Some("cr")) => Self::AcrEnterprise,
            (Some(first), ..) if is_registry(first) => Self::AcrPersonal,
            _ => Self::Generic,
        }
    }
}

/// Tells whether a host begins as those do that many Personal instances share.
fn is_registry(label: &str) -> bool {
    let rest = label.strip_prefix("registry");
    let rest = rest.map(|rest| rest.strip_prefix("-intl").unwrap_or(rest));
    matches!(rest, Some("" | "-vpc" | "-internal"))
}

impl fmt::Display for ProfileKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl Profile {
    /// Returns the media type of a config if the registry refuses manifests of this type that have it.
    pub fn refuses_config<'c>(&self, manifest: &str, config: &'c str) -> Option<&'c str> {
        let refused = self.image_configs_only && !media_type::is_image(manifest, config);
        refused.then_some(config)
    }

    /// Returns what is known about a kind of registry.
    pub fn of(kind: ProfileKind) -> Self {
        let generic = Self {
            kind,
            image_configs_only: false,
            namespace_levels: None,
            name_levels: None,
            name_length: None,
            mount: None,
            delete: None,
            referrers_api: None,
            repository_limit: None,
            starting_concurrency: 16,
        };
        match kind {
            ProfileKind::Generic => generic,
            ProfileKind::AcrEnterprise => Self {
                name_length: Some((2, 64)),
                ..generic
            },
            ProfileKind::AcrPersonal => Self {
                image_configs_only: true,
                namespace_levels: Some(1),
                name_levels: Some(1),
                name_length: Some((2, 64)),
                repository_limit: Some(300),
                starting_concurrency: 4,
                ..generic
            },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn knows_every_form_of_host() {
        use ProfileKind::{AcrEnterprise, AcrPersonal, Generic};
        for (host, kind) in [
            ("registry.cn-hangzhou.aliyuncs.com", AcrPersonal),
            ("registry-vpc.cn-hangzhou.aliyuncs.com", AcrPersonal),
            ("registry-internal.cn-hangzhou.aliyuncs.com", AcrPersonal),
            ("registry-intl.ap-southeast-1.aliyuncs.com", AcrPersonal),
            ("registry-intl-vpc.eu-central-1.aliyuncs.com", AcrPersonal),
            ("registry.distributed.cn-beijing.aliyuncs.com", AcrPersonal),
            ("registry-oss.cn-beijing.aliyuncs.com", Generic),
            (
                "crpi-1a2b.cn-shanghai.personal.cr.aliyuncs.com",
                AcrPersonal,
            ),
            (
                "crpi-1a2b-vpc.cn-shanghai.personal.cr.aliyuncs.com",
                AcrPersonal,
            ),
            ("acme-registry.cn-beijing.cr.aliyuncs.com", AcrEnterprise),
            (
                "acme-registry-vpc.cn-beijing.cr.aliyuncs.com",
                AcrEnterprise,
            ),
            ("Registry.cn-hangzhou.aliyuncs.com:443", AcrPersonal),
            ("registry.cn-hangzhou.aliyuncs.com.example.com", Generic),
            ("oss.aliyuncs.com", Generic),
            ("127.0.0.1:5000", Generic),
        ] {
            assert_eq!(ProfileKind::of_host(host), kind, "{host}");
        }
    }
}
