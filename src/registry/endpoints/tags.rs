//! Tags: `GET /v2/<name>/tags/list`, page by page.

use http::{Method, StatusCode};
use serde::Deserialize;
use url::Url;

use crate::model::{Failure, Fault, Operation, Repository, RequestKind};
use crate::registry::access::Actions;
use crate::registry::client::Client;
use crate::registry::exchange::{Access, Call, Read};
use crate::registry::host::Host;

use super::pagination::{next_page_missing, read_pages};
use super::repository_operation;

/// A page is no longer than this: some registries give all tags at once.
const PAGE_BYTES: usize = 16 * 1024 * 1024;
/// How many tags a repository has at most.
const TAG_LIMIT: usize = 200_000;

#[derive(Deserialize)]
struct TagList {
    tags: Option<Vec<String>>,
}

/// Lists the tags of a repository, of no more than so many pages.
pub(crate) async fn list(
    client: &Client,
    repository: &Repository,
    pages: usize,
) -> Result<Option<Vec<String>>, Failure> {
    let operation = repository_operation(RequestKind::ListTags, repository);
    let host = client.host(&repository.registry, &operation)?;
    let page = |url| call(operation.clone(), repository, url);
    let mut tags = None;
    let mut read = 0;
    read_pages(
        client,
        &host,
        &operation,
        first_page(&host, repository, 1000),
        page,
        |answer| {
            if answer.status == StatusCode::NOT_FOUND {
                return if tags.is_none() {
                    Ok(false)
                } else {
                    Err(next_page_missing())
                };
            }
            let tags = tags.get_or_insert_with(Vec::new);
            // There is a comma between two, and none in a tag.
            let mut between_commas = answer.body.split(|byte| *byte == b',');
            let left = TAG_LIMIT.saturating_sub(tags.len());
            if between_commas.nth(left + 1).is_some() {
                return Err(Fault::Protocol(text!(
                    "it has more than {TAG_LIMIT} tags",
                    "它的标签超过 {TAG_LIMIT} 个"
                )));
            }
            let list: TagList = serde_json::from_slice(&answer.body).map_err(|_| {
                answer.unfit(text!(
                    "its answer is not a list of tags",
                    "它的回答不是一串标签"
                ))
            })?;
            let page = list.tags.unwrap_or_default();
            // A registry that does not know where it was would go on for ever.
            if !page.is_empty() && tags.ends_with(&page) {
                return Err(Fault::Protocol(text!(
                    "a page of its list comes twice",
                    "它的列表里同一页出现了两次"
                )));
            }
            tags.extend(page);
            read += 1;
            Ok(read < pages)
        },
    )
    .await?;
    Ok(tags)
}

/// Asks whether a registry knows a repository, which the first page of its tags tells.
pub(crate) async fn knows_repository(
    client: &Client,
    repository: &Repository,
) -> Result<bool, Failure> {
    let operation = repository_operation(RequestKind::ListTags, repository);
    let host = client.host(&repository.registry, &operation)?;
    let first = first_page(&host, repository, 1);
    let answer = client
        .send(&host, call(operation, repository, first))
        .await?;
    Ok(answer.status != StatusCode::NOT_FOUND)
}

fn first_page(host: &Host, repository: &Repository, entries: usize) -> Url {
    let mut url = host.endpoint(&repository.name, "tags/list");
    url.set_query(Some(&format!("n={entries}")));
    url
}

fn call(operation: Operation, repository: &Repository, url: Url) -> Call {
    let access = Access::to(&repository.name, Actions::Pull);
    Call {
        read: Read::Collect(PAGE_BYTES),
        accept: &[404],
        ..Call::new(operation, Method::GET, url, access)
    }
}
