//! Files that are longer than anybody's: read up to a bound in time that grows as they do, refused beyond it.

use pusher::config::{Input, Loaded, Severity, Variables, load};
use pusher::model::Text;
use pusher::render::{Style, human};

fn loaded(path: &str, text: &str) -> Loaded {
    let environment: Variables = [
        ("ALIYUN_REGISTRY", "registry.example.com"),
        ("ALIYUN_NAME_SPACE", "team"),
    ]
    .map(|(name, value)| (name.to_owned(), value.to_owned()))
    .into();
    load(&Input {
        path,
        text,
        environment: &environment,
        read: &|_| Err(Text::verbatim("there is none")),
        names: &|_| vec![],
    })
}

fn told(loaded: &Loaded) -> String {
    let mut text = String::new();
    human::diagnostics(&loaded.diagnostics, &loaded.files, Style::PLAIN, &mut text).unwrap();
    text
}

#[test]
fn one_long_line_is_told_by_its_length_and_shown_as_far_as_anybody_reads() {
    let long = "nginx:1,".repeat(125_000);
    for (path, text, part) in [
        ("images.txt", long.clone(), "this line has 1000000 bytes"),
        (
            "mirror.yaml",
            format!("version: 1\nimages: [\"{long}\"]\n"),
            "several images stand on this line",
        ),
        (
            "mirror.toml",
            format!("version = 1\nimages = [\"{long}\"]\n"),
            "several images stand on this line",
        ),
    ] {
        let loaded = loaded(path, &text);
        let told = told(&loaded);
        assert!(told.contains(part), "{told:.500}");
        assert!(told.len() < 20_000, "{path}: {} bytes", told.len());
        assert!(loaded.desired().is_err(), "{path}");
    }
    let comment = format!("# {long}\nnginx:1\n");
    assert_eq!(loaded("images.txt", &comment).targets[0].entries.len(), 1);
}

#[test]
fn a_list_with_too_many_lines_is_refused_at_the_first_beyond() {
    let lines = "\n".repeat((1 << 20) - 1);
    let most = loaded("images.txt", &format!("{lines}nginx:1\n"));
    assert_eq!(most.targets[0].entries.len(), 1, "{:?}", most.diagnostics);
    let more = loaded("images.txt", &format!("{lines}nginx:1\nredis:1\n"));
    let told = told(&more);
    assert!(more.desired().is_err());
    assert!(
        told.contains("this list has more than 1048576 lines"),
        "{told}"
    );
    assert!(told.contains("images.txt:1048577"), "{told}");
}

#[test]
fn mistakes_without_number_are_told_as_far_as_anybody_reads_and_stand_in_the_way_untold() {
    let notes = "  - org/app:1\n".repeat(3_000);
    let wrong = "  - Org/App\n".repeat(3_000);
    for (images, blocks) in [(notes.clone(), false), (notes + &wrong, true)] {
        let loaded = loaded("mirror.yaml", &format!("version: 1\nimages:\n{images}"));
        assert_eq!(loaded.diagnostics.len(), 500);
        let last = loaded.diagnostics.last().unwrap();
        assert_eq!(
            (last.severity == Severity::Error, loaded.desired().is_err()),
            (blocks, blocks)
        );
        let errors = if blocks {
            "3000 more of severity `error`, "
        } else {
            ""
        };
        let told = format!("there is more like this: {errors}2500 more of severity `note`");
        assert_eq!(last.message.english(), told);
    }
}
