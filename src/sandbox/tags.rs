//! `/v2/NAME/tags/list`, in pages.

use axum::http::{Method, StatusCode, header};
use axum::response::Response;
use serde_json::json;

use super::answer;
use super::query::Query;
use super::refusal::{Code, Refusal};
use super::registry::Registry;

pub(super) fn serve(
    registry: &Registry,
    method: &Method,
    name: &str,
    query: &Query,
) -> Result<Response, Refusal> {
    if *method != Method::GET {
        return Err(Refusal::new(Code::Unsupported));
    }
    let unknown = || Refusal::detailed(Code::NameUnknown, json!({ "name": name }));
    let mut tags = registry.store().tags(name).ok_or_else(unknown)?;
    if let Some(last) = query.get("last") {
        tags.retain(|tag| tag.as_str() > last);
    }
    let asked = query
        .get("n")
        .and_then(|n| n.parse().ok())
        .unwrap_or(usize::MAX);
    let page = asked.min(registry.options.page);
    let more = tags.len() > page;
    tags.truncate(page);
    let body = json!({ "name": name, "tags": tags });
    let mut answer = answer::json_as(StatusCode::OK, &body, "application/json; charset=utf-8");
    if let Some(last) = tags.last().filter(|_| more) {
        let next = format!("</v2/{name}/tags/list?last={last}&n={page}>; rel=\"next\"");
        answer = answer.with(header::LINK, next);
    }
    Ok(answer.done())
}
