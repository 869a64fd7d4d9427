//! Other tools' files: what each becomes, and that the mirror file is right.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use proptest::prelude::*;
use pusher::config::import::{Imported, Imports, import};
use pusher::config::{DiagnosticKind, Loaded, Severity};
use pusher::model::Language;
use pusher::plan::Family;
use pusher::render::{Style, human};

use super::{environment, load_with};

fn imported(files: &[(&str, &str)]) -> Imported {
    let files: Vec<_> = files
        .iter()
        .map(|(path, text)| Imports { path, text })
        .collect();
    import(&files)
}

fn images_of(loaded: &Loaded) -> Vec<String> {
    let each = loaded.targets.iter().flat_map(|one| {
        let target = one.target.as_ref().unwrap();
        one.entries.iter().map(|one| {
            let platforms = match one.platforms.to_string() {
                usual if usual == "linux/amd64" => String::new(),
                others => format!(" for {others}"),
            };
            format!(
                "{} -> {}{platforms}",
                one.source,
                target.reference(&one.target)
            )
        })
    });
    each.collect()
}

/// Returns where each tag goes that rules choose of these.
fn chosen_of(loaded: &Loaded, listed: &str) -> Vec<String> {
    let listed = Ok(listed.split(' ').map(str::to_owned).collect());
    let each = loaded.targets.iter().flat_map(|one| {
        let target = one.target.as_ref().unwrap();
        one.families.iter().flat_map(|family| {
            let (choice, _) = family.follow(&listed);
            let family = Family {
                choice,
                ..family.clone()
            };
            let names: Vec<_> = family.taken().map(|(_, name)| name).collect();
            names
                .into_iter()
                .map(|name| target.reference(&name).to_string())
        })
    });
    each.collect()
}

/// Returns what a mirror file declares, which has no mistake.
fn checked(text: &str) -> Loaded {
    // What the target accepts is not what this is about.
    let mut environment = environment();
    environment.insert("ALIYUN_REGISTRY".into(), "registry.example.net".into());
    let loaded = load_with("mirror.yaml", text, "", &environment);
    let wrong: Vec<_> = loaded
        .check()
        .into_iter()
        .filter(|one| one.severity > Severity::Note && one.code != "variable-not-set")
        .collect();
    assert_eq!(wrong, [], "{text}");
    loaded
}

fn shown(imported: &Imported) -> String {
    let mut text = String::new();
    human::diagnostics(
        &imported.diagnostics,
        &imported.files,
        Style::PLAIN,
        &mut text,
    )
    .unwrap();
    text
}

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/import")
}

fn text_of(name: &str) -> String {
    fs::read_to_string(folder().join(name)).unwrap()
}

fn fixtures() -> BTreeSet<String> {
    let files = fs::read_dir(folder()).unwrap();
    let names = files.map(|file| file.unwrap().file_name().into_string().unwrap());
    names.filter(|name| !name.contains(".snap")).collect()
}

/// Returns what is imported together: what a tool reads beside a file has that file's name, and one more.
fn together(name: &str) -> Imported {
    let beside = fixtures();
    let beside = beside.iter().filter(|other| {
        other
            .strip_prefix(name)
            .is_some_and(|rest| rest.starts_with('+'))
    });
    let texts: Vec<_> = std::iter::once(name)
        .chain(beside.map(String::as_str))
        .map(|name| (name.to_owned(), text_of(name)))
        .collect();
    let files: Vec<_> = texts
        .iter()
        .map(|(name, text)| (&**name, &**text))
        .collect();
    imported(&files)
}

#[test]
fn what_is_not_carried_over_is_told_in_chinese_as_well() {
    let told =
        || ["regsync.yml", "image-syncer.yaml", "compose.yml"].map(|name| shown(&together(name)));
    let told = Language::Chinese.speak(told).join("\n\n");
    insta::assert_snapshot!("import_chinese", told);
}

