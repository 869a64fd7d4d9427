//! `verify`: what is not signed as the files want it is neither copied nor locked, and says why.

use pusher::sandbox::Sandbox;
use pusher::sandbox::images::{Artifact, Image, Index, signature_tag};
use serde_json::Value;

use super::harness::{NAMESPACE, Place, pair};
use crate::support::signing::{BUILT, Key, SIGNED, Sigstore, Who, attached, simples};

const WORKFLOW: &str = "https://github.com/org/app/.github/workflows/release.yml@refs/tags/v1";

fn image(content: &str) -> Artifact {
    Image::new("linux/amd64").layer(content).build()
}

/// Pushes an image, and beside it what a key signs of it.
fn signed(source: &Sandbox, key: &Key, name: &str, image: &Artifact) {
    image.push(source, name, "v1");
    sign(source, key, name, image);
}

fn sign(source: &Sandbox, key: &Key, name: &str, image: &Artifact) {
    let signature = key.simple(&image.digest).artifact();
    signature.push(source, name, &*signature_tag(&image.digest));
}

/// Writes a mirror file of these images, with these rules.
fn declare(place: &Place, images: &str, rules: &str) {
    place.write(
        "mirror.yaml",
        &format!(
            "version: 1\ntarget: {{ registry: TARGET, namespace: {NAMESPACE} }}\nimages:\n{images}verify:\n{rules}"
        ),
    );
}

/// A source that has one image of each kind, and a mirror of it.
async fn one_of_each() -> (Sandbox, Sandbox, Place, Key) {
    let (source, target) = pair().await;
    let (key, other) = (Key::new(), Key::new());
    signed(&source, &key, "org/signed", &image("signed"));
    let in_bundle = image("in a bundle");
    in_bundle.push(&source, "org/bundle", "v1");
    let bundle = attached(&in_bundle, &key.bundle(&in_bundle.digest, SIGNED), SIGNED);
    bundle.push(&source, "org/bundle", None);
    image("unsigned").push(&source, "org/unsigned", "v1");
    signed(&source, &other, "org/other-key", &image("other key"));
    // The signature of another image, under this one's name.
    let replayed = image("replayed");
    replayed.push(&source, "org/replayed", "v1");
    let of_another = simples(&[key.simple(&image("signed").digest)]);
    of_another.push(&source, "org/replayed", &*signature_tag(&replayed.digest));
    image("excepted").push(&source, "org/excepted", "v1");
    image("elsewhere").push(&source, "library/elsewhere", "v1");
    let place = Place::between(&source, &target)
        .naming(&key.fingerprint().hex()[..12], "OURS")
        .file("cosign.pub", &key.pem());
    let names = [
        "signed",
        "bundle",
        "unsigned",
        "other-key",
        "replayed",
        "excepted",
    ];
    let names = names.map(|name| format!("  - SOURCE/org/{name}:v1\n"));
    let images = names.concat() + "  - SOURCE/library/elsewhere:v1\n";
    let rules = "  - { images: SOURCE/org/excepted, unsigned: true }\n\
                 \x20 - images: SOURCE/org/**\n    cosign: { key: cosign.pub }\n";
    declare(&place, &images, rules);
    (source, target, place, key)
}

fn json(text: &str) -> Value {
    serde_json::from_str(text).unwrap()
}

