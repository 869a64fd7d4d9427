//! What names an image as its subject: signatures, attestations, SBOMs.
//!
//! There are two ways to attach them. cosign's older one is a tag beside the image,
//! `sha256-<hex>.sig` and its like. The OCI distribution specification 1.1 has a `subject` in the
//! manifest, listed by the referrers API, or where a registry lacks that, by an index under the tag
//! `sha256-<hex>` (sections "Listing Referrers" and "Referrers Tag Schema").

use bytes::Bytes;

use crate::model::{
    Child, Descriptor, Digest, Manifest, ManifestError, RawManifest, Text, media_type,
};

use super::entry::Referrers;
use super::target::TargetName;

/// What cosign attaches to an image, as its tag ends; signatures first.
const COSIGN_KINDS: [&str; 3] = ["sig", "att", "sbom"];

/// Returns the tags that cosign would give to what it attaches to `digest`.
pub fn cosign_tags(digest: &Digest, wanted: Referrers) -> Vec<String> {
    let kinds = match wanted {
        Referrers::None => &[],
        Referrers::Signatures => &COSIGN_KINDS[..1],
        Referrers::All => &COSIGN_KINDS[..],
    };
    kinds
        .iter()
        .map(|kind| format!("{}.{kind}", fallback_tag(digest)))
        .collect()
}

/// Returns the tag under which a registry without referrers API lists what names `digest`.
pub fn fallback_tag(digest: &Digest) -> String {
    // A tag has at most 128 characters; the specification cuts the parts at 32 and 64.
    let hex = &digest.hex()[..digest.hex().len().min(64)];
    format!("{}-{hex}", digest.algorithm().as_str())
}

/// Tells whether a referrer can have this name: it is pushed without a tag, or has one of cosign's.
pub fn is_referrer_name(name: &TargetName) -> bool {
    let is_cosign = || {
        let (subject, kind) = name.tag.split_once('.')?;
        let (algorithm, hex) = subject.split_once('-')?;
        let is_digest = ["sha256", "sha512"].contains(&algorithm)
            && hex.len() == 64
            && hex.chars().all(|c| matches!(c, '0'..='9' | 'a'..='f'));
        Some(is_digest && COSIGN_KINDS.contains(&kind))
    };
    name.digest().is_some() || is_cosign().unwrap_or_default()
}

/// Tells whether something that belongs to a manifest is found by this tag: one of cosign's, or the one that stands in for a
/// list of referrers.
pub fn is_referrer_tag(tag: &str) -> bool {
    let subject = tag.split_once('.').map_or(tag, |(subject, _)| subject);
    let Some((algorithm, hex)) = subject.split_once('-') else {
        return false;
    };
    ["sha256", "sha512"].contains(&algorithm)
        && hex.len() == 64
        && hex.chars().all(|c| matches!(c, '0'..='9' | 'a'..='f'))
}

/// Tells whether a referrer is a signature: cosign's, sigstore's or Notary's.
pub fn is_signature(referrer: &Child) -> bool {
    let artifact_type = referrer.artifact_type.as_deref().unwrap_or_default();
    artifact_type == "application/vnd.cncf.notary.signature"
        || artifact_type.starts_with("application/vnd.dev.cosign.")
        || artifact_type.starts_with("application/vnd.dev.sigstore.bundle")
}

/// Adds a referrer to the index under its subject's fallback tag; none if it is listed there.
///
/// `listed` is that index as it is now, if there is one.
pub fn listed_in_fallback(
    listed: Option<&RawManifest>,
    referrer: &RawManifest,
) -> Result<Option<RawManifest>, ManifestError> {
    let malformed =
        |error: serde_json::Error| ManifestError::Malformed(Text::verbatim(error.to_string()));
    let mut index: serde_json::Value = match listed {
        Some(listed) => serde_json::from_slice(&listed.bytes).map_err(malformed)?,
        None => serde_json::json!({
            "schemaVersion": 2, "mediaType": media_type::OCI_INDEX, "manifests": [],
        }),
    };
    let digest = referrer.descriptor.digest.to_string();
    let Some(children) = index
        .get_mut("manifests")
        .and_then(|list| list.as_array_mut())
    else {
        return Err(ManifestError::Malformed(text!(
            "`manifests` is not a list",
            "`manifests` 不是列表"
        )));
    };
    if children
        .iter()
        .any(|child| child["digest"] == digest.as_str())
    {
        return Ok(None);
    }
    children.push(descriptor_of(referrer)?);
    let bytes = Bytes::from(serde_json::to_vec(&index).map_err(malformed)?);
    let descriptor = Descriptor {
        media_type: media_type::OCI_INDEX.to_owned(),
        digest: Digest::sha256(&bytes),
        size: bytes.len() as u64,
    };
    Ok(Some(RawManifest { descriptor, bytes }))
}

