//! The text of a lock file.

use chrono::DateTime;
use proptest::prelude::*;
use pusher::lock::{LockContents, Owner, read, write};
use pusher::model::{Descriptor, Digest, Language, Platforms, Reference, media_type};
use pusher::plan::{Lock, LockedFamily, LockedImage, SourceDigest, TargetName};

fn name(repository: &str, tag: &str) -> TargetName {
    TargetName {
        repository: repository.to_owned(),
        tag: tag.to_owned(),
    }
}

fn image(source: &str, content: &str, platforms: Platforms) -> LockedImage {
    LockedImage {
        source: source.parse().unwrap(),
        source_digest: Digest::sha256(content.as_bytes()),
        platforms,
        expected: Descriptor {
            media_type: media_type::OCI_MANIFEST.to_owned(),
            digest: Digest::sha256(format!("{content}, chosen").as_bytes()),
            size: 1234,
        },
        rule: "1.1, images only".to_owned(),
    }
}

fn owner() -> Owner {
    Owner {
        file: "images.txt".to_owned(),
        target: Digest::sha256(b"registry.example.com/team"),
    }
}

fn file(lock: Lock, owner: Option<Owner>) -> LockContents {
    LockContents {
        owner,
        lock,
        ..LockContents::default()
    }
}

fn example() -> Lock {
    let both = Platforms::only(vec![
        "linux/arm64".parse().unwrap(),
        "linux/amd64".parse().unwrap(),
    ]);
    Lock {
        images: [
            (
                name("redis", "7"),
                image("redis:7", "redis", Platforms::All),
            ),
            (name("app", "v1"), image("ghcr.io/org/app:v1", "app", both)),
        ]
        .into(),
        retired: [
            (
                name("old", "1"),
                image("quay.io/old/old:1", "old", Platforms::All),
            ),
            (
                name("old", "2"),
                image("quay.io/old/old:2", "old 2", Platforms::All),
            ),
        ]
        .into(),
        ..Lock::default()
    }
}

#[test]
fn a_lock_file_is_what_it_always_was() {
    let text = write(&example(), Some(&owner()));
    insta::assert_snapshot!("lock_file", text);
    assert_eq!(read(&text), Ok(file(example(), Some(owner()))));
    let empty = write(&Lock::default(), Some(&owner()));
    assert_eq!(read(&empty), Ok(file(Lock::default(), Some(owner()))));
}

#[test]
fn what_was_seen_counts_with_the_digest_that_is_locked_and_in_a_target_that_is_known() {
    let lock = Lock {
        in_target: [name("app", "v1")].into(),
        ..example()
    };
    let text = write(&lock, Some(&owner()));
    let plain = write(&example(), Some(&owner()));
    let digest = &lock.images[&name("app", "v1")].expected.digest;
    let line = format!("in-target = \"{digest}\" # app:v1\n");
    let without = text
        .replace(&line, "")
        .replace("version = 3", "version = 2");
    assert_eq!(without, plain);
    assert_eq!(read(&text), Ok(file(lock.clone(), Some(owner()))));
    // One side of a merge moved it, the other saw what it was.
    let other = Digest::sha256(b"another");
    let moved = text.replace(
        &line,
        &line.replace(&digest.to_string(), &other.to_string()),
    );
    assert_eq!(read(&moved), Ok(file(example(), Some(owner()))));
    // Both sides were kept.
    for twice in [format!("{text}{moved}"), format!("{moved}{text}")] {
        let LockContents {
            lock: both,
            disputed,
            ..
        } = read(&twice).unwrap();
        assert_eq!((both, disputed.len()), (lock.clone(), 0));
    }
    let nobodys = write(&lock, None);
    assert_eq!(read(&nobodys), Ok(file(example(), None)));
}

#[test]
fn of_notes_of_both_sides_of_a_merge_all_stay_and_the_earlier_counts() {
    let of = |tag: &str, content: &str| SourceDigest {
        target: name("app", tag),
        digest: Digest::sha256(content.as_bytes()),
    };
    let at = |seconds| DateTime::from_timestamp(seconds, 0).unwrap();
    let noted = |seen: &[(SourceDigest, i64)], reason: Option<&str>| Lock {
        seen: seen
            .iter()
            .map(|(of, seen)| (of.clone(), at(*seen)))
            .collect(),
        overrides: reason
            .into_iter()
            .map(|reason| (of("v1", "new"), reason.to_owned()))
            .collect(),
        ..example()
    };
    let ours = noted(&[(of("v1", "new"), 1_000_000), (of("v2", "new"), 5)], None);
    let theirs = noted(
        &[(of("v1", "new"), 900_000), (of("v1", "old"), 7)],
        Some("a CVE"),
    );
    let both = noted(
        &[
            (of("v1", "new"), 900_000),
            (of("v2", "new"), 5),
            (of("v1", "old"), 7),
        ],
        Some("a CVE"),
    );
    let text = |lock| write(lock, Some(&owner()));
    insta::assert_snapshot!("lock_with_notes", text(&both));
    for (one, other) in [(&ours, &theirs), (&theirs, &ours)] {
        let found = read(&format!("{}{}", text(one), text(other))).unwrap();
        assert_eq!((&found.lock, found.is_untidy), (&both, true));
        assert_eq!(found.disputed, [].into());
    }
    // Notes that a script has added.
    let more = text(&theirs);
    let (_, more) = more.split_once("\n[seen]").unwrap();
    let added = read(&format!("{}\n[seen]{more}", text(&ours))).unwrap();
    assert_eq!((added.lock, added.is_untidy), (both, true));
}

