//! A bundle with a statement in it: what it is about, and of which images.

use sigstore_verify::types::{
    Bundle, DsseEnvelope, Sha256Hash, Sha512Hash, SignatureContent, Statement,
};

use crate::model::{Algorithm, Digest, Flaw, Text, cut};

/// What cosign says of an image that it signs.
pub(super) const COSIGN_SIGNATURE: &str = "https://sigstore.dev/cosign/sign/v1";
/// What GitHub's workflows say of what they build.
pub(super) const GITHUB_PROVENANCE: &str = "https://slsa.dev/provenance/v1";
/// The kind of what is said.
const IN_TOTO: &str = "application/vnd.in-toto+json";
/// How much is told of what is wrong.
const WORDS_LIMIT: usize = 300;

/// A bundle, and what it says.
pub(super) struct Said {
    pub(super) bundle: Bundle,
    statement: Statement,
}

impl Said {
    /// Reads a bundle; none if it says something else than `predicate`.
    ///
    /// # Errors
    ///
    /// It cannot be read.
    pub(super) fn read(bytes: &[u8], predicate: &str) -> Result<Option<Self>, Flaw> {
        let text = std::str::from_utf8(bytes).map_err(|why| malformed(&why))?;
        let bundle = Bundle::from_json(text).map_err(|why| malformed(&why))?;
        let SignatureContent::DsseEnvelope(envelope) = &bundle.content else {
            return Ok(None);
        };
        if envelope.payload_type != IN_TOTO {
            return Ok(None);
        }
        let statement: Statement =
            serde_json::from_slice(envelope.payload.as_bytes()).map_err(|why| malformed(&why))?;
        let is_one = statement.predicate_type == predicate;
        Ok(is_one.then_some(Self { bundle, statement }))
    }

    /// Returns what is signed.
    pub(super) fn envelope(&self) -> Option<&DsseEnvelope> {
        match &self.bundle.content {
            SignatureContent::DsseEnvelope(envelope) => Some(envelope),
            _ => None,
        }
    }

    /// Says of which other images it is, if it is not of this one.
    pub(super) fn require_image(&self, image: &Digest) -> Result<(), Flaw> {
        let hex = image.hex();
        let is_named =
            match image.algorithm() {
                Algorithm::Sha256 => Sha256Hash::from_hex(&hex)
                    .is_ok_and(|hash| self.statement.matches_sha256(&hash)),
                Algorithm::Sha512 => Sha512Hash::from_hex(&hex)
                    .is_ok_and(|hash| self.statement.matches_sha512(&hash)),
            };
        if is_named {
            return Ok(());
        }
        let mut subjects = self.statement.subject.iter();
        let first = subjects.find_map(|subject| subject.digest.sha256);
        let names = first.map_or_else(String::new, |hash| format!("sha256:{}", hash.to_hex()));
        Err(Flaw::OtherImage { names })
    }
}

/// Says that something cannot be read, without more of it than is of use.
pub(super) fn malformed(why: &dyn std::fmt::Display) -> Flaw {
    Flaw::Malformed(words(why))
}

/// Says that nobody who is trusted vouches for something.
pub(super) fn untrusted(why: &dyn std::fmt::Display) -> Flaw {
    Flaw::Untrusted(words(why))
}

/// Returns what the library says, which it says in English, and not without end.
fn words(why: &dyn std::fmt::Display) -> Text {
    Text::verbatim(cut(&why.to_string(), WORDS_LIMIT))
}
