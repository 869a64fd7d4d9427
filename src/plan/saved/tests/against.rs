//! A plan held against the one that was read: what each would do to one tag.

use super::*;

/// What a plan says of the tag `app:1`, by what source and target hold; nothing of it where neither is given.
fn says(source: Option<&str>, target: Option<&str>) -> SavedPlan {
    let names: &[&str] = if source.or(target).is_some() {
        &["app"]
    } else {
        &[]
    };
    saved(&desired(names), &observed("app", image(source, target)))
}

/// How the plan differs from what was read: `new`, `other`, `gone`, or how many changes are the same.
fn differs(now: &SavedPlan, read: &SavedPlan) -> String {
    let against = Against::of(now, Some(read));
    let words = against.differences.iter().map(|(name, one)| {
        assert_eq!(*name, "app:1");
        match one {
            Difference::New(_) => "new",
            Difference::Other { .. } => "other",
            Difference::Gone { .. } => "gone",
        }
    });
    let words = words.collect::<Vec<_>>();
    assert_eq!(against.is_read(), words.iter().all(|word| *word == "gone"));
    format!("{} {}", words.join(" "), against.same)
}

#[test]
fn what_was_read_is_a_move_from_one_digest_to_another() {
    let (create, update) = (says(Some("b"), None), says(Some("b"), Some("a")));
    let (in_place, blocked) = (says(Some("b"), Some("b")), says(None, Some("a")));
    let (nothing, later) = (says(None, None), says(Some("c"), Some("a")));
    for (now, read, found) in [
        (&create, &create, " 1"),
        (&update, &update, " 1"),
        // The same digest, from another one: somebody moved the tag.
        (&update, &create, "other 0"),
        (&update, &says(Some("b"), Some("z")), "other 0"),
        (&later, &update, "other 0"),
        (&update, &in_place, "new 0"),
        (&update, &blocked, "new 0"),
        (&update, &nothing, "new 0"),
        (&in_place, &update, "gone 0"),
        (&blocked, &update, "gone 0"),
        (&nothing, &update, "gone 0"),
        // What nobody would do is no difference.
        (&in_place, &blocked, " 0"),
        (&blocked, &in_place, " 0"),
        (&nothing, &in_place, " 0"),
    ] {
        assert_eq!(differs(now, read), found, "{now:?}\n{read:?}");
    }
    assert!(!Against::of(&update, None).is_read());
    assert!(Against::of(&in_place, None).is_read());
}

#[test]
fn what_was_read_is_the_deletion_of_one_digest() {
    let deletes = |before: &str, renamed_to: Option<&str>| {
        let mut plan = says(None, None);
        let deletion = SavedDeletion {
            before: descriptor(before).digest,
            renamed_to: renamed_to.map(target_name),
        };
        plan.changes
            .insert("app:1".to_owned(), SavedChange::Delete(deletion));
        plan
    };
    let read = deletes("a", None);
    assert_eq!(differs(&deletes("a", None), &read), " 1");
    assert_eq!(differs(&deletes("b", None), &read), "other 0");
    assert_eq!(differs(&deletes("a", Some("new")), &read), "other 0");
    assert_eq!(differs(&says(Some("b"), Some("a")), &read), "other 0");
    assert_eq!(differs(&says(None, None), &read), "gone 0");
}
