//! All that is there of one image, against a rule.

use indexmap::IndexMap;
use sigstore_verify::types::{Artifact, ArtifactDigest, DigestBytes, HashAlgorithm};

use crate::model::{
    Algorithm, Digest, Flaw, SignedBy, SignerRule, Signers, SigningKey, TrustedRoot, Verified,
};

use super::certified::{builder, certified, signer};
use super::evidence::{Evidence, Form, predicate_of};
use super::keys::made;
use super::roots::Roots;
use super::simple;
use super::statement::{Said, malformed};

/// Of how many signatures it is told what is wrong with them.
const MOST_TOLD: usize = 4;

/// What was found so far of the signatures of one image.
pub struct Check<'a> {
    rule: &'a SignerRule,
    image: &'a Digest,
    roots: Roots,
    flaws: Vec<Flaw>,
}

impl<'a> Check<'a> {
    /// Begins with nothing found.
    pub fn new(rule: &'a SignerRule, image: &'a Digest) -> Self {
        Self {
            rule,
            image,
            roots: Roots::of(&rule.signers, rule.trusted_root.as_ref()),
            flaws: vec![],
        }
    }

    /// Looks at what may be a signature of the image; returns by whom it is, if the rule accepts it.
    pub fn look(&mut self, evidence: &Evidence) -> Option<Verified> {
        match self.signed_by(evidence) {
            Ok(Some(by)) if self.rule.signers.accept(&by) => {
                let root = match by {
                    SignedBy::Key(_) => None,
                    SignedBy::Identity { .. } | SignedBy::GitHub { .. } => {
                        self.rule.trusted_root.as_ref()
                    }
                };
                return Some(Verified {
                    by,
                    root: root.map(TrustedRoot::fingerprint),
                });
            }
            Ok(Some(by)) => self.note(Flaw::OtherSigner { by }),
            Ok(None) => {}
            Err(flaw) => self.note(flaw),
        }
        None
    }

    /// Notes what is wrong with a signature.
    pub fn note(&mut self, flaw: Flaw) {
        if self.flaws.len() < MOST_TOLD && !self.flaws.contains(&flaw) {
            self.flaws.push(flaw);
        }
    }

    /// Returns what is wrong with what was found; nothing where there was no signature.
    pub fn flaws(self) -> Vec<Flaw> {
        self.flaws
    }

    /// Returns who signed the image; none where it is no signature of the kind that the rule asks for.
    fn signed_by(&self, evidence: &Evidence) -> Result<Option<SignedBy>, Flaw> {
        let Evidence { form, bytes } = evidence;
        match form {
            Form::Simple(annotations) => self.simple(bytes, annotations).map(Some),
            Form::Bundle => {
                let said = Said::read(bytes, predicate_of(&self.rule.signers))?;
                said.map(|said| self.said(&said)).transpose()
            }
        }
    }

    fn simple(
        &self,
        payload: &[u8],
        annotations: &IndexMap<String, String>,
    ) -> Result<SignedBy, Flaw> {
        simple::require_image(payload, self.image)?;
        match &self.rule.signers {
            Signers::Keys(keys) => by_key(keys, payload, &simple::signature(annotations)?),
            Signers::Identity { .. } | Signers::GitHub { .. } => {
                let bundle = simple::bundle(payload, annotations)?;
                signer(&certified(&Artifact::from(payload), &bundle, &self.roots)?)
            }
        }
    }

    fn said(&self, said: &Said) -> Result<SignedBy, Flaw> {
        said.require_image(self.image)?;
        let artifact = || {
            let algorithm = match self.image.algorithm() {
                Algorithm::Sha256 => HashAlgorithm::Sha2256,
                Algorithm::Sha512 => HashAlgorithm::Sha2512,
            };
            let digest = DigestBytes::from_hex(&self.image.hex());
            let digest = digest.and_then(|digest| ArtifactDigest::new(algorithm, digest));
            let digest = digest.map_err(|why| malformed(&why))?;
            Ok(Artifact::from(digest))
        };
        match &self.rule.signers {
            Signers::Keys(keys) => {
                let envelope = said.envelope().ok_or(Flaw::OtherKey)?;
                by_key(keys, &envelope.pae(), envelope.signature.sig.as_bytes())
            }
            Signers::Identity { .. } => {
                signer(&certified(&artifact()?, &said.bundle, &self.roots)?)
            }
            Signers::GitHub { .. } => builder(&certified(&artifact()?, &said.bundle, &self.roots)?),
        }
    }
}

fn by_key(keys: &[SigningKey], message: &[u8], signature: &[u8]) -> Result<SignedBy, Flaw> {
    let key = keys.iter().find(|key| made(key, message, signature));
    key.map(|key| SignedBy::Key(key.fingerprint()))
        .ok_or(Flaw::OtherKey)
}
