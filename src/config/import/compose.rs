//! A Compose file: the images of its services.

use std::borrow::Cow;

use crate::config::node::{Node, Pair};

use super::gathered::{Gathered, Goes};
use super::tree::{get, one_or_more, pairs, text};

pub(super) fn is(root: &Node) -> bool {
    let services = get(root, "services").map_or(&[][..], pairs);
    let is_service = |pair: &Pair| {
        ["image", "build", "extends"]
            .iter()
            .any(|key| get(&pair.value, key).is_some())
    };
    services.iter().any(is_service)
}

pub(super) fn read(root: &Node, into: &mut Gathered) {
    for Pair {
        key,
        key_span,
        value,
    } in get(root, "services").map_or(&[][..], pairs)
    {
        if get(value, "build").is_some() {
            let why = text!(
                "the image of `{key}` is built, and comes from no registry",
                "`{key}` 的镜像是构建出来的，不来自仓库"
            );
            into.leave_out(key_span, why);
            continue;
        }
        let Some(image) = get(value, "image") else {
            continue;
        };
        let Some(written) = text(image) else { continue };
        let Some(named) = without_variables(written) else {
            let why = text!(
                "`{written}` is not carried over: it has a variable without a default",
                "`{written}` 没有转换：里面有没有默认值的变量"
            );
            into.leave_out(&image.span, why);
            continue;
        };
        if named != written {
            let why = text!(
                "the image of `{key}` is carried over as `{named}`: a mirror file has no variables in images",
                "`{key}` 的镜像转换成 `{named}`：mirror 文件的镜像里没有变量"
            );
            into.leave_out(&image.span, why);
        }
        let platform = get(value, "platform").map_or(&[][..], one_or_more);
        let platforms = into.platforms(platform);
        if let Some(found) = into.take(&named, &image.span, |_| Some(Goes::Flat(None))) {
            found.platforms = platforms;
        }
    }
}

/// Puts the default of each variable, `${NAME:-default}`, in its place; none where one has no default.
fn without_variables(text: &str) -> Option<Cow<'_, str>> {
    let Some((before, rest)) = text.split_once('$') else {
        return Some(text.into());
    };
    let inner = rest.strip_prefix('{')?;
    let end = closing(inner)?;
    let (_, default) = inner[..end].split_once('-')?;
    let default = without_variables(default)?;
    let rest = without_variables(&inner[end + 1..])?;
    (!default.is_empty()).then(|| format!("{before}{default}{rest}").into())
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
        for (text, named) in [
            ("nginx:1.27", Some("nginx:1.27")),
            ("${I:-postgres:17}", Some("postgres:17")),
            ("nginx:${T-1.27}-alpine", Some("nginx:1.27-alpine")),
            ("${H:-quay.io}/a:${T:-${U:-1}}", Some("quay.io/a:1")),
            ("nginx:${T}", None),
            ("nginx:$T", None),
            ("nginx:${T:?set it}", None),
            ("nginx:${T:-}", None),
            ("${", None),
        ] {
            assert_eq!(without_variables(text).as_deref(), named, "{text}");
        }
    }
}
