//! `/v2/NAME/referrers/DIGEST`: the manifests whose `subject` is that digest.

use axum::http::{Method, StatusCode};
use axum::response::Response;
use serde_json::{Value, json};

use super::check::Parsed;
use super::query::Query;
use super::refusal::{Code, Refusal};
use super::registry::Registry;
use super::store::StoredManifest;
use super::{answer, blobs};
use crate::model::{Digest, media_type};

pub(super) fn serve(
    registry: &Registry,
    method: &Method,
    name: &str,
    digest_text: &str,
    query: &Query,
) -> Result<Response, Refusal> {
    if *method != Method::GET {
        return Err(Refusal::new(Code::Unsupported));
    }
    let subject = blobs::digest(digest_text)?;
    let wanted = query.get("artifactType");
    let store = registry.store();
    let manifests: Vec<Value> = store
        .manifests(name)
        .filter_map(|(digest, manifest)| descriptor(digest, manifest, &subject))
        .filter(|descriptor| wanted.is_none_or(|wanted| descriptor["artifactType"] == wanted))
        .collect();
    let body =
        json!({ "schemaVersion": 2, "mediaType": media_type::OCI_INDEX, "manifests": manifests });
    let mut answer = answer::json_as(StatusCode::OK, &body, media_type::OCI_INDEX);
    if wanted.is_some() {
        answer = answer.with(answer::FILTERS, "artifactType");
    }
    Ok(answer.done())
}

fn descriptor(digest: &Digest, manifest: &StoredManifest, subject: &Digest) -> Option<Value> {
    let parsed = Parsed::read(&manifest.media_type, &manifest.bytes).ok()?;
    if parsed.subject.as_ref() != Some(subject) {
        return None;
    }
    let mut descriptor = json!({
        "mediaType": manifest.media_type,
        "digest": digest.to_string(),
        "size": manifest.bytes.len(),
    });
    if let Some(artifact_type) = parsed.artifact_type() {
        descriptor["artifactType"] = artifact_type.into();
    }
    if let Some(annotations) = parsed.annotations() {
        descriptor["annotations"] = annotations.clone();
    }
    Some(descriptor)
}
