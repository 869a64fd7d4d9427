//! Reads the signatures of an image at its source, where a rule asks for one: as many as it takes to find one that is
//! right.

use crate::model::{Digest, Excess, Failure, Fault, Flaw, Reference, SignerRule, Signers};
use crate::plan::{Entry, Referrers, Unverified, Verdict};
use crate::registry::ReadRegistry;
use crate::tree::Walker;
use crate::verify::{BUNDLE_SIZE_LIMIT, Candidate, Check, Evidence, candidates};

use super::attached::Attached;
use super::observer::{FoundSignature, Observer};

/// How many of what may be signatures are read of one image.
const MOST_READ: usize = 100;

impl<R: ReadRegistry> Observer<'_, R> {
    /// Says whether what the source has under this digest is signed as it must be; nothing where no rule asks.
    ///
    /// What the lock says of that very digest is not asked again, as long as the rule would come to the same.
    pub(super) async fn verdict(&self, entry: &Entry, image: &Digest) -> Option<Verdict> {
        let rule = entry.verify.as_ref()?;
        let signed = rule.signed.as_ref()?;
        if let Some(verified) = self.desired.verified(entry, image) {
            return Some(Verdict::Verified(Box::new(verified.clone())));
        }
        let ask = async || self.signed_by(entry, image, signed).await;
        let key = (
            entry.source.repository().clone(),
            image.clone(),
            signed.clone(),
        );
        let found = self.signatures().always(key, ask).await;
        Some(match found {
            Ok(Ok(verified)) => Verdict::Verified(Box::new(verified)),
            Ok(Err(flaws)) => Verdict::Unverified(Box::new(Unverified {
                rule: rule.clone(),
                flaws,
            })),
            Err(why) => Verdict::Unreadable(why),
        })
    }

    async fn signed_by(&self, entry: &Entry, image: &Digest, rule: &SignerRule) -> FoundSignature {
        let source = &entry.source;
        let wanted = match (entry.policy.referrers, &rule.signers) {
            // GitHub has no tags for what it attaches.
            (Referrers::None, Signers::GitHub { .. }) => Referrers::None,
            (Referrers::None, Signers::Keys(_) | Signers::Identity { .. }) => Referrers::Signatures,
            // It is asked for that anyhow.
            (followed, _) => followed,
        };
        let attached = self.attached_to(source, image, wanted).await;
        let mut check = Check::new(rule, image);
        let mut walker = Walker::new(self.registry, source, &self.memory);
        let mut unread = attached.unreadable.clone();
        let mut read = 0;
        for one in attached.all.iter().filter(|one| may_count(one, rule)) {
            let manifest = match walker.manifests(std::slice::from_ref(&one.manifest)).await {
                Ok(manifests) => manifests.into_iter().next(),
                Err(why) => {
                    unread = unread.or(Some(why));
                    continue;
                }
            };
            let manifest = manifest.map(|manifest| manifest.bytes).unwrap_or_default();
            for candidate in candidates(&rule.signers, &manifest) {
                read += 1;
                if read > MOST_READ {
                    return Err(Failure::of_image(source, Fault::TooMuch(Excess::Referrers)));
                }
                match self.evidence(source, candidate).await {
                    Ok(Ok(evidence)) => {
                        if let Some(verified) = check.look(&evidence) {
                            return Ok(Ok(verified));
                        }
                    }
                    Ok(Err(flaw)) => check.note(flaw),
                    Err(why) => unread = unread.or(Some(why)),
                }
            }
        }
        // What could not be read may be the one.
        unread.map_or_else(|| Ok(Err(check.flaws())), Err)
    }

    /// Reads what may be a signature.
    async fn evidence(
        &self,
        source: &Reference,
        candidate: Candidate,
    ) -> Result<Result<Evidence, Flaw>, Failure> {
        let Candidate { blob, form } = candidate;
        if blob.size > BUNDLE_SIZE_LIMIT {
            let why = text!("it has {} bytes", "它有 {} 字节", blob.size);
            return Ok(Err(Flaw::Malformed(why)));
        }
        let bytes = self.registry.get_blob(source.repository(), &blob).await?;
        Ok(match bytes {
            Some(bytes) => Ok(Evidence { form, bytes }),
            None => Err(Flaw::Malformed(text!(
                "the source lacks {}",
                "源里没有 {}",
                blob.digest
            ))),
        })
    }
}

/// Tells whether something attached to the image may be such a signature.
fn may_count(one: &Attached, rule: &SignerRule) -> bool {
    match (&one.tag, &one.bundle) {
        (Some(tag), _) => {
            let kind = tag.rsplit_once('.').map(|(_, kind)| kind);
            kind == Some("sig") && !matches!(rule.signers, Signers::GitHub { .. })
        }
        (None, Some(bundle)) => bundle.may_count(&rule.signers),
        (None, None) => false,
    }
}
