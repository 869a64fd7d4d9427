//! What is kept of the observed set until the plan is made.

use indexmap::IndexMap;

use super::change::Action;
use super::classify::classify;
use super::observed::{ObservedImage, ObservedReferrers};
use super::target::TargetName;

/// What is kept of what the registries said about every entry of a desired set, by target name.
pub type ClassifiedImages = IndexMap<TargetName, ClassifiedImage>;

/// What is kept of what the registries said about one entry: what follows from it. The rest would be kept for
/// thousands of images that need nothing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ClassifiedImage {
    /// What has to be done.
    pub(super) action: Action,
    /// What names the image as its subject; none where nobody looked.
    pub(super) referrers: Option<Box<ObservedReferrers>>,
}

impl ClassifiedImage {
    /// Notes that nobody asked what the tag points to, since it never moves and the target lists it.
    #[must_use]
    pub fn listed(mut self) -> Self {
        if let Action::NoOp { listed, .. } = &mut self.action {
            *listed = true;
        }
        self
    }
}

impl From<ObservedImage> for ClassifiedImage {
    fn from(mut image: ObservedImage) -> Self {
        let (stay, refused) = (image.referrers.stay, image.referrers.refused);
        let referrers = std::mem::take(&mut image.referrers);
        image.referrers = ObservedReferrers {
            stay,
            refused,
            ..ObservedReferrers::default()
        };
        Self {
            referrers: (referrers != ObservedReferrers::default()).then(|| Box::new(referrers)),
            action: classify(image),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::plan::Observation;
    use crate::plan::fixtures::{descriptor, source_image};

    #[test]
    fn of_an_image_in_place_nothing_is_kept_but_what_it_points_to() {
        let image = ObservedImage {
            source: Observation::Present(source_image("a")),
            target: Observation::Present(descriptor("a")),
            referrers: ObservedReferrers::default(),
        };
        let ClassifiedImage { action, referrers } = ClassifiedImage::from(image);
        assert_eq!(
            (action, referrers),
            (Action::in_place(descriptor("a")), None)
        );
    }
}
