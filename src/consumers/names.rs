//! What can be said of single names: those that stand for one image of the mirror.

use std::collections::HashMap;

use super::map::{Mapping, MirrorMap};
use super::written::{Unsaid, Why, about};

/// Returns the images whose name upstream is that of no other, and tells of the others.
pub(super) fn names(map: &MirrorMap) -> (Vec<&Mapping>, Vec<Unsaid>) {
    let mut all: HashMap<_, Vec<&Mapping>> = HashMap::new();
    for image in &map.images {
        all.entry(&image.source).or_default().push(image);
    }
    let (mut unique, mut unsaid) = (vec![], vec![]);
    for image in &map.images {
        let others = all.get(&image.source).into_iter().flatten();
        let mut others = others.filter(|other| other.target != image.target);
        match others.next() {
            None => unique.push(image),
            Some(other) => unsaid.push(Unsaid {
                about: about(&image.source),
                origin: image.origin.clone(),
                why: Why::SeveralImages {
                    other: other.origin.clone(),
                },
            }),
        }
    }
    let open = map.unsettled.iter().map(|any| Unsaid {
        about: any.source.to_string(),
        origin: any.origin.clone(),
        why: Why::Unsettled,
    });
    unsaid.extend(open);
    (unique, unsaid)
}

#[cfg(test)]
mod tests {
    use super::super::fixtures::{desired, map};
    use super::*;

    #[test]
    fn a_name_that_stands_for_two_images_stands_for_none() {
        let desired = desired(&[
            ("nginx", "nginx:latest", "linux/amd64"),
            ("redis:7", "redis:7", "all"),
            ("nginx:latest", "linux_arm64_nginx:latest", "linux/arm64"),
        ]);
        let map = map(&desired);
        let (unique, unsaid) = names(&map);
        let unique: Vec<_> = unique.iter().map(|image| image.name.to_string()).collect();
        assert_eq!(unique, ["redis:7"]);
        let told: Vec<_> = unsaid.iter().map(ToString::to_string).collect();
        assert_eq!(
            told,
            [
                "images.txt:1: `docker.io/library/nginx:latest`: its name stands for the image of images.txt:3 as well",
                "images.txt:3: `docker.io/library/nginx:latest`: its name stands for the image of images.txt:1 as well"
            ]
        );
    }
}
