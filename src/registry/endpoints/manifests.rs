//! Manifests: `HEAD`, `GET`, `PUT`, `DELETE` of `/v2/<name>/manifests/<reference>`.

use std::sync::Arc;

use http::header::{ACCEPT, CONTENT_TYPE};
use http::{HeaderMap, HeaderValue, Method};

use crate::model::{
    Descriptor, ErrorCode, Failure, Fault, MANIFEST_SIZE_LIMIT, Operation, RawManifest, Reference,
    RequestKind, Text, media_type,
};
use crate::registry::access::Actions;
use crate::registry::client::Client;
use crate::registry::exchange::{Access, Answer, Body, Call, Read, RetryOn};
use crate::registry::host::Host;

use super::manifest_answer::{describe, digest_header, prove, verify};

const SUBJECT_HEADER: &str = "oci-subject";

/// What came of [`put_manifest`](crate::registry::WriteRegistry::put_manifest).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Pushed {
    /// Whether the registry says that it lists the manifest with its subject's referrers
    /// (`OCI-Subject`); else whoever pushes has to.
    pub lists_referrer: bool,
}

/// What came of [`delete_manifest`](crate::registry::WriteRegistry::delete_manifest).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Deletion {
    /// It was there, and is gone.
    Deleted,
    /// It was not there.
    Absent,
    /// The registry does not delete this way (405, or the code `UNSUPPORTED`).
    Unsupported,
}

pub(crate) async fn head(
    client: &Client,
    reference: &Reference,
) -> Result<Option<Descriptor>, Failure> {
    let operation = operation(RequestKind::HeadManifest, reference);
    let (host, mut call) = request(client, &operation, Method::HEAD, reference, Actions::Pull)?;
    call.accept = &[404];
    match client.send(&host, call).await {
        Ok(answer) if answer.status == 404 => Ok(None),
        Ok(answer) => match describe(&answer, reference) {
            Err(fault) => Err(host.error(&operation, fault)),
            Ok(Some(descriptor)) => Ok(Some(descriptor)),
            // Without a digest, a type and a length, only the manifest itself tells what it is.
            Ok(None) => describe_by_reading(client, reference, RetryOn::Transient).await,
        },
        // Some take HEAD for something else than GET, and only GET has words.
        Err(error) if error.is_answer() && error.request() == Some(RequestKind::HeadManifest) => {
            tracing::debug!("{error}; reading the manifest instead");
            let retry_on = if error.tries > 1 {
                RetryOn::Nothing
            } else {
                RetryOn::Transient
            };
            let read = describe_by_reading(client, reference, retry_on).await;
            read.map_err(|why| why.after_others(error.tries))
        }
        Err(error) => Err(error),
    }
}

async fn describe_by_reading(
    client: &Client,
    reference: &Reference,
    retry_on: RetryOn,
) -> Result<Option<Descriptor>, Failure> {
    // Seldom, so that not every request has room for it.
    let manifest = Box::pin(get(client, reference, retry_on)).await?;
    Ok(manifest.map(|manifest| manifest.descriptor))
}

pub(crate) async fn get(
    client: &Client,
    reference: &Reference,
    retry_on: RetryOn,
) -> Result<Option<RawManifest>, Failure> {
    let (cache, repository) = (client.manifest_cache(), reference.repository());
    let digest = reference.digest();
    if let Some(kept) = digest.and_then(|digest| cache.get(repository, digest)) {
        return Ok(Some(kept));
    }
    let read = read(client, reference, retry_on, |answer| {
        verify(answer, reference).map(Some)
    });
    let manifest = read.await?;
    if let Some(manifest) = &manifest {
        cache.put(repository, manifest);
    }
    Ok(manifest)
}

/// Reads a manifest of this digest from a place that nobody has to trust: nothing is taken but what the digest
/// proves. None if it is not there, or cannot be proven.
pub(crate) async fn get_proven(
    client: &Client,
    reference: &Reference,
) -> Result<Option<RawManifest>, Failure> {
    let Some(digest) = reference.digest() else {
        return Ok(None);
    };
    let read = read(client, reference, RetryOn::Transient, |answer| {
        prove(answer, digest)
    });
    read.await
}

