//! Files of those who use images, in the shapes that are met: with the mirror's names, with its digests, and back.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use proptest::prelude::*;
use pusher::config::walks::ImagePath;
use pusher::config::{Diagnostic, FileKind, Input, Variables, load};
use pusher::consumers::{HostChoice, MirrorMap};
use pusher::model::{Descriptor, Digest, Platforms, media_type};
use pusher::plan::{Choice, Desired, Lock, LockedImage, ResolutionRule};
use pusher::rewrite::{Outcome, Rewritten, Way, Wish, rewrite};
use similar::{Algorithm, DiffTag, capture_diff_slices};

const THERE: Way = Way::There { pin: false };
const PINNED: Way = Way::There { pin: true };

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/uses")
}

fn digest(of: &str, source: &str) -> Digest {
    Digest::sha256(format!("{of} {source}").as_bytes())
}

/// Declares what a mirror file does, and locks each image but those that `is_open` names.
fn declared(text: &str, is_open: impl Fn(&str) -> bool) -> Desired {
    let loaded = load(&Input {
        path: "mirror.yaml",
        text,
        environment: &Variables::new(),
        read: &|_| Ok(String::new()),
        names: &|_| vec![],
    });
    assert_eq!(loaded.diagnostics, []);
    let mut desired = loaded.desired().unwrap().remove(0);
    let mut lock = Lock::default();
    for entry in &desired.entries {
        let source = entry.source.to_string();
        if is_open(&source) {
            continue;
        }
        let source_digest = digest("source", &source);
        // What is taken as a whole keeps its digest.
        let held = match entry.platforms {
            Platforms::All => source_digest.clone(),
            Platforms::Only(_) => digest("held", &source),
        };
        let locked = LockedImage {
            source: entry.source.clone(),
            source_digest,
            platforms: entry.platforms.clone(),
            expected: Descriptor {
                media_type: media_type::OCI_MANIFEST.to_owned(),
                digest: held,
                size: 1234,
            },
            rule: ResolutionRule::of_entry(entry, &desired.target.profile).to_string(),
        };
        lock.images.insert(entry.target.clone(), locked);
    }
    desired.lock = Some(lock);
    desired
}

fn map(desired: &Desired) -> MirrorMap {
    MirrorMap::of(desired, &HostChoice::Public).unwrap()
}

fn mirror() -> MirrorMap {
    let text = std::fs::read_to_string(folder().join("mirror.yaml")).unwrap();
    map(&declared(&text, |_| false))
}

fn try_with(
    map: &MirrorMap,
    path: &str,
    text: &str,
    way: Way,
    paths: &[&str],
) -> Result<Rewritten, Box<Diagnostic>> {
    let paths: Vec<ImagePath> = paths.iter().map(|path| path.parse().unwrap()).collect();
    let wish = Wish {
        way,
        paths: &paths,
        list: "mirror.yaml",
        kind: FileKind::Yaml,
    };
    rewrite(path, text, map, &wish).map_err(Box::new)
}

/// Every shape, with the digests that it names in the place of what stands for them.
fn shapes() -> BTreeMap<String, String> {
    let files = std::fs::read_dir(folder().join("shapes")).unwrap();
    let read = |file: std::io::Result<std::fs::DirEntry>| {
        let path = file.unwrap().path();
        let mut text = std::fs::read_to_string(&path).unwrap();
        while let Some((before, rest)) = text.split_once("SOURCE(") {
            let (source, behind) = rest.split_once(')').unwrap();
            let source: pusher::model::Reference = source.parse().unwrap();
            let digest = digest("source", &source.to_string());
            let digest = digest.to_string();
            let hex = digest.strip_prefix("sha256:").unwrap();
            text = format!("{before}{hex}{behind}");
        }
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        (name, text)
    };
    files.map(read).collect()
}

/// The paths of the kinds that nobody knows.
const PATHS: [&str; 2] = ["Pump:spec.runner", "Pump:spec.parts.runner"];