/// The same, with what rules chose of a repository.
fn chosen() -> Lock {
    let nginx = LockedFamily {
        source: "docker.io/library/nginx"
            .parse::<Reference>()
            .unwrap()
            .repository()
            .clone(),
        rules: vec!["version: \">=1.25\"".to_owned(), "max-tags: 9".to_owned()],
        tags: ["1.27.3", "1.27.2"].map(str::to_owned).to_vec(),
    };
    Lock {
        families: [(name("nginx", "*"), nginx)].into(),
        ..example()
    }
}

#[test]
fn what_rules_chose_is_written_a_tag_a_line() {
    let text = write(&chosen(), Some(&owner()));
    let (head, blocks) = text.split_once("\n\n").unwrap();
    assert!(head.contains("\nversion = 3\n"), "{text}");
    let (block, images) = blocks.split_once("\n\n").unwrap();
    insta::assert_snapshot!(block);
    // Beside that it is the file that it was.
    let plain = write(&example(), Some(&owner()));
    assert_eq!(
        plain.replace("version = 2", "version = 3"),
        format!("{head}\n\n{images}")
    );
    assert_eq!(read(&text), Ok(file(chosen(), Some(owner()))));
}

#[test]
fn of_what_rules_chose_both_sides_of_a_merge_can_be_kept() {
    let text = write(&chosen(), Some(&owner()));
    let families = |text: &str| {
        let found = read(text).unwrap();
        let tags = found
            .lock
            .families
            .into_values()
            .map(|family| family.tags.join(" "));
        (tags.collect::<Vec<_>>(), found.is_untidy)
    };
    let both = text.replace(
        "  \"1.27.2\",\n",
        "  \"1.27.2\",\n  \"1.26.0\",\n  \"1.27.2\",\n",
    );
    assert_eq!(
        families(&both),
        (vec!["1.27.3 1.27.2 1.26.0".to_owned()], false)
    );
    let block = format!("\n{}\n", text.split("\n\n").nth(1).unwrap());
    assert_eq!(
        families(&format!("{text}{block}")),
        (vec!["1.27.3 1.27.2".to_owned()], true)
    );
    // Which of the two is right nobody can tell.
    let other = block.replace("1.27.2", "1.27.1");
    assert_eq!(families(&format!("{text}{other}")), (vec![], true));
    // An image that stands there twice is taken apart as without it.
    let image = format!("\n{}\n", text.split("\n\n").nth(2).unwrap());
    let twice = read(&format!("{text}{image}")).unwrap();
    assert_eq!((twice.lock, twice.is_untidy), (chosen(), true));
}

#[test]
fn what_no_rules_can_have_chosen_is_refused() {
    let text = write(&chosen(), Some(&owner()));
    for (written, other, why) in [
        ("\"nginx:*\"", "\"nginx:1\"", "`nginx:1` is not a target"),
        (
            "\"docker.io/library/nginx\"",
            "\"nginx\"",
            "`nginx` is not a repository",
        ),
        ("\"1.27.2\"", "\"-1\"", "begin with `-`"),
        ("tags = [", "tag = [", "unknown field `tag`"),
    ] {
        let error = read(&text.replacen(written, other, 1))
            .unwrap_err()
            .to_string();
        assert!(error.contains(why), "{other}: {error}");
    }
}

/// As files were written before they said whose they are.
#[test]
fn a_lock_without_an_owner_is_read_and_written_as_such() {
    let text = write(&example(), None);
    assert!(text.contains("\nversion = 1\n\n[[image]]\n"), "{text}");
    assert_eq!(read(&text), Ok(file(example(), None)));
}

/// Blocks can be taken from either side of a merge, in any order.
#[test]
fn order_is_no_matter_for_reading() {
    let text = write(&example(), None);
    let mut blocks: Vec<&str> = text.split("\n\n").collect();
    blocks[1..].reverse();
    assert_eq!(read(&blocks.join("\n\n")), Ok(file(example(), None)));
}

