//! Whose a lock is: one desired set's in one target. A lock that is another's tells nothing of this one.

use std::collections::BTreeMap;

use crate::model::Digest;
use crate::plan::{Desired, Endpoints, Lock, Target, TargetName};

use super::disputed::Disputed;
use super::read::LockFile;
use super::renew::{declared, undeclared};

/// Whose a lock is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Owner {
    /// The name of the mirror file or image list, which lies in the same folder.
    pub file: String,
    /// The digest of where its images go, as [`Target`] is shown: host and namespace are secrets in many
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

/// What of a lock file goes on in the next one.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Continued {
    /// What is settled.
    pub lock: Lock,
    /// What is not.
    pub disputed: BTreeMap<TargetName, Disputed>,
    /// Whose the next one is; none where this one does not say so and records what is not declared: it
    /// may well be another's, which must not become anybody's to delete.
    pub owner: Option<Owner>,
    /// What is no longer recorded, since it is in another target.
    pub forgotten: Vec<TargetName>,
}

impl Owner {
    /// Names a file and where its images go; all the hosts of one registry are the same target.
    pub fn new(file: &str, target: &Target) -> Self {
        let public = Endpoints::of_host(&target.registry).map(|hosts| hosts.public);
        let target = target.at(public.unwrap_or_else(|| target.registry.clone()));
        Self {
            file: file.to_owned(),
            target: Digest::sha256(target.to_string().as_bytes()),
        }
    }
}

impl LockFile {
    /// Says in what this is another's than `owner`'s; nothing where it does not say whose it is.
    pub fn stranger(&self, owner: &Owner) -> Option<Stranger> {
        let Owner { file, target } = self.owner.as_ref()?;
        let stranger = Stranger {
            file: (*file != owner.file).then(|| file.clone()),
            target: *target != owner.target,
        };
        (stranger.file.is_some() || stranger.target).then_some(stranger)
    }

    /// Keeps only what is declared.
    pub fn retain_declared(&mut self, desired: &Desired) {
        let declared = declared(desired);
        self.lock.images.retain(|name, _| declared.contains(name));
        self.lock.retired.clear();
        self.disputed.retain(|name, _| declared.contains(name));
    }

    /// Returns what of this goes on in the next lock, which will be `owner`'s if that is safe to say, or
    /// if someone wants to `adopt` what is here.
    ///
    /// # Errors
    ///
    /// It is another's, and nobody wants to adopt it.
    pub fn continued(
        mut self,
        desired: &Desired,
        owner: &Owner,
        adopt: bool,
    ) -> Result<Continued, Stranger> {
        let stranger = self.stranger(owner);
        let mut forgotten = vec![];
        match &stranger {
            Some(stranger) if !adopt => return Err(stranger.clone()),
            Some(Stranger { target: true, .. }) => {
                forgotten = self.undeclared(desired);
                self.retain_declared(desired);
            }
            Some(_) | None => {}
        }
        let is_known = self.owner.is_some() || adopt || self.undeclared(desired).is_empty();
        Ok(Continued {
            lock: self.lock,
            disputed: self.disputed,
            owner: is_known.then(|| owner.clone()),
            forgotten,
        })
    }

    /// Returns everything that is recorded and not declared.
    fn undeclared(&self, desired: &Desired) -> Vec<TargetName> {
        let declared = declared(desired);
        let settled = undeclared(desired, &self.lock).into_iter();
        let disputed = self.disputed.keys();
        settled
            .map(|(name, _)| name)
            .chain(disputed.filter(|name| !declared.contains(name)).cloned())
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::plan::{Profile, ProfileKind};

    fn owner(registry: &str, namespace: Option<&str>) -> Owner {
        let target = Target {
            registry: registry.to_owned(),
            namespace: namespace.map(ToOwned::to_owned),
            profile: Profile::of(ProfileKind::Generic),
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
