//! A part of the files: what is outside of it is neither planned, copied nor deleted.

use pusher::sandbox::Sandbox;
use pusher::sandbox::images::Image;

use super::harness::{Place, pair};

const LIST: &str = "SOURCE/org/api:1\nSOURCE/org/web:1\nSOURCE/org/web:2\n";

async fn place() -> (Sandbox, Sandbox, Place) {
    let (source, target) = pair().await;
    for (name, tag) in [("api", "1"), ("web", "1"), ("web", "2")] {
        let image = Image::new("linux/amd64").layer(format!("{name} {tag}"));
        image.push(&source, &format!("org/{name}"), tag);
    }
    let place = Place::between(&source, &target).file("images.txt", LIST);
    (source, target, place)
}

#[tokio::test(flavor = "multi_thread")]
async fn only_what_is_named_is_planned_and_copied() {
    let (source, target, place) = place().await;
    let ran = place.run("plan --only web:2 api*");
    assert!(ran.stdout.contains("Plan: 2 to create,"), "{ran:?}");
    assert!(
        ran.stdout
            .contains("Only `web:2`, `api*`; 1 other image left alone."),
        "{ran:?}"
    );
    assert_eq!(source.log().count("HEAD", "/org/web/manifests/1"), 0);
    let json = place.run("plan --only web --format json").stdout;
    let json: serde_json::Value = serde_json::from_str(&json).unwrap();
    assert_eq!(json["only"], serde_json::json!(["web"]));
    assert_eq!(json["changes"].as_array().unwrap().len(), 2);
    let ran = place.run("plan --only wbe");
    assert_eq!(
        ran.whole(),
        "status: 1\n----- stdout\n----- stderr\nerror: `--only wbe` names no declared image\n\
         hint: was `web` meant? `pusher list` shows sources and targets\n"
    );
    let ran = place.run("apply web:1");
    assert!(
        ran.stderr.contains("`pusher apply --only web:1`"),
        "{ran:?}"
    );
    assert_eq!(place.run("apply --only SOURCE/org/api:1").status, 1);
    let named = format!("apply --only {}/org/api:1", source.address());
    assert_eq!(place.run(&named).status, 0);
    assert_eq!(target.tags("team/api"), ["1"]);
    assert!(target.tags("team/web").is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_plan_of_a_part_is_kept_as_one() {
    let (_source, target, place) = place().await;
    assert_eq!(place.run("plan --only web:1 --out p.json").status, 0);
    let path = place.path().join("p.json");
    let kept = std::fs::read_to_string(&path).unwrap();
    assert!(kept.contains(r#""only": ["#), "{kept}");
    // Whoever takes the words away gets no plan of the whole.
    let whole: serde_json::Value = serde_json::from_str(&kept).unwrap();
    let mut whole = whole.as_object().unwrap().clone();
    whole.remove("only");
    place.write("whole.json", &serde_json::to_string(&whole).unwrap());
    let ran = place.run("apply whole.json");
    assert_eq!(ran.status, 1);
    assert!(
        ran.stderr.contains("it lacks the target `api:1`"),
        "{ran:?}"
    );
    assert_eq!(place.run("apply p.json").status, 0);
    assert_eq!(target.tags("team/web"), ["1"]);
    place.write("images.txt", "SOURCE/org/api:1\n");
    let ran = place.run("apply p.json");
    assert_eq!(ran.status, 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_outside_of_the_part_is_deleted() {
    let (_source, target, place) = place().await;
    assert_eq!(place.run("lock").status, 0);
    assert_eq!(place.run("apply").status, 0);
    // `api` gets another name, of the two of `web` none is declared any more.
    place.write(
        "mirror.yaml",
        "version: 1\nimages:\n  - {source: \"SOURCE/org/api:1\", target: \"front:1\"}\n",
    );
    assert_eq!(place.run("lock --adopt").status, 0);
    let ran = place.run("apply --prune --only web:2");
    assert_eq!(ran.status, 0, "{ran:?}");
    assert_eq!(target.tags("team/web"), ["1"]);
    // The only name that it has in the target, as long as the new one is left alone.
    let ran = place.run("plan --prune --only web:1 api:1");
    assert!(
        ran.stdout
            .contains("Plan: 0 to create, 0 to update, 1 to delete"),
        "{ran:?}"
    );
    let ran = place.run("apply --prune --only *org/api*");
    assert_eq!(ran.status, 0, "{ran:?}");
    assert_eq!(target.tags("team/front"), ["1"]);
    assert!(target.tags("team/api").is_empty());
    assert_eq!(target.tags("team/web"), ["1"]);
}