/// Writes the lines that go and those that come, with the number of each.
fn difference(before: &str, after: &str) -> String {
    let lines = |text: &str| -> Vec<String> {
        let lines = text.split_inclusive('\n');
        let line = |line: &str| line.trim_end_matches('\n').replace('\r', "\\r");
        lines.map(line).collect()
    };
    let (before, after) = (lines(before), lines(after));
    let mut text = String::new();
    for change in capture_diff_slices(Algorithm::Patience, &before, &after) {
        if change.tag() != DiffTag::Equal {
            for (sign, lines, range) in [
                ('-', &before, change.old_range()),
                ('+', &after, change.new_range()),
            ] {
                for number in range {
                    writeln!(text, "{} {sign} {}", number + 1, lines[number]).unwrap();
                }
            }
        }
    }
    text
}

fn told(rewritten: &Rewritten) -> String {
    let mut text = String::new();
    for told in &rewritten.diagnostics {
        let severity = told.severity.as_str();
        writeln!(text, "{severity}: {}: {}", told.code, told.message).unwrap();
    }
    text
}

/// Writes digests as what they are of.
fn named(map: &MirrorMap, text: &str) -> String {
    let mut text = text.to_owned();
    for image in &map.images {
        let source = image.source.to_string();
        for of in ["held", "source"] {
            let digest = digest(of, &source).to_string();
            let hex = digest.strip_prefix("sha256:").unwrap();
            text = text.replace(hex, &format!("{of}({source})"));
        }
    }
    text
}

#[test]
fn every_shape_goes_there_and_back_without_another_byte() {
    let map = mirror();
    let mut shown = String::new();
    let shapes = shapes();
    assert!(shapes.len() >= 30, "{}", shapes.len());
    for (name, before) in &shapes {
        let there = try_with(&map, name, before, THERE, &PATHS).unwrap();
        let again = try_with(&map, name, &there.text, THERE, &PATHS).unwrap();
        assert_eq!(again.text, there.text, "{name}");
        let back = try_with(&map, name, &there.text, Way::Back, &PATHS).unwrap();
        assert_eq!(&back.text, before, "{name}");
        let left = there.images.iter();
        let left: Vec<_> = left
            .filter(|image| matches!(image.outcome, Outcome::Left(_)))
            .collect();
        assert!(left.is_empty(), "{name}: {left:?}");
        let diff = difference(before, &there.text);
        writeln!(shown, "== {name}\n{}{}", named(&map, &diff), told(&there)).unwrap();
    }
    insta::assert_snapshot!("rewrite_shapes", shown);
}

#[test]
fn with_digests_each_name_has_the_one_that_the_mirror_holds() {
    let map = mirror();
    let held: Vec<_> = map
        .images
        .iter()
        .map(|image| image.held().unwrap().digest.to_string())
        .collect();
    let mut shown = String::new();
    for (name, before) in &shapes() {
        let there = try_with(&map, name, before, PINNED, &PATHS).unwrap();
        let again = try_with(&map, name, &there.text, PINNED, &PATHS).unwrap();
        assert_eq!(again.text, there.text, "{name}");
        // None is left dangling.
        for (at, _) in there.text.match_indices("sha256:") {
            let digest = &there.text[at..at + 71];
            assert!(held.iter().any(|held| held == digest), "{name}: {digest}");
        }
        // Names without digests get theirs later as well.
        let unpinned = try_with(&map, name, before, THERE, &PATHS).unwrap();
        let later = try_with(&map, name, &unpinned.text, PINNED, &PATHS).unwrap();
        assert_eq!(later.text, there.text, "{name}");
        let back = try_with(&map, name, &there.text, Way::Back, &PATHS).unwrap();
        let twice = try_with(&map, name, &back.text, PINNED, &PATHS).unwrap();
        assert_eq!(twice.text, there.text, "{name}");
        let diff = difference(&unpinned.text, &there.text);
        writeln!(shown, "== {name}\n{}{}", named(&map, &diff), told(&there)).unwrap();
    }
    insta::assert_snapshot!("rewrite_pinned", shown);
}

const LIST: &str = "version: 1\ntarget: {registry: registry.cn-hangzhou.aliyuncs.com, namespace: team}\nimages:\n- nginx:1.27\n- source: nginx:1.27\n  platforms: [linux/arm64]\n  target: arm-nginx:1.27\n\
    - redis:7\n- {source: 'redis:8', target: 'cache:8'}\n- busybox\n- open:1\n- {source: 'base:1', platforms: all}\n- {source: 'base:1', platforms: [linux/arm64], target: 'base-arm:1'}\n";

