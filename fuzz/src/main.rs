//! Feeds one parser with whatever the fuzzer makes up. `PUSHER_FUZZ` names the parser; `fuzz/run` goes
//! through all of them.

#![no_main]

use std::cell::LazyCell;
use std::collections::BTreeMap;

use bytes::Bytes;
use libfuzzer_sys::fuzz_target;
use pusher::config::edit::{Keys, Wish, edit};
use pusher::config::import::{Imports, import};
use pusher::config::{FileKind, Input, Loaded, load, read_rules};
use pusher::consumers::{HostChoice, MirrorMap};
use pusher::model::{
    Descriptor, Digest, Manifest, PlatformPattern, RawManifest, Reference, Text, media_type,
};
use pusher::page::{History, Page};
use pusher::plan::TargetName;
use pusher::registry::fuzzing;
use pusher::render::{self, Checked, Format, Style, View};
use pusher::rewrite::{self, Way};
use pusher::selection::{Selection, Survey};
use pusher::{lock, notices, page, plan, stick};

type Parser = fn(&[u8]);

/// Every parser of what comes from outside, by the name of its corpus.
const PARSERS: [(&str, Parser); 18] = [
    ("list", |bytes| file("images.txt", bytes)),
    ("dockerfile", |bytes| file("images.dockerfile", bytes)),
    ("yaml", |bytes| file("mirror.yaml", bytes)),
    ("toml", |bytes| file("mirror.toml", bytes)),
    ("import", import_of),
    ("rewrite", rewrite_of),
    ("lock", lock_of),
    ("plan", |bytes| {
        with_text(bytes, |text| drop(plan::saved::read(text)))
    }),
    ("manifest", manifest),
    ("name", name),
    ("rule", rule),
    ("challenge", fuzzing::challenge),
    ("token", fuzzing::token),
    ("answer", |bytes| {
        fuzzing::error_body(bytes);
        fuzzing::headers_of_answers(bytes);
    }),
    ("notice", |bytes| with_text(bytes, notice)),
    ("kept", |bytes| with_text(bytes, kept)),
    ("layout", stick::fuzzing::layout),
    ("tar", stick::fuzzing::tar),
];

thread_local! {
    static PARSER: LazyCell<Parser> = LazyCell::new(|| {
        let wanted = std::env::var("PUSHER_FUZZ").expect("PUSHER_FUZZ names a parser");
        let found = PARSERS.iter().find(|(name, _)| *name == wanted);
        found.unwrap_or_else(|| panic!("no parser is called `{wanted}`")).1
    });
}

fuzz_target!(|bytes: &[u8]| PARSER.with(|parser| parser(bytes)));

/// Reads a text as what the environment says of messages, and as what a robot answers to one.
fn notice(text: &str) {
    drop(notices::destinations(text, text));
    drop(notices::events(text));
    for service in notices::Service::ALL {
        drop(notices::judge(service, 200, text, str::to_owned));
    }
}

/// Reads a text as what a run has kept, and shows it on a page, which stays one: what is in it ends no script.
fn kept(text: &str) {
    let (records, told) = page::read("kept.jsonl", text);
    let shown = page::write(&Page {
        made: Default::default(),
        commit: Some(text.to_owned()),
        targets: vec![],
        history: History::of(records),
        told: told.into_iter().chain([Text::verbatim(text)]).collect(),
    });
    assert_eq!(shown.matches("</script>").count(), 2);
    assert!(!shown.contains('\u{202e}'));
}

fn with_text(bytes: &[u8], parse: impl FnOnce(&str)) {
    if let Ok(text) = std::str::from_utf8(bytes) {
        parse(text);
    }
}

/// Loads a file and words all that is said of it.
fn file(path: &str, bytes: &[u8]) {
    with_text(bytes, |text| {
        let environment = BTreeMap::from([
            (
                "ALIYUN_REGISTRY".to_owned(),
                "registry.example.com".to_owned(),
            ),
            ("ALIYUN_NAME_SPACE".to_owned(), "team".to_owned()),
        ]);
        let loaded = load(&Input {
            path,
            text,
            environment: &environment.into_iter().collect(),
            read: &|name| Err(Text::verbatim(format!("`{name}` is not here"))),
            names: &|_| vec![],
        });
        edited(path, text);
        // All formats at once would take most of the time; of so many inputs each gets its share.
        worded(&loaded, Format::ALL[text.len() % Format::ALL.len()]);
    });
}

/// Declares one image more, and takes it out again.
fn edited(path: &str, text: &str) {
    let own = ["registry.example.com/zz/zzz:9".to_owned()];
    let edited = |text: &str, wish: &Wish<'_>| {
        let input = Input {
            path,
            text,
            environment: &BTreeMap::default(),
            read: &|name| Err(Text::verbatim(format!("`{name}` is not here"))),
            names: &|_| vec![],
        };
        let edited = edit(&input, wish).ok()?;
        edited.files.into_iter().next().map(|file| file.text)
    };
    let keys = Keys::default();
    let more = edited(
        text,
        &Wish::Add {
            images: &own,
            keys: &keys,
        },
    );
    if let Some(more) = more {
        let less = edited(&more, &Wish::Remove { names: &own });
        assert!(less.is_some(), "what was added cannot be taken out");
    }
    let keys = Keys {
        platforms: vec!["linux/386".to_owned()],
        target: None,
    };
    edited(
        text,
        &Wish::Set {
            name: "nginx",
            keys: &keys,
        },
    );
}

