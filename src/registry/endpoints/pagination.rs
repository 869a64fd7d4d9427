//! Answers in pages (`Link: <…>; rel="next"`).

use std::collections::HashSet;
use std::sync::Arc;

use url::Url;

use crate::model::{Failure, Fault, Operation};
use crate::registry::access::same_origin;
use crate::registry::client::Client;
use crate::registry::exchange::{Answer, Call};
use crate::registry::host::Host;

/// Nobody has that many pages, not even where one holds no more than 100 entries.
const PAGE_LIMIT: usize = 2_000;
/// How many bytes all pages of a list have together.
const LIST_SIZE_LIMIT: usize = 16 * 1024 * 1024;

/// Reads all pages and hands each to `page`, which says whether to go on.
pub(crate) async fn read_pages(
    client: &Client,
    host: &Arc<Host>,
    operation: &Operation,
    first: Url,
    call: impl Fn(Url) -> Call,
    mut page: impl FnMut(&Answer) -> Result<bool, Fault>,
) -> Result<(), Failure> {
    let protocol_error = |text| host.protocol_error(operation, text);
    let mut url = first;
    let mut seen = HashSet::new();
    let mut bytes = 0;
    while seen.len() < PAGE_LIMIT {
        if !seen.insert(url.clone()) {
            return Err(protocol_error(text!(
                "its pages go round in a circle",
                "它的分页绕成了一圈"
            )));
        }
        let answer = client.send(host, call(url.clone())).await?;
        bytes += answer.body.len();
        if bytes > LIST_SIZE_LIMIT {
            let text = text!(
                "its list has more than {LIST_SIZE_LIMIT} bytes",
                "它的列表超过 {LIST_SIZE_LIMIT} 字节"
            );
            return Err(protocol_error(text));
        }
        if !page(&answer).map_err(|fault| host.error(operation, fault))? {
            return Ok(());
        }
        let links = answer.headers.get_all("link");
        let mut texts = links.iter().filter_map(|link| link.to_str().ok());
        let Some(next) = texts.find_map(next_link) else {
            return Ok(());
        };
        let next = url
            .join(next)
            .ok()
            .filter(|next| same_origin(next, &host.base));
        let no_address = || {
            protocol_error(text!(
                "its next page is not an address here",
                "它的下一页不是这里的地址"
            ))
        };
        url = next.ok_or_else(no_address)?;
    }
    let text = text!(
        "its list has more than {PAGE_LIMIT} pages",
        "它的列表超过 {PAGE_LIMIT} 页"
    );
    Err(protocol_error(text))
}

/// What came before is not the whole list.
pub(super) fn next_page_missing() -> Fault {
    Fault::Damaged(text!(
        "the next page of its list is not there",
        "它的列表缺了下一页"
    ))
}

/// Finds the link to the next page (RFC 8288).
pub(crate) fn next_link(text: &str) -> Option<&str> {
    text.split(", <").find_map(|link| {
        let (target, parameters) = link.trim_start_matches('<').split_once('>')?;
        let is_next = |parameter: &str| {
            let (name, value) = parameter.split_once('=').unwrap_or((parameter, ""));
            let value = value.trim().trim_matches('"');
            name.trim().eq_ignore_ascii_case("rel")
                && value.split(' ').any(|rel| rel.eq_ignore_ascii_case("next"))
        };
        parameters.split(';').any(is_next).then_some(target)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn finds_the_next_page() {
        for (text, expected) in [
            (
                r#"</v2/a/tags/list?n=1&last=x>; rel="next""#,
                Some("/v2/a/tags/list?n=1&last=x"),
            ),
            ("<x>; rel=next", Some("x")),
            (r#"<p>; rel="prev", <n>; title="a"; REL="next""#, Some("n")),
            (r#"<x>; rel="first next""#, Some("x")),
            (r#"<x>; rel="prev""#, None),
            ("x; rel=next", None),
            ("", None),
        ] {
            assert_eq!(next_link(text), expected, "{text}");
        }
    }
}