#[test]
fn what_cannot_be_imported_is_told_with_what_can() {
    let digests = "- name: a\n  dmap:\n    \"sha256:00\": [\"1\"]\n";
    for (files, code) in [
        (
            &[("notes.md", "# Notes\n\nMirror what we need.\n")][..],
            "unknown-content",
        ),
        (
            &[("values.yaml", "replicas: 1\nimage:\n  tag: v1\n")],
            "unknown-content",
        ),
        (&[("broken.yaml", "sync:\n\t- a\n")], "syntax"),
        (&[("<stdin>", "{\"a\": ")], "syntax"),
        (
            &[("mirror.yaml", "version: 1\nimages: [nginx]\n")],
            "mirror-file-already",
        ),
        (
            &[("services.yaml", "services: {own: {build: .}}\n")],
            "nothing-found",
        ),
        (&[("images.yaml", digests)], "manifest-missing"),
        (
            &[("a.txt", "nginx\n"), ("b.txt", "redis\n")],
            "one-file-too-many",
        ),
        (
            &[
                ("a.txt", "nginx\n"),
                ("auth.yaml", "r.example.com: {username: a, password: b}\n"),
            ],
            "one-file-too-many",
        ),
    ] {
        let imported = imported(files);
        assert_eq!(imported.text, None, "{files:?}");
        let errors = imported
            .diagnostics
            .iter()
            .filter(|one| one.severity == Severity::Error);
        let codes: Vec<_> = errors.map(|one| one.code).collect();
        assert_eq!(codes, [code], "{}", shown(&imported));
    }
}

#[test]
fn a_promoters_files_belong_together() {
    let digest = format!("sha256:{}", "c".repeat(64));
    let images = format!("- name: a\n  dmap:\n    \"{digest}\": [v1]\n");
    let manifest =
        "registries:\n- {name: gcr.io/staging, src: true}\n- {name: r.example.com/prod}\n";
    for files in [
        [("images.yaml", &*images), ("manifest.yaml", manifest)],
        [("manifest.yaml", manifest), ("images.yaml", &*images)],
    ] {
        let imported = imported(&files);
        let text = imported.text.clone();
        let text = text.unwrap_or_else(|| panic!("{}", shown(&imported)));
        let found = images_of(&checked(&text));
        assert_eq!(
            found,
            [format!(
                "gcr.io/staging/a@{digest} -> r.example.com/prod/a:v1 for all"
            )]
        );
    }
}

#[test]
fn ranges_take_the_tags_that_the_tool_took() {
    let listed =
        "latest 1.25.0 1.25.1-alpine 1.26 1.26.2 v1.27.1 1.27.1-rc1 1.28.0-alpine 1.28.0 2.0.0";
    let of = |text: &str| {
        let imported = imported(&[("file.yml", text)]);
        let said = shown(&imported);
        let names = chosen_of(&checked(&imported.text.unwrap()), listed);
        let tags = names.iter().map(|name| name.rsplit(':').next().unwrap());
        let tags: BTreeSet<_> = tags.map(str::to_owned).collect();
        (tags.into_iter().collect::<Vec<_>>().join(" "), said)
    };
    let regsync = |tags: &str| {
        of(&format!(
            "version: 1\nsync:\n- source: nginx\n  target: r.example.com/me/nginx\n  type: repository\n  {tags}\n"
        ))
    };
    for (tags, taken, told) in [
        (
            "tags: {semverRange: '>=1.26.0 <1.28.0'}",
            "1.26 1.26.2 1.27.1-rc1 v1.27.1",
            "such as `1.28.0-alpine` is not taken, such as `1.26.0-alpine` is",
        ),
        (
            "tags: {semverRange: '>=1.26.0 <1.28.0', allow: ['v?[0-9.]+'], deny: ['1.26']}",
            "1.26.2 v1.27.1",
            "numbers alone",
        ),
        // Several ranges: any of them takes a tag.
        (
            "tags: {semverRange: ['>=1.25.0 <1.26.0', '>=1.28.0'], allow: ['[0-9.]+'], deny: ['1.25.0']}",
            "1.28.0 2.0.0",
            "numbers alone",
        ),
        (
            "tagSets: [{allow: [latest]}, {semverRange: ['^1.27'], deny: ['.*-rc.*']}]",
            "",
            "`^1.27`",
        ),
        (
            "tagSets: [{allow: [latest]}, {semverRange: '>1.27.1 <=1.28.0'}, {allow: ['2\\..*']}]",
            "1.28.0 1.28.0-alpine 2.0.0 latest",
            "",
        ),
    ] {
        let (found, said) = regsync(tags);
        assert_eq!(found, taken, "{tags}");
        assert!(
            said.contains(told) && told.is_empty() == said.is_empty(),
            "{said}"
        );
    }
    let (found, said) = of(
        "docker.io:\n  images: {library/nginx: [latest]}\n  images-by-semver: {library/nginx: '>= 1.26, < 2'}\n  \
         images-by-tag-regex: {library/nginx: '-alpine$'}\n",
    );
    assert_eq!(
        found,
        "1.25.1-alpine 1.26 1.26.2 1.28.0 1.28.0-alpine latest v1.27.1"
    );
    assert_eq!(said, "");
}