/// Describes a referrer as the specification asks: with its artifact type and its annotations.
fn descriptor_of(referrer: &RawManifest) -> Result<serde_json::Value, ManifestError> {
    let (artifact_type, annotations) = match Manifest::parse(referrer)? {
        Manifest::Image(image) => (
            image.artifact_type.or(Some(image.config.media_type)),
            image.annotations,
        ),
        Manifest::Index(index) => (index.artifact_type, index.annotations),
    };
    let Descriptor {
        media_type,
        digest,
        size,
    } = &referrer.descriptor;
    let mut descriptor =
        serde_json::json!({ "mediaType": media_type, "digest": digest, "size": size });
    if let Some(artifact_type) = artifact_type {
        descriptor["artifactType"] = artifact_type.into();
    }
    if !annotations.is_empty() {
        descriptor["annotations"] = serde_json::json!(annotations);
    }
    Ok(descriptor)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Algorithm;

    fn referrer(artifact_type: &str) -> RawManifest {
        let config = Digest::sha256(b"{}");
        let body = format!(
            r#"{{"schemaVersion":2,"mediaType":"{}","artifactType":"{artifact_type}",
                "config":{{"mediaType":"{}","digest":"{config}","size":2}},"layers":[],
                "annotations":{{"made":"here"}}}}"#,
            media_type::OCI_MANIFEST,
            media_type::OCI_EMPTY,
        );
        let bytes = Bytes::from(body);
        let digest = Digest::sha256(&bytes);
        let media_type = media_type::OCI_MANIFEST.to_owned();
        RawManifest {
            descriptor: Descriptor {
                media_type,
                digest,
                size: 1,
            },
            bytes,
        }
    }

    #[test]
    fn tags_are_those_that_cosign_and_the_specification_use() {
        let digest = Digest::sha256(b"");
        let hex = digest.hex();
        assert_eq!(cosign_tags(&digest, Referrers::None), [""; 0]);
        assert_eq!(
            cosign_tags(&digest, Referrers::Signatures),
            [format!("sha256-{hex}.sig")]
        );
        assert_eq!(cosign_tags(&digest, Referrers::All).len(), 3);
        let named = |tag: String| TargetName {
            repository: "app".to_owned(),
            tag,
        };
        let long = Digest::of(Algorithm::Sha512, b"");
        for digest in [&digest, &long] {
            for tag in cosign_tags(digest, Referrers::All) {
                assert!(is_referrer_name(&named(tag.clone())), "{tag}");
            }
            assert!(is_referrer_name(&named(digest.to_string())));
        }
        let tags = [
            "v1".to_owned(),
            "sha256-abc.sig".to_owned(),
            fallback_tag(&digest),
            format!("sha256-{hex}.tar"),
            format!("md5-{hex}.sig"),
        ];
        for tag in tags {
            assert!(!is_referrer_name(&named(tag.clone())), "{tag}");
        }
        assert_eq!(fallback_tag(&long), format!("sha512-{}", &long.hex()[..64]));
    }

    #[test]
    fn a_referrer_is_listed_once_beside_what_was_listed() {
        let (sbom, signature) = (referrer("example/sbom"), referrer("example/signature"));
        let first = listed_in_fallback(None, &sbom).unwrap().unwrap();
        let second = listed_in_fallback(Some(&first), &signature)
            .unwrap()
            .unwrap();
        assert_eq!(listed_in_fallback(Some(&second), &sbom), Ok(None));
        let Manifest::Index(index) = Manifest::parse(&second).unwrap() else {
            panic!()
        };
        let found: Vec<_> = index
            .children
            .iter()
            .map(|child| &child.descriptor.digest)
            .collect();
        assert_eq!(
            found,
            [&sbom.descriptor.digest, &signature.descriptor.digest]
        );
        assert_eq!(
            index.children[0].artifact_type.as_deref(),
            Some("example/sbom")
        );
        assert_eq!(index.children[0].annotations["made"], "here");
    }

    #[test]
    fn knows_signatures_by_their_artifact_type() {
        let Manifest::Index(index) = Manifest::parse(
            &listed_in_fallback(None, &referrer("application/vnd.cncf.notary.signature"))
                .unwrap()
                .unwrap(),
        )
        .unwrap() else {
            panic!()
        };
        let mut child = index.children[0].clone();
        assert!(is_signature(&child));
        child.artifact_type = Some("application/spdx+json".to_owned());
        assert!(!is_signature(&child));
    }
}
