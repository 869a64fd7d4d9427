//! Tags that another tool selects: those that are written out, and rules for others.

use crate::model::{Text, check_tag};

/// What selects tags of a repository.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Tag<'a> {
    /// All there are.
    All,
    /// Those that this rule is about.
    Rule(&'a str),
}

/// Returns a tag that is written out; none of what is a rule.
pub(super) fn literal(text: &str) -> Option<&str> {
    let bare = text.strip_prefix('^').unwrap_or(text);
    let bare = bare.strip_suffix('$').unwrap_or(bare);
    check_tag(bare).is_ok().then_some(bare)
}

/// Says that tags by a rule are not carried over.
pub(super) fn by_rule(repository: &str, tag: Tag<'_>) -> Text {
    match tag {
        Tag::All => text!(
            "all tags of `{repository}` are not carried over: it is not known which there are; name each",
            "`{repository}` 的全部标签没有转换：不知道有哪些；请逐个写出"
        ),
        Tag::Rule(rule) => text!(
            "the tags of `{repository}` by the rule `{rule}` are not carried over: it is not known which there are; \
             name each",
            "`{repository}` 中按规则 `{rule}` 选的标签没有转换：不知道有哪些；请逐个写出"
        ),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_tag_is_told_from_a_rule() {
        for (text, tag) in [
            ("1.27", Some("1.27")),
            ("^v1.2-alpine$", Some("v1.2-alpine")),
            ("3.\\d+", None),
            ("v1.*", None),
            ("semver: >=1", None),
            ("", None),
        ] {
            assert_eq!(literal(text), tag, "{text}");
        }
    }
}
