//! A Compose file: the images of its services.

use crate::config::node::{Node, Pair};
use crate::config::walks::{is_compose, resolve, services};

use super::gathered::{Gathered, Goes};
use crate::config::tree::{get, one_or_more, text};

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