async fn read(
    client: &Client,
    reference: &Reference,
    retry_on: RetryOn,
    check: impl FnOnce(Answer) -> Result<Option<RawManifest>, Fault>,
) -> Result<Option<RawManifest>, Failure> {
    let operation = operation(RequestKind::GetManifest, reference);
    let (host, mut call) = request(client, &operation, Method::GET, reference, Actions::Pull)?;
    call.read = Read::Collect(MANIFEST_SIZE_LIMIT);
    call.accept = &[404];
    call.retry_on = retry_on;
    let pull = host.begin_pull(&operation).await?;
    let answer = client.send(&host, call).await?;
    if answer.status == 404 {
        return Ok(None);
    }
    let read = check(answer).map_err(|fault| host.error(&operation, fault));
    // An index is no pull: each of its images is (<https://docs.docker.com/docker-hub/usage/pulls/>).
    let is_index = |read: &RawManifest| media_type::is_index(&read.descriptor.media_type);
    if let Some(pull) = pull
        && !matches!(&read, Ok(Some(manifest)) if is_index(manifest))
    {
        pull.was_made();
    }
    read
}

pub(crate) async fn put(
    client: &Client,
    reference: &Reference,
    manifest: &RawManifest,
) -> Result<Pushed, Failure> {
    let operation = operation(RequestKind::PutManifest, reference);
    let (host, mut call) = request(client, &operation, Method::PUT, reference, Actions::Push)?;
    let Descriptor {
        media_type,
        digest,
        size: _,
    } = &manifest.descriptor;
    let content_type = HeaderValue::from_str(media_type).map_err(|_| {
        let text = text!(
            "`{media_type:?}` is not a media type",
            "`{media_type:?}` 不是媒体类型"
        );
        host.protocol_error(&operation, text)
    })?;
    call.headers = HeaderMap::from_iter([(CONTENT_TYPE, content_type)]);
    call.body = Body::Bytes(manifest.bytes.clone());
    let answer = client.send(&host, call).await?;
    match digest_header(&answer) {
        Some(kept) if kept.algorithm() == digest.algorithm() && kept != *digest => {
            let text = text!(
                "it keeps `{kept}` instead of `{digest}`",
                "它存下的是 `{kept}`，不是 `{digest}`"
            );
            Err(host.error(&operation, Fault::Damaged(text)))
        }
        _ => Ok(Pushed {
            lists_referrer: answer.header(SUBJECT_HEADER).is_some(),
        }),
    }
}

pub(crate) async fn delete(client: &Client, reference: &Reference) -> Result<Deletion, Failure> {
    let operation = operation(RequestKind::DeleteManifest, reference);
    let (host, mut call) = request(
        client,
        &operation,
        Method::DELETE,
        reference,
        Actions::Delete,
    )?;
    call.accept = &[404, 405, 501];
    match client.send(&host, call).await {
        Ok(answer) => Ok(match answer.status.as_u16() {
            404 => Deletion::Absent,
            405 | 501 => Deletion::Unsupported,
            _ => Deletion::Deleted,
        }),
        Err(error) if error.error_code() == Some(ErrorCode::Unsupported) => {
            Ok(Deletion::Unsupported)
        }
        // Distribution 2 takes a tag for a digest that is not well formed.
        Err(error)
            if reference.digest().is_none()
                && error.error_code() == Some(ErrorCode::DigestInvalid) =>
        {
            Ok(Deletion::Unsupported)
        }
        Err(error) => Err(error),
    }
}

fn operation(kind: RequestKind, reference: &Reference) -> Operation {
    let name = &reference.repository().name;
    let object = match (reference.digest(), reference.tag()) {
        (Some(digest), _) => format!("`{name}@{digest}`"),
        (None, tag) => format!("`{name}:{}`", tag.unwrap_or("latest")),
    };
    Operation::new(kind, Text::verbatim(object))
}

fn request(
    client: &Client,
    operation: &Operation,
    method: Method,
    reference: &Reference,
    actions: Actions,
) -> Result<(Arc<Host>, Call), Failure> {
    let host = client.host(reference.registry(), operation)?;
    let name = &reference.repository().name;
    let rest = format!("manifests/{}", reference.manifest_reference());
    let access = Access::to(name, actions);
    let accept = HeaderValue::from_static(media_type::ACCEPT_MANIFESTS);
    let call = Call {
        headers: HeaderMap::from_iter([(ACCEPT, accept)]),
        ..Call::new(
            operation.clone(),
            method,
            host.endpoint(name, &rest),
            access,
        )
    };
    Ok((host, call))
}
