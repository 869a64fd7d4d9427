//! What a merge leaves of two locks, when both sides are kept: what is right is read, what cannot be
//! known is asked for by name.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::process::Command;

use proptest::prelude::*;
use pusher::lock::{LockContents, Owner, read, write};
use pusher::model::{Descriptor, Digest, Platforms, media_type};
use pusher::plan::{Lock, LockedImage, TargetName};

/// How many images there are.
const IMAGES: u8 = 12;

/// The images of a lock: for each the version that is locked, and whether it is retired.
type Images = BTreeMap<u8, (u8, bool)>;

fn name(image: u8) -> TargetName {
    TargetName {
        repository: format!("image{image}"),
        tag: "1".to_owned(),
    }
}

/// Images of few kinds, so that neighbours have lines in common.
fn locked(image: u8, version: u8) -> LockedImage {
    let content = format!("{image} {version}");
    LockedImage {
        source: format!("org/image{image}:1").parse().unwrap(),
        source_digest: Digest::sha256(content.as_bytes()),
        platforms: Platforms::linux_amd64(),
        expected: Descriptor {
            media_type: if image % 5 == 4 {
                media_type::DOCKER_MANIFEST.to_owned()
            } else {
                media_type::OCI_MANIFEST.to_owned()
            },
            digest: Digest::sha256(format!("{content}, chosen").as_bytes()),
            size: 1000 + u64::from(version % 2),
        },
        rule: if image % 3 == 2 {
            "1.1"
        } else {
            "1.1, platforms by default"
        }
        .to_owned(),
    }
}

fn lock(images: &Images) -> Lock {
    let mut lock = Lock::default();
    for (image, (version, is_retired)) in images {
        let images = if *is_retired {
            &mut lock.retired
        } else {
            &mut lock.images
        };
        images.insert(name(*image), locked(*image, *version));
    }
    lock
}

fn owner() -> Owner {
    Owner {
        file: "images.txt".to_owned(),
        target: Digest::sha256(b"registry.example.com/team"),
    }
}

/// Merges as `git` does, and deletes the marker lines.
pub(super) fn keep_both(folder: &Path, [ours, base, theirs]: [&str; 3]) -> String {
    for (name, text) in [("ours", ours), ("base", base), ("theirs", theirs)] {
        fs::write(folder.join(name), text).unwrap();
    }
    let mut git = Command::new("git");
    git.args(["merge-file", "-p", "ours", "base", "theirs"])
        .current_dir(folder);
    let merged = String::from_utf8(git.output().unwrap().stdout).unwrap();
    let markers = ["<<<<<<<", "=======", ">>>>>>>"];
    let is_marker = |line: &&str| markers.iter().any(|marker| line.starts_with(marker));
    let kept: Vec<_> = merged.lines().filter(|line| !is_marker(line)).collect();
    kept.join("\n")
}

/// A lock as it was written before its lines bore names.
fn without_names(text: &str) -> String {
    let lines = text.lines().map(|line| match line.rsplit_once(" # ") {
        Some((line, _)) if !line.starts_with('#') => line,
        _ => line,
    });
    lines.collect::<Vec<_>>().join("\n")
}

/// Says what is not right about one image of what was read of a merge.
fn wrong(file: &LockContents, image: u8, sides: [&Images; 3]) -> Option<&'static str> {
    let [ours, base, theirs] = sides.map(|side| side.get(&image).map(|(version, _)| *version));
    let name = name(image);
    let differ = ours.is_some() && theirs.is_some() && ours != theirs;
    let both_moved = differ && ours != base && theirs != base;
    if file.disputed.contains_key(&name) {
        return (!differ).then_some("is in dispute for nothing");
    }
    let found = file.lock.images.get(&name).or(file.lock.retired.get(&name));
    let of_side = |side: Option<u8>| side.map(|version| locked(image, version));
    let was_deleted = base.is_some() && (ours.is_none() || theirs.is_none());
    match found {
        None if !was_deleted && (ours.is_some() || theirs.is_some()) => Some("is lost"),
        None => None,
        Some(found) if ![ours, theirs].map(of_side).contains(&Some(found.clone())) => {
            Some("is what no side had")
        }
        Some(_) => both_moved.then_some("is one side's without a word"),
    }
}

