//! What a key alone tells: who has the other half of it signed this. Neither a certificate nor the log is asked for.

use sigstore_verify::crypto::{KeyAlgorithm, SigningScheme, VerificationKey};
use sigstore_verify::types::{DerPublicKey, HashAlgorithm, SignatureBytes};

use crate::model::{SigningKey, Text};

/// How a key in PEM begins.
const BEGIN: &str = "-----BEGIN";
/// How it ends.
const END: &str = "-----END";
/// How every line with dashes ends.
const DASHES: &str = "-----";

/// Reads public keys in PEM, of which there is at least one.
///
/// # Errors
///
/// What is wrong with the first that is no such key.
pub fn read_keys(text: &str) -> Result<Vec<SigningKey>, Text> {
    let blocks = blocks(text);
    if blocks.is_empty() {
        return Err(text!(
            "it has no `-----BEGIN PUBLIC KEY-----`",
            "里面没有 `-----BEGIN PUBLIC KEY-----`"
        ));
    }
    blocks.into_iter().map(read_key).collect()
}

/// Parts a text into what stands between dashes.
fn blocks(text: &str) -> Vec<&str> {
    let mut blocks = vec![];
    let mut rest = text;
    while let Some(begin) = rest.find(BEGIN) {
        rest = &rest[begin..];
        let end = rest.find(END).map(|end| end + END.len());
        let end = end.and_then(|end| Some(end + rest[end..].find(DASHES)? + DASHES.len()));
        let (block, after) = rest.split_at(end.unwrap_or(rest.len()));
        blocks.push(block);
        rest = after;
    }
    blocks
}

fn read_key(pem: &str) -> Result<SigningKey, Text> {
    if is_private(pem) {
        return Err(text!(
            "it is not the public half of the key, but the one that has to be kept",
            "它不是公钥，而是应当保密的那一半"
        ));
    }
    let key = DerPublicKey::from_pem(pem).map_err(|why| refused(&why))?;
    KeyAlgorithm::from_spki(&key).map_err(|why| refused(&why))?;
    Ok(SigningKey {
        der: key.as_bytes().into(),
    })
}

/// Tells whether a text has the header of a private key.
pub fn is_private(text: &str) -> bool {
    let mut lines = text.lines();
    lines.any(|line| line.contains(BEGIN) && line.contains("PRIVATE"))
}

fn refused(why: &dyn std::fmt::Display) -> Text {
    text!(
        "it is not a public key that can be used ({why})",
        "它不是能用的公钥（{why}）"
    )
}

/// Tells whether a key made this signature of this message.
pub(super) fn made(key: &SigningKey, message: &[u8], signature: &[u8]) -> bool {
    let key = DerPublicKey::new(key.der.to_vec());
    let signature = SignatureBytes::new(signature.to_vec());
    let is_made = |scheme: SigningScheme| {
        VerificationKey::from_spki_with_scheme(&key, scheme)
            .is_ok_and(|key| key.verify(message, &signature).is_ok())
    };
    KeyAlgorithm::from_spki(&key).is_ok_and(|kind| {
        // cosign hashes with SHA-256 for keys of other sizes as well, others with what fits the key.
        let by_sha256 = kind.resolve_signing_scheme(HashAlgorithm::Sha2256);
        let schemes = [Some(kind.default_signing_scheme()), by_sha256.ok()];
        schemes.into_iter().flatten().any(is_made)
    })
}
