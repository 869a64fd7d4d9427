//! What may surprise whoever pulls by a digest.

use crate::consumers::map::MirrorMap;
use crate::model::Text;

/// Tells of how many images the mirror has another digest than their source: who pulls one by the source's digest does
/// not find it.
pub(super) fn digests(map: &MirrorMap) -> Vec<Text> {
    let count = |keeps: Option<bool>| {
        let images = map.images.iter();
        images.filter(|image| image.keeps_digest() == keeps).count()
    };
    let (all, other, unknown) = (map.images.len(), count(Some(false)), count(None));
    let other = (other > 0).then(|| {
        text!(
            "{other} of {all} images have another digest in the mirror than at their source: pulled by the source's digest, \
             they are not found there",
            "{all} 个镜像中有 {other} 个在目标里的摘要和源不同：按源的摘要拉取时，目标里找不到"
        )
    });
    let unknown = (unknown > 0).then(|| {
        text!(
            "{unknown} of {all} images are not locked, so it is not known whether the mirror has them under the source's digest; \
             `pusher lock` settles it",
            "{all} 个镜像中有 {unknown} 个没有锁定，不知道目标里的摘要是否和源相同；运行 `pusher lock` 就能确定"
        )
    });
    other.into_iter().chain(unknown).collect()
}
