//! Tags that another tool selects: those that are written out, and rules for others.

use crate::model::{Text, check_tag};
use crate::selection::{Rule, RuleParts};

/// What selects tags of a repository.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Tag<'a> {
    /// All there are.
    All,
    /// Those that this rule is about.
    Rule(&'a str),
}

/// Several tags of a repository.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Tags {
    /// Those that are written out.
    pub(super) names: Vec<String>,
    /// Rules for others, any of which takes a tag.
    pub(super) rules: Vec<TagRule>,
}

/// A rule that takes tags as a regular expression says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct TagRule {
    /// The expression of a whole tag.
    pub(super) matching: String,
    /// Tags that are not taken all the same.
    pub(super) except: Vec<String>,
    /// Which versions are meant, where that is told as well.
    pub(super) versions: Option<Versions>,
}

/// Versions that a rule takes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Versions {
    /// The range, as a mirror file writes it.
    pub(super) range: String,
    /// How many numbers a version has.
    pub(super) parts: Vec<usize>,
    /// Whether those before a release are taken, too.
    pub(super) pre_releases: bool,
}

impl TagRule {
    /// Makes a rule of an expression that may be found anywhere in a tag; none where it is none.
    pub(super) fn anywhere(expression: &str) -> Option<Self> {
        let inner = expression
            .strip_prefix('^')
            .and_then(|inner| inner.strip_suffix('$'));
        let is_whole = |inner: &&str| !has_choices(inner) && !inner.ends_with('\\');
        let matching = match inner.filter(is_whole) {
            Some(inner) => inner.to_owned(),
            None => format!(".*(?:{expression}).*"),
        };
        let parts = RuleParts {
            matching: Some(matching.clone()),
            ..RuleParts::default()
        };
        Rule::new(parts).ok().map(|_| Self {
            matching,
            except: vec![],
            versions: None,
        })
    }

    /// Takes of what the rule takes these versions alone; none where a mirror file cannot say which.
    pub(super) fn of(self, versions: Versions) -> Option<Self> {
        let parts = RuleParts {
            version: Some(versions.range.clone()),
            ..RuleParts::default()
        };
        Rule::new(parts).ok().map(|_| Self {
            versions: Some(versions),
            ..self
        })
    }

    /// Makes a rule of an expression for a whole tag.
    pub(super) fn whole(expression: &str) -> Option<Self> {
        let bare = expression.strip_prefix('^').unwrap_or(expression);
        let end = if bare.ends_with('$') { "" } else { "$" };
        Self::anywhere(&format!("^{bare}{end}"))
    }
}

/// Tells whether an expression has choices that stand in no parentheses.
fn has_choices(expression: &str) -> bool {
    let (mut depth, mut escaped) = (0_usize, false);
    for c in expression.chars() {
        match c {
            _ if escaped => escaped = false,
            '\\' => escaped = true,
            '(' | '[' => depth += 1,
            ')' | ']' => depth = depth.saturating_sub(1),
            '|' if depth == 0 => return true,
            _ => {}
        }
    }
    false
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
    fn an_expression_is_of_a_whole_tag() {
        let whole = TagRule::whole("v1(a|b)").map(|rule| rule.matching);
        assert_eq!(whole.as_deref(), Some("v1(a|b)"));
        for (expression, matching) in [
            (r"^2\.4\.[0-9]+$", Some(r"2\.4\.[0-9]+")),
            (r"1\.26", Some(r".*(?:1\.26).*")),
            (r"^a$|^b$", Some(r".*(?:^a$|^b$).*")),
            (r"^a\$", Some(r".*(?:^a\$).*")),
            (r"(", None),
            (r"(?!x)", None),
        ] {
            let rule = TagRule::anywhere(expression);
            assert_eq!(
                rule.map(|rule| rule.matching).as_deref(),
                matching,
                "{expression}"
            );
        }
    }

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
