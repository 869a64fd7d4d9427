//! `${NAME}`: values from the environment, in the places of a mirror file that allow them.

use std::ops::Range;

use super::Variables;
use super::diagnostics::{Diagnostic, DiagnosticKind};
use super::spelling::closest;

/// Why a `${…}` has no value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Unresolved {
    /// There is no such variable.
    NotSet {
        /// The variable.
        name: String,
        /// One of the environment with almost that name.
        meant: Option<String>,
    },
    /// The variable is there and has no value, as CI sets a secret that does not exist.
    Empty {
        /// The variable.
        name: String,
    },
    /// What stands there is not `${NAME}`.
    Malformed {
        /// What stands there.
        text: String,
    },
}

impl Unresolved {
    /// Says it.
    pub(super) fn diagnostic(&self) -> Diagnostic {
        match self {
        Self::NotSet { name, meant } => {
            let message = text!(
                "the environment variable `{name}` is not set",
                "环境变量 `{name}` 没有设置"
            );
            let help = match meant {
                Some(meant) => text!(
                    "`{meant}` is set: did you mean `${{{meant}}}`?",
                    "设置了 `{meant}`：要写的是 `${{{meant}}}` 吗？"
                ),
                None => text!(
                    "set `{name}`, or write the value itself",
                    "设置 `{name}`，或者直接写上它的值"
                ),
            };
            Diagnostic::error("variable-not-set", message)
                .of_kind(DiagnosticKind::Environment)
                .help(help)
        }
        Self::Empty { name } => {
            let message = text!(
                "the environment variable `{name}` is empty",
                "环境变量 `{name}` 是空的"
            );
            Diagnostic::error("variable-not-set", message)
                .of_kind(DiagnosticKind::Environment)
                .help(text!(
                    "in GitHub Actions, a secret or variable that does not exist is empty",
                    "在 GitHub Actions 里，不存在的 secret 或变量就是空的"
                ))
        }
        Self::Malformed { text } => Diagnostic::error(
            "not-a-variable",
            text!(
                "`{text}` is not `${{NAME}}`",
                "`{text}` 不是 `${{NAME}}` 的形式"
            ),
        )
        .help(text!(
            "a name has letters, digits and `_`; write `$${{` for the characters `${{` themselves",
            "名字由字母、数字和 `_` 组成；要写 `${{` 这两个字符本身，就写 `$${{`"
        )),
    }
    }
}

/// A part of a text.
enum Part<'a> {
    Literal(&'a str),
    Variable(&'a str),
    Malformed(&'a str),
}

/// Tells whether a text has a `${…}`.
pub(super) fn has_variables(text: &str) -> bool {
    parts(text)
        .iter()
        .any(|part| !matches!(part, Part::Literal(_)))
}

/// Replaces every `${NAME}` by its value; `$${` stands for `${` itself.
pub(super) fn expand(text: &str, environment: &Variables) -> Result<String, Unresolved> {
    let mut expanded = String::new();
    for part in parts(text) {
        expanded.push_str(match part {
            Part::Literal(literal) => literal,
            Part::Variable(name) => value(name, environment)?,
            Part::Malformed(text) => {
                return Err(Unresolved::Malformed {
                    text: text.to_owned(),
                });
            }
        });
    }
    Ok(expanded)
}

fn value<'e>(name: &str, environment: &'e Variables) -> Result<&'e str, Unresolved> {
    match environment.get(name) {
        Some(value) if value.is_empty() => Err(Unresolved::Empty {
            name: name.to_owned(),
        }),
        Some(value) => Ok(value),
        None => {
            let meant = closest(name, environment.keys().map(String::as_str)).map(str::to_owned);
            Err(Unresolved::NotSet {
                name: name.to_owned(),
                meant,
            })
        }
    }
}

fn parts(text: &str) -> Vec<Part<'_>> {
    let mut parts = Vec::new();
    let mut at = 0;
    while let Some(found) = text[at..].find("${").map(|found| at + found) {
        if text[at..found].ends_with('$') {
            // `$${`: the first `$` goes, `${` stays.
            parts.push(Part::Literal(&text[at..found - 1]));
            parts.push(Part::Literal("${"));
            at = found + 2;
            continue;
        }
        parts.push(Part::Literal(&text[at..found]));
        let (part, end) = variable(text, found);
        parts.push(part);
        at = end;
    }
    parts.push(Part::Literal(&text[at..]));
    parts
}

/// Reads the `${NAME}` that begins at `start`; returns it and where it ends.
fn variable(text: &str, start: usize) -> (Part<'_>, usize) {
    let name: Range<usize> = match text[start..].find('}') {
        Some(length) => start + 2..start + length,
        None => return (Part::Malformed(&text[start..]), text.len()),
    };
    let end = name.end + 1;
    let is_name = |name: &str| {
        !name.is_empty()
            && !name.starts_with(|c: char| c.is_ascii_digit())
            && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_')
    };
    let name = &text[name];
    (
        if is_name(name) {
            Part::Variable(name)
        } else {
            Part::Malformed(&text[start..end])
        },
        end,
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn expands_names_and_nothing_else() {
        let environment = Variables::from([
            ("A".to_owned(), "1".to_owned()),
            ("B_2".to_owned(), "${A}".to_owned()),
            ("EMPTY".to_owned(), String::new()),
        ]);
        let ok = |text: &str| expand(text, &environment).unwrap();
        assert_eq!(
            ok("x${A}y${B_2}"),
            "x1y${A}",
            "values are not expanded again"
        );
        assert_eq!(ok("$A $ 5 $${A}"), "$A $ 5 ${A}");
        assert_eq!(ok(""), "");
        for (text, why) in [
            (
                "${C}",
                Unresolved::NotSet {
                    name: "C".to_owned(),
                    meant: None,
                },
            ),
            (
                "${B2}",
                Unresolved::NotSet {
                    name: "B2".to_owned(),
                    meant: Some("B_2".to_owned()),
                },
            ),
            (
                "${EMPTY}",
                Unresolved::Empty {
                    name: "EMPTY".to_owned(),
                },
            ),
            (
                "${A:-x}",
                Unresolved::Malformed {
                    text: "${A:-x}".to_owned(),
                },
            ),
            (
                "${}",
                Unresolved::Malformed {
                    text: "${}".to_owned(),
                },
            ),
            (
                "x${A",
                Unresolved::Malformed {
                    text: "${A".to_owned(),
                },
            ),
        ] {
            assert_eq!(expand(text, &environment), Err(why), "{text}");
        }
        assert!(has_variables("a${B}") && has_variables("${") && !has_variables("$${A}"));
    }
}
