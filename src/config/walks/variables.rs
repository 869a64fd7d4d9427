//! Variables in images: `${NAME:-default}`, as Compose and Dockerfiles have them.

use super::spot::{Piece, Written};

/// Puts the default of each variable in its place; none where one has none, or an empty one.
///
/// The text begins at byte `start` of the file; `known` has what is said of a variable elsewhere.
pub(in crate::config) fn resolve(
    text: &str,
    start: usize,
    is_plain: bool,
    known: &dyn Fn(&str) -> Option<Written>,
) -> Option<Written> {
    let Some(dollar) = text.find('$') else {
        return Some(literal(text, start, is_plain));
    };
    let mut whole = literal(&text[..dollar], start, is_plain);
    let rest = &text[dollar + 1..];
    let at = start + dollar + 1;
    let (value, used) = if let Some(inner) = rest.strip_prefix('{') {
        let end = closing(inner)?;
        (braced(&inner[..end], at + 1, known)?, end + 2)
    } else {
        let name = name(rest);
        (known(name).filter(|_| !name.is_empty())?, name.len())
    };
    if value.text.is_empty() {
        return None;
    }
    whole.push(value);
    whole.push(resolve(&rest[used..], at + used, false, known)?);
    Some(whole)
}

/// Takes what stands between braces.
fn braced(inner: &str, start: usize, known: &dyn Fn(&str) -> Option<Written>) -> Option<Written> {
    let name = name(inner);
    let rest = &inner[name.len()..];
    let value = known(name).filter(|value| !value.text.is_empty());
    if value.is_some() && (rest.is_empty() || rest.starts_with([':', '-', '?'])) {
        return value.filter(|_| !rest.starts_with(":+"));
    }
    let default = rest.strip_prefix(":-").or(rest.strip_prefix('-'))?;
    resolve(default, start + inner.len() - default.len(), false, known)
}

fn literal(text: &str, start: usize, is_plain: bool) -> Written {
    let piece = Piece {
        span: start..start + text.len(),
        at: 0..text.len(),
        is_plain,
    };
    Written {
        text: text.to_owned(),
        pieces: if text.is_empty() { vec![] } else { vec![piece] },
    }
}

fn name(text: &str) -> &str {
    let end = text.find(|c: char| !c.is_ascii_alphanumeric() && c != '_');
    &text[..end.unwrap_or(text.len())]
}

/// Returns where the brace is that closes what begins here.
fn closing(text: &str) -> Option<usize> {
    let mut open = 0_usize;
    for (at, c) in text.char_indices() {
        match c {
            '{' => open += 1,
            '}' if open == 0 => return Some(at),
            '}' => open -= 1,
            _ => {}
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_variable_is_its_default() {
        let tag = "1.27";
        let known = |name: &str| (name == "K").then(|| literal(tag, 900, false));
        for (text, named) in [
            ("nginx:1.27", Some("nginx:1.27")),
            ("${I:-postgres:17}", Some("postgres:17")),
            ("nginx:${T-1.27}-alpine", Some("nginx:1.27-alpine")),
            ("${H:-quay.io}/a:${T:-${U:-1}}", Some("quay.io/a:1")),
            ("nginx:$K-alpine", Some("nginx:1.27-alpine")),
            ("nginx:${K}", Some("nginx:1.27")),
            ("nginx:${K:-1}", Some("nginx:1.27")),
            ("nginx:${K:+1}", None),
            ("nginx:${T}", None),
            ("nginx:$T", None),
            ("nginx:$", None),
            ("nginx:${T:?set it}", None),
            ("nginx:${T:-}", None),
            ("${", None),
        ] {
            let found = resolve(text, 0, false, &known);
            assert_eq!(found.as_ref().map(|found| &*found.text), named, "{text}");
            for Piece { span, at, .. } in found.iter().flat_map(|found| &found.pieces) {
                let part = &found.as_ref().unwrap().text[at.clone()];
                let there = text.get(span.clone()).unwrap_or(tag);
                assert_eq!(part, there, "{text}");
            }
        }
    }
}
