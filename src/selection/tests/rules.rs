use super::{parts, rule};
use crate::selection::Rule;

#[test]
fn a_rule_is_written_back_the_same_whatever_way_it_was_written() {
    for (written, line) in [
        (
            "version=>=1.25,<2; variant=|alpine|alpine; latest=2; per=minor",
            r#"version: ">=1.25, <2", variant: ["", "alpine"], latest: 2, per: minor"#,
        ),
        (
            "variant=alpine|; version= >= v1.25 , <2",
            r#"version: ">=1.25, <2", variant: ["", "alpine"]"#,
        ),
        (
            r"match=RELEASE\.(?<key>.+)Z; latest=3",
            r"match: 'RELEASE\.(?<key>.+)Z', latest: 3",
        ),
        (
            "except=*-rc*; glob=*-cuda12*",
            r#"glob: "*-cuda12*", except: "*-rc*""#,
        ),
        (
            "pre-releases=true; parts=3|2|3",
            "pre-releases: true, parts: [2, 3]",
        ),
        ("except=a\nb", r#"except: "a\nb""#),
        ("match=it's\"", "match: 'it''s\"'"),
    ] {
        assert_eq!(rule(written).to_string(), line, "{written}");
    }
}

#[test]
fn each_mistake_names_its_key() {
    for (written, key, why) in [
        ("", None, "says nothing"),
        ("version=stable", Some("version"), "not a range"),
        ("latest=0", Some("latest"), "at least 1"),
        ("parts=2|0", Some("parts"), "at least 1"),
        ("glob=*; per=minor", Some("per"), "latest: 1"),
        ("match=a)|(?:b", Some("match"), "unopened group"),
        ("match=a(?=b)", Some("match"), "look-around"),
        ("match=(?x) a # )", Some("match"), "regular expression"),
        (r"match=\w{1000}{1000}", Some("match"), "size limit"),
    ] {
        let mistakes = Rule::new(parts(written)).unwrap_err();
        let [mistake] = &mistakes[..] else {
            panic!("{written}: {mistakes:?}");
        };
        assert_eq!(mistake.key, key, "{written}");
        let message = mistake.message.english();
        assert!(message.contains(why), "{written}: {message}");
        assert!(!message.contains('\n'), "{written}: {message}");
    }
    let several = Rule::new(parts("version=stable; latest=0; match=(")).unwrap_err();
    assert_eq!(several.len(), 3);
    let [missing_comma] = &Rule::new(parts("version=>=1 <2")).unwrap_err()[..] else {
        panic!();
    };
    assert_eq!(missing_comma.instead.as_deref(), Some(">=1, <2"));
}
