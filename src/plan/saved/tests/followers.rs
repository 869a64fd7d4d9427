//! Signatures and other referrers in a saved plan.

use crate::plan::classified::ClassifiedImage;
use crate::plan::observed::ObservedReferrer;
use crate::plan::referrers::fallback_tag;

use super::*;
use crate::plan::Absence;

fn unread_referrers() -> ObservedReferrers {
    ObservedReferrers {
        unreadable: Some(unread()),
        ..ObservedReferrers::default()
    }
}

/// Two images, of which the first is signed.
fn signed() -> (Desired, [ObservedImage; 2]) {
    let mut desired = desired(&["app", "web"]);
    desired.entries[0].policy.referrers = Referrers::Signatures;
    let signature = ObservedReferrer {
        tag: Some(signature_tag()),
        source: descriptor("signature"),
        contents: Ok(None),
        target: Observation::Absent(Absence::Plain),
    };
    let app = ObservedImage {
        referrers: ObservedReferrers {
            found: vec![signature],
            ..ObservedReferrers::default()
        },
        ..image(Some("app"), None)
    };
    let web = image(Some("web"), None);
    (desired, [app, web])
}

fn seen(images: &[ObservedImage; 2]) -> ClassifiedImages {
    let names = ["app", "web"].map(target_name);
    let images = images.iter().cloned().map(ClassifiedImage::from);
    names.into_iter().zip(images).collect()
}

fn signature_tag() -> String {
    format!("{}.sig", fallback_tag(&descriptor("app").digest))
}

#[test]
fn what_cannot_be_read_is_blocked_alone_and_what_is_in_place_needs_no_source() {
    let (desired, then) = signed();
    let saved = saved(&desired, &seen(&then));
    let tag = signature_tag();
    let create = |plan: &Plan, position: usize| {
        matches!(plan.changes[position].action, Action::Create { .. })
    };
    let why = |plan: &Plan, position: usize| plan.changes[position].action.block_reason().cloned();
    // The source cannot be read at all.
    let mut later = then.clone();
    later[0].source = unreadable();
    later[0].referrers = ObservedReferrers::default();
    let reason = Some(BlockReason::SourceUnreadable(unread()));
    let plan = left(&desired, &saved, &seen(&later), &[]);
    assert_eq!([0, 1].map(|at| why(&plan, at)), [reason.clone(), reason]);
    assert!(create(&plan, 2), "{plan:?}");
    assert_eq!(
        plan.changes[1].source.to_string(),
        format!("docker.io/org/app:{tag}")
    );
    // The same when all of it has arrived before.
    later[0].target = Observation::Present(descriptor("app"));
    let plan = left(&desired, &saved, &seen(&later), &[(&tag, "signature")]);
    let in_place = |at: usize| matches!(plan.changes[at].action, Action::NoOp { .. });
    assert!(in_place(0) && in_place(1) && create(&plan, 2), "{plan:?}");
    // The signature alone cannot be read, or is no longer there.
    later.clone_from(&then);
    later[0].referrers = unread_referrers();
    let plan = left(&desired, &saved, &seen(&later), &[]);
    assert_eq!(plan.changes.len(), 3);
    assert!(matches!(
        why(&plan, 1),
        Some(BlockReason::ReferrersUnreadable(_))
    ));
    assert!(create(&plan, 0) && create(&plan, 2), "{plan:?}");
    later[0].referrers = ObservedReferrers::default();
    let plan = left(&desired, &saved, &seen(&later), &[]);
    let reason = Some(BlockReason::SourceMoved { found: None });
    assert_eq!(why(&plan, 1), reason);
    assert!(create(&plan, 0) && create(&plan, 2), "{plan:?}");
}

#[test]
fn an_image_is_copied_though_its_signatures_were_not_read() {
    let (desired, mut then) = signed();
    let later = then.clone();
    then[0].referrers = unread_referrers();
    let saved = saved(&desired, &seen(&then));
    let text = serde_json::to_string(&PlanFile::of(std::slice::from_ref(&saved))).unwrap();
    assert_eq!(read(&text).unwrap(), std::slice::from_ref(&saved));
    let plan = left(&desired, &saved, &seen(&later), &[]);
    let told: Vec<_> = plan
        .changes
        .iter()
        .map(|change| (change.target.to_string(), change.action.block_reason()))
        .collect();
    let (app, web) = ("app:1".to_owned(), "web:1".to_owned());
    let blocked = Some(&BlockReason::BlockedWhenPlanned);
    assert_eq!(told, [(app.clone(), None), (app, blocked), (web, None)]);
}

#[test]
fn no_other_name_follows_an_image() {
    let (desired, then) = signed();
    let good = saved(&desired, &seen(&then));
    let other = signature_tag().replace(".sig", ".tar");
    for name in ["app:evil", &format!("app:{other}"), "other:1"] {
        for planned in [good.changes[1].clone(), SavedChange::Blocked] {
            let mut forged = good.clone();
            forged.changes.insert(name.to_owned(), planned);
            let found = pin(&forged, declared(&desired, &files("a"))).unwrap_err();
            assert_eq!(found, [Mismatch::UnknownTarget(name.to_owned())]);
        }
    }
}
