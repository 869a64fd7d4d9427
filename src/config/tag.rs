//! Tags, by the grammar of the distribution specification.

const LENGTH_LIMIT: usize = 128;

/// Says why `tag` cannot be a tag.
pub(super) fn refuses_tag(tag: &str) -> Option<String> {
    let word = |c: char| c.is_ascii_alphanumeric() || c == '_';
    let length = tag.chars().count();
    if length > LENGTH_LIMIT {
        return Some(format!(
            "a tag has at most {LENGTH_LIMIT} characters, this one has {length}"
        ));
    }
    if let Some(odd) = tag.chars().find(|c| !word(*c) && !matches!(c, '.' | '-')) {
        return Some(format!(
            "the tag `{tag}` has `{odd}`; a tag has only the letters `a-z A-Z`, digits and `_ . -`"
        ));
    }
    match tag.chars().next() {
        Some(first) if word(first) => None,
        Some(first) => Some(format!("the tag `{tag}` cannot begin with `{first}`")),
        None => Some("no tag stands behind the `:`".to_owned()),
    }
}
