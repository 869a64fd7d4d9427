use proptest::prelude::*;
use proptest::sample::{select, subsequence};

use super::{selection, tags};
use crate::selection::{Anatomy, Selection};

/// Tags such as registries have, and such as nobody thought of.
fn tag() -> impl Strategy<Value = String> {
    prop_oneof![
        8 => "v?[0-9]{1,2}(\\.[0-9]{1,2}){0,3}([-.]?(rc|beta|a|dev|snapshot)[.-]?[0-9]{0,2})?([-_](r|k3s)?[0-9]{1,2})?(-(alpine|slim|debian-12-r1))?",
        2 => "20[0-9]{2}([.-]?[0-9]{2}){0,2}(-alpine)?",
        1 => "[0-9a-f]{7,10}",
        1 => "[a-zA-Z0-9_][a-zA-Z0-9._-]{0,12}",
    ]
}

const RULES: [&str; 9] = [
    "version=>=1, <50",
    "version=*; variant=*; latest=2; per=minor",
    "latest=3",
    "variant=|alpine; pre-releases=true; latest=1; per=major",
    "parts=2|3; except=*-rc*; latest=2",
    "glob=*-alpine|v*; latest=2",
    "match=v?(?<key>[0-9.]+)(-.*)?; latest=4",
    "match=.*[0-9]; latest=2",
    "version=>=2000; latest=2",
];

fn chosen(selection: &Selection, listed: &[String]) -> String {
    format!("{:?}", selection.choose(listed))
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(96))]

    #[test]
    fn the_order_of_the_listing_does_not_matter(
        (listed, shuffled) in proptest::collection::vec(tag(), 0..40)
            .prop_flat_map(|tags| (Just(tags.clone()), Just(tags).prop_shuffle())),
        rules in subsequence(RULES.to_vec(), 1..3),
    ) {
        let selection = selection(&rules);
        prop_assert_eq!(chosen(&selection, &listed), chosen(&selection, &shuffled));
        // Nor that one is listed twice.
        let twice: Vec<_> = listed.iter().chain(&shuffled).cloned().collect();
        prop_assert_eq!(chosen(&selection, &listed), chosen(&selection, &twice));
    }

    #[test]
    fn a_new_tag_drops_no_literal_one(
        listed in proptest::collection::vec(tag(), 0..30),
        new in tag(),
        rules in subsequence(RULES.to_vec(), 0..3),
    ) {
        let selection = Selection {
            literals: tags("stable 1.27"),
            ..selection(&rules)
        };
        let more: Vec<_> = listed.iter().cloned().chain([new]).collect();
        for listed in [&listed, &more] {
            if let Ok(chosen) = selection.choose(listed) {
                prop_assert_eq!(&chosen.tags[..2], &selection.literals[..]);
            }
        }
    }

    #[test]
    fn a_rule_accounts_for_every_tag_once(
        listed in proptest::collection::vec(tag(), 0..40),
        rule in select(RULES.to_vec()),
    ) {
        let account = match selection(&[rule]).choose(&listed) {
            Ok(chosen) => chosen.account,
            Err(refused) => refused.account,
        };
        let told = &account.rules[0];
        let dropped: usize = told.steps.iter().map(|step| step.count).sum();
        prop_assert_eq!(dropped + told.taken, account.listed);
    }

    #[test]
    fn versions_have_one_order(all in proptest::collection::vec(tag(), 3)) {
        let versions: Vec<_> = all.iter().filter_map(|tag| Anatomy::of(tag)).collect();
        if let [a, b, c] = &versions[..] {
            prop_assert_eq!(a.compare(b), b.compare(a).reverse());
            if a.compare(b).is_le() && b.compare(c).is_le() {
                prop_assert!(a.compare(c).is_le());
            }
        }
    }

    #[test]
    fn any_text_can_be_taken_apart(text in "\\PC{0,40}", numbers in "[0-9.vV_-]{0,130}") {
        drop((Anatomy::of(&text), Anatomy::of(&numbers)));
    }
}
