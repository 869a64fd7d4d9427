//! Which mirrors are asked for something, and what their answers mean for them.

use std::sync::Arc;

use crate::model::{
    Cause, Descriptor, Digest, Failure, Fault, MirrorFault, MirrorNotice, Reference, Repository,
};
use crate::registry::client::Client;
use crate::registry::endpoints::manifests;

use super::givers::Givers;
use super::mirror::Mirror;

impl Client {
    /// Tells whether a registry has mirrors that are still asked.
    pub fn has_mirrors(&self, registry: &str) -> bool {
        let mirrors = self.mirrors(registry);
        mirrors.iter().any(|mirror| mirror.is_in_use())
    }

    /// Tells whether a mirror gives something of a registry, as far as is known: it gave it, or was not asked yet.
    pub fn is_mirrored(&self, repository: &Repository, digest: &Digest) -> bool {
        let mut mirrors = self.mirrors(&repository.registry).iter();
        mirrors.any(|mirror| mirror.may_have(&repository.name, digest))
    }

    /// Tells whether a mirror has an image, by a digest that proves it.
    pub async fn has_proven(&self, image: &Reference) -> Result<bool, Failure> {
        let mirrors = self.at_mirrors();
        let found = manifests::get_proven(&mirrors, image).await?;
        Ok(found.is_some())
    }

    /// Returns the next mirror to ask for something, after so many of the list that need not be.
    pub(super) fn next_mirror(
        &self,
        repository: &Repository,
        digest: &Digest,
        next: &mut usize,
    ) -> Option<&Arc<Mirror>> {
        loop {
            let mirror = self.mirrors(&repository.registry).get(*next)?;
            *next += 1;
            if mirror.may_have(&repository.name, digest) {
                return Some(mirror);
            }
        }
    }

    /// Notes that a mirror did not give something, and drops it where that says so.
    pub(super) fn pass_on(
        &self,
        mirror: &Mirror,
        repository: &Repository,
        digest: &Digest,
        failure: &Failure,
    ) {
        let (name, place) = (&repository.name, &mirror.place);
        tracing::debug!("mirror {place}: {failure}");
        mirror.pass_over(name, digest);
        match failure.cause() {
            Cause::Protocol => self.drop_liar(mirror, repository, digest, &failure.fault),
            Cause::Unauthorized | Cause::Denied => mirror.refuses(name),
            Cause::Refused => mirror.lacks(name, digest),
            Cause::RateLimited | Cause::Unreachable | Cause::Server => {
                if mirror.presence.failed() {
                    self.tell_of(&MirrorNotice {
                        mirror: place.clone(),
                        why: MirrorFault::Away {
                            fault: failure.fault.clone(),
                        },
                    });
                }
            }
        }
    }

    /// Notes that the bytes of a blob, by these, are not the blob; tells whether it may be had elsewhere.
    ///
    /// Where one mirror gave them, with the registry or alone, it was that mirror: the digest is the
    /// registry's. Of several any may have been it, so that none is blamed; for this blob none is asked again.
    pub(in crate::registry) fn blame(
        &self,
        repository: &Repository,
        blob: &Descriptor,
        from: &[Givers],
        fault: &Fault,
    ) -> bool {
        let named: Vec<_> = from.iter().flat_map(Givers::mirrors).collect();
        let mirrors = self.mirrors(&repository.registry).iter();
        let mirrors = mirrors.filter(|mirror| named.contains(&mirror.place));
        let mirrors: Vec<_> = mirrors.collect();
        for mirror in &mirrors {
            mirror.pass_over(&repository.name, &blob.digest);
        }
        if let [mirror] = mirrors[..] {
            self.drop_liar(mirror, repository, &blob.digest, fault);
        }
        !mirrors.is_empty()
    }

    fn drop_liar(&self, mirror: &Mirror, repository: &Repository, digest: &Digest, got: &Fault) {
        if mirror.honesty.drop_out() {
            self.tell_of(&MirrorNotice {
                mirror: mirror.place.clone(),
                why: MirrorFault::Lied {
                    repository: repository.clone(),
                    wanted: digest.clone(),
                    got: got.clone(),
                },
            });
        }
    }
}
