//! `/v2/NAME/manifests/REFERENCE`.

use axum::body::Body;
use axum::http::{HeaderMap, Method, StatusCode, header};
use axum::response::Response;
use serde_json::json;

use super::check::{self, Parsed};
use super::options::Delete;
use super::refusal::{Code, Refusal};
use super::registry::Registry;
use super::store::{Store, StoredManifest};
use super::{answer, blobs};
use crate::model::Digest;

/// The largest manifest that is taken, which is distribution's limit.
const LARGEST: usize = 4 * 1024 * 1024;

pub(super) async fn serve(
    registry: &Registry,
    method: &Method,
    name: &str,
    reference: &str,
    headers: &HeaderMap,
    body: Body,
) -> Result<Response, Refusal> {
    match *method {
        Method::GET | Method::HEAD => get(registry, name, reference, headers),
        Method::PUT => put(registry, name, reference, headers, body).await,
        Method::DELETE => delete(registry, name, reference),
        _ => Err(Refusal::new(Code::Unsupported)),
    }
}

fn get(
    registry: &Registry,
    name: &str,
    reference: &str,
    headers: &HeaderMap,
) -> Result<Response, Refusal> {
    let store = registry.store();
    let digest = resolve(&store, name, reference)?;
    let manifest = store
        .manifest(name, &digest)
        .ok_or_else(|| unknown(name, &digest))?;
    accepts(headers, &manifest.media_type)?;
    let length = manifest.bytes.len();
    let mut answer = answer::whole(StatusCode::OK, Body::from(manifest.bytes.clone()), &length)
        .with(header::CONTENT_TYPE, &manifest.media_type)
        .with(header::ETAG, format!("\"{digest}\""));
    if registry.options.digest_header {
        answer = answer.with(answer::CONTENT_DIGEST, digest.to_string());
    }
    Ok(answer.done())
}

async fn put(
    registry: &Registry,
    name: &str,
    reference: &str,
    headers: &HeaderMap,
    body: Body,
) -> Result<Response, Refusal> {
    let invalid = || Refusal::detailed(Code::ManifestInvalid, json!({}));
    let bytes = axum::body::to_bytes(body, LARGEST)
        .await
        .map_err(|_| invalid())?;
    let media_type = headers
        .get(header::CONTENT_TYPE)
        .and_then(|value| value.to_str().ok());
    let media_type = media_type.ok_or_else(invalid)?.to_owned();
    let parsed = Parsed::read(&media_type, &bytes)?;
    let digest = match blobs::digest(reference) {
        Ok(digest) if digest.matches(&bytes) => digest,
        Ok(_) => return Err(Refusal::new(Code::DigestInvalid)),
        Err(refusal) if reference.contains(':') => return Err(refusal),
        Err(_) => Digest::sha256(&bytes),
    };
    if registry.options.images_only {
        parsed.is_image()?;
    }
    if registry.options.docker_lists_only && parsed.is_oci_index() {
        return Err(invalid());
    }
    if !registry.options.attestations && parsed.lists_attestations() {
        return Err(invalid());
    }
    let mut store = registry.store();
    parsed.is_complete(&store, name)?;
    store.put_manifest(name, digest.clone(), StoredManifest { media_type, bytes });
    if !reference.contains(':') {
        store.put_tag(name, reference, digest.clone());
    }
    let mut answer = answer::empty(StatusCode::CREATED);
    if registry.options.digest_header {
        answer = answer.with(answer::CONTENT_DIGEST, digest.to_string());
    }
    if registry.options.manifest_location {
        let location = registry.location(&format!("/v2/{name}/manifests/{digest}"));
        answer = answer.with(header::LOCATION, location);
    }
    if let Some(subject) = parsed.subject.filter(|_| registry.options.referrers) {
        answer = answer.with(answer::SUBJECT, subject.to_string());
    }
    Ok(answer.done())
}

fn delete(registry: &Registry, name: &str, reference: &str) -> Result<Response, Refusal> {
    let mut store = registry.store();
    let deleted = match (registry.options.delete, blobs::digest(reference)) {
        (Delete::Off, _) => return Err(Refusal::new(Code::Unsupported)),
        (_, Ok(digest)) => store.delete_manifest(name, &digest),
        (Delete::All, Err(_)) if !reference.contains(':') => store.delete_tag(name, reference),
        (_, Err(_)) => return Err(Refusal::new(Code::DigestInvalid)),
    };
    if !deleted {
        return Err(Refusal::new(Code::ManifestUnknown));
    }
    Ok(answer::empty(StatusCode::ACCEPTED).done())
}

fn resolve(store: &Store, name: &str, reference: &str) -> Result<Digest, Refusal> {
    if reference.contains(':') {
        return blobs::digest(reference);
    }
    let unknown = || Refusal::detailed(Code::ManifestUnknown, json!({ "Tag": reference }));
    store.tag(name, reference).ok_or_else(unknown)
}

fn unknown(name: &str, digest: &Digest) -> Refusal {
    let detail = json!({ "Name": name, "Revision": digest.to_string() });
    Refusal::detailed(Code::ManifestUnknown, detail)
}

/// Refuses OCI manifests to those who do not ask for them by name, as distribution does. (It also
/// converts docker's types for old readers; the sandbox serves those as they are.)
fn accepts(headers: &HeaderMap, media_type: &str) -> Result<(), Refusal> {
    let Some((one, many)) = check::oci_kind(media_type) else {
        return Ok(());
    };
    let accepted = headers
        .get_all(header::ACCEPT)
        .iter()
        .filter_map(|value| value.to_str().ok());
    let mut types = accepted.flat_map(|value| value.split(','));
    if types.any(|text| {
        text.split(';')
            .next()
            .is_some_and(|text| text.trim() == media_type)
    }) {
        return Ok(());
    }
    let message = format!("OCI {one} found, but accept header does not support OCI {many}");
    Err(Refusal::worded(Code::ManifestUnknown, &message))
}
