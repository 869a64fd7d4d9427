//! Which language is spoken, and by what.

use super::harness::Place;

#[test]
fn what_is_typed_goes_before_the_variable_and_that_before_the_locale() {
    let chinese = ("LANG", "zh_CN.UTF-8");
    for (variables, typed, said) in [
        (&[][..], "plan", "error: none of"),
        (&[chinese], "plan", "错误：这个目录里没有"),
        (&[chinese], "plan --lang en", "error: none of"),
        (&[chinese], "--lang=auto plan", "错误：这个目录里没有"),
        (&[("LANG", "zh_CN.GBK")], "plan", "error: none of"),
        (&[("PUSHER_LANG", "zh")], "plan", "错误：这个目录里没有"),
        (&[chinese, ("PUSHER_LANG", "en")], "plan", "error: none of"),
        (
            &[("PUSHER_LANG", "en")],
            "plan --lang zh",
            "错误：这个目录里没有",
        ),
        // What is typed wrong is told in the language that is typed with it.
        (&[], "plam --lang zh", "错误：没有 `plam` 这个命令"),
        (
            &[chinese],
            "plam --lang=en",
            "error: unrecognized subcommand",
        ),
        (
            &[("PUSHER_LANG", "zh")],
            "plan --lang fr",
            "错误：`--lang <LANGUAGE>` 的值 `fr` 不对",
        ),
        (
            &[("PUSHER_LANG", "fr")],
            "plan",
            "error: PUSHER_LANG is `fr`",
        ),
        (
            &[chinese, ("PUSHER_LANG", "fr")],
            "plan",
            "错误：PUSHER_LANG 的值是 `fr`",
        ),
    ] {
        let set = |place: Place, (name, value): &(&str, &str)| place.variable(name, value);
        let ran = variables.iter().fold(Place::empty(), set).run(typed);
        assert_eq!(ran.status, 1, "{variables:?} {typed}: {ran:?}");
        assert!(
            ran.stderr.starts_with(said),
            "{variables:?} {typed}: {}",
            ran.stderr
        );
    }
}

#[test]
fn programs_are_answered_in_english() {
    let place = Place::empty()
        .variable("PUSHER_LANG", "zh")
        .file("images.txt", "nginx：1.27\n");
    for typed in [
        "check --format json",
        "list --format json",
        "schema mirror",
        "man",
    ] {
        let ran = place.run(typed);
        assert!(!ran.stdout.is_empty(), "{typed}");
        // But for what the file has.
        let answer = ran.stdout.replace("nginx：1.27", "");
        let is_chinese = |c| ('\u{3000}'..'\u{9fff}').contains(&c);
        let found = answer.lines().find(|line| line.contains(is_chinese));
        assert_eq!(found, None, "{typed}");
    }
}
