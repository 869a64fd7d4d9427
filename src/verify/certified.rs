//! What a certificate tells: who signed, as someone who is trusted says, when it was good.

use sigstore_verify::crypto::{CertificateInfo, parse_certificate_info};
use sigstore_verify::types::{Artifact, Bundle};
use sigstore_verify::{CertificateError, Error, VerificationPolicy};

use crate::model::{Flaw, GITHUB_ISSUER, SignedBy};

use super::roots::{Root, Roots};
use super::statement::{malformed, untrusted};

/// Where GitHub has its repositories.
const GITHUB: &str = "https://github.com/";

/// Returns what the certificate says of who made a signature, if anybody vouches for that.
pub(super) fn certified(
    artifact: &Artifact<'_>,
    bundle: &Bundle,
    roots: &Roots,
) -> Result<CertificateInfo, Flaw> {
    if bundle.signing_certificate().is_none() {
        return Err(Flaw::NoCertificate);
    }
    let mut flaw = None;
    for root in roots.iter() {
        match by(root, artifact, bundle) {
            Ok(Some(certificate)) => return Ok(certificate),
            Ok(None) => {
                let why = text!("not all of it could be checked", "没有能全部检查");
                flaw = Some(Flaw::Untrusted(why));
            }
            // Who did not make the certificate says no more than that.
            Err(Error::Certificate(CertificateError::ChainInvalid(why))) => {
                let why = not_valid_then(bundle).unwrap_or_else(|| untrusted(&why));
                flaw = flaw.or(Some(why));
            }
            Err(why) => flaw = Some(flaw_of(&why)),
        }
    }
    Err(flaw.unwrap_or_else(|| Flaw::Untrusted(text!("nobody is trusted", "没有信任任何人"))))
}

/// Asks one of those who are trusted. What it has, is wanted: where it has no log, a timestamp has to do.
fn by(
    root: &Root,
    artifact: &Artifact<'_>,
    bundle: &Bundle,
) -> Result<Option<CertificateInfo>, Error> {
    // By whom it has to be is looked at afterwards: it may be one of several.
    let mut policy = VerificationPolicy::any_identity();
    if !root.has_log {
        policy = policy.skip_tlog_unsafe();
    }
    if !root.has_certificate_log {
        policy = policy.skip_sct();
    }
    let result = root.verifier.verify(artifact.clone(), bundle, &policy)?;
    // What it promises is what counts, so it is asked for.
    let is_checked = result.certificate_verified()
        && result.tlog_verified() == root.has_log
        && result.sct_verified() == root.has_certificate_log
        && !result.verified_timestamps().is_empty();
    let certificate = result.certificate().filter(|_| is_checked);
    Ok(certificate.cloned())
}

fn flaw_of(error: &Error) -> Flaw {
    match error {
        Error::Types(why) => malformed(why),
        why => untrusted(why),
    }
}

/// Says when something was signed, if the certificate was not good then.
fn not_valid_then(bundle: &Bundle) -> Option<Flaw> {
    let certificate = parse_certificate_info(bundle.signing_certificate()?).ok()?;
    let valid = certificate.not_before..=certificate.not_after;
    let entries = bundle.verification_material.tlog_entries.iter();
    let mut times = entries.filter_map(|entry| entry.integrated_time);
    let made = times.find(|made| !valid.contains(made))?;
    Some(Flaw::NotValidThen {
        made: made.to_string(),
        from: valid.start().to_string(),
        until: valid.end().to_string(),
    })
}

/// Returns who made a signature, by its certificate.
pub(super) fn signer(certificate: &CertificateInfo) -> Result<SignedBy, Flaw> {
    let (Some(identity), Some(issuer)) = (&certificate.identity, &certificate.issuer) else {
        return Err(Flaw::Untrusted(text!(
            "its certificate does not say whose it is",
            "证书没有写明属于谁"
        )));
    };
    Ok(SignedBy::Identity {
        issuer: issuer.clone(),
        identity: identity.to_string(),
    })
}

/// Returns which workflow built something from which repository; who else it is, where it is none of GitHub's.
pub(super) fn builder(certificate: &CertificateInfo) -> Result<SignedBy, Flaw> {
    let signer = signer(certificate)?;
    let SignedBy::Identity { issuer, identity } = &signer else {
        return Ok(signer);
    };
    let from = certificate.ci_claims.source_repository_uri.as_deref();
    let repository = from.and_then(|from| from.strip_prefix(GITHUB));
    Ok(match repository {
        Some(repository) if issuer == GITHUB_ISSUER => SignedBy::GitHub {
            repository: repository.to_owned(),
            workflow: identity.clone(),
        },
        _ => signer,
    })
}
