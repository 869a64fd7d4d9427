use super::{selection, tags};
use crate::selection::{Selection, Survey};

#[test]
fn a_survey_shows_each_family_with_a_rule_that_takes_its_newest() {
    let listed = tags(
        "latest edge 3 3.20 3.20.1 3.19.1 3.18.6 20240606 20240315 3.20.1-slim 3.21.0-rc1 4.0-alpha1-full \
         deadbeef1 sha256-aa.sig",
    );
    let survey = Survey::of(&listed);
    let shown: Vec<_> = survey
        .families
        .iter()
        .map(|family| {
            let counts = (family.releases, family.pre_releases, family.aliases);
            let rule = family.rule.to_string();
            (
                &*family.variant,
                family.scheme.is_date(),
                counts,
                family.newest.join(" "),
                rule,
            )
        })
        .collect();
    let row = |variant, date, counts, newest: &str, rule: &str| {
        (variant, date, counts, newest.to_owned(), rule.to_owned())
    };
    assert_eq!(
        shown,
        [
            row(
                "",
                false,
                (3, 1, 2),
                "3.20.1 3.19.1 3.18.6",
                r#"version: ">=3", latest: 2"#
            ),
            row(
                "",
                true,
                (2, 0, 0),
                "20240606 20240315",
                r#"version: ">=20240315", latest: 2"#
            ),
            row(
                "slim",
                false,
                (1, 0, 0),
                "3.20.1-slim",
                r#"variant: "slim", latest: 2"#
            ),
            row(
                "full",
                false,
                (0, 1, 0),
                "4.0-alpha1-full",
                r#"variant: "full", pre-releases: true, latest: 2"#
            ),
        ]
    );
    assert_eq!((survey.others.count, survey.hashes.count), (2, 2));
    assert_eq!(survey.others.examples, ["latest", "edge"]);
    // Each rule takes what it says.
    for family in survey.families {
        let offered = Selection {
            rules: vec![family.rule],
            ..selection(&[])
        };
        let newest: Vec<_> = family.newest.into_iter().take(2).collect();
        assert_eq!(offered.choose(&listed).unwrap().tags, newest);
    }
}
