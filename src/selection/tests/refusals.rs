use super::{selection, tags};
use crate::selection::{Dropped, MAX_TAGS, Refusal, Selection};

#[test]
fn nothing_selected_is_refused_with_what_became_of_each_tag() {
    let refused = selection(&["version=>=3"])
        .choose(&tags("latest 1.0.0 2.0.0 2.1.0-alpine"))
        .unwrap_err();
    assert_eq!(refused.why, Refusal::Nothing);
    let [rule] = &refused.account.rules[..] else {
        panic!();
    };
    let steps: Vec<_> = rule
        .steps
        .iter()
        .map(|step| (step.why, step.count))
        .collect();
    assert_eq!(
        steps,
        [
            (Dropped::NoVersion, 1),
            (Dropped::OtherVariant, 1),
            (Dropped::OutOfRange, 2)
        ]
    );
    assert_eq!(rule.steps[2].newest, ["2.0.0", "1.0.0"]);
    // Literal tags make it no better: a rule that takes nothing is a mistake.
    let with_literal = Selection {
        literals: tags("stable"),
        ..selection(&["version=>=3"])
    };
    assert_eq!(with_literal.choose(&[]).unwrap_err().why, Refusal::Nothing);
    let one_of_two = selection(&["version=>=3", "glob=latest"]);
    let chosen = one_of_two.choose(&tags("latest 1.0.0")).unwrap();
    assert_eq!(chosen.tags, ["latest"]);
    assert_eq!(chosen.account.rules[0].taken, 0);
}

#[test]
fn too_few_and_too_many_are_refused() {
    let listed = tags("stable 1.0.0 1.1.0 1.2.0");
    let bounds = |min, max| Selection {
        literals: tags("stable"),
        min,
        max,
        ..selection(&["version=1"])
    };
    assert_eq!(
        bounds(Some(4), Some(4)).choose(&listed).unwrap().tags.len(),
        4
    );
    let few = Refusal::TooFew { found: 4, min: 5 };
    assert_eq!(bounds(Some(5), None).choose(&listed).unwrap_err().why, few);
    let many = Refusal::TooMany {
        found: 4,
        max: 3,
        beyond: tags("1.0.0"),
    };
    assert_eq!(bounds(None, Some(3)).choose(&listed).unwrap_err().why, many);
    // Nobody means a whole repository.
    let whole: Vec<_> = (0..=MAX_TAGS)
        .map(|number| format!("1.{number}.0"))
        .collect();
    let refused = selection(&["version=*"]).choose(&whole).unwrap_err();
    assert!(matches!(
        refused.why,
        Refusal::TooMany { max: MAX_TAGS, .. }
    ));
    assert!(selection(&["version=*"]).choose(&whole[1..]).is_ok());
}

#[test]
fn versions_and_dates_are_not_mixed_silently() {
    let listed = tags("3.19.1 3.20.0 20240102 20240606 3.20.0-slim 2024.1-slim edge");
    let refused = selection(&["latest=2"]).choose(&listed).unwrap_err();
    let Refusal::Mixed(mixture) = refused.why else {
        panic!("{:?}", refused.why);
    };
    assert_eq!((&*mixture.rule, &*mixture.variant), ("latest: 2", ""));
    let each: Vec<_> = mixture
        .each
        .iter()
        .map(|(tag, range)| (&**tag, &**range))
        .collect();
    assert_eq!(each, [("3.20.0", ">=3"), ("20240606", ">=20240606")]);
    // Each range that is offered takes its own kind alone.
    for (range, taken) in [
        (">=3", "3.20.0 3.19.1"),
        (">=20240102", "20240606 20240102"),
    ] {
        let one_kind = selection(&[&format!("version={range}")]);
        assert_eq!(one_kind.choose(&listed).unwrap().tags, tags(taken));
    }
    let told_apart = selection(&["latest=1; except=20*"]);
    assert_eq!(told_apart.choose(&listed).unwrap().tags, ["3.20.0"]);
    let keyed = selection(&["match=(?<key>[0-9].*); latest=1"]);
    assert!(matches!(
        keyed.choose(&listed).unwrap_err().why,
        Refusal::Mixed(_)
    ));
}

#[test]
fn digests_are_selected_by_their_pattern_alone() {
    let hash = "0123456789abcdef0123456789abcdef01234567";
    let listed = [
        hash.to_owned(),
        format!("sha256-{}.sig", "a".repeat(64)),
        "deadbee".to_owned(),
    ];
    for written in ["glob=*", "version=*", "variant=*"] {
        assert_eq!(
            selection(&[written]).choose(&listed).unwrap_err().why,
            Refusal::Nothing
        );
    }
    let by_pattern = selection(&["match=[0-9a-f]{40}"]).choose(&listed).unwrap();
    assert_eq!(by_pattern.tags, [hash]);
}

#[test]
fn what_is_no_tag_is_never_taken() {
    let listed = [
        "a b".to_owned(),
        "../x".to_owned(),
        "\u{1b}[1m".to_owned(),
        String::new(),
        "ok".to_owned(),
    ];
    let all = selection(&["match=(?s).*"]).choose(&listed).unwrap();
    assert_eq!(all.tags, ["ok"]);
    assert_eq!(all.account.rules[0].steps[0].why, Dropped::NotATag);
    assert_eq!(all.account.rules[0].steps[0].count, 4);
}

#[test]
fn patterns_fit_whole_tags() {
    let listed = tags("1.9.0 1.9.0-alpine x1.9.0 latest latest-alpine");
    for (pattern, taken) in [
        (r"1\.9\.0", "1.9.0"),
        (r"1\.9\.0|latest", "1.9.0 latest"),
        (r"^latest$", "latest"),
        (r"(?i)LATEST", "latest"),
    ] {
        let chosen = selection(&[&format!("match={pattern}")])
            .choose(&listed)
            .unwrap();
        assert_eq!(chosen.tags, tags(taken), "{pattern}");
    }
}