fn list() -> Desired {
    declared(LIST, |source| source.contains("/open:"))
}

/// What becomes of a text, and the codes of what is said of it.
fn becomes(name: &str, text: &str, way: Way) -> (String, Vec<&'static str>) {
    let map = map(&list());
    let made = try_with(&map, name, text, way, &[]).unwrap();
    let codes = made.diagnostics.iter().map(|told| told.code).collect();
    let short = made
        .text
        .replace("registry.cn-hangzhou.aliyuncs.com/team/", "R/")
        .replace("registry.cn-hangzhou.aliyuncs.com", "H");
    (named(&map, &short), codes)
}

/// A text, what becomes of it, and the codes of what is said.
type Row<'a> = (&'a str, &'a str, &'a [&'static str]);

fn each_becomes(name: &str, rows: &[Row<'_>]) {
    for (text, after, codes) in rows {
        let (text_after, told) = becomes(name, text, THERE);
        assert_eq!((&*text_after, &*told), (*after, *codes), "{text}");
    }
}

#[test]
fn a_digest_is_replaced_by_the_right_one_or_stays() {
    let other = format!("sha256:{}", "0".repeat(64));
    let redis = digest("source", "docker.io/library/redis:7");
    let text = |image: &str, digest: &str| format!("image: {image}@{digest}");
    let by_digest = text("redis", &redis.to_string());
    let other_tag = text("redis:6", &redis.to_string());
    let both = format!("image: {{repository: redis, digest: '{redis}'}}");
    let held = "sha256:held(docker.io/library/redis:7)";
    let both_after = format!("image: {{repository: R/redis, digest: '{held}'}}");
    each_becomes(
        "values.yaml",
        &[
            (&by_digest, &text("R/redis", held), &[]),
            (&other_tag, &text("R/redis:7", held), &[]),
            (&both, &both_after, &[]),
        ],
    );
    for (image, code) in [
        ("redis:7", "other-digest"),
        ("redis", "not-declared"),
        ("open:1", "digest-not-locked"),
        ("open", "digest-not-locked"),
    ] {
        let text = text(image, &other);
        each_becomes("values.yaml", &[(&text, &text, &[code])]);
    }
}

#[test]
fn what_cannot_get_its_name_is_left_and_told() {
    let stays: [(&str, &[&str]); 15] = [
        ("image: alpine:3", &["not-declared"]),
        ("image: redis:6", &["not-declared"]),
        ("image: r.example.com/team/redis:7", &["not-declared"]),
        (
            "image: registry-vpc.cn-hangzhou.aliyuncs.com/team/redis:7",
            &[],
        ),
        ("image: Redis:7", &["not-an-image"]),
        ("image: nginx:1.27", &["several-names"]),
        ("image: \"redis\\u003a7\"", &["not-in-one-piece"]),
        ("image: \"{{ .Values.a }}:7\"", &["template"]),
        ("image: {repository: redis}", &["several-names"]),
        ("image: {repository: alpine}", &["not-declared"]),
        ("just words", &["no-images"]),
        ("image: true\nfooImage: yes\nbarImage: a\n", &[]),
        ("services: {a: {image: 'redis:$T'}}", &["variable"]),
        (
            "services: {a: {image: '${H:-docker.io}/redis:7'}}",
            &["in-parts"],
        ),
        (
            "services: {a: {image: 'redis:7', platform: linux/arm64}}",
            &["other-platform"],
        ),
    ];
    let rows: Vec<Row<'_>> = stays
        .iter()
        .map(|(text, codes)| (*text, *text, *codes))
        .collect();
    each_becomes("values.yaml", &rows);
}

#[test]
fn what_gets_its_name_gets_no_more() {
    each_becomes(
        "values.yaml",
        &[
            ("image: base:1", "image: R/base:1", &[]),
            (
                "image: {repository: busybox, tag: ''}",
                "image: {repository: R/busybox, tag: ''}",
                &[],
            ),
            (
                "global: {imageRegistry: r.example.com}\nimage: redis:7",
                "global: {imageRegistry: r.example.com}\nimage: R/redis:7",
                &["global-registry"],
            ),
            (
                "image: redis:7\nimage: redis:8\n",
                "image: R/redis:7\nimage: R/cache:8\n",
                &[],
            ),
            (
                "image: busybox\nx: redis:7",
                "image: R/busybox\nx: redis:7",
                &["image-elsewhere"],
            ),
            (
                "image: redis:8\ntag: '8'",
                "image: R/cache:8\ntag: '8'",
                &[],
            ),
            ("image: redis\ntag: '8'", "image: R/cache\ntag: '8'", &[]),
            (
                "services: {a: {image: 'nginx:1.27', platform: linux/arm64}}",
                "services: {a: {image: 'R/arm-nginx:1.27', platform: linux/arm64}}",
                &[],
            ),
        ],
    );
    values_in_all_their_shapes();
    // Words of which two images are made.
    each_becomes(
        "Dockerfile",
        &[
            (
                "ARG B=redis\nFROM $B:7\nFROM $B:8\n",
                "ARG B=redis\nFROM $B:7\nFROM $B:8\n",
                &["shared-words", "shared-words"],
            ),
            (
                "ARG B=redis\nFROM $B:7\nFROM $B:6\n",
                "ARG B=redis\nFROM $B:7\nFROM $B:6\n",
                &["shared-words", "not-declared"],
            ),
            (
                "ARG B=redis\nFROM $B:7\nFROM $B:7\n",
                "ARG B=R/redis\nFROM $B:7\nFROM $B:7\n",
                &[],
            ),
            (
                "FROM --platform=linux/arm64 nginx:1.27\nFROM --platform=linux/amd64 nginx:1.27\n",
                "FROM --platform=linux/arm64 R/arm-nginx:1.27\nFROM --platform=linux/amd64 R/nginx:1.27\n",
                &[],
            ),
        ],
    );
}

fn values_in_all_their_shapes() {
    let stays = |text| (text, text, &["not-declared"][..]);
    each_becomes(
        "values.yaml",
        &[
            // A registry belongs to the name.
            stays("other: {registry: quay.io, image: library/redis, tag: '7'}"),
            stays("other: {hub: quay.io, image: 'library/redis:7'}"),
            stays("image: {imageRegistry: quay.io, repository: library/redis, tag: '7'}"),
            (
                "third: {registry: docker.io, image: library/redis, tag: '7'}",
                "third: {registry: H, image: team/redis, tag: '7'}",
                &[],
            ),
            // Lists of tables.
            (
                "extraImages: [{repository: redis, tag: '7'}]\nsidecars:\n- {name: a, repository: redis, tag: '8'}\n",
                "extraImages: [{repository: R/redis, tag: '7'}]\nsidecars:\n- {name: a, repository: R/cache, tag: '8'}\n",
                &[],
            ),
            (
                "images: [{name: redis, tag: '7'}, {name: web, image: 'redis:8'}]",
                "images: [{name: R/redis, tag: '7'}, {name: web, image: 'R/cache:8'}]",
                &[],
            ),
            (
                "{imageRepository: redis, imageTag: '7'}",
                "{imageRepository: R/redis, imageTag: '7'}",
                &[],
            ),
            // Below a table.
            (
                "controller: {repository: redis, tag: '7', webhook: {image: {repository: redis, tag: '8'}}}",
                "controller: {repository: R/redis, tag: '7', webhook: {image: {repository: R/cache, tag: '8'}}}",
                &[],
            ),
            (
                "services: {api: {image: {repository: redis, tag: '7'}}}",
                "services: {api: {image: {repository: R/redis, tag: '7'}}}",
                &[],
            ),
            (
                "[{apiVersion: v1, kind: Pod, spec: {containers: [{image: 'redis:7'}]}}]",
                "[{apiVersion: v1, kind: Pod, spec: {containers: [{image: 'R/redis:7'}]}}]",
                &[],
            ),
        ],
    );
}

#[test]
fn words_that_stand_for_something_else_as_well_stay() {
    for text in [
        "name: &app redis\nimage: {repository: *app, tag: '7'}\n",
        "image: {repository: &app redis, tag: '7'}\nargs: [*app]\n",
    ] {
        each_becomes("values.yaml", &[(text, text, &["shared-words"])]);
    }
    each_becomes(
        "compose.yaml",
        &[
            (
                "x-redis: &redis redis:7\nservices: {a: {image: *redis}}\n",
                "x-redis: &redis R/redis:7\nservices: {a: {image: *redis}}\n",
                &[],
            ),
            (
                "services:\n  a: &a {image: &i 'redis:7'}\n  b: {image: *i}\n  c: {<<: *a}\n",
                "services:\n  a: &a {image: &i 'R/redis:7'}\n  b: {image: *i}\n  c: {<<: *a}\n",
                &[],
            ),
        ],
    );
    let used = "ARG IMAGE=redis\nFROM ${IMAGE}:7\nARG IMAGE\nRUN apt-get install ${IMAGE}\n";
    let late = "FROM busybox\nARG T=7\nFROM redis:${T}\n";
    each_becomes(
        "Dockerfile",
        &[
            (used, used, &["shared-words"]),
            (
                "ARG T=7\nFROM redis:$T\nARG T\nRUN echo $T\n",
                "ARG T=7\nFROM R/redis:$T\nARG T\nRUN echo $T\n",
                &[],
            ),
            (
                late,
                "FROM R/busybox\nARG T=7\nFROM redis:${T}\n",
                &["variable"],
            ),
            (
                "FROM redis:7\nRUN cat <<EOF\nFROM redis:8\n",
                "FROM R/redis:7\nRUN cat <<EOF\nFROM redis:8\n",
                &["open-here-document"],
            ),
        ],
    );
}

#[test]
fn a_digest_under_two_tags_has_one_name() {
    let text =
        "version: 1\ntarget: {registry: r.example.com, namespace: t}\nimages: ['redis:7', redis]\n";
    let mut desired = declared(text, |_| false);
    let lock = desired.lock.as_mut().unwrap();
    let first = lock.images.values().next().unwrap().clone();
    for image in lock.images.values_mut() {
        image.source_digest = first.source_digest.clone();
        image.expected = first.expected.clone();
    }
    let source = first.source_digest;
    let text = format!("image: redis@{source}\n");
    let made = try_with(&map(&desired), "a.yaml", &text, THERE, &[]).unwrap();
    assert_eq!(made.diagnostics, []);
    assert!(
        made.text.contains("r.example.com/t/redis@"),
        "{}",
        made.text
    );
}

#[test]
fn a_digest_alone_in_a_tag_is_a_text() {
    let source = digest("source", "docker.io/library/redis:7");
    let list = format!(
        "version: 1\ntarget: {{registry: registry.cn-hangzhou.aliyuncs.com, namespace: team}}\nimages:\n- {{source: 'redis@{source}', target: 'redis:7'}}\n"
    );
    let map = map(&declared(&list, |_| false));
    let text = "image:\n  repository: registry.cn-hangzhou.aliyuncs.com/team/redis\n  tag: 7\n";
    let made = try_with(&map, "values.yaml", text, Way::Back, &[]).unwrap();
    assert!(
        made.text.contains(&format!("tag: \"@{source}\"")),
        "{made:?}"
    );
}

#[test]
fn names_of_the_mirror_lead_back_or_are_told() {
    let host = "registry.cn-hangzhou.aliyuncs.com/team";
    let held = digest("held", "docker.io/library/redis:7");
    let other = format!("sha256:{}", "0".repeat(64));
    for (image, after, codes) in [
        ("redis:7", "redis:7", &[][..]),
        ("cache:8", "redis:8", &[]),
        ("busybox", "busybox", &[]),
        ("arm-nginx:1.27", "nginx:1.27", &[]),
        (
            &format!("redis:7@{held}"),
            "redis:7@sha256:source(docker.io/library/redis:7)",
            &[],
        ),
        (
            &format!("redis@{held}"),
            "redis@sha256:source(docker.io/library/redis:7)",
            &[],
        ),
        (
            &format!("redis:7@{other}"),
            &format!("R/redis:7@{other}"),
            &["other-digest"],
        ),
        ("nobodys:1", "R/nobodys:1", &["not-of-the-list"]),
    ] {
        for quote in ["", "'"] {
            let text = format!("image: {quote}{host}/{image}{quote}\r\n");
            let (back, told) = becomes("values.yaml", &text, Way::Back);
            let expected = format!("image: {quote}{after}{quote}\r\n");
            assert_eq!((back, &*told), (expected, codes), "{image}");
        }
    }
    let pinned = format!("image: {host}/redis:7@{other}\n");
    let (again, told) = becomes("values.yaml", &pinned, PINNED);
    assert_eq!(
        again,
        "image: R/redis:7@sha256:held(docker.io/library/redis:7)\n"
    );
    assert_eq!(told, [""; 0]);
}

#[test]
fn what_is_no_yaml_is_told_with_its_place() {
    let map = map(&list());
    for (text, help) in [
        ("a: [1", None),
        ("a:\n\tb: 1", None),
        (
            "a: {{ .Values.x }}: y\n{{- if x }}\n",
            Some("helm template"),
        ),
    ] {
        let told = try_with(&map, "a.yaml", text, THERE, &[]).unwrap_err();
        assert!(told.place.is_some(), "{told:?}");
        let said = told.help.map(|help| help.english().to_owned());
        let said = said.unwrap_or_default();
        assert!(help.is_none_or(|help| said.contains(help)), "{said}");
    }
}

#[test]
fn tags_that_rules_choose_are_known_once_they_are_locked() {
    let text = "version: 1\ntarget: {registry: r.example.com, namespace: t}\nimages:\n- {source: app, select: {glob: 'v*'}}\n";
    let mut desired = declared(text, |_| false);
    let codes = |desired: &Desired| -> Vec<_> {
        let made = try_with(&map(desired), "a.yaml", "image: app:v1\n", THERE, &[]).unwrap();
        made.diagnostics.iter().map(|told| told.code).collect()
    };
    assert_eq!(codes(&desired), ["tags-not-locked"]);
    desired.choose(vec![Some(Choice::Taken(vec!["v1".to_owned()]))]);
    assert_eq!(codes(&desired), [""; 0]);
}

/// A line of YAML in which images may stand, as short as people write them.
fn line() -> impl Strategy<Value = String> {
    let image = prop::sample::select(vec![
        "redis:7",
        "redis:8",
        "busybox",
        "alpine:3",
        "open:1",
        "nginx:1.27",
        "base:1",
        "x y",
        "",
        "{{ x }}",
    ]);
    let around = prop::sample::select(vec![
        "image: @",
        "image: '@'",
        "image: \"@\" # @",
        "- image: @",
        "  image: &a @",
        "fooImage: @",
        "x: [@, '@']",
        "image: {repository: @, tag: '8'}",
        "image: {repository: redis, tag: @}",
        "image: >-\n  @",
        "images: ['@']",
        "services: {a: {image: '${I:-@}'}}",
        "- {name: redis, newTag: '7'}",
        "- name: @\n  newTag: 8",
        "images:",
        "--- # @",
        "kind: A\napiVersion: v1\nspec: {containers: [{image: @}]}",
        "FROM @",
        "ARG B=@",
        "FROM ${B}",
        "FROM $B:7",
        "COPY --from=@ / /",
        "# syntax=@",
        "RUN <<E\nFROM @\nE",
        "\u{4e8c}: @",
        "image: \"\\u0072edis:7\"",
    ]);
    (image, around).prop_map(|(image, around)| around.replace('@', image))
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn whatever_goes_there_comes_back(
        lines in prop::collection::vec(line(), 1..6),
        end in prop::sample::select(vec!["\n", "\r\n"]),
        mark in prop::sample::select(vec!["", "\u{feff}"]),
        name in prop::sample::select(vec!["a.yaml", "kustomization.yaml", "Dockerfile"]),
    ) {
        let text = format!("{mark}{}", lines.join("\n").replace('\n', end));
        let map = map(&list());
        if let Ok(there) = try_with(&map, name, &text, THERE, &["**.x"]) {
            let again = try_with(&map, name, &there.text, THERE, &["**.x"]).unwrap();
            prop_assert_eq!(&again.text, &there.text);
            let back = try_with(&map, name, &there.text, Way::Back, &["**.x"]).unwrap();
            prop_assert_eq!(back.text, text);
        }
    }
}
