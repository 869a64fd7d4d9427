//! The cache, used by several runs, damaged, and grown old.

use super::*;
use crate::model::{Platforms, Profile, media_type};
use crate::plan::{Ask, LeftOut, Policy, Selection, WhyLeftOut};

fn descriptor(content: &str) -> Descriptor {
    Descriptor {
        media_type: media_type::OCI_INDEX.to_owned(),
        digest: Digest::sha256(content.as_bytes()),
        size: content.len() as u64,
    }
}

fn key(source: &str) -> ResolutionKey {
    let ask = Ask {
        platforms: &Platforms::linux_amd64(),
        platforms_declared: true,
        policy: Policy::default(),
        profile: &Profile::named("acr-personal").unwrap(),
    };
    ResolutionKey::of(&descriptor(source), &ask)
}

fn answer(source: &str) -> Remembered {
    let left_out = LeftOut {
        digest: Digest::sha256(b"attestation"),
        attestation: true,
        why: WhyLeftOut::ConfigRefused(media_type::OCI_EMPTY.to_owned()),
    };
    Remembered {
        descriptor: descriptor(&format!("expected of {source}")),
        selection: Selection {
            platforms_kept: 2,
            left_out: vec![left_out],
            skipped: vec![],
        },
        rewritten: true,
    }
}

fn keep(cache: &ResolutionCache, source: &str) {
    cache.put(&key(source), &answer(source));
}

fn lines(dir: &Path) -> usize {
    let bytes = fs::read(dir.join(FILE)).unwrap();
    bytes
        .split(|byte| *byte == b'\n')
        .filter(|line| !line.is_empty())
        .count()
}

#[test]
fn what_is_told_of_an_image_outlives_the_run_and_is_no_answer_to_anything_else() {
    let dir = tempfile::tempdir().unwrap();
    let facts = ImageFacts {
        bytes: 7,
        ..ImageFacts::default()
    };
    let cache = ResolutionCache::open(dir.path());
    assert_eq!(cache.facts(&descriptor("a")), None);
    cache.put_facts(&descriptor("a"), &facts);
    keep(&cache, "a");
    for cache in [cache, ResolutionCache::open(dir.path())] {
        assert_eq!(cache.facts(&descriptor("a")), Some(facts.clone()));
        assert_eq!(cache.get(&key("a")), Some(answer("a")));
        assert_eq!(cache.facts(&descriptor("b")), None);
    }
}

#[test]
fn answers_outlive_the_run_that_found_them() {
    let dir = tempfile::tempdir().unwrap();
    let dir = dir.path().join("made/when/needed");
    let cache = ResolutionCache::open(&dir);
    assert_eq!(cache.get(&key("a")), None);
    assert!(!dir.exists(), "nothing to keep yet");
    keep(&cache, "a");
    assert_eq!(cache.get(&key("a")), Some(answer("a")));
    cache.put(&key("b"), &answer("old"));
    keep(&cache, "b");
    for _ in 0..2 {
        let later = ResolutionCache::open(&dir);
        assert_eq!(later.get(&key("a")), Some(answer("a")));
        assert_eq!(
            later.get(&key("b")),
            Some(answer("b")),
            "the last one counts"
        );
        assert_eq!(later.get(&key("c")), None);
    }
    assert_eq!(lines(&dir), 3, "reading writes nothing");
}

#[test]
fn a_disabled_one_keeps_nothing() {
    let cache = ResolutionCache::disabled();
    keep(&cache, "a");
    assert_eq!(cache.get(&key("a")), None);
}

#[test]
fn a_place_that_cannot_be_used_is_no_error() {
    let dir = tempfile::tempdir().unwrap();
    let file = dir.path().join("file");
    fs::write(&file, "").unwrap();
    fs::create_dir(dir.path().join(FILE)).unwrap();
    for unusable in [&file, dir.path()] {
        let cache = ResolutionCache::open(unusable);
        keep(&cache, "a");
        assert_eq!(cache.get(&key("a")), Some(answer("a")), "known in this run");
        assert_eq!(ResolutionCache::open(unusable).get(&key("a")), None);
    }
}

