//! Which registry of ACR's it is, as its challenge says: nobody has to be asked for the region or the
//! instance.

use super::services::Region;

/// A registry of ACR's.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Instance {
    pub(super) region: Region,
    /// The instance of the Enterprise Edition; none is the Personal Edition.
    pub(super) enterprise: Option<String>,
}

impl Instance {
    /// Reads the service of a challenge: `registry.aliyuncs.com:<region>:<number>`, or
    /// `registry.aliyuncs.com:<region>:china:cri-<id>`.
    pub(super) fn parse(service: &str) -> Option<Self> {
        let mut parts = service.split(':');
        let name = parts.next()?;
        let region = Region::parse(parts.next()?)?;
        let last = parts.next_back()?;
        let is_plain = |c: u8| c.is_ascii_alphanumeric() || c == b'-';
        if name != "registry.aliyuncs.com" || !last.bytes().all(is_plain) {
            return None;
        }
        let enterprise = last.starts_with("cri-").then(|| last.to_owned());
        Some(Self { region, enterprise })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn region_and_instance_are_in_the_challenge() {
        for (service, expected) in [
            (
                "registry.aliyuncs.com:cn-hangzhou:26842",
                Some(("cn-hangzhou", None)),
            ),
            (
                "registry.aliyuncs.com:cn-shanghai:26888",
                Some(("cn-shanghai", None)),
            ),
            (
                "registry.aliyuncs.com:cn-beijing:china:cri-1a2b3c",
                Some(("cn-beijing", Some("cri-1a2b3c"))),
            ),
            (
                "registry.aliyuncs.com:cn-beijing:china:cri-1&Action=x",
                None,
            ),
            ("registry.aliyuncs.com:evil.com/:26842", None),
            ("registry.aliyuncs.com:cn-hangzhou", None),
            ("registry.docker.io", None),
            ("registry.example.com:cn-hangzhou:26842", None),
            ("", None),
        ] {
            let expected = expected.map(|(region, instance)| Instance {
                region: Region::parse(region).unwrap(),
                enterprise: instance.map(str::to_owned),
            });
            assert_eq!(Instance::parse(service), expected, "{service}");
        }
    }
}