fn change<'j>(plan: &'j Value, target: &str) -> &'j Value {
    let changes = plan["changes"].as_array().unwrap();
    changes
        .iter()
        .find(|change| change["target"] == target)
        .unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_not_signed_as_the_rule_wants_it_is_blocked_with_what_was_found() {
    let (_source, target, place, key) = one_of_each().await;
    let plan = place.run("plan");
    insta::assert_snapshot!("verify_plan", plan.whole());
    insta::assert_snapshot!("verify_plan_chinese", place.run("plan --lang zh").whole());
    insta::assert_snapshot!(
        "verify_plan_markdown",
        place.run("plan --format markdown").whole()
    );
    let plan = json(&place.run("plan --format json").stdout);
    let by_key = format!("cosign-key {}", key.fingerprint());
    for (name, action, kind, verified) in [
        ("signed:v1", "create", None, Some(&*by_key)),
        ("bundle:v1", "create", None, Some(&*by_key)),
        ("unsigned:v1", "blocked", Some("unverified"), None),
        ("other-key:v1", "blocked", Some("unverified"), None),
        ("replayed:v1", "blocked", Some("unverified"), None),
        ("excepted:v1", "create", None, None),
        ("elsewhere:v1", "create", None, None),
    ] {
        let change = change(&plan, name);
        assert_eq!(change["action"], action, "{change}");
        assert_eq!(change["reason_kind"].as_str(), kind, "{change}");
        let verified = verified.map(|text| place.steady(text));
        assert_eq!(change["verified"].as_str(), verified.as_deref(), "{change}");
    }
    let applied = place.run("apply --yes --format json");
    assert_eq!(applied.status, 1, "{}", applied.whole());
    let applied = json(&applied.stdout);
    let signed = change(&applied, "signed:v1");
    assert_eq!(signed["outcome"], "done");
    assert_eq!(signed["verified"], place.steady(&by_key));
    for name in ["unsigned", "other-key", "replayed"] {
        assert_eq!(
            change(&applied, &format!("{name}:v1"))["outcome"],
            "blocked"
        );
        assert_eq!(
            target.tag(&format!("{NAMESPACE}/{name}"), "v1"),
            None,
            "{name}"
        );
    }
}

/// Runs a command, and tells what of signatures the source was asked for.
fn asked(place: &Place, source: &Sandbox, typed: &str) -> (i32, Vec<String>) {
    source.log().clear();
    let ran = place.run(typed);
    let lines = source.log().lines().into_iter();
    let is_about = |line: &String| line.contains(".sig") || line.contains("/referrers/");
    (ran.status, lines.filter(is_about).collect())
}

#[tokio::test(flavor = "multi_thread")]
async fn the_source_is_asked_for_no_more_than_the_plan_needs() {
    let (source, target) = pair().await;
    let key = Key::new();
    let app = image("app");
    signed(&source, &key, "org/app", &app);
    let place = Place::between(&source, &target).file("cosign.pub", &key.pem());
    let twice = "  - SOURCE/org/app:v1\n  - { source: SOURCE/org/app:v1, target: again:v1 }\n";
    let rules = "  - { images: '*', cosign: { key: cosign.pub } }\n";
    declare(&place, twice, rules);
    // Nothing is looked at twice: not for another name, nor for another question.
    source.log().clear();
    assert_eq!(place.run("plan").status, 0);
    let requests = source.log().requests();
    let count = |method: &str, part: &str| {
        let is_one = |request: &&pusher::sandbox::Request| request.is(method, part);
        requests.iter().filter(is_one).count()
    };
    let signature = signature_tag(&app.digest);
    assert_eq!(count("HEAD", &format!("/manifests/{signature}")), 1);
    assert_eq!(count("GET", &format!("/referrers/{}", app.digest)), 1);
    let manifest = key_manifest(&source, &signature);
    assert_eq!(count("GET", &format!("/manifests/{manifest}")), 1);
    assert_eq!(
        count("GET", "/blobs/"),
        1,
        "the payload: a plan reads no config of one platform"
    );
    assert_eq!(source.log().writes(), 0);

    // What is blocked for another reason, or not to be copied, needs no signature.
    assert_eq!(place.run("apply --yes").status, 0);
    let in_place = asked(&place, &source, "plan --detailed-exitcode");
    assert_eq!(in_place, (0, vec![]), "in place");

    // The lock says who signed what it wants.
    let (status, lines) = asked(&place, &source, "lock");
    assert_eq!((status, lines.is_empty()), (0, false));
    let (target_2, other) = (pair().await.1, Key::new());
    let moved = place.naming(target_2.address(), "FRESH");
    let fresh = |rules: &str| {
        let text = format!(
            "version: 1\ntarget: {{ registry: FRESH, namespace: {NAMESPACE} }}\nimages:\n{twice}verify:\n{rules}"
        );
        moved.write("mirror.yaml", &text);
    };
    fresh(rules);
    assert_eq!(moved.run("lock --adopt").status, 0);
    let (status, lines) = asked(&moved, &source, "plan");
    assert_eq!((status, lines), (0, vec![]), "by the lock");
    // A second key beside it comes to the same; another rule asks again.
    moved.write("cosign.pub", &(other.pem() + &key.pem()));
    assert_eq!(asked(&moved, &source, "plan"), (0, vec![]));
    moved.write("cosign.pub", &other.pem());
    let (status, lines) = asked(&moved, &source, "plan");
    assert_eq!((status, lines.is_empty()), (1, false));
}

