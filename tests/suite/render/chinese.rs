//! The same answers in Chinese, word by word.

use insta::assert_snapshot;
use pusher::model::Language;
use pusher::render::{Format, View};
use unicode_width::UnicodeWidthStr as _;

use super::fixtures::{FORMATS, every_change, every_outcome, verbose};
use super::{drift, plan, report};

fn chinese<T>(say: impl FnOnce() -> T) -> T {
    Language::Chinese.speak(say)
}

#[test]
fn plans_in_chinese() {
    for format in [Format::Human, Format::Markdown, Format::Github] {
        let said = chinese(|| plan(&every_change(), format, &View::default()));
        assert_snapshot!(format!("chinese_plan_{}", format.as_str()), said);
    }
}

#[test]
fn reports_in_chinese() {
    for format in [Format::Human, Format::Markdown, Format::Github] {
        let said = chinese(|| report(&every_outcome(), format, &View::default()));
        assert_snapshot!(format!("chinese_report_{}", format.as_str()), said);
    }
}

#[test]
fn drift_in_chinese() {
    for format in [Format::Human, Format::Markdown] {
        let said = chinese(|| drift(&every_change(), format, &View::default()));
        assert_snapshot!(format!("chinese_drift_{}", format.as_str()), said);
    }
}

#[test]
fn programs_are_answered_in_english_whatever_is_spoken() {
    let all = || {
        let view = View::default();
        let (changes, outcomes) = (every_change(), every_outcome());
        [
            plan(&changes, Format::Json, &view),
            report(&outcomes, Format::Json, &view),
            drift(&changes, Format::Json, &view),
        ]
    };
    assert_eq!(chinese(all), all());
}

#[test]
fn chinese_keeps_within_the_columns_as_english_does() {
    for width in [40, 80, 120] {
        let view = View { width, ..verbose() };
        let said = chinese(|| {
            let plan = plan(&every_change(), Format::Human, &view);
            plan + &report(&every_outcome(), Format::Human, &view)
        });
        // A row of columns is as long as its names, and so is a line with one that does not fit.
        let flows = |line: &&str| line.starts_with("      ") && !line.contains('`');
        let fits = |line: &&str| line.split(' ').all(|word| word.width() + 6 <= width);
        let lines: Vec<_> = said.lines().filter(flows).filter(fits).collect();
        assert!(lines.len() > 20, "{width}: {said}");
        for line in lines {
            assert!(line.width() <= width, "{width}: {line}");
        }
    }
}

#[test]
fn every_format_of_chinese_is_another_than_that_of_english() {
    for format in FORMATS {
        let english = plan(&every_change(), format, &View::default());
        let said = chinese(|| plan(&every_change(), format, &View::default()));
        assert_eq!(said == english, format == Format::Json, "{format:?}");
    }
}
