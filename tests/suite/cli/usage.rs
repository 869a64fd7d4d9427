//! What is typed wrong, and what is asked about.

use pusher::cli::args::{Args, NotRun};
use pusher::model::Language;

use super::harness::Place;

#[test]
fn a_usage_error_is_1_never_2() {
    let place = Place::empty();
    for typed in [
        "",
        "plam",
        "plan --no-such-option",
        "plan --format xml",
        "plan -q -v",
        "schema",
        "schema nothing",
        "import",
        "demo --format markdown",
        "-f images.txt demo",
        "list --detailed-exitcode",
        "list --no-cache",
        "schema mirror --format markdown",
        "--format markdown schema mirror",
        "plan --offline --detailed-exitcode",
    ] {
        let ran = place.run(typed);
        assert_eq!(ran.status, 1, "`{typed}`: {ran:?}");
        assert_eq!(ran.stdout, "", "`{typed}`");
        assert!(!ran.stderr.is_empty(), "`{typed}`");
    }
}

#[test]
fn says_what_was_meant() {
    let place = Place::empty();
    insta::assert_snapshot!("usage_unknown_command", place.run("plam").whole());
    insta::assert_snapshot!(
        "usage_idle_option",
        place.run("demo --format markdown").whole()
    );
    insta::assert_snapshot!(
        "usage_idle_before",
        place.run("--format markdown demo").whole()
    );
    for (typed, told) in [
        ("sync", "hint: `pusher apply` copies"),
        (
            "plan images.txt",
            "hint: name the file: `pusher plan --file images.txt`",
        ),
        (
            "apply images.txt",
            "hint: name it: `pusher apply --file images.txt`",
        ),
        (
            "plan user:CANARY@host.example.com/app.txt",
            "hint: name the file: ",
        ),
    ] {
        let ran = place.run(typed);
        assert_eq!(ran.status, 1, "{ran:?}");
        assert!(ran.stderr.contains(told), "{ran:?}");
        assert!(!ran.stderr.contains("CANARY"), "{ran:?}");
    }
}

#[test]
fn help_and_version_are_answers() {
    let place = Place::empty();
    let version = place.run("--version");
    let wanted = format!("pusher {}\n", env!("CARGO_PKG_VERSION"));
    assert_eq!(
        (version.status, version.stdout.as_str()),
        (0, wanted.as_str())
    );
    let version = place.run("version");
    assert_eq!((version.status, version.stdout), (0, wanted));
    for typed in ["--help", "plan --help", "import --help", "-h"] {
        let ran = place.run(typed);
        assert_eq!((ran.status, ran.stderr.as_str()), (0, ""), "`{typed}`");
        assert!(ran.stdout.contains("Usage: pusher"), "{}", ran.stdout);
    }
    insta::assert_snapshot!("usage_help", place.run("--help").whole());
    insta::assert_snapshot!("usage_help_lock", place.run("lock --help").stdout);
    insta::assert_snapshot!("usage_help_demo", place.run("demo --help").stdout);
    insta::assert_snapshot!("usage_help_zh", place.run("--help --lang zh").stdout);
    insta::assert_snapshot!(
        "usage_help_schema_zh",
        place.run("schema -h --lang=zh").stdout
    );
}

#[test]
fn colour_is_there_when_asked_for_alone() {
    let place = Place::empty();
    let escape = '\u{1b}';
    assert!(!place.run("plan").stderr.contains(escape));
    assert!(place.run("plan --color always").stderr.contains(escape));
    // What is typed wrong is told as it was asked for, too.
    assert!(place.run("plam --color always").stderr.contains(escape));
    let refusing = Place::empty().variable("NO_COLOR", "1");
    assert!(refusing.run("plan --color always").stderr.contains(escape));
}

/// Returns why something is not run, with what to do about it.
fn refused(line: &str) -> String {
    match Args::parse_checked(line.split(' ')) {
        Err(NotRun::Refused { error, usage }) => {
            let advice = error.advice().map(|advice| format!(" | {advice}"));
            format!("{error}{} | {usage}", advice.unwrap_or_default())
        }
        other => panic!("`{line}`: {other:?}"),
    }
}

#[test]
fn mistakes_are_told_in_each_language() {
    let lines = [
        "pusher plam",
        "pusher -q",
        "pusher plan --formt json",
        "pusher plan --format xml",
        "pusher plan --file",
        "pusher plan --file=",
        "pusher plan -q -v",
        "pusher plan --diff --diff",
        "pusher plan --offline --out p.json --diff",
        "pusher plan --diff=yes",
        "pusher list --only nginx",
        "pusher --only nginx",
        "pusher schema",
        "pusher schema nothing",
        "pusher diff a UPPER",
        "pusher demo --format json",
        "pusher apply --dry-run",
    ];
    let told = |language: Language| {
        let told = lines.map(|line| language.speak(|| format!("{line}\n  {}", refused(line))));
        told.join("\n")
    };
    insta::assert_snapshot!("usage_mistakes", told(Language::English));
    insta::assert_snapshot!("usage_mistakes_zh", told(Language::Chinese));
}
