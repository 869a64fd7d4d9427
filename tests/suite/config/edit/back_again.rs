//! Whatever a file looks like: what is added and taken out again leaves it as it was, byte for byte, and all else in it
//! is untouched meanwhile.

use proptest::prelude::*;

use super::{typed, written};

fn image() -> impl Strategy<Value = String> {
    "[b-y][a-z0-9]{0,5}(/[a-z]{1,4})?(:[0-9a-z.]{1,4})?".prop_filter("an image", |image| {
        image.parse::<pusher::model::Reference>().is_ok()
    })
}

fn comment() -> impl Strategy<Value = String> {
    prop_oneof![
        Just(String::new()),
        Just("  ".to_owned()),
        "[ ]{0,3}#[ -~]{0,12}",
        Just("# 注释 [a, - b: {".to_owned()),
    ]
}

/// Lines with comments and empty lines among them, in one of both line ends, with or without a mark and a last line end.
fn laid_out(lines: Vec<(String, String)>, layout: (bool, bool, bool)) -> String {
    let (windows, marked, open) = layout;
    let ending = if windows { "\r\n" } else { "\n" };
    let lines = lines.into_iter().flat_map(|(before, line)| [before, line]);
    let lines: Vec<_> = lines.collect();
    let mark = if marked { "\u{feff}" } else { "" };
    let end = if open { "" } else { ending };
    format!("{mark}{}{end}", lines.join(ending))
}

fn list() -> impl Strategy<Value = (String, String)> {
    let line = prop_oneof![
        4 => image(),
        1 => image().prop_map(|image| format!("  --platform linux/arm64 {image} ")),
    ];
    let lines = prop::collection::vec((comment(), line), 0..6);
    (lines, comment(), any::<(bool, bool, bool)>()).prop_map(|(mut lines, last, layout)| {
        lines.push((last, String::new()));
        ("images.txt".to_owned(), laid_out(lines, layout))
    })
}

fn item() -> impl Strategy<Value = Vec<String>> {
    let comment = || "( #[a-z\\[{,'\"]{0,4})?";
    prop_oneof![
        (image(), comment()).prop_map(|(image, behind)| vec![format!("- {image}{behind}")]),
        (image(), comment()).prop_map(|(image, behind)| vec![format!("- '{image}'{behind}")]),
        (image(), comment()).prop_map(|(image, behind)| vec![
            format!("- source: \"{image}\"{behind}"),
            "  platforms:".to_owned(),
            "    - linux/arm64".to_owned(),
        ]),
        (image(), comment()).prop_map(|(image, behind)| vec![
            format!("-   {{source: {image},{behind}"),
            "     platforms: [ all ] }".replace("[ all ]", "all"),
        ]),
    ]
}

fn yaml() -> impl Strategy<Value = (String, String)> {
    let items = prop::collection::vec((comment(), item()), 0..5);
    let before = prop_oneof![Just("defaults: {}"), Just("# c"), Just("---")];
    let behind = prop_oneof![Just(""), Just("prune: false"), Just("..."), Just("# end")];
    let indent = prop_oneof![Just(""), Just("  "), Just("     ")];
    let all = (items, before, behind, indent, any::<(bool, bool, bool)>());
    all.prop_map(|(items, before, behind, indent, layout)| {
        let mut lines = vec![
            (
                if before == "---" { before } else { "" }.to_owned(),
                "version: 1".to_owned(),
            ),
            (
                if before == "---" { "" } else { before }.to_owned(),
                "images:".to_owned(),
            ),
        ];
        for (before, item) in items {
            let mut item = item.into_iter().map(|line| format!("{indent}{line}"));
            lines.push((before, item.next().unwrap()));
            lines.extend(item.map(|line| (line.clone(), String::new())));
        }
        lines.push((String::new(), behind.to_owned()));
        ("mirror.yaml".to_owned(), laid_out(lines, layout))
    })
}

fn brackets() -> impl Strategy<Value = (String, String)> {
    let items = prop::collection::vec((image(), any::<bool>(), comment()), 0..5);
    (items, any::<(bool, bool, bool)>(), any::<(bool, bool)>()).prop_map(
        |(items, layout, (is_toml, has_comma))| {
            let count = items.len();
            let mut lines = vec![(
                if is_toml { "version = 1" } else { "version: 1" }.to_owned(),
                format!("images{} [", if is_toml { " =" } else { ":" }),
            )];
            for (at, (image, is_table, comment)) in items.into_iter().enumerate() {
                let source = match (is_table, is_toml) {
                    (false, _) => format!("\"{image}\""),
                    (true, true) => format!("{{ source = '{image}' }}"),
                    (true, false) => format!("{{ source: '{image}' }}"),
                };
                let comma = if at + 1 < count || has_comma { "," } else { "" };
                lines.push((comment, format!("  {source}{comma} # c")));
            }
            lines.push(("  # last".to_owned(), "  ]".to_owned()));
            let name = if is_toml {
                "mirror.toml"
            } else {
                "mirror.yaml"
            };
            (name.to_owned(), laid_out(lines, layout))
        },
    )
}

