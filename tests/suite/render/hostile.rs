//! Names, tags and messages that want to be more than text.

use pulldown_cmark::{Event, Options, Parser, Tag, TagEnd};
use pusher::model::{Cause, Language, ManifestError, Platform, Text};
use pusher::plan::Absence;
use pusher::plan::{
    Action, Attached, Attachment, BlockReason, CannotMirror, LeftOut, Outcome, Plan, Report,
    TargetName, WhyLeftOut,
};
use pusher::render::Format;
use serde_json::Value;

use super::fixtures::{blocked, change, coloured, copy, descriptor, plan_of, unreadable};
use super::{drift, plan, report};

const HOSTILE: &str = "\u{1b}[2J\u{9b}31m\u{7}\r\n# owned\n| x | y |\n</details><script>x</script> \
                       ``` `a` @everyone #1 ![i](https://evil.example/p.png) \u{202e}gpj.exe";

/// A plan that holds the hostile text wherever a registry or a file can put it.
fn hostile_plan() -> Plan {
    let mut after = copy("a", Some(1));
    after.expected.selection.left_out.push(LeftOut {
        digest: descriptor("x").digest,
        attestation: false,
        why: WhyLeftOut::ConfigRefused(HOSTILE.to_owned()),
    });
    let mut platform = Platform::new(HOSTILE, HOSTILE, None);
    platform.os_version = Some(HOSTILE.to_owned());
    let missing = CannotMirror::PlatformsMissing {
        missing: vec!["linux/amd64".parse().unwrap()],
        available: vec![platform],
    };
    let malformed = ManifestError::Malformed(Text::verbatim(HOSTILE));
    let unreadable = || unreadable(Cause::Server, "ghcr.io/org/app:1", HOSTILE);
    let before = || descriptor("old");
    let actions = [
        Action::Create {
            after: after.clone(),
        },
        Action::Update {
            before: before(),
            after,
        },
        Action::in_place(before()),
        blocked(BlockReason::CannotMirror(missing)),
        blocked(BlockReason::CannotMirror(malformed.into())),
        blocked(BlockReason::SourceUnreadable(unreadable())),
        blocked(BlockReason::TargetUnreadable(unreadable())),
    ];
    let hostile = |action| {
        let mut change = change(1, "nginx", "nginx:1", action);
        change.target = TargetName {
            repository: HOSTILE.to_owned(),
            tag: HOSTILE.to_owned(),
        };
        change.origin.file = HOSTILE.into();
        change
    };
    let mut plan = plan_of(actions.into_iter().map(hostile).collect());
    HOSTILE.clone_into(&mut plan.target.registry);
    plan.target.namespace = Some(HOSTILE.to_owned());
    plan
}

fn hostile_report() -> Report {
    let plan = hostile_plan();
    let outcomes = plan
        .changes
        .iter()
        .enumerate()
        .map(|(position, _)| match position {
            0 => Outcome::Done(pusher::plan::Transfer::default()),
            1 => Outcome::Stale {
                found: None,
                was_done: true,
                cost: pusher::plan::Transfer::default(),
            },
            2 => Outcome::Unchanged,
            _ => Outcome::failed(unreadable(Cause::Server, "ghcr.io/org/app:1", HOSTILE)),
        });
    Report {
        outcomes: outcomes.collect(),
        plan,
        shard: None,
        interrupted: false,
        promotions: vec![],
        attachments: vec![Attachment {
            image: "ghcr.io/org/app:1".parse().unwrap(),
            attached: Attached::Failed(unreadable(Cause::Server, "ghcr.io/org/app:1", HOSTILE)),
        }],
    }
}

fn rendered(format: Format) -> impl Iterator<Item = String> {
    let view = coloured();
    let said = move || {
        [
            plan(&hostile_plan(), format, &view),
            report(&hostile_report(), format, &view),
            drift(&hostile_plan(), format, &view),
        ]
    };
    let languages = [Language::English, Language::Chinese];
    languages.into_iter().flat_map(move |one| one.speak(said))
}

#[test]
fn terminals_get_no_control_but_our_colours() {
    for text in rendered(Format::Human) {
        assert!(text.contains("owned"), "the text is not there at all");
        let mut rest = text;
        for code in ["1", "2", "32", "33", "1;31", "36", "0"] {
            rest = rest.replace(&format!("\u{1b}[{code}m"), "");
        }
        let hidden = |c: &char| *c != '\n' && (c.is_control() || *c == '\u{202e}');
        assert_eq!(rest.chars().find(hidden), None);
        let begins = |line: &str| line.starts_with("# owned") || line.starts_with("| x");
        assert!(!rest.lines().any(begins));
    }
}

#[test]
fn json_shows_no_control_and_keeps_the_text() {
    for text in rendered(Format::Json) {
        let hidden = |c: &char| *c != '\n' && (c.is_control() || *c == '\u{202e}');
        assert_eq!(text.chars().find(hidden), None);
        let document: Value = serde_json::from_str(&text).unwrap();
        assert_eq!(document["target"]["namespace"], HOSTILE);
    }
}