#[cfg(unix)]
#[test]
fn a_pipe_or_a_device_in_its_place_is_not_waited_for() {
    let dir = tempfile::tempdir().unwrap();
    let [pipe, device] = ["pipe", "device"].map(|name| dir.path().join(name));
    fs::create_dir(&pipe).unwrap();
    fs::create_dir(&device).unwrap();
    let mut mkfifo = std::process::Command::new("mkfifo");
    let made = mkfifo.arg(pipe.join(FILE)).status().unwrap();
    assert!(made.success());
    std::os::unix::fs::symlink("/dev/zero", device.join(FILE)).unwrap();
    let (done, wait) = std::sync::mpsc::channel();
    std::thread::spawn(move || {
        for unusable in [pipe, device] {
            let cache = ResolutionCache::open(&unusable);
            keep(&cache, "a");
            assert_eq!(cache.get(&key("a")), Some(answer("a")), "known in this run");
        }
        done.send(()).unwrap();
    });
    let ended = wait.recv_timeout(std::time::Duration::from_secs(30));
    assert_eq!(ended, Ok(()), "it hangs");
}

#[test]
fn damage_is_forgetting_and_never_a_wrong_answer() {
    let dir = tempfile::tempdir().unwrap();
    let cache = ResolutionCache::open(dir.path());
    keep(&cache, "a");
    keep(&cache, "b");
    let path = dir.path().join(FILE);
    let whole = fs::read(&path).unwrap();
    let check = |bytes: &[u8]| {
        fs::write(&path, bytes).unwrap();
        let cache = ResolutionCache::open(dir.path());
        let found = ["a", "b"].map(|source| {
            let found = cache.get(&key(source));
            assert!(found.is_none() || found == Some(answer(source)));
            usize::from(found.is_some())
        });
        found.iter().sum::<usize>()
    };
    assert_eq!(check(&whole), 2);
    let line_ends: Vec<_> = (0..whole.len())
        .filter(|place| whole[*place] == b'\n')
        .collect();
    for place in 0..whole.len() {
        // Every byte one way, and every fifth byte in the ways that break lines and text.
        let ways = if place % 5 == 0 { 4 } else { 1 };
        for damage in [whole[place] ^ 1, b'\n', 0, 0xff].into_iter().take(ways) {
            let mut bytes = whole.clone();
            bytes[place] = damage;
            let harmless = line_ends.contains(&place) || damage == whole[place];
            assert!(harmless || check(&bytes) == 1, "byte {place} as {damage}");
        }
        assert!(check(&whole[..place]) < 2 || place + 1 == whole.len());
    }
    // What is kept after damage is found again.
    fs::write(&path, &whole[..whole.len() - 9]).unwrap();
    keep(&ResolutionCache::open(dir.path()), "c");
    let cache = ResolutionCache::open(dir.path());
    let found = ["a", "b", "c"].map(|source| cache.get(&key(source)).is_some());
    assert_eq!(found, [true, false, true]);
}

#[test]
fn a_record_of_another_key_is_no_answer() {
    let dir = tempfile::tempdir().unwrap();
    let forged = Line::write(
        today(),
        &digest_of(&key("a")),
        &answer("b").encode(&key("b")),
    );
    fs::write(dir.path().join(FILE), forged).unwrap();
    let cache = ResolutionCache::open(dir.path());
    assert!(
        Line::split(&fs::read(dir.path().join(FILE)).unwrap())
            .unwrap()
            .is_whole()
    );
    assert_eq!(cache.get(&key("a")), None);
    assert_eq!(cache.get(&key("b")), None);
}

#[test]
fn entries_that_are_used_stay_and_others_go() {
    let dir = tempfile::tempdir().unwrap();
    let first = ResolutionCache::open_on(dir.path(), 1_000);
    keep(&first, "used");
    keep(&first, "unused");
    for (day, noted) in [(1_006, 2), (1_007, 3), (1_013, 3), (1_080, 4)] {
        let cache = ResolutionCache::open_on(dir.path(), day);
        assert_eq!(cache.get(&key("used")), Some(answer("used")));
        assert_eq!(cache.get(&key("used")), Some(answer("used")));
        assert_eq!(lines(dir.path()), noted, "on day {day}");
    }
    let last = ResolutionCache::open_on(dir.path(), 1_000 + FORGOTTEN_AFTER);
    assert_eq!(last.get(&key("used")), Some(answer("used")));
    assert_eq!(last.get(&key("unused")), None);
}