fn worded(loaded: &Loaded, format: Format) {
    let mut out = String::new();
    let checked = Checked {
        diagnostics: &loaded.diagnostics,
        files: &loaded.files,
        images: loaded.images(),
    };
    let view = View {
        style: Style::COLOURED,
        ..View::default()
    };
    assert!(render::check(&checked, format, &view, &mut out).is_ok());
    if let Ok(desired) = loaded.desired() {
        let list =
            |desired: &_, out: &mut dyn std::fmt::Write| render::list(desired, format, &view, out);
        assert!(render::each(&desired, format, &mut out, list).is_ok());
    }
}

fn import_of(bytes: &[u8]) {
    with_text(bytes, |text| {
        for path in ["images.txt", "file", "file.yaml", "Dockerfile"] {
            drop(import(&[Imports { path, text }]));
        }
    });
}

/// Puts the mirror's names into a file and takes them out again: a second time changes nothing, and what came back goes
/// the same way again.
fn rewrite_of(bytes: &[u8]) {
    with_text(bytes, |text| {
        let list = "version: 1\ntarget: {registry: r.example.com, namespace: t}\nimages: [nginx, 'nginx:1.27', 'redis:7', 'ghcr.io/a/b:v1', {source: 'c:1', target: 'd:2'}]\n";
        let loaded = load(&Input {
            path: "mirror.yaml",
            text: list,
            environment: &BTreeMap::default(),
            read: &|_| Ok(String::new()),
            names: &|_| vec![],
        });
        let desired = loaded.desired().expect("it has no mistakes");
        let map = MirrorMap::of(&desired[0], &HostChoice::Public).expect("it has a host");
        let paths = ["**.other".parse().expect("it is a path")];
        let made = |path: &str, text: &str, way| {
            let wish = rewrite::Wish {
                way,
                paths: &paths,
                list: "mirror.yaml",
                kind: FileKind::Yaml,
            };
            let made = rewrite::rewrite(path, text, &map, &wish).ok()?;
            Some(made.text)
        };
        let there = Way::There { pin: false };
        for path in ["file", "Dockerfile", "kustomization.yaml"] {
            let Some(first) = made(path, text, there) else {
                continue;
            };
            let again = made(path, &first, there);
            assert_eq!(
                again.as_ref(),
                Some(&first),
                "a second time changes something"
            );
            let back = made(path, &first, Way::Back).expect("it could be read before");
            let third = made(path, &back, there);
            // A key that came back as it was added goes to where it is added.
            if !text.contains("newName") {
                assert_eq!(third, Some(first), "what came back goes another way");
            }
        }
    });
}

fn lock_of(bytes: &[u8]) {
    with_text(bytes, |text| drop(lock::read(text)));
}

fn manifest(bytes: &[u8]) {
    for media_type in [
        media_type::OCI_MANIFEST,
        media_type::OCI_INDEX,
        media_type::DOCKER_MANIFEST,
        media_type::DOCKER_LIST,
        "application/json",
    ] {
        let raw = RawManifest {
            descriptor: Descriptor {
                media_type: media_type.to_owned(),
                digest: Digest::sha256(bytes),
                size: bytes.len() as u64,
            },
            bytes: Bytes::copy_from_slice(bytes),
        };
        let _ = Manifest::parse(&raw);
    }
}

/// What is read of a name is written, and read again as the same.
fn name(bytes: &[u8]) {
    with_text(bytes, |text| {
        if let Ok(reference) = text.parse::<Reference>() {
            assert_eq!(
                reference.to_string().parse::<Reference>().as_ref(),
                Ok(&reference)
            );
        }
        if let Ok(digest) = text.parse::<Digest>() {
            assert_eq!(digest.to_string(), text);
        }
        if let Ok(platform) = text.parse::<PlatformPattern>() {
            assert_eq!(
                platform.to_string().parse::<PlatformPattern>().as_ref(),
                Ok(&platform)
            );
        }
        let _ = text.parse::<TargetName>();
    });
}

/// A rule is written back as the same, and whatever it takes is listed and stays when the list is turned round.
fn rule(bytes: &[u8]) {
    with_text(bytes, |text| {
        let (rule, listed) = text.split_once('\n').unwrap_or((text, ""));
        let Ok(rules) = read_rules(rule) else { return };
        for rule in &rules {
            assert_eq!(
                read_rules(&rule.to_string()).as_deref(),
                Ok(&[rule.clone()][..])
            );
        }
        let mut listed: Vec<String> = listed.lines().map(str::to_owned).collect();
        let selection = Selection {
            rules,
            ..Selection::default()
        };
        let chosen = selection.choose(&listed);
        if let Ok(chosen) = &chosen {
            assert!(chosen.tags.iter().all(|tag| listed.contains(tag)));
        }
        listed.reverse();
        assert_eq!(selection.choose(&listed), chosen);
        drop(Survey::of(&listed));
    });
}