/// A lock, and what two branches make of it.
fn branches() -> impl Strategy<Value = [Images; 3]> {
    let image = || 0..IMAGES;
    let images = proptest::collection::btree_map(image(), (0_u8..4, any::<bool>()), 0..8);
    let edits = || proptest::collection::vec((image(), 0_u8..4, 0_u8..10), 1..5);
    (images, edits(), edits()).prop_map(|(base, ours, theirs)| {
        let edited = |edits: Vec<(u8, u8, u8)>| {
            let mut images = base.clone();
            for (image, version, what) in edits {
                match what {
                    0 => drop(images.remove(&image)),
                    1 | 2 => drop(images.insert(image, (version, true))),
                    _ => drop(images.insert(image, (version, false))),
                }
            }
            images
        };
        [edited(ours), base.clone(), edited(theirs)]
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(100))]

    #[test]
    fn of_any_merge_the_right_is_read_and_the_rest_asked_for(sides in branches()) {
        let folder = tempfile::tempdir().unwrap();
        let texts = sides.each_ref().map(|side| write(&lock(side), Some(&owner())));
        let text = keep_both(folder.path(), texts.each_ref().map(String::as_str));
        let file = read(&text).unwrap();
        prop_assert_eq!(&file.owner, &Some(owner()));
        for image in 0..IMAGES {
            prop_assert_eq!(wrong(&file, image, sides.each_ref()), None, "{}: {}", name(image), text);
        }
    }
}

fn three() -> Images {
    [(1, (0, false)), (2, (0, false)), (3, (0, true))].into()
}

/// The block of an image, as a lock has it.
fn block(image: u8, version: u8) -> String {
    let text = write(&lock(&[(image, (version, false))].into()), Some(&owner()));
    let (_, block) = text.split_once("\n\n").unwrap();
    format!("\n{block}")
}

#[test]
fn equal_blocks_are_one_and_others_are_named_with_their_lines() {
    let text = write(&lock(&three()), Some(&owner()));
    let file = read(&format!("{text}{}", block(2, 0))).unwrap();
    assert_eq!((&file.lock, file.is_untidy), (&lock(&three()), true));
    // What one side retired and the other did not is what the files say.
    let file = read(&format!("{text}{}", block(3, 0))).unwrap();
    let mut both = lock(&three());
    both.images.append(&mut both.retired);
    assert_eq!(file.lock, both);
    let file = read(&format!("{text}{}{}", block(2, 1), block(3, 1))).unwrap();
    let disputed: Vec<_> = file.disputed.into_iter().collect();
    let names: Vec<_> = disputed.iter().map(|(name, _)| name.clone()).collect();
    assert_eq!(names, [name(2), name(3)]);
    assert_eq!(disputed[0].1.lines, [24, 44]);
    assert_eq!(disputed[1].1.versions, [locked(3, 1), locked(3, 0)]);
    assert_eq!(file.lock, lock(&[(1, (0, false))].into()));
}

#[test]
fn a_head_that_stands_there_twice_is_one_or_to_be_chosen() {
    let text = write(&lock(&three()), Some(&owner()));
    let file = read(&format!("{text}\n{text}")).unwrap();
    assert_eq!((file.lock, file.owner), (lock(&three()), Some(owner())));
    assert!(file.is_untidy && file.disputed.is_empty());
    let other = text.replace("images.txt", "web.txt");
    let error = read(&format!("{text}\n{other}")).unwrap_err();
    assert_eq!(error.to_string(), "line 44: line 6 has another `file`");
    let hint = error.hint.english();
    assert!(hint.starts_with("keep the line that is true of this file"));
}

/// A line less is no reason to make the whole file anew.
#[test]
fn a_block_that_lacks_a_line_is_named() {
    let text = write(&lock(&three()), Some(&owner()));
    for names in [true, false] {
        let text = if names {
            text.clone()
        } else {
            without_names(&text)
        };
        let line = text.lines().find(|line| line.starts_with("size")).unwrap();
        let file = read(&text.replacen(&format!("{line}\n"), "", 1)).unwrap();
        assert_eq!(file.disputed.keys().collect::<Vec<_>>(), [&name(1)]);
        assert_eq!(file.lock.images.len(), 1);
    }
}

/// Older files: whose line it is can't be told, so both images are asked for.
#[test]
fn lines_without_names_are_not_guessed_at() {
    let folder = tempfile::tempdir().unwrap();
    let side = |images: &[(u8, (u8, bool))]| {
        let images = images.iter().copied().collect();
        without_names(&write(&lock(&images), None))
    };
    let base = [(1, (0, false)), (9, (0, false))];
    let [ours, theirs] = [4, 5].map(|added| [base[0], (added, (0, false)), base[1]]);
    let texts = [side(&ours), side(&base), side(&theirs)];
    let text = keep_both(folder.path(), texts.each_ref().map(String::as_str));
    let file = read(&text).unwrap();
    let lines: Vec<_> = file
        .disputed
        .iter()
        .map(|(name, disputed)| (name.clone(), &disputed.lines))
        .collect();
    assert_eq!(
        lines,
        [(name(4), &vec![17]), (name(5), &vec![25])],
        "{text}"
    );
    assert_eq!(file.lock, lock(&base.into()));
}