fn tables() -> impl Strategy<Value = (String, String)> {
    let keys = prop_oneof![
        Just(""),
        Just("platforms = [ # ]\n \"linux/386\",\n]"),
        Just("referrers = '''all'''"),
    ];
    let items = prop::collection::vec((comment(), image(), keys), 1..5);
    let end = prop_oneof![Just(""), Just("[defaults]"), Just("# [[images]]")];
    (items, end, any::<bool>(), any::<(bool, bool, bool)>()).prop_map(
        |(items, end, is_apart, layout)| {
            let mut lines = vec![(String::new(), "version = 1".to_owned())];
            for (comment, image, keys) in items {
                let apart = if is_apart { "" } else { "# not apart" };
                lines.push((comment, apart.to_owned()));
                lines.push(("[[images]] # [".to_owned(), format!("source = '{image}'")));
                for key in keys.lines() {
                    lines.push((key.to_owned(), String::new()));
                }
            }
            lines.push((String::new(), end.to_owned()));
            ("mirror.toml".to_owned(), laid_out(lines, layout))
        },
    )
}

fn read(path: &str, text: &str) -> pusher::config::Loaded {
    super::super::load_with(path, text, "", &pusher::config::Variables::new())
}

proptest! {
    #[test]
    fn what_is_added_can_be_taken_out_again(
        (path, text) in prop_oneof![list(), yaml(), brackets(), tables()],
        keys in prop_oneof![Just(""), Just(" --platform linux/s390x")],
    ) {
        // What collides by chance is refused, and no matter here.
        prop_assume!(typed("remove zzz", &path, &text, "").is_err_and(|refused| {
            format!("{refused:?}").contains("is no declared image")
        }));
        let more = written(&format!("add quay.io/zz/zzz:9{keys}"), &path, &text);
        prop_assert!(more.len() > text.len());
        let kept: Vec<_> = text.trim_start_matches('\u{feff}').lines().collect();
        let mut all = more.trim_start_matches('\u{feff}').lines();
        let is_kept = |line: &&str| {
            let is_it = |other: &str| other == *line || other.replacen(", # c", " # c", 1) == **line
                || other.replacen("',", "'", 1) == **line || other.replacen("\",", "\"", 1) == **line
                || other.replacen("},", "}", 1) == **line;
            all.any(is_it)
        };
        prop_assert!(kept.iter().all(is_kept), "{text}\n{more}");
        let back = written("remove quay.io/zz/zzz:9", &path, &more);
        prop_assert_eq!(back, text);
    }

    #[test]
    fn any_image_can_be_taken_out_and_leaves_the_others(
        (path, text) in prop_oneof![list(), yaml(), brackets(), tables()],
        which in any::<prop::sample::Index>(),
    ) {
        let loaded = read(&path, &text);
        prop_assume!(loaded.check().iter().all(|told| told.severity < pusher::config::Severity::Error));
        if loaded.targets[0].entries.is_empty() {
            return Ok(());
        }
        let entry = which.get(&loaded.targets[0].entries);
        let less = written(&format!("remove {}", entry.target), &path, &text);
        let left: Vec<_> = less.trim_start_matches('\u{feff}').lines().collect();
        let mut all = text.trim_start_matches('\u{feff}').lines();
        let is_of_before = |line: &&str| {
            let is_it = |other: &str| other == *line || other.replacen(", # c", " # c", 1) == **line;
            all.any(is_it)
        };
        prop_assert!(left.iter().all(is_of_before), "{text}\n{less}");
        let after = read(&path, &less);
        prop_assert_eq!(after.targets[0].entries.len() + 1, loaded.targets[0].entries.len());
    }

    #[test]
    fn a_platform_can_be_set_and_set_back(
        (path, text) in prop_oneof![yaml(), brackets(), tables()],
        which in any::<prop::sample::Index>(),
    ) {
        let loaded = read(&path, &text);
        prop_assume!(loaded.check().iter().all(|told| told.severity < pusher::config::Severity::Error));
        if loaded.targets[0].entries.is_empty() {
            return Ok(());
        }
        let target = &which.get(&loaded.targets[0].entries).target;
        let once = written(&format!("set {target} --platform linux/s390x,linux/386"), &path, &text);
        let twice = written(&format!("set {target} --platform linux/s390x"), &path, &once);
        let back = written(&format!("set {target} --platform linux/386,linux/s390x"), &path, &twice);
        let is_so = |line: &str| line.contains("linux/s390x") && line.contains("linux/386");
        prop_assert!(back.lines().any(is_so) || back.contains("linux/s390x"), "{back}");
    }
}