#[test]
fn the_file_does_not_grow_for_ever() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join(FILE);
    let line = |day: u64, source: &str| {
        Line::write(
            day,
            &digest_of(&key(source)),
            &answer(source).encode(&key(source)),
        )
    };
    let repeated = vec![line(1, "a"); WASTE + 10].join("\n");
    let damaged = line(2, "c").replace("\"size\":", "\"size\":1");
    assert!(Line::split(damaged.as_bytes()).is_some());
    let last = line(2, "b");
    fs::write(&path, format!("{repeated}\ndamaged\n{damaged}\n{last}")).unwrap();
    let cache = ResolutionCache::open_on(dir.path(), 2);
    assert_eq!(lines(dir.path()), 2);
    assert_eq!(fs::read_dir(dir.path()).unwrap().count(), 1);
    for source in ["a", "b"] {
        assert_eq!(cache.get(&key(source)), Some(answer(source)));
        let again = ResolutionCache::open_on(dir.path(), 2);
        assert_eq!(again.get(&key(source)), Some(answer(source)));
    }

    // Too many: the latest stay.
    let mut many: Vec<String> = (0..=ENTRY_LIMIT)
        .map(|number| Line::write(10, &format!("{number:064}"), "{}"))
        .collect();
    many.insert(0, line(11, "latest"));
    many.insert(0, line(9, "oldest"));
    fs::write(&path, many.join("\n")).unwrap();
    drop(ResolutionCache::open_on(dir.path(), 11));
    assert_eq!(lines(dir.path()), ENTRIES_KEPT);
    let cache = ResolutionCache::open_on(dir.path(), 11);
    assert_eq!(cache.get(&key("latest")), Some(answer("latest")));
    assert_eq!(cache.get(&key("oldest")), None);

    let file = fs::File::create(&path).unwrap();
    file.set_len(FILE_LIMIT + 1).unwrap();
    keep(&ResolutionCache::open(dir.path()), "a");
    assert_eq!(lines(dir.path()), 1);
}

#[test]
fn several_runs_may_write_at_once() {
    const RUNS: usize = 8;
    const ENTRIES: usize = 50;
    let dir = tempfile::tempdir().unwrap();
    let name = |run: usize, entry: usize| format!("{run} {entry}");
    std::thread::scope(|scope| {
        for run in 0..RUNS {
            let dir = dir.path();
            scope.spawn(move || {
                let cache = ResolutionCache::open(dir);
                std::thread::scope(|scope| {
                    for half in 0..2 {
                        let cache = &cache;
                        scope.spawn(move || {
                            for entry in (half..ENTRIES).step_by(2) {
                                keep(cache, &name(run, entry));
                                keep(cache, "shared");
                            }
                        });
                    }
                });
            });
        }
    });
    assert_eq!(lines(dir.path()), 2 * RUNS * ENTRIES);
    let cache = ResolutionCache::open(dir.path());
    for run in 0..RUNS {
        for entry in 0..ENTRIES {
            let name = name(run, entry);
            assert_eq!(cache.get(&key(&name)), Some(answer(&name)), "{name}");
        }
    }
    assert_eq!(cache.get(&key("shared")), Some(answer("shared")));
}

#[test]
fn writing_anew_beside_other_runs_may_forget_but_not_lie() {
    let dir = tempfile::tempdir().unwrap();
    let waste = vec!["waste"; 2 * WASTE].join("\n");
    std::thread::scope(|scope| {
        for run in 0..4 {
            let (dir, waste) = (dir.path(), &waste);
            scope.spawn(move || {
                for round in 0..20 {
                    let cache = ResolutionCache::open(dir);
                    keep(&cache, "shared");
                    keep(&cache, &format!("{run} {round}"));
                    let mut options = OpenOptions::new();
                    let mut file = options.append(true).open(dir.join(FILE)).unwrap();
                    file.write_all(waste.as_bytes()).unwrap();
                    let found = ResolutionCache::open(dir).get(&key("shared"));
                    assert!(found.is_none() || found == Some(answer("shared")));
                }
            });
        }
    });
    drop(ResolutionCache::open(dir.path()));
    assert!(lines(dir.path()) <= 100, "{} lines", lines(dir.path()));
}
