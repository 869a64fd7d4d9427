//! Images that are declared more than once: one entry, and a note that names both places.

use std::collections::HashMap;

use indexmap::IndexMap;

use super::declared::{Naming, Resolved};
use super::diagnostics::Diagnostic;

/// Leaves out what asks for nothing that another image of the set does not ask for.
///
/// The flat names of one image can differ, since they depend on how it is spelled. The shortest one
/// stays: it is what the image is called without the other spellings.
pub(super) fn leave_out(images: Vec<Resolved>, diagnostics: &mut Vec<Diagnostic>) -> Vec<Resolved> {
    let mut repeats = vec![false; images.len()];
    for mut places in of_one_source(&images) {
        places.sort_by_key(|index| (images[*index].entry.target.repository.len(), *index));
        let mut kept: Vec<usize> = Vec::new();
        for index in places {
            let same = |other: &&usize| is_repeat(&images[**other], &images[index]);
            match kept.iter().find(same) {
                Some(other) => {
                    repeats[index] = true;
                    diagnostics.push(repeated(&images[*other], &images[index]));
                }
                None => kept.push(index),
            }
        }
    }
    let mut repeats = repeats.into_iter();
    let mut images = images;
    images.retain(|_| !repeats.next().unwrap_or_default());
    images
}

/// Returns the positions of images that have one source, for each source of several. Few lists have any.
fn of_one_source(images: &[Resolved]) -> Vec<Vec<usize>> {
    let mut firsts = HashMap::with_capacity(images.len());
    let mut several: IndexMap<usize, Vec<usize>> = IndexMap::new();
    for (index, image) in images.iter().enumerate() {
        let source = &image.entry.source;
        let (digest, tag) = (source.digest(), source.tag());
        let key = (
            source.repository(),
            digest,
            tag.filter(|_| digest.is_none()),
        );
        let first = *firsts.entry(key).or_insert(index);
        if first < index {
            let places = several.entry(first).or_insert_with(|| vec![first]);
            places.push(index);
        }
    }
    several.into_values().collect()
}

/// Tells whether two entries of one source ask for the same thing.
pub(super) fn is_repeat(one: &Resolved, other: &Resolved) -> bool {
    let (entry, another) = (&one.entry, &other.entry);
    one.declared.selection == other.declared.selection
        && entry.platforms == another.platforms
        && entry.policy == another.policy
        && (entry.target == another.target || differ_in_spelling(one, other))
}

/// Tells whether two images have different names for no other reason than how the source is
/// spelled: a name that is given, a tag and a platform of a line are there on purpose.
fn differ_in_spelling(one: &Resolved, other: &Resolved) -> bool {
    let (Naming::Flat { platform }, Naming::Flat { platform: another }) =
        (&one.declared.naming, &other.declared.naming)
    else {
        return false;
    };
    platform == another && one.entry.target.tag == other.entry.target.tag
}

fn repeated(kept: &Resolved, other: &Resolved) -> Diagnostic {
    let (source, name) = (&kept.entry.source, &kept.entry.target);
    let message = match &other.entry.target {
        same if same == name => text!(
            "`{source}` is declared twice; once is enough",
            "`{source}` 声明了两次，一次就够"
        ),
        another => text!(
            "`{source}` is declared twice; it is mirrored once, as `{name}` and not as `{another}`",
            "`{source}` 声明了两次；只同步一次，名字是 `{name}`，不是 `{another}`"
        ),
    };
    Diagnostic::note("declared-twice", message)
        .at(other.declared.place.clone())
        .label(text!("the same image", "同一个镜像"))
        .related(
            kept.declared.place.clone(),
            text!("this one counts", "以这个为准"),
        )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::{Input, Variables, load};
    use crate::model::Text;

    /// Returns the names of a mirror file's images, and of which lines there are notes.
    fn names(text: &str) -> (Vec<String>, Vec<String>) {
        let text = format!("version: 1\nimages:\n{text}");
        let loaded = load(&Input {
            path: "mirror.yaml",
            text: &text,
            environment: &Variables::new(),
            read: &|_| Err(Text::verbatim("")),
            names: &|_| vec![],
        });
        let files = &loaded.files;
        let notes = loaded.check();
        let part = |one: &Diagnostic| files.part(one.place.as_ref().unwrap()).to_owned();
        (
            loaded.targets[0]
                .entries
                .iter()
                .map(|one| one.target.to_string())
                .collect(),
            notes
                .iter()
                .filter(|one| one.code == "declared-twice")
                .map(part)
                .collect(),
        )
    }

    #[test]
    fn one_image_is_one_entry_however_it_is_spelled() {
        for spellings in [
            [
                "nginx",
                "docker.io/library/nginx",
                "index.docker.io/library/nginx:latest",
            ],
            ["docker.io/library/nginx", "nginx:latest", "docker.io/nginx"],
            ["library/nginx:latest", "docker.io/nginx", "nginx"],
        ] {
            let text = spellings.map(|one| format!("  - {one}\n")).concat();
            let (names, notes) = names(&text);
            assert_eq!(names, ["nginx:latest"], "{text}");
            assert_eq!(notes.len(), 2, "{text}");
        }
    }

    #[test]
    fn what_asks_for_more_is_more() {
        for (two, expected) in [
            (
                "  - nginx:1\n  - docker.io/library/nginx:2\n",
                ["nginx:1", "library_nginx:2"],
            ),
            (
                "  - nginx\n  - {source: docker.io/library/nginx, platforms: linux/arm64}\n",
                ["nginx:latest", "library_nginx:latest"],
            ),
            (
                "  - nginx\n  - {source: docker.io/library/nginx, referrers: all}\n",
                ["nginx:latest", "library_nginx:latest"],
            ),
            (
                "  - nginx\n  - {source: nginx, target: web}\n",
                ["nginx:latest", "web:latest"],
            ),
            (
                "  - {source: nginx, target: a}\n  - {source: nginx, target: b}\n",
                ["a:latest", "b:latest"],
            ),
            ("  - org/x:1\n  - other/x:1\n", ["org_x:1", "other_x:1"]),
        ] {
            let (names, notes) = names(two);
            assert_eq!(names, expected, "{two}");
            assert_eq!(notes, [""; 0], "{two}");
        }
        let digest = "a".repeat(64);
        let pinned =
            format!("  - nginx:1@sha256:{digest}\n  - docker.io/library/nginx:2@sha256:{digest}\n");
        assert_eq!(names(&pinned).0, ["nginx:1", "library_nginx:2"]);
    }
}
