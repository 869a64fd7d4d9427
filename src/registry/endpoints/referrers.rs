//! Referrers: `GET /v2/<name>/referrers/<digest>` (OCI 1.1), page by page.

use std::sync::atomic::Ordering;

use http::header::ACCEPT;
use http::{HeaderMap, HeaderValue, Method};
use indexmap::IndexMap;

use crate::model::{
    Child, Descriptor, Digest, Failure, Fault, MANIFEST_LIMIT, MANIFEST_SIZE_LIMIT, Manifest,
    RawManifest, Repository, RequestKind, media_type,
};
use crate::registry::access::Actions;
use crate::registry::client::Client;
use crate::registry::exchange::{Access, Answer, Call, Read};

use super::blobs;
use super::pagination::{next_page_missing, read_pages};

pub(crate) async fn list(
    client: &Client,
    repository: &Repository,
    digest: &Digest,
) -> Result<Option<Vec<Child>>, Failure> {
    let operation = blobs::operation(RequestKind::ListReferrers, repository, digest);
    let host = client.host(&repository.registry, &operation)?;
    if host.without_referrers.load(Ordering::Relaxed) {
        return Ok(None);
    }
    let first = host.endpoint(&repository.name, &format!("referrers/{digest}"));
    let call = |url| {
        let access = Access::to(&repository.name, Actions::Pull);
        let index = HeaderValue::from_static(media_type::OCI_INDEX);
        Call {
            headers: HeaderMap::from_iter([(ACCEPT, index)]),
            read: Read::Collect(MANIFEST_SIZE_LIMIT),
            accept: &[400, 404, 405, 501],
            ..Call::new(operation.clone(), Method::GET, url, access)
        }
    };
    let mut referrers: Option<Vec<Child>> = None;
    read_pages(client, &host, &operation, first, call, |answer| {
        let is_list =
            answer.status.is_success() && answer.media_type() == Some(media_type::OCI_INDEX);
        if referrers.is_some() && !is_list {
            return Err(next_page_missing());
        }
        // What does not know the path may also answer with a page for browsers.
        if !is_list {
            if knows_no_such_path(answer) {
                host.without_referrers.store(true, Ordering::Relaxed);
            }
            return Ok(false);
        }
        let referrers = referrers.get_or_insert_with(Vec::new);
        referrers.extend(read(answer)?);
        if referrers.len() > MANIFEST_LIMIT {
            return Err(Fault::Protocol(text!(
                "it has more than {MANIFEST_LIMIT} referrers",
                "它的附属内容超过 {MANIFEST_LIMIT} 个"
            )));
        }
        Ok(true)
    })
    .await?;
    Ok(referrers)
}

/// Tells whether the answer is about the API and not about this one repository.
///
/// With the API there is a list, if an empty one, for every digest (OCI distribution specification,
/// "Listing Referrers"); some answer 404 all the same for a repository that they do not know.
fn knows_no_such_path(answer: &Answer) -> bool {
    match answer.status.as_u16() {
        405 | 501 => true,
        404 => !String::from_utf8_lossy(&answer.body).contains("_UNKNOWN"),
        _ => false,
    }
}

fn read(answer: &Answer) -> Result<Vec<Child>, Fault> {
    let bytes = answer.body.clone();
    let descriptor = Descriptor {
        media_type: media_type::OCI_INDEX.to_owned(),
        digest: Digest::sha256(&bytes),
        size: bytes.len() as u64,
    };
    match Manifest::parse(&RawManifest { descriptor, bytes }) {
        Ok(Manifest::Index(index)) => Ok(index
            .children
            .into_iter()
            .map(without_annotations)
            .collect()),
        Ok(Manifest::Image(_)) => Err(Fault::Protocol(text!(
            "its list of referrers is an image",
            "它的附属内容列表是一个镜像"
        ))),
        Err(error) => Err(answer.unfit(text!(
            "its list of referrers cannot be read: {error}",
            "它的附属内容列表读不了：{error}"
        ))),
    }
}

/// Leaves out what may be long and nobody asks for: a run may hold the referrers of many images.
fn without_annotations(child: Child) -> Child {
    Child {
        annotations: IndexMap::new(),
        ..child
    }
}
