//! What an answer says of a manifest, and whether the manifest is what it says.

use bytes::Bytes;
use serde::Deserialize;
use serde::de::IgnoredAny;

use crate::model::{Descriptor, Digest, Fault, RawManifest, Reference, media_type};
use crate::registry::exchange::Answer;

const DIGEST_HEADER: &str = "docker-content-digest";

/// Reads the digest that an answer names. It is optional and the bytes tell as well, so that one that
/// cannot be read is as good as none.
pub(super) fn digest_header(answer: &Answer) -> Option<Digest> {
    let text = answer.header(DIGEST_HEADER)?.trim_matches(['"', '\'', ' ']);
    text.to_ascii_lowercase().parse().ok()
}

/// Reads the descriptor out of the headers, as far as they are enough for one.
pub(super) fn describe(
    answer: &Answer,
    reference: &Reference,
) -> Result<Option<Descriptor>, Fault> {
    let digest = match (digest_header(answer), reference.digest()) {
        (Some(found), Some(asked)) if found.algorithm() == asked.algorithm() && found != *asked => {
            return Err(Fault::Damaged(text!(
                "it answers with `{found}`, another digest than the one asked for",
                "它回答的摘要是 `{found}`，不是所要的那个"
            )));
        }
        (_, Some(asked)) => asked.clone(),
        (Some(found), None) => found,
        (None, None) => return Ok(None),
    };
    let size = answer
        .header("content-length")
        .and_then(|length| length.parse().ok());
    let (Some(media_type), Some(size)) = (specific_media_type(answer), size) else {
        return Ok(None);
    };
    Ok(Some(Descriptor {
        media_type: media_type.to_owned(),
        digest,
        size,
    }))
}

/// Returns the media type, unless it is one that file servers give to everything: those of manifests
/// are all from a vendor's tree.
fn specific_media_type(answer: &Answer) -> Option<&str> {
    answer
        .media_type()
        .filter(|media_type| media_type.starts_with("application/vnd."))
}

pub(super) fn verify(answer: Answer, reference: &Reference) -> Result<RawManifest, Fault> {
    let media_type = specific_media_type(&answer)
        .map(str::to_owned)
        .or_else(|| named_media_type(&answer.body).map(|(named, _)| named))
        .ok_or_else(|| {
            answer.unfit(text!(
                "its answer does not say what kind of manifest it is",
                "它的回答没有说明是哪种清单"
            ))
        })?;
    let promised = reference
        .digest()
        .cloned()
        .or_else(|| digest_header(&answer));
    let digest = match promised {
        // The digest of a signed schema 1 manifest leaves its signatures out; that nobody can copy
        // one is said later, and better.
        Some(digest) if media_type::is_schema_1(&media_type) || digest.matches(&answer.body) => {
            digest
        }
        Some(digest) => {
            let found = Digest::of(digest.algorithm(), &answer.body);
            return Err(answer.unfit(text!(
                "it sent `{found}` where `{digest}` was promised",
                "它发来的是 `{found}`，说好的是 `{digest}`"
            )));
        }
        None if answer.coding().is_some() => {
            return Err(answer.unfit(text!("its answer cannot be checked", "它的回答无法校验")));
        }
        None => Digest::sha256(&answer.body),
    };
    Ok(raw(media_type, digest, answer.body))
}

/// Checks a manifest by what stands in it alone; none where that does not tell all.
pub(super) fn prove(answer: Answer, digest: &Digest) -> Result<Option<RawManifest>, Fault> {
    if !digest.matches(&answer.body) {
        if is_schema_1(&answer.body) {
            return Ok(None);
        }
        let found = Digest::of(digest.algorithm(), &answer.body);
        return Err(answer.unfit(text!("it sent `{found}`", "它发来的是 `{found}`")));
    }
    let said = specific_media_type(&answer);
    let media_type = match named_media_type(&answer.body) {
        Some((named, _)) if said.is_none_or(|said| said == named) => named,
        Some((named, true)) => {
            let said = said.unwrap_or_default();
            return Err(answer.unfit(text!(
                "it calls it `{said}`, the manifest itself says `{named}`",
                "它说是 `{said}`，清单自己写的是 `{named}`"
            )));
        }
        _ => return Ok(None),
    };
    Ok(Some(raw(media_type, digest.clone(), answer.body)))
}

/// Tells whether it is a manifest of which the digest leaves a part out.
fn is_schema_1(body: &Bytes) -> bool {
    #[derive(Deserialize)]
    #[serde(rename_all = "camelCase")]
    struct Versioned {
        schema_version: u32,
    }
    serde_json::from_slice(body).is_ok_and(|found: Versioned| found.schema_version == 1)
}

fn raw(media_type: String, digest: Digest, bytes: Bytes) -> RawManifest {
    let descriptor = Descriptor {
        media_type,
        digest,
        size: bytes.len() as u64,
    };
    RawManifest { descriptor, bytes }
}

/// Says what kind of manifest it is by what stands in it; where it does not name its type, which OCI
/// leaves open, by its shape. Tells, too, whether it names it.
fn named_media_type(body: &Bytes) -> Option<(String, bool)> {
    #[derive(Deserialize)]
    #[serde(rename_all = "camelCase")]
    struct Named {
        media_type: Option<String>,
        config: Option<IgnoredAny>,
        manifests: Option<IgnoredAny>,
    }
    let named: Named = serde_json::from_slice(body).ok()?;
    let by_shape = match (&named.config, &named.manifests) {
        (Some(_), None) => Some(media_type::OCI_MANIFEST),
        (None, Some(_)) => Some(media_type::OCI_INDEX),
        _ => None,
    };
    let by_shape = || by_shape.map(|shape| (shape.to_owned(), false));
    named
        .media_type
        .map(|named| (named, true))
        .or_else(by_shape)
}
