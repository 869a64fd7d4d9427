//! Repositories: `GET /v2/_catalog`, page by page. The specification has no such thing, and many registries neither.

use http::Method;
use serde::Deserialize;

use crate::model::{Failure, Fault, Operation, RequestKind, Text};
use crate::registry::access::Scopes;
use crate::registry::client::Client;
use crate::registry::exchange::{Access, Call, Read};

use super::pagination::read_pages;

/// A page is no longer than this.
const PAGE_BYTES: usize = 16 * 1024 * 1024;
/// How many repositories are listed at most.
const REPOSITORY_LIMIT: usize = 10_000;
/// What a token has to allow.
const SCOPE: &str = "registry:catalog:*";

#[derive(Deserialize)]
struct Catalog {
    repositories: Option<Vec<String>>,
}

impl Client {
    /// Lists the repositories of a registry whose names begin with `prefix`; none if the registry has no list of them.
    pub async fn list_repositories(
        &self,
        registry: &str,
        prefix: &str,
    ) -> Result<Option<Vec<String>>, Failure> {
        let object = Text::verbatim(format!("`{registry}`"));
        let operation = Operation::new(RequestKind::ListRepositories, object);
        let host = self.host(registry, &operation)?;
        let mut first = host.base.clone();
        first.set_path("/v2/_catalog");
        first.set_query(Some("n=1000"));
        let call = |url| Call {
            read: Read::Collect(PAGE_BYTES),
            accept: &[404, 405],
            ..Call::new(
                operation.clone(),
                Method::GET,
                url,
                Access::Scopes(Scopes::parse(SCOPE)),
            )
        };
        let mut found: Option<Vec<String>> = None;
        read_pages(self, &host, &operation, first, call, |answer| {
            if !answer.status.is_success() {
                return Ok(false);
            }
            let catalog: Catalog = serde_json::from_slice(&answer.body).map_err(|_| {
                answer.unfit(text!(
                    "its answer is not a list of repositories",
                    "它的回答不是一串镜像仓库"
                ))
            })?;
            let all = found.get_or_insert_default();
            let names = catalog.repositories.unwrap_or_default().into_iter();
            all.extend(names.filter(|name| name.starts_with(prefix)));
            if all.len() > REPOSITORY_LIMIT {
                return Err(Fault::Protocol(text!(
                    "it has more than {REPOSITORY_LIMIT} repositories",
                    "它的镜像仓库超过 {REPOSITORY_LIMIT} 个"
                )));
            }
            Ok(true)
        })
        .await?;
        Ok(found)
    }
}