/// What a Markdown reader makes of a document, apart from text and code.
#[derive(Default)]
struct Read {
    /// The text outside code.
    text: String,
    html: Vec<String>,
    headings: Vec<String>,
    /// How many cells each row of a table has.
    cells: Vec<usize>,
    /// Whatever else is not a paragraph, a list or a table.
    other: Vec<String>,
}

fn read(markdown: &str) -> Read {
    let mut read = Read::default();
    let mut in_code = false;
    for event in Parser::new_ext(markdown, Options::ENABLE_TABLES) {
        match event {
            Event::Html(html) | Event::InlineHtml(html) => {
                in_code = (in_code || &*html == "<code>") && &*html != "</code>";
                read.html.push(html.trim().to_owned());
            }
            Event::Text(_) if in_code => {}
            Event::Text(text) => {
                if let Some(heading) = read.headings.last_mut().filter(|text| !text.ends_with(' '))
                {
                    heading.push_str(&text);
                }
                read.text.push_str(&text);
            }
            Event::Start(Tag::Heading { .. }) => read.headings.push(String::new()),
            Event::End(TagEnd::Heading(_)) => {
                read.headings.last_mut().unwrap().push(' ');
            }
            Event::Start(Tag::TableRow | Tag::TableHead) => read.cells.push(0),
            Event::Start(Tag::TableCell) => *read.cells.last_mut().unwrap() += 1,
            Event::Start(
                Tag::Paragraph
                | Tag::Strong
                | Tag::List(None)
                | Tag::Item
                | Tag::Table(_)
                | Tag::HtmlBlock,
            )
            | Event::End(_)
            | Event::Code(_)
            | Event::SoftBreak => {}
            other => read.other.push(format!("{other:?}")),
        }
    }
    read
}

#[test]
fn markdown_gets_no_structure_but_ours() {
    for text in rendered(Format::Markdown) {
        let Read {
            text: words,
            html,
            headings,
            cells,
            other,
        } = read(&text);
        assert!(text.contains("owned"), "the text is not there at all");
        assert_eq!(other, [""; 0], "{text}");
        for forbidden in ["@", "#", "://", "\u{1b}", "\u{202e}"] {
            assert!(!words.contains(forbidden), "{forbidden} in {words}");
        }
        for tag in html {
            let ours = [
                "<br>",
                "<code>",
                "</code>",
                "</details>",
                "<details><summary>1 image unchanged</summary>",
                "<details><summary>1 个镜像不变</summary>",
            ];
            assert!(ours.contains(&&*tag), "{tag}");
        }
        for heading in headings {
            let ours = [
                "Plan:",
                "Apply",
                "Drift:",
                "Blocked",
                "Left out",
                "Good to know",
                "Not in",
                "Records not",
                "没有附上的",
                "Needs",
                "计划：",
                "执行",
                "有漂移：",
                "拦下",
                "去掉的",
                "说明",
                "没有就位的",
                "要看一下",
            ];
            assert!(ours.iter().any(|our| heading.starts_with(our)), "{heading}");
        }
        assert!(
            cells.len() > 1 && cells.iter().all(|count| *count == cells[0]),
            "{text}"
        );
        // The reader above forgives rows that are too long; GitHub does too, by cutting them.
        for row in text.lines().filter(|line| line.starts_with('|')) {
            assert_eq!(row.matches('|').count(), cells[0] + 1, "{row}");
        }
    }
}

#[test]
fn a_long_plan_still_fits_into_a_comment() {
    let create = |line| {
        let action = Action::Create {
            after: copy("a", Some(1)),
        };
        change(line, "nginx", &format!("nginx:{line}"), action)
    };
    let mut changes: Vec<_> = (0..5_000).map(create).collect();
    changes.push(change(
        5_001,
        "ngnix",
        "ngnix:1",
        blocked(BlockReason::SourceAbsent(Absence::Plain)),
    ));
    let current = descriptor("d");
    changes.push(change(5_002, "redis", "redis:1", Action::in_place(current)));
    let text = plan(&plan_of(changes), Format::Markdown, &coloured());
    assert!(text.len() < 65_536, "{}", text.len());
    assert!(text.contains("5000 to create"));
    assert!(text.contains("`ngnix:1`"), "what is blocked comes first");
    let rows = text
        .lines()
        .filter(|line| line.starts_with("| create"))
        .count();
    assert!(rows > 300, "{rows}");
    assert!(text.contains(&format!("\n… and {} more.\n", 5_000 - rows)));
    assert!(text.trim_end().ends_with("</details>"));
}

#[test]
fn annotations_are_one_command_a_line() {
    for text in rendered(Format::Github) {
        for line in text.lines() {
            let rest = ["::error ", "::warning ", "::notice "]
                .iter()
                .find_map(|level| line.strip_prefix(level));
            let (properties, _) = rest.and_then(|rest| rest.split_once("::")).unwrap();
            for property in properties.split(',') {
                let (key, value) = property.split_once('=').unwrap();
                assert!(["file", "line", "col", "title"].contains(&key), "{line}");
                assert!(!value.contains(':'), "{line}");
            }
        }
        assert!(!text.contains(['\u{1b}', '\u{202e}', '\r']), "{text:?}");
    }
}
