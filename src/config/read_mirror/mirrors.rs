//! The mirrors of a registry: `host` or `host/path`.

use crate::config::diagnostics::Diagnostic;
use crate::config::files::Place;
use crate::config::node::{Node, Pair};
use crate::config::reader::Reader;
use crate::config::target::parse_host;
use crate::model::{MirrorPlace, Text, check_path};

const KEY: &str = "mirrors";

/// Reads the mirrors of a registry, whose host is not known where it is none.
pub(super) fn mirrors(
    reader: &mut Reader<'_>,
    host: Option<&str>,
    pair: Option<&Pair>,
) -> Vec<MirrorPlace> {
    let Some(pair) = pair else { return vec![] };
    let mut mirrors: Vec<(MirrorPlace, Place)> = vec![];
    for node in reader.list(&pair.value, KEY) {
        let Some((mirror, place)) = mirror(reader, node) else {
            continue;
        };
        let first = mirrors.iter().find(|(known, _)| *known == mirror);
        if let Some((_, first)) = first {
            let message = text!("`{mirror}` is listed twice", "`{mirror}` 写了两次");
            let twice = Diagnostic::error("duplicate-mirror", message)
                .at(place)
                .related(first.clone(), text!("the first one", "第一个"))
                .help(text!("keep one of them", "留下一个"));
            reader.report(twice);
        } else if mirror.prefix.is_none() && host == Some(&*mirror.host) {
            let message = text!(
                "`{mirror}` is the registry itself, not a mirror of it",
                "`{mirror}` 就是这个仓库本身，不是它的镜像站"
            );
            let itself = Diagnostic::error("mirror-of-itself", message)
                .at(place)
                .help(text!(
                    "take it out: the registry itself is asked when no mirror has what is wanted",
                    "去掉它：镜像站都没有时，本来就会去问这个仓库"
                ));
            reader.report(itself);
        } else {
            mirrors.push((mirror, place));
        }
    }
    if let Some(host) = host.filter(|_| !mirrors.is_empty()) {
        let place = reader.place(&pair.key_span);
        reader.mirrors.push((host.to_owned(), place));
    }
    mirrors.into_iter().map(|(mirror, _)| mirror).collect()
}

fn mirror(reader: &mut Reader<'_>, node: &Node) -> Option<(MirrorPlace, Place)> {
    let written = reader.text(node, KEY)?;
    match parse(&written.value) {
        Ok(mirror) => Some((mirror, written.place)),
        Err(why) => {
            let wrong = Diagnostic::error("not-a-mirror", why)
                .at(written.place)
                .help(text!(
                    "a mirror is a host, or a host and the path in front of the repositories: `m.daocloud.io/docker.io`",
                    "镜像站写成主机，或者主机加上镜像仓库前面的路径：`m.daocloud.io/docker.io`"
                ));
            reader.report(wrong);
            None
        }
    }
}

/// Forgives a scheme in front and slashes behind, as everywhere where a host is wanted.
fn parse(text: &str) -> Result<MirrorPlace, Text> {
    let bare = text.trim();
    let bare = bare.split_once("://").map_or(bare, |(_, rest)| rest);
    let bare = bare.trim_end_matches('/');
    let (host, prefix) = match bare.split_once('/') {
        Some((host, prefix)) => (host, Some(prefix)),
        None => (bare, None),
    };
    if let Some(Err(why)) = prefix.map(check_path) {
        return Err(text!(
            "`{text}` is not a mirror: its path {why}",
            "`{text}` 不是镜像站：路径{why}"
        ));
    }
    Ok(MirrorPlace {
        host: parse_host(host)?,
        prefix: prefix.map(str::to_owned),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mirror_is_a_host_and_perhaps_a_path() {
        for (text, mirror) in [
            ("m.daocloud.io/docker.io", "m.daocloud.io/docker.io"),
            (" https://M.example.com:5000/ ", "m.example.com:5000"),
            ("127.0.0.1:5001/a/b/", "127.0.0.1:5001/a/b"),
            ("index.docker.io", "docker.io"),
            ("[::1]:5000", "[::1]:5000"),
        ] {
            let parsed = parse(text).map(|mirror| mirror.to_string());
            assert_eq!(parsed.as_deref(), Ok(mirror), "{text}");
        }
        for text in [
            "",
            "/",
            "m.example.com/A",
            "m.example.com//a",
            "a b/c",
            "http://",
        ] {
            assert!(parse(text).is_err(), "{text}");
        }
    }
}
