//! Tags: `GET /v2/<name>/tags/list`, page by page.

use http::{Method, StatusCode};
use serde::Deserialize;

use crate::model::{Failure, Fault, Kind, Operation, Repository};
use crate::registry::access::scope::{Actions, Scopes};
use crate::registry::client::Client;
use crate::registry::exchange::call::{Access, Call, Read};

/// A page is no longer than this: some registries give all tags at once.
const PAGE_BYTES: usize = 16 * 1024 * 1024;
/// How many tags a repository has at most.
const TAG_LIMIT: usize = 200_000;

#[derive(Deserialize)]
struct Page {
    tags: Option<Vec<String>>,
}

impl Client {
    pub(crate) async fn tags_of(
        &self,
        repository: &Repository,
    ) -> Result<Option<Vec<String>>, Failure> {
        let operation = Operation::new(Kind::ListTags, format_args!("`{}`", repository.name));
        let host = self.host(&repository.registry, &operation)?;
        let mut first = host.endpoint(&repository.name, "tags/list");
        first.set_query(Some("n=1000"));
        let call = |url| {
            let access = Access::Scopes(Scopes::one(&repository.name, Actions::Pull));
            Call {
                read: Read::Collect(PAGE_BYTES),
                accept: &[404],
                ..Call::new(operation.clone(), Method::GET, url, access)
            }
        };
        let mut tags = None;
        host.read_pages(&operation, first, call, |answer| {
            if answer.status == StatusCode::NOT_FOUND {
                return if tags.is_none() {
                    Ok(false)
                } else {
                    // What came before is not the whole list.
                    Err(Fault::Damaged(
                        "the next page of its list is not there".to_owned(),
                    ))
                };
            }
            let tags = tags.get_or_insert_with(Vec::new);
            // There is a comma between two, and none in a tag.
            let mut between_commas = answer.body.split(|byte| *byte == b',');
            let left = TAG_LIMIT.saturating_sub(tags.len());
            if between_commas.nth(left + 1).is_some() {
                return Err(Fault::Protocol(format!(
                    "it has more than {TAG_LIMIT} tags"
                )));
            }
            let page: Page = serde_json::from_slice(&answer.body)
                .map_err(|_| answer.unfit("its answer is not a list of tags"))?;
            tags.extend(page.tags.unwrap_or_default());
            Ok(true)
        })
        .await?;
        Ok(tags)
    }

    /// Asks whether a registry knows a repository, which the first page of its tags tells.
    pub(crate) async fn has_repository(&self, repository: &Repository) -> Result<bool, Failure> {
        let operation = Operation::new(Kind::ListTags, format_args!("`{}`", repository.name));
        let host = self.host(&repository.registry, &operation)?;
        let mut first = host.endpoint(&repository.name, "tags/list");
        first.set_query(Some("n=1"));
        let access = Access::Scopes(Scopes::one(&repository.name, Actions::Pull));
        let answer = host.send(Call {
            // Some registries give all tags at once.
            read: Read::Collect(PAGE_BYTES),
            accept: &[404],
            ..Call::new(operation, Method::GET, first, access)
        });
        Ok(answer.await?.status != StatusCode::NOT_FOUND)
    }
}
