//! The proxy of a registry.

use crate::config::diagnostics::Diagnostic;
use crate::config::node::{Pair, Value};
use crate::config::reader::Reader;
use crate::config::variables::has_variables;
use crate::model::ProxyChoice;

use super::login::in_the_file;

/// Reads a proxy; a login in it is never shown, and one that stands in the file itself is warned about.
pub(super) fn proxy(reader: &mut Reader<'_>, pair: &Pair) -> Option<ProxyChoice> {
    let node = &pair.value;
    if node.value == Value::Nothing {
        return None;
    }
    let Value::Scalar { text, .. } = &node.value else {
        return reader.expanded(node, &pair.key).and(None);
    };
    let place = reader.place(&node.span);
    if matches!(&*text.to_ascii_lowercase(), "no" | "false" | "off") {
        let message = text!(
            "`proxy` cannot be `{text}`: no proxy is `none`",
            "`proxy` 不能是 `{text}`：不用代理写 `none`"
        );
        let meant = Diagnostic::error("wrong-value", message).at(place.clone());
        reader.report(meant.replace(place, "none"));
        return None;
    }
    if text.contains('@') {
        reader.secrets.push(node.span.clone());
        if !has_variables(text) {
            let warning = text!(
                "the login in this proxy can be read by everyone who can read the file",
                "能读这个文件的人都能看到这个代理里的账号"
            );
            reader.report(in_the_file(warning, place.clone()));
        }
    }
    let written = reader.expanded_if_needed(node, &pair.key)?;
    match written.value.parse() {
        Ok(choice) => Some(choice),
        Err(why) => {
            let wrong = Diagnostic::error("not-a-proxy", why.of(&pair.key))
                .at(place)
                .help(text!(
                    "write it as `http://HOST:PORT`, with `https`, `socks5` or `socks5h` for other kinds, or `none`",
                    "写成 `http://HOST:PORT`，其他类型写 `https`、`socks5` 或 `socks5h`；不用代理写 `none`"
                ));
            reader.report(wrong);
            None
        }
    }
}
