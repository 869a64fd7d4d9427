//! Whatever a file holds: no panic, and every place lies in its text.

use proptest::prelude::*;
use pusher::config::Loaded;
use pusher::render::{self, Checked, Format, Style, View, human};

use super::loaded;

const PATHS: [&str; 4] = [
    "images.txt",
    "images.dockerfile",
    "mirror.yaml",
    "mirror.toml",
];

fn assert_sound(loaded: &Loaded) {
    for diagnostic in &loaded.diagnostics {
        let places = diagnostic
            .place
            .iter()
            .chain(diagnostic.related.iter().map(|(place, _)| place))
            .chain(
                diagnostic
                    .replacement
                    .iter()
                    .map(|replacement| &replacement.place),
            );
        for place in places {
            let text = loaded.files.text(&place.file);
            assert!(
                text.get(place.span.clone()).is_some(),
                "{diagnostic:?} in {text:?}"
            );
        }
        assert!(!diagnostic.message.english().is_empty());
    }
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
    let desired = loaded.desired();
    for format in Format::ALL {
        render::check(&checked, format, &view, &mut out).unwrap();
        if let Ok(desired) = &desired {
            render::each(desired, format, &mut out, |desired, out| {
                render::list(desired, format, &view, out)
            })
            .unwrap();
        }
    }
}

/// Pieces that files are made of, so that chance gets further than the first character.
fn pieces() -> impl Strategy<Value = String> {
    let piece = prop::sample::select(vec![
        "version: 1\n",
        "version = 1\n",
        "target",
        "registry",
        "namespace",
        "profile",
        "defaults",
        "platforms",
        "images",
        "include",
        "registries",
        "source",
        "password",
        "username",
        ":",
        ": ",
        " = ",
        "\n",
        "\n  ",
        "\n  - ",
        "- ",
        "[",
        "]",
        "{",
        "}",
        "\"",
        "'",
        "#",
        " ",
        "\t",
        "\r\n",
        "&a",
        "*a",
        "<<: *a",
        "~",
        "null",
        "1.10",
        "no",
        "-1",
        "1e999",
        "nginx",
        "nginx:1.27",
        "ghcr.io/org/app:v1",
        "@sha256:",
        "aaaa",
        "--platform",
        "--platform=",
        "linux/armv7",
        "linux/arm64",
        "linux/*",
        ",",
        "：",
        "最新",
        "\u{200b}",
        "\u{feff}",
        "\u{202e}",
        "\u{1b}[31m",
        "https://hub.docker.com/r/a/b",
        "docker pull ",
        "${",
        "${ALIYUN_REGISTRY}",
        "}",
        "$${",
        "/",
        "//",
        "é",
        "\u{9b}",
        "images.txt",
        "all",
        "A",
        "x: ",
        "|\n",
        ">-\n",
        "!!binary ",
        "---\n",
        "%",
    ]);
    prop::collection::vec(piece, 0..24).prop_map(|pieces| pieces.concat())
}

proptest! {
    #[test]
    fn any_text_is_read(text in any::<String>()) {
        for path in PATHS {
            assert_sound(&loaded(path, &text));
        }
    }

    #[test]
    fn any_pieces_are_read(text in pieces()) {
        for path in PATHS {
            assert_sound(&loaded(path, &text));
        }
    }

    #[test]
    fn what_is_offered_for_a_line_is_a_line(line in pieces()) {
        let line = line.replace(['\n', '\r'], " ");
        let before = loaded("images.txt", &line);
        for replacement in before.diagnostics.iter().filter_map(|one| one.replacement.as_ref()) {
            let after = loaded("images.txt", &replacement.text);
            // The one thing that a line by itself cannot know is which names others have.
            let codes: Vec<_> = after.diagnostics.iter().map(|one| one.code).collect();
            let fine = |code: &&str| matches!(*code, "name-refused" | "declared-twice" | "same-target");
            prop_assert!(codes.iter().all(fine), "{line:?} -> {:?}: {codes:?}", replacement.text);
            prop_assert!(!after.targets[0].entries.is_empty(), "{line:?} -> {:?}", replacement.text);
        }
    }
}

#[test]
fn long_and_deep_texts_are_read() {
    for text in [
        "[",
        "{",
        "- ",
        "a: ",
        "x",
        "x ",
        "&a [*a,",
        "\t",
        "a/",
        "--platform ",
        "[a.",
        "a=[",
        "\n",
    ] {
        let long = text.repeat(20_000);
        for path in PATHS {
            let loaded = loaded(path, &long);
            let mut out = String::new();
            human::diagnostics(&loaded.diagnostics, &loaded.files, Style::PLAIN, &mut out).unwrap();
        }
    }
}

/// Rendering goes through all between two places of one snippet, so that a long list of images that are
/// declared twice would take hours.
#[test]
fn two_places_that_are_far_apart_are_two_snippets() {
    let shown = |between: usize| {
        let lines: Vec<_> = (0..between)
            .map(|line| format!("org/app{line}:v1\n"))
            .collect();
        let text = format!("nginx:1\n{}nginx:1\n", lines.concat());
        let loaded = loaded("images.txt", &text);
        let mut out = String::new();
        human::diagnostics(&loaded.diagnostics, &loaded.files, Style::PLAIN, &mut out).unwrap();
        out
    };
    let (near, far) = (shown(3), shown(2000));
    assert!(!near.contains(":::"), "{near}");
    let second = far
        .split_once("::: images.txt:1:1")
        .map_or("", |(_, second)| second);
    assert!(second.contains("this one counts"), "{far}");
    assert!(far.contains("--> images.txt:2002:1"), "{far}");
}
