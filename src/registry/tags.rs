//! Tags: `GET /v2/<name>/tags/list`, page by page.

use http::{Method, StatusCode};
use serde::Deserialize;

use crate::model::{Failure, Kind, Operation, Repository};

use super::call::{Access, Call, Read};
use super::client::Client;
use super::scope::{Actions, Scopes};

/// A page is no longer than this.
const PAGE_BYTES: usize = 16 * 1024 * 1024;

#[derive(Deserialize)]
struct Page {
    tags: Option<Vec<String>>,
}

impl Client {
    pub(super) async fn tags_of(
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
                return Ok(false);
            }
            let page: Page = serde_json::from_slice(&answer.body)
                .map_err(|_| "its answer is not a list of tags".to_owned())?;
            tags.get_or_insert_with(Vec::new)
                .extend(page.tags.unwrap_or_default());
            Ok(true)
        })
        .await?;
        Ok(tags)
    }
}