#[test]
fn what_several_hosts_get_alike_goes_to_several_targets() {
    let both = "nginx:1: [a.example.com/me/nginx, b.example.com/you/nginx]\n";
    let both = both.replace("nginx:1:", "library/nginx:1:");
    let other = "library/redis:7: a.example.com/me/redis\n";
    let third = "library/nginx:1: [a.example.com/me/nginx, b.example.com/you/nginx, c.example.com/me/app]\n";
    for (text, names, targets, told) in [
        (both.clone(), 2, true, 0),
        // The one gets more than the other.
        (format!("{both}{other}"), 2, false, 1),
        // Two get the same.
        (third.to_owned(), 2, true, 1),
    ] {
        let imported = imported(&[("images.yaml", &text)]);
        let said = shown(&imported);
        let yaml = imported.text.unwrap();
        assert_eq!(images_of(&checked(&yaml)).len(), names, "{yaml}");
        assert_eq!(yaml.contains("\ntargets:\n"), targets, "{yaml}");
        let left_out = "all targets of a mirror file get the same images";
        assert_eq!(said.matches(left_out).count(), told, "{said}");
    }
}

#[test]
fn each_form_becomes_what_its_tool_did() {
    let settings = || {
        let mut settings = insta::Settings::clone_current();
        settings.set_snapshot_path(folder());
        settings.set_prepend_module_to_snapshot(false);
        settings.set_omit_expression(true);
        settings
    };
    for name in fixtures().into_iter().filter(|name| !name.contains('+')) {
        let imported = together(&name);
        let yaml = imported.text.clone().unwrap_or_default();
        let names = match &imported.text {
            Some(yaml) => images_of(&checked(yaml)).join("\n"),
            None => "nothing".to_owned(),
        };
        let said = shown(&imported);
        let all = format!("{names}\n\n{yaml}\n{said}");
        assert!(
            !all.contains("hunter2") && !all.contains("aHVudGVyMg"),
            "{all}"
        );
        settings().bind(|| insta::assert_snapshot!(name.clone(), all));
    }
}

/// Pieces of the fixtures, so that chance makes files that are almost right.
fn pieces() -> impl Strategy<Value = String> {
    let texts = fixtures().into_iter().map(|name| text_of(&name));
    let lines = texts.flat_map(|text| text.lines().map(str::to_owned).collect::<Vec<_>>());
    let own = [
        "---",
        "...",
        "",
        "FROM",
        "COPY --from=",
        "a, b",
        "=>",
        "- ",
        "{",
        "\u{feff}",
        "镜像: ：",
        "${",
        "x: /",
    ];
    let lines: Vec<String> = lines.chain(own.map(str::to_owned)).collect();
    let mixed = prop::collection::vec(prop::sample::select(lines), 1..12);
    let texts: Vec<_> = fixtures().into_iter().map(|name| text_of(&name)).collect();
    let cut = (
        prop::sample::select(texts),
        any::<prop::sample::Index>(),
        1..40_usize,
    );
    prop_oneof![
        mixed.prop_map(|lines| lines.join("\n")),
        cut.prop_map(|(text, at, length)| {
            let at = at.index(text.len());
            let kept = text
                .char_indices()
                .filter(|(place, _)| !(at..at + length).contains(place));
            kept.map(|(_, c)| c).collect()
        }),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn whatever_a_file_holds_what_is_written_is_right(text in pieces(), name in prop::sample::select(vec!["a.txt", "a.yaml", "Dockerfile", "<stdin>"])) {
        let imported = imported(&[(name, &text)]);
        for told in &imported.diagnostics {
            let places = told.place.iter().chain(told.related.iter().map(|(place, _)| place));
            for place in places {
                prop_assert!(imported.files.text(&place.file).get(place.span.clone()).is_some(), "{told:?}");
            }
        }
        let said = shown(&imported);
        if let Some(yaml) = &imported.text {
            let loaded = load_with("mirror.yaml", yaml, "", &environment());
            let mut wrong = loaded.check().into_iter().filter(|one| {
                one.severity == Severity::Error && one.kind != DiagnosticKind::NameRefused && one.code != "onto-itself"
            });
            prop_assert_eq!(wrong.next(), None, "{}\n{}\n{}", text, yaml, said);
        }
    }
}
