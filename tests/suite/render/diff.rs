//! What differs inside an image: bounded, harmless, in words that say it.

use indexmap::IndexMap;
use insta::assert_snapshot;
use pulldown_cmark::{Event, Parser, Tag};
use pusher::diff::{Diffs, ImageDiff, Node, Outline, Settings, compare};
use pusher::model::{Cause, Descriptor, Digest, Language, Platform};
use pusher::plan::Action;
use pusher::render::{self, Compared, Details, Format, Signs, View};

use super::fixtures::{change, coloured, copy, descriptor, plan_of, unreadable};

const HOSTILE: &str = "\u{1b}[2J\u{9b}31m\u{7}\r\n```\n# owned\n</details><script>x</script> \
                       ~~~ @everyone #1 ![i](https://evil.example/p.png) \u{202e}gpj.exe";

fn layer(text: &str, size: u64) -> Descriptor {
    Descriptor {
        size,
        ..descriptor(text)
    }
}

/// An image for a platform; its config's digest is that of its name.
fn node(name: &str, platform: Option<&str>, layers: &[(&str, u64)]) -> Node {
    let platform = platform.map(|text| {
        let (os, architecture) = text.split_once('/').unwrap();
        Platform::new(os, architecture, None)
    });
    Node {
        digest: Digest::sha256(format!("manifest of {name}").as_bytes()),
        platform,
        config: layer(name, 100),
        layers: layers
            .iter()
            .map(|(text, size)| layer(text, *size))
            .collect(),
        annotations: [].into(),
    }
}

fn outline(name: &str, nodes: Vec<Node>) -> Outline {
    Outline {
        root: descriptor(name),
        nodes,
    }
}

fn settings<const N: usize>(of: [(&str, Settings); N]) -> IndexMap<Digest, Settings> {
    of.map(|(name, settings)| (descriptor(name).digest, settings))
        .into()
}

fn environment(pairs: &[(&str, &str)]) -> Settings {
    let pair = |(name, value): &(&str, &str)| ((*name).to_owned(), (*value).to_owned());
    Settings {
        environment: pairs.iter().map(pair).collect(),
        ..Settings::default()
    }
}

fn lists(words: &[&str]) -> Settings {
    Settings {
        command: words.iter().map(|word| (*word).to_owned()).collect(),
        ..Settings::default()
    }
}

/// Everything that a hostile image can say, on every place where it is shown.
fn hostile() -> ImageDiff {
    let said = |suffix: &str| {
        let text = format!("{HOSTILE}{suffix}");
        Settings {
            created: Some(text.clone()),
            command: vec![text.clone(); 300],
            user: Some("x".repeat(5_000_000)),
            environment: (0..1000)
                .map(|n| (format!("{HOSTILE}{n}"), text.clone()))
                .collect(),
            ..Settings::default()
        }
    };
    let mut platform = Platform::new(HOSTILE, HOSTILE, None);
    platform.os_version = Some(HOSTILE.to_owned());
    let image = |name: &str| {
        let mut node = node(name, None, &[(name, u64::MAX), ("also", u64::MAX)]);
        node.platform = Some(platform.clone());
        let version = "org.opencontainers.image.version".to_owned();
        node.annotations.insert(version, format!("{HOSTILE}{name}"));
        node
    };
    let gained = |n: usize| node(&format!("{n}"), Some(&format!("linux/a{n}")), &[]);
    let mut nodes = vec![image("new")];
    nodes.extend((0..250).map(gained));
    compare(
        &outline("before", vec![image("old")]),
        &outline("after", nodes),
        &settings([("old", said("1")), ("new", said("2"))]),
    )
}

fn rendered(diff: &ImageDiff, format: Format, view: &View) -> String {
    let compared = Compared {
        before: "docker.io/library/nginx:1.27.1",
        after: "docker.io/library/nginx:1.27.2",
        diff,
    };
    let mut text = String::new();
    render::diff(&compared, format, view, &mut text).unwrap();
    text
}

/// A plan with an update, in full.
fn in_plan(diff: Result<ImageDiff, &str>, format: Format) -> String {
    let action = Action::Update {
        before: descriptor("before"),
        after: copy("after", Some(1)),
    };
    let plan = plan_of(vec![change(1, "nginx", "nginx:1", action)]);
    let name = plan.changes[0].target.clone();
    let diff = diff.map_err(|why| unreadable(Cause::Denied, "ghcr.io/org/app:1", why));
    let diffs = Diffs::from([(name, diff)]);
    let details = Details {
        diffs: Some(&diffs),
        ..Details::default()
    };
    let mut text = String::new();
    render::plan(&plan, &details, format, &coloured(), &mut text).unwrap();
    text
}

pub(super) fn compared(format: Format) -> String {
    rendered(&hostile(), format, &View::default())
}

pub(super) fn planned(format: Format) -> String {
    in_plan(Ok(hostile()), format)
}

fn human(diff: &ImageDiff) -> String {
    rendered(diff, Format::Human, &View::default())
}