fn key_manifest(source: &Sandbox, tag: &str) -> String {
    source.tag("org/app", tag).unwrap().to_string()
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_not_signed_is_not_locked() {
    let (source, target) = pair().await;
    let key = Key::new();
    let (app, newer) = (image("app"), image("newer"));
    app.push(&source, "org/app", "v1");
    let place = Place::between(&source, &target)
        .naming(&key.fingerprint().hex(), "OURS")
        .file("cosign.pub", &key.pem());
    let images = "  - SOURCE/org/app:v1\n";
    declare(&place, images, "");
    assert_eq!(place.run("lock").status, 0);
    let lock = || std::fs::read_to_string(place.path().join("mirror.lock")).unwrap();
    let before = lock();

    // A rule that came later asks who signed what is locked; what the tag points to now is another matter.
    newer.push(&source, "org/app", "v1");
    declare(
        &place,
        images,
        "  - { images: '*', cosign: { key: cosign.pub } }\n",
    );
    let unfit = place.run("lock --check");
    insta::assert_snapshot!("verify_lock_check", unfit.whole());
    let unsigned = place.run("lock");
    insta::assert_snapshot!("verify_lock_unsigned", unsigned.whole());
    assert_eq!(lock(), before);
    assert_eq!(place.run("plan --locked").status, 1);
    sign(&source, &key, "org/app", &app);
    assert_eq!(place.run("lock").status, 0);
    let note = format!(
        "\n[verified]\n\"app:v1@{}\" = \"cosign-key sha256:OURS\"\n",
        app.digest
    );
    assert_eq!(
        place.steady(&lock()),
        place.steady(&(before.replace("version = 2", "version = 3") + &note))
    );
    assert_eq!(place.run("lock --check").status, 0);

    // The newer one is not signed: the lock keeps what it has.
    let moved = place.run("lock --update");
    assert_eq!(moved.status, 1, "{}", moved.whole());
    assert!(
        moved.stdout.contains("has no signature"),
        "{}",
        moved.whole()
    );
    assert!(lock().contains(&app.digest.to_string()));
    assert!(!lock().contains(&newer.digest.to_string()));
    sign(&source, &key, "org/app", &newer);
    assert_eq!(place.run("lock --update").status, 0);
    assert!(lock().contains(&format!("app:v1@{}", newer.digest)));
    assert!(
        !lock().contains(&app.digest.to_string()),
        "what is gone is forgotten"
    );
    assert_eq!(place.run("apply --yes --locked").status, 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_index_is_verified_at_the_digest_that_its_source_has() {
    let (source, target) = pair().await;
    let key = Key::new();
    let index = Index::of(&["linux/amd64", "linux/arm64", "linux/s390x"])
        .attested()
        .build();
    signed(&source, &key, "org/app", &index);
    let unsigned = Index::of(&["linux/amd64", "linux/riscv64"]).build();
    unsigned.push(&source, "org/unsigned", "v1");
    let place = Place::between(&source, &target).file("cosign.pub", &key.pem());
    let some = "platforms: [linux/amd64, linux/arm64]";
    let images = format!(
        "  - {{ source: SOURCE/org/app:v1, target: all:v1, platforms: all }}\n\
         \x20 - {{ source: SOURCE/org/app:v1, target: one:v1 }}\n\
         \x20 - {{ source: SOURCE/org/app:v1, target: rewritten:v1, {some} }}\n\
         \x20 - {{ source: SOURCE/org/unsigned:v1, target: unsigned:v1 }}\n"
    );
    // By tag as well: which rule decides does not depend on what a saved plan writes in its place.
    let rules = "  - { images: ['SOURCE/org/app:v1', 'SOURCE/org/unsigned:v?'], cosign: { key: cosign.pub } }\n";
    declare(&place, &images, rules);
    assert_eq!(place.run("plan --out plan.json").status, 1);
    let applied = place.run("apply plan.json");
    assert_eq!(applied.status, 1, "{}", applied.whole());
    let held = |name: &str| target.tag(&format!("{NAMESPACE}/{name}"), "v1");
    assert_eq!(held("all"), Some(index.digest.clone()));
    assert!(held("one").is_some_and(|digest| digest != index.digest));
    assert!(held("rewritten").is_some_and(|digest| digest != index.digest));
    assert_eq!(held("unsigned"), None);
    // What is in place is not looked at again, in whatever form.
    let (_, lines) = asked(&place, &source, "plan");
    let is_of_it = |line: &String| line.contains(&index.digest.hex());
    assert!(!lines.iter().any(is_of_it), "{lines:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn tags_that_rules_choose_are_verified_each_by_its_own_rule() {
    let (source, target) = pair().await;
    let key = Key::new();
    for tag in ["1.0.0", "1.1.0", "2.0.0"] {
        let image = image(tag);
        image.push(&source, "org/app", tag);
        if tag == "1.1.0" {
            sign(&source, &key, "org/app", &image);
        }
    }
    let place = Place::between(&source, &target).file("cosign.pub", &key.pem());
    let images = "  - { source: SOURCE/org/app, select: { version: '*' } }\n";
    let rules = "  - { images: 'SOURCE/org/app:2*', unsigned: true }\n\
                 \x20 - { images: 'SOURCE/org/app', cosign: { key: cosign.pub } }\n";
    declare(&place, images, rules);
    let checked = place.run("check").whole();
    assert!(!checked.contains("warning"), "{checked}");
    assert_eq!(place.run("apply --yes").status, 1);
    let held = |tag: &str| target.tag(&format!("{NAMESPACE}/app"), tag).is_some();
    assert_eq!(["1.0.0", "1.1.0", "2.0.0"].map(held), [false, true, true]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_saved_plan_is_verified_once_more() {
    let (source, target) = pair().await;
    let key = Key::new();
    let app = image("app");
    signed(&source, &key, "org/app", &app);
    let place = Place::between(&source, &target).file("cosign.pub", &key.pem());
    let rules = "  - { images: 'SOURCE/org/app:v1', cosign: { key: cosign.pub } }\n";
    declare(&place, "  - SOURCE/org/app:v1\n", rules);
    assert_eq!(place.run("plan --out plan.json").status, 0);
    // Somebody took the signature away in between.
    let other = Key::new().simple(&app.digest).artifact();
    other.push(&source, "org/app", &*signature_tag(&app.digest));
    let applied = place.run("apply plan.json");
    assert_eq!(applied.status, 1, "{}", applied.whole());
    assert!(
        applied.stdout.contains("another key"),
        "{}",
        applied.whole()
    );
    assert_eq!(target.tag(&format!("{NAMESPACE}/app"), "v1"), None);
    // Another key is another file than the plan was made from.
    place.write("cosign.pub", &Key::new().pem());
    let applied = place.run("apply plan.json");
    assert!(applied.stderr.contains("cosign.pub"), "{}", applied.whole());
}

#[tokio::test(flavor = "multi_thread")]
async fn identities_and_builds_are_told_with_who_it_is_instead() {
    let (source, target) = pair().await;
    let sigstore = Sigstore::new();
    let who = Who::workflow("org/app", WORKFLOW);
    let fork = Who::workflow(
        "someone/app",
        "https://github.com/someone/app/.github/workflows/release.yml@refs/heads/main",
    );
    for (name, who) in [("app", who), ("fork", fork)] {
        let image = image(name);
        image.push(&source, &format!("org/{name}"), "v1");
        let signature = sigstore.simple(&image.digest, who).artifact();
        signature.push(
            &source,
            &format!("org/{name}"),
            &*signature_tag(&image.digest),
        );
        let built = attached(&image, &sigstore.bundle(&image.digest, BUILT, who), BUILT);
        built.push(&source, &format!("org/{name}"), None);
    }
    image("bare").push(&source, "org/bare", "v1");
    let place = Place::between(&source, &target).file("root.json", &sigstore.trusted_root());
    let images = ["app", "fork", "bare"].map(|name| {
        let signed = format!("  - SOURCE/org/{name}:v1\n");
        signed + &format!("  - {{ source: SOURCE/org/{name}:v1, target: '{name}:built' }}\n")
    });
    let identity = "https://github.com/org/*/.github/workflows/*";
    let cosign = format!(
        "  - images: SOURCE/org/*\n    cosign: {{ issuer: https://token.actions.githubusercontent.com, identity: '{identity}' }}\n    trusted-root: root.json\n"
    );
    declare(&place, &images.concat(), &cosign);
    insta::assert_snapshot!("verify_identity", place.run("plan").whole());
    let github =
        "  - { images: SOURCE/org/*, github: { repository: org/app }, trusted-root: root.json }\n";
    declare(&place, &images.concat(), github);
    source.log().clear();
    insta::assert_snapshot!("verify_github", place.run("plan").whole());
    let lines = source.log().lines();
    assert!(!lines.iter().any(|line| line.contains(".sig")), "{lines:?}");
    insta::assert_snapshot!("verify_github_chinese", place.run("plan --lang zh").whole());
    // Those who are trusted without saying so are others.
    declare(
        &place,
        &images.concat(),
        "  - { images: SOURCE/org/*, github: { repository: org/app } }\n",
    );
    let plan = place.run("plan");
    assert!(
        plan.stdout.contains("nobody who is trusted vouches for"),
        "{}",
        plan.whole()
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn signatures_that_cannot_be_read_are_not_taken_for_none() {
    use pusher::sandbox::{Effect, Fault};
    let (source, target) = pair().await;
    let key = Key::new();
    let app = image("app");
    signed(&source, &key, "org/app", &app);
    let place = Place::between(&source, &target).file("cosign.pub", &key.pem());
    declare(
        &place,
        "  - SOURCE/org/app:v1\n",
        "  - { images: '*', cosign: { key: cosign.pub } }\n",
    );
    let refused = Fault::new("", ".sig", Effect::Instead(403)).always();
    source.faults().add(refused);
    let plan = place.run("plan --format json");
    assert_eq!(plan.status, 1, "{}", plan.whole());
    let plan = json(&plan.stdout);
    let change = change(&plan, "app:v1");
    assert_eq!(change["reason_kind"], "source-unreadable", "{change}");
    assert_eq!(change["cause"], "denied", "{change}");
}

/// The evidence goes along on a stick, and is looked at again: nothing is believed since the first side has seen it.
#[tokio::test(flavor = "multi_thread")]
async fn what_is_signed_can_be_told_from_a_stick() {
    let (source, target, place, key) = one_of_each().await;
    assert_eq!(place.run("apply --into stick --yes -q").status, 1);
    assert_eq!(place.run("apply --into stick --yes -q").status, 1);
    drop(source);
    let by_key = place.steady(&format!("cosign-key {}", key.fingerprint()));
    let plan = json(&place.run("plan --from stick --format json").stdout);
    for name in ["signed:v1", "bundle:v1"] {
        let change = change(&plan, name);
        assert_eq!(change["action"], "create", "{change}");
        assert_eq!(change["verified"], by_key, "{change}");
    }
    let unsigned = change(&plan, "unsigned:v1");
    let reason = unsigned["reason"].as_str().unwrap();
    assert!(reason.contains("`stick` does not carry it"), "{reason}");
    // Who wants another key on the other side gets nothing by the first one's word.
    place.write("cosign.pub", &Key::new().pem());
    let plan = json(&place.run("plan --from stick --format json").stdout);
    for name in ["signed:v1", "bundle:v1"] {
        assert_eq!(change(&plan, name)["reason_kind"], "unverified");
    }
    assert_eq!(place.run("apply --from stick --yes -q").status, 1);
    assert_eq!(target.tag(&format!("{NAMESPACE}/signed"), "v1"), None);
}
