//! The same answers in Chinese, word by word.

use std::time::Duration;

use insta::assert_snapshot;
use pusher::lock::{Renewal, Renewed, Unfit};
use pusher::model::{
    Attempt, Digest, Failure, Fault, Language, Need, NoAnswer, Operation, Part, RequestKind, Text,
};
use pusher::plan::{BlockReason, Lock, LockState, Misfit};
use pusher::render::{self, Fitting, Format, Renewing, View};
use unicode_width::UnicodeWidthStr as _;

use super::fixtures::{FORMATS, every_change, every_outcome, name, verbose};
use super::{drift, lock, plan, report};

pub(super) fn chinese<T>(say: impl FnOnce() -> T) -> T {
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
        let ends_word = |c: char| c == ' ' || !c.is_ascii();
        let fits = |line: &&str| line.split(ends_word).all(|name| name.len() + 8 <= width);
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

/// Returns each thing as it is said in English, and below it in Chinese.
fn both<T: ToString>(things: impl IntoIterator<Item = T>) -> String {
    let one = |thing: T| format!("{}\n{}\n", thing.to_string(), chinese(|| thing.to_string()));
    things.into_iter().map(one).collect()
}

#[test]
fn failures_in_chinese() {
    let digest = || Digest::sha256(b"");
    let tried = RequestKind::ALL.map(|kind| {
        let object = if kind == RequestKind::Ping {
            ""
        } else {
            "`app`"
        };
        let attempt = Attempt::Request(Operation::new(kind, Text::verbatim(object)));
        Failure::new("docker.io", attempt, Fault::CannotDelete)
    });
    let why = || Text::verbatim("os error 1");
    let second = Duration::from_secs(90);
    let ways = [
        NoAnswer::UnknownHost(why()),
        NoAnswer::PlainHttp,
        NoAnswer::Certificate(why()),
        NoAnswer::Proxy(why()),
        NoAnswer::Refused(why()),
        NoAnswer::Silence(second),
        NoAnswer::Slow {
            least: 1,
            time: second,
        },
        NoAnswer::Trickle(second),
        NoAnswer::Head(why()),
        NoAnswer::Broken(why()),
        NoAnswer::Unread,
    ];
    let needed = [Need::Same, Need::Listed, Need::Perhaps].map(|by| Fault::Needed {
        tag: "1".to_owned(),
        by,
    });
    let no_manifest = Part::NoManifest {
        digest: digest(),
        media_type: "a/b".to_owned(),
    };
    let faults = [
        Fault::Paused(second),
        Fault::TooLong { size: 1 },
        Fault::CutShort,
        Fault::OtherBytes { found: digest() },
        Fault::OtherSize {
            digest: digest(),
            size: 1,
            announced: 2,
        },
        Fault::Lacks(Part::Manifest(digest())),
        Fault::Lacks(Part::Config(digest())),
        Fault::Lacks(no_manifest),
        Fault::TagsUnknown,
    ];
    let image = "docker.io/library/app:1".parse().unwrap();
    let waited = Failure::of_image(&image, Fault::CutShort)
        .at(Some("cdn.example.com".to_owned()))
        .after(3)
        .waited(second);
    let said = both(tried) + &both(ways) + &both(needed) + &both(faults) + &both([waited]);
    assert_snapshot!("chinese_failures", said);
}

#[test]
fn a_lock_in_chinese() {
    let digest = |text: &str| Digest::sha256(text.as_bytes());
    let moved = |after| Renewal::Moved {
        before: digest("a"),
        after: digest(after),
    };
    let renewals = [
        Renewal::Added(digest("a")),
        moved("b"),
        moved("a"),
        Renewal::Kept,
        Renewal::Retired,
        Renewal::Gone,
        Renewal::Blocked(BlockReason::NotObserved),
    ];
    let images = (1..).zip(renewals);
    let renewed = Renewed {
        lock: Lock::default(),
        images: images
            .map(|(number, renewal)| (name(&format!("app:{number}")), renewal))
            .collect(),
    };
    let states = [
        Unfit::Unlocked(LockState::New),
        Unfit::Unlocked(LockState::Changed(Misfit::Source)),
        Unfit::Unlocked(LockState::Changed(Misfit::Platforms)),
        Unfit::Unlocked(LockState::Changed(Misfit::Rule)),
        Unfit::NotDeclared,
    ];
    let states = states.map(|state| (name("app:1"), state));
    let (file, view, desired) = ("mirror.lock", verbose(), &lock::desired(5));
    let renewing = Renewing {
        renewed: &renewed,
        desired,
        file,
    };
    let held_against = |unfit| Fitting {
        unfit,
        desired,
        file,
    };
    let said = chinese(|| {
        let mut text = String::new();
        render::human::renewed(&renewing, &view, &mut text).unwrap();
        render::human::fit(&held_against(&states), &view, &mut text).unwrap();
        render::human::fit(&held_against(&[]), &view, &mut text).unwrap();
        text
    });
    assert_snapshot!("chinese_lock", said);
}