#[test]
fn what_is_wrong_is_named_with_its_line() {
    let text = write(&example(), None);
    let owned = write(&example(), Some(&owner()));
    let digest = Digest::sha256(b"redis").to_string();
    let cases = [
        ("conflict", format!("version = 1\n<<<<<<< HEAD\n{text}")),
        (
            "unknown version",
            text.replace("version = 1", "version = 4\nnew = 1"),
        ),
        ("no owner", owned.replace("file = \"images.txt\"\n", "")),
        ("an owner", owned.replace("version = 2", "version = 1")),
        (
            "two owners",
            owned.replace("file = ", "file = \"web.txt\"\nfile = "),
        ),
        (
            "owned and not",
            owned.replace("version = 2", "version = 1\nversion = 2"),
        ),
        ("no version", text.replace("version = 1", "")),
        (
            "version is a word",
            text.replace("version = 1", "version = '1'"),
        ),
        ("unknown key", text.replacen("rule", "ruler", 1)),
        ("unknown block", format!("{text}\n[[images]]\n")),
        ("short digest", text.replace(&digest, "sha256:abc")),
        (
            "no target",
            text.replacen("target = \"app:v1\"\n", "", 1)
                .replace(" # app:v1", ""),
        ),
        ("target without tag", text.replacen("app:v1", "app", 1)),
        (
            "target with host",
            text.replacen("\"app:v1", "\"../app:v1", 1),
        ),
        (
            "target by digest",
            text.replacen("\"app:v1", &format!("\"app@{digest}"), 1),
        ),
        (
            "source",
            text.replacen("ghcr.io/org/app", "ghcr.io/Org/app", 1),
        ),
        ("platforms", text.replacen("\"all\"", "\"some\"", 1)),
        ("no platform", text.replacen("\"all\"", "[]", 1)),
        ("a platform", text.replacen("linux/arm64", "arm64", 1)),
        ("media type", text.replacen("manifest.v1", "thing.v1", 1)),
        ("size", text.replacen("size = 1234", "size = -1", 1)),
        ("not toml", text.replacen("[[image]]", "[[image]", 1)),
        (
            "note of a tag",
            format!("{text}\n[seen]\n\"app:v1\" = 2026-01-31T08:00:00Z\n"),
        ),
        (
            "a day somewhere",
            format!("{text}\n[seen]\n\"app:v1@{digest}\" = 2026-01-31T08:00:00\n"),
        ),
        ("cut short", text[..text.len() - 3].to_owned()),
    ];
    let refused = cases.map(|(what, text)| (what, read(&text).expect_err(what)));
    let told = || {
        let told = refused.iter();
        let told: Vec<_> = told
            .map(|(what, error)| format!("{what}: {error}"))
            .collect();
        told.join("\n")
    };
    insta::assert_snapshot!("lock_mistakes", told());
    insta::assert_snapshot!("chinese_lock_mistakes", Language::Chinese.speak(told));
}

proptest! {
    #[test]
    fn every_lock_is_read_back(
        contents in proptest::collection::btree_map("[a-z]{1,4}(/[a-z0-9]{1,3})?", "[a-z]{3}", 0..6),
        rule in "\\PC{0,20}|[\\x00-\\x7f]{0,10}",
        size in 0_u64..(1 << 60),
        all: bool,
        seconds in 0_i64..4_000_000_000,
        reason in "\\PC{0,20}|[\\x00-\\x7f]{0,10}",
        is_known: bool,
    ) {
        let platforms = || if all { Platforms::All } else { Platforms::linux_amd64() };
        let mut lock = Lock::default();
        for (repository, content) in contents {
            let mut locked = image("nginx:1", &content, platforms());
            locked.rule.clone_from(&rule);
            locked.expected.size = size;
            lock.retired.insert(name(&repository, "retired"), locked.clone());
            let target = name(&repository, &content);
            let of = SourceDigest { target: target.clone(), digest: locked.source_digest.clone() };
            lock.images.insert(target.clone(), locked);
            if is_known {
                lock.in_target.insert(target);
                lock.seen.insert(of.clone(), DateTime::from_timestamp(seconds, 0).unwrap());
                lock.overrides.insert(of, reason.clone());
            }
        }
        for owner in [None, Some(owner())] {
            let text = write(&lock, owner.as_ref());
            let mut lock = lock.clone();
            if owner.is_none() {
                lock.in_target.clear();
            }
            prop_assert_eq!(read(&text), Ok(file(lock, owner)));
        }
    }

    #[test]
    fn no_text_is_too_odd(text in "\\PC{0,80}|(version|= ?1|\n|\\[\\[image\\]\\]|target|\"){0,30}") {
        let _ = read(&text);
    }

    #[test]
    fn a_damaged_file_is_refused_or_means_something(at in 0_usize..2000, with in "\\PC") {
        let text = write(&example(), None);
        let at = at % text.len();
        let damaged = format!("{}{with}{}", &text[..at], &text[at + 1..]);
        if let Ok(LockContents { lock, owner, .. }) = read(&damaged) {
            let text = write(&lock, owner.as_ref());
            prop_assert_eq!(read(&text), Ok(file(lock, owner)));
        }
    }
}
