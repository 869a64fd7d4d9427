//! A Compose file: the images of its services.

use crate::config::node::{Node, Pair};
use crate::config::walks::{is_compose, resolve, services};
use crate::model::LineStarts;

use super::gathered::{Gathered, Goes};
use crate::config::tree::{get, one_or_more, text, text_of};

pub(super) fn is(root: &Node) -> bool {
    is_compose(root)
}

pub(super) fn read(root: &Node, into: &mut Gathered) {
    for (
        Pair {
            key,
            key_span,
            value,
        },
        image,
    ) in services(root)
    {
        if get(value, "build").is_some() {
            let why = text!(
                "the image of `{key}` is built, and comes from no registry",
                "`{key}` 的镜像是构建出来的，不来自仓库"
            );
            into.leave_out(key_span, why);
            continue;
        }
        let Some(image) = image else { continue };
        let Some(written) = text(image) else { continue };
        let Some(named) = resolve(written, 0, false, &|_| None) else {
            let why = text!(
                "`{written}` is not carried over: it has a variable without a default",
                "`{written}` 没有转换：里面有没有默认值的变量"
            );
            into.leave_out(&image.span, why);
            continue;
        };
        let named = named.text;
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

/// A service of a Compose file that has an image of a registry.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ComposeService {
    /// What it is called.
    pub name: String,
    /// Its image as it is written.
    pub written: String,
    /// The same with the default of each variable; none where one has none.
    pub image: Option<String>,
    /// Its platform, where one is written.
    pub platform: Option<String>,
    /// In which line its image stands, counted from 1.
    pub line: usize,
}

/// Returns the services that have an image of a registry, of all documents; none where it is no Compose file.
pub(super) fn read_services(roots: &[Node], whole: &str) -> Option<Vec<ComposeService>> {
    let lines = LineStarts::of(whole);
    let service = |(Pair { key, value, .. }, image): (&Pair, Option<&Node>)| {
        let image = image?;
        let written = text(image)?;
        Some(ComposeService {
            name: key.clone(),
            image: resolve(written, 0, false, &|_| None).map(|found| found.text),
            written: written.to_owned(),
            platform: text_of(value, "platform").map(str::to_owned),
            line: lines.line_at(whole, image.span.start).0,
        })
    };
    let all = roots.iter().filter(|root| is(root));
    let found: Vec<_> = all.clone().flat_map(services).filter_map(service).collect();
    all.clone().next().map(|_| found)
}
