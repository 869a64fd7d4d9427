//! `/v2/_catalog`, in pages: the specification has no such thing, distribution has.

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
    query: &Query,
) -> Result<Response, Refusal> {
    if *method != Method::GET {
        return Err(Refusal::new(Code::Unsupported));
    }
    let mut names = registry.store().repositories();
    if let Some(last) = query.get("last") {
        names.retain(|name| name.as_str() > last);
    }
    let asked = query
        .get("n")
        .and_then(|n| n.parse().ok())
        .unwrap_or(usize::MAX);
    let page = asked.min(registry.options.page);
    let more = names.len() > page;
    names.truncate(page);
    let mut answer = answer::json_as(
        StatusCode::OK,
        &json!({ "repositories": names }),
        "application/json; charset=utf-8",
    );
    if let Some(last) = names.last().filter(|_| more) {
        let next = format!("</v2/_catalog?last={last}&n={page}>; rel=\"next\"");
        answer = answer.with(header::LINK, next);
    }
    Ok(answer.done())
}