#[test]
fn platforms_that_change_alike_are_told_together() {
    let platforms = ["linux/amd64", "linux/arm64", "linux/s390x"];
    let nodes = |version: &str| -> Vec<Node> {
        let nodes = platforms.map(|platform| {
            let name = format!("{platform} {version}");
            node(
                &name,
                Some(platform),
                &[("base", 30 << 20), (&name, 2 << 20)],
            )
        });
        nodes.into()
    };
    let path = |last: &str| {
        format!(
            "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin:/opt/application/{last}"
        )
    };
    let said =
        |last: &str, secret: &str| environment(&[("PATH", &path(last)), ("DB_PASSWORD", secret)]);
    let all = settings([
        ("linux/amd64 1", said("old", "one")),
        ("linux/arm64 1", said("old", "two")),
        ("linux/amd64 2", said("new", "three")),
        ("linux/arm64 2", said("new", "four")),
        ("linux/s390x 1", Settings::default()),
        ("linux/s390x 2", Settings::default()),
    ]);
    let diff = compare(
        &outline("before", nodes("1")),
        &outline("after", nodes("2")),
        &all,
    );
    assert_snapshot!("diff_alike", human(&diff));
}

#[test]
fn what_was_not_read_is_not_said_to_be_the_same() {
    let one = |name: &str| outline(name, vec![node(name, None, &[("base", 1)])]);
    let diff = compare(&one("before"), &one("after"), &IndexMap::new());
    assert_snapshot!("diff_unread", human(&diff));
}

#[test]
fn what_goes_is_told_as_well_as_what_comes() {
    let before = outline(
        "before",
        vec![
            node("a", Some("linux/amd64"), &[("base", 100), ("big", 5000)]),
            node("same", Some("linux/arm64"), &[("base", 100)]),
        ],
    );
    let after = outline(
        "after",
        vec![
            node("b", Some("linux/amd64"), &[("base", 100), ("small", 50)]),
            node("same", Some("linux/arm64"), &[("base", 100)]),
        ],
    );
    let said = settings([
        ("a", lists(&["run", "--old", "--kept"])),
        ("b", lists(&["run", "--kept", "--new"])),
    ]);
    let diff = compare(&before, &after, &said);
    assert_snapshot!("diff_goes", human(&diff));
    let chinese = Language::Chinese.speak(|| human(&diff));
    assert_snapshot!("chinese_diff_goes", chinese);
}

#[test]
fn hostile_images_get_a_bounded_number_of_lines_and_no_control() {
    for text in [
        rendered(&hostile(), Format::Human, &coloured()),
        in_plan(Ok(hostile()), Format::Human),
    ] {
        assert!(text.contains("owned"), "the text is not there at all");
        let mut rest = text.clone();
        for code in ["1", "2", "32", "33", "1;31", "36", "0"] {
            rest = rest.replace(&format!("\u{1b}[{code}m"), "");
        }
        let hidden = |c: &char| *c != '\n' && (c.is_control() || *c == '\u{202e}');
        assert_eq!(rest.chars().find(hidden), None);
        assert!(text.lines().count() < 200, "{}", text.lines().count());
        assert!(text.contains("… and "), "{text}");
    }
    let json = rendered(&hostile(), Format::Json, &View::default());
    let hidden = |c: &char| *c != '\n' && (c.is_control() || *c == '\u{202e}');
    assert_eq!(json.chars().find(hidden), None);
    assert!(json.len() < 1 << 20, "{}", json.len());
}

#[test]
fn hostile_images_do_not_leave_their_block() {
    for text in [
        rendered(&hostile(), Format::Markdown, &View::default()),
        in_plan(Ok(hostile()), Format::Markdown),
        in_plan(Err(HOSTILE), Format::Markdown),
    ] {
        assert!(text.contains("owned"), "the text is not there at all");
        assert!(text.len() < 65_536, "{}", text.len());
        let (mut in_block, mut in_code, mut words) = (false, false, String::new());
        for event in Parser::new(&text) {
            match event {
                Event::Start(Tag::CodeBlock(_)) => in_block = true,
                Event::End(pulldown_cmark::TagEnd::CodeBlock) => in_block = false,
                Event::Html(html) => {
                    let ours =
                        html.starts_with("<details><summary><code>") || &*html == "</details>\n";
                    assert!(ours && !html.contains("owned</"), "{html}");
                    assert!(!html.contains(['@', '#']) || html.contains("&#"), "{html}");
                    assert!(!html.contains("<script") && !html.contains('@'), "{html}");
                }
                Event::InlineHtml(html) => {
                    assert!(["<br>", "<code>", "</code>"].contains(&&*html), "{html}");
                    in_code = &*html == "<code>" || (in_code && &*html != "</code>");
                }
                Event::Text(text) if !in_block && !in_code => words.push_str(&text),
                _ => {}
            }
        }
        for forbidden in ["@", "#1", "://", "\u{1b}", "\u{202e}", "script"] {
            assert!(!words.contains(forbidden), "{forbidden} in {words}");
        }
    }
}

#[test]
fn signs_that_the_locale_lacks_are_written_in_those_that_it_has() {
    let ascii = View {
        signs: Signs::Ascii,
        ..View::default()
    };
    let shown = rendered(&hostile(), Format::Human, &View::default());
    assert!(shown.contains('→') && shown.contains("… and "), "{shown}");
    let shown = rendered(&hostile(), Format::Human, &ascii);
    assert!(!shown.contains(['→', '…']), "{shown}");
}
