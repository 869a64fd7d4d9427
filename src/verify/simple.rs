//! cosign's older form of a signature: a payload that names the image, and annotations beside it.
//!
//! See <https://github.com/sigstore/cosign/blob/main/specs/SIGNATURE_SPEC.md>. Where a certificate is among them, they
//! say what a bundle says, and are made one for the library.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use indexmap::IndexMap;
use serde::Deserialize;
use serde_json::{Value, json};
use sha2::Digest as _;
use sigstore_verify::types::{Bundle, DerCertificate};

use crate::model::{Digest, Flaw};

use super::statement::malformed;

const SIGNATURE: &str = "dev.cosignproject.cosign/signature";
const CERTIFICATE: &str = "dev.sigstore.cosign/certificate";
const CHAIN: &str = "dev.sigstore.cosign/chain";
const LOG_ENTRY: &str = "dev.sigstore.cosign/bundle";
const TIMESTAMP: &str = "dev.sigstore.cosign/rfc3161timestamp";

/// A payload, as far as it is looked at.
#[derive(Deserialize)]
struct Payload {
    critical: Critical,
}

#[derive(Deserialize)]
struct Critical {
    image: Image,
}

#[derive(Deserialize)]
#[serde(rename_all = "kebab-case")]
struct Image {
    docker_manifest_digest: String,
}

/// Says of which other image a payload is, if it is not of this one.
pub(super) fn require_image(payload: &[u8], image: &Digest) -> Result<(), Flaw> {
    let payload: Payload = serde_json::from_slice(payload).map_err(|why| malformed(&why))?;
    let names = payload.critical.image.docker_manifest_digest;
    if names == image.to_string() {
        return Ok(());
    }
    // Only what is a digest is told as one.
    let names = names.parse::<Digest>().map(|digest| digest.to_string());
    Err(Flaw::OtherImage {
        names: names.unwrap_or_default(),
    })
}

/// Returns the bytes of the signature.
pub(super) fn signature(annotations: &IndexMap<String, String>) -> Result<Vec<u8>, Flaw> {
    let written = annotations.get(SIGNATURE).map_or("", String::as_str);
    if written.is_empty() {
        return Err(Flaw::Malformed(text!(
            "no `{SIGNATURE}`",
            "没有 `{SIGNATURE}`"
        )));
    }
    decoded(written)
}

fn decoded(base64: &str) -> Result<Vec<u8>, Flaw> {
    STANDARD.decode(base64).map_err(|why| malformed(&why))
}

/// Returns the annotation, if it says anything: cosign writes empty ones.
fn said<'a>(annotations: &'a IndexMap<String, String>, name: &str) -> Option<&'a str> {
    let text = annotations.get(name)?;
    (!text.is_empty()).then_some(text)
}

/// An entry of the log as cosign keeps it: with the log's promise to take it up, and without the proof that it did.
#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct LogEntry {
    signed_entry_timestamp: String,
    payload: Logged,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Logged {
    body: String,
    integrated_time: i64,
    log_index: i64,
    #[serde(rename = "logID")]
    log_id: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Kind {
    kind: String,
    api_version: String,
}

#[derive(Deserialize)]
struct Timestamp {
    #[serde(rename = "SignedRFC3161Timestamp")]
    signed: String,
}

/// Returns the same as a bundle.
///
/// # Errors
///
/// It has no certificate, or cannot be read.
pub(super) fn bundle(
    payload: &[u8],
    annotations: &IndexMap<String, String>,
) -> Result<Bundle, Flaw> {
    let leaf = said(annotations, CERTIFICATE).ok_or(Flaw::NoCertificate)?;
    let chain = said(annotations, CHAIN).unwrap_or_default();
    let certificates: Vec<Value> = certificates(leaf)?
        .into_iter()
        .take(1)
        .chain(certificates(chain)?)
        .map(|certificate| json!({ "rawBytes": STANDARD.encode(certificate.as_bytes()) }))
        .collect();
    let entry = said(annotations, LOG_ENTRY).map(log_entry).transpose()?;
    let timestamp = said(annotations, TIMESTAMP).map(|written| {
        let timestamp: Timestamp = serde_json::from_str(written).map_err(|why| malformed(&why))?;
        Ok(json!({ "signedTimestamp": timestamp.signed }))
    });
    let timestamps: Vec<Value> = timestamp.transpose()?.into_iter().collect();
    // The first version is the one in which the log's promise is enough.
    let version = if entry.is_some() { "0.1" } else { "0.2" };
    let entries: Vec<Value> = entry.into_iter().collect();
    let bundle = json!({
        "mediaType": format!("application/vnd.dev.sigstore.bundle+json;version={version}"),
        "verificationMaterial": {
            "x509CertificateChain": { "certificates": certificates },
            "tlogEntries": entries,
            "timestampVerificationData": { "rfc3161Timestamps": timestamps },
        },
        "messageSignature": {
            "messageDigest": {
                "algorithm": "SHA2_256",
                "digest": STANDARD.encode(sha2::Sha256::digest(payload)),
            },
            "signature": STANDARD.encode(signature(annotations)?),
        },
    });
    Bundle::from_json(&bundle.to_string()).map_err(|why| malformed(&why))
}

fn log_entry(written: &str) -> Result<Value, Flaw> {
    let LogEntry {
        signed_entry_timestamp,
        payload,
    } = serde_json::from_str(written).map_err(|why| malformed(&why))?;
    let body = decoded(&payload.body)?;
    let Kind { kind, api_version } =
        serde_json::from_slice(&body).map_err(|why| malformed(&why))?;
    let log =
        hex(&payload.log_id).ok_or_else(|| Flaw::Malformed(text!("no `logID`", "没有 `logID`")))?;
    Ok(json!({
        "logIndex": payload.log_index.to_string(),
        "logId": { "keyId": STANDARD.encode(log) },
        "kindVersion": { "kind": kind, "version": api_version },
        "integratedTime": payload.integrated_time.to_string(),
        "inclusionPromise": { "signedEntryTimestamp": signed_entry_timestamp },
        "canonicalizedBody": payload.body,
    }))
}

fn hex(text: &str) -> Option<Vec<u8>> {
    let pairs = text.as_bytes().chunks(2);
    let byte = |pair: &[u8]| {
        let pair = std::str::from_utf8(pair).ok().filter(|_| pair.len() == 2)?;
        u8::from_str_radix(pair, 16).ok()
    };
    pairs.map(byte).collect()
}

/// Reads certificates in PEM, one behind the other.
fn certificates(pem: &str) -> Result<Vec<DerCertificate>, Flaw> {
    const END: &str = "-----END CERTIFICATE-----";
    let blocks = pem.split_inclusive(END);
    let blocks = blocks.filter(|block| block.contains(END));
    let read = |block| DerCertificate::from_pem(block).map_err(|why| malformed(&why));
    blocks.map(read).collect()
}
