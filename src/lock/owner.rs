//! Whose a lock is: one desired set's in one target. A lock that is another's tells nothing of this one.

use crate::model::Digest;
use crate::plan::Target;

/// Whose a lock is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Owner {
    /// The name of the mirror file or image list, which lies in the same folder.
    pub file: String,
    /// The digest of where its images go, by its host and namespace: both and namespace are secrets in many
    /// repositories, and a lock is for everybody to read.
    pub target: Digest,
}

/// In what a lock is another's.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stranger {
    /// The file that it is the lock of, if it is not the same.
    pub file: Option<String>,
    /// Whether it is of another target.
    pub target: bool,
}

impl Owner {
    /// Names a file and where its images go; all the hosts of one registry are the same target.
    pub fn new(file: &str, target: &Target) -> Self {
        let place = target.in_public().place();
        Self {
            file: file.to_owned(),
            target: Digest::sha256(place.as_bytes()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Profile;

    fn owner(registry: &str, namespace: Option<&str>) -> Owner {
        let target = Target {
            label: None,
            registry: registry.to_owned(),
            namespace: namespace.map(ToOwned::to_owned),
            profile: Profile::generic(),
        };
        Owner::new("images.txt", &target)
    }

    #[test]
    fn all_hosts_of_one_registry_are_one_target_and_no_others() {
        let public = owner("registry.cn-hangzhou.aliyuncs.com", Some("team"));
        for host in ["registry-vpc", "registry-internal"] {
            let same = owner(&format!("{host}.cn-hangzhou.aliyuncs.com"), Some("team"));
            assert_eq!(same, public, "{host}");
        }
        let written = b"registry.cn-hangzhou.aliyuncs.com/team";
        assert_eq!(public.target, Digest::sha256(written));
        for other in [
            owner("registry.cn-beijing.aliyuncs.com", Some("team")),
            owner("registry.cn-hangzhou.aliyuncs.com", Some("other")),
            owner("registry.cn-hangzhou.aliyuncs.com", None),
        ] {
            assert_ne!(other, public);
        }
    }
}
