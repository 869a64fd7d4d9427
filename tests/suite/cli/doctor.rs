//! `doctor`: what keeps images from being mirrored, and what to do about it.

use pusher::render::schemas::{SchemaKind, schema};
use pusher::sandbox::images::Image;
use pusher::sandbox::{Auth, Bearer, Effect, Fault, Options, Sandbox, User};

use super::harness::{Place, pair};
use crate::support::registry::{self, PASSWORD, Setup, TestRegistry, USER};

/// A mirror into a registry that answers as ACR Personal does.
const MIRROR: &str = "version: 1\n\
     target: { registry: TARGET, namespace: team, profile: acr-personal }\n\
     images: [SOURCE/org/app:v1, SOURCE/org/other:v1]\n";

async fn acr() -> Sandbox {
    let users = vec![
        User::new("me", "secret"),
        User {
            read_only: true,
            ..User::new("reader", "secret")
        },
    ];
    let auth = Auth::Bearer(Bearer {
        users,
        ..Bearer::default()
    });
    let options = Options {
        auth,
        ..Options::acr_personal()
    };
    Sandbox::start(options).await.unwrap()
}

fn at(source: &Sandbox, target: &Sandbox, user: &str, password: &str) -> Place {
    Place::between(source, target)
        .file("mirror.yaml", MIRROR)
        .variable("ALIYUN_REGISTRY_USER", user)
        .variable("ALIYUN_REGISTRY_PASSWORD", password)
}

#[tokio::test(flavor = "multi_thread")]
async fn each_step_is_told_and_nothing_is_written_unless_it_is_asked_for() {
    let source = Sandbox::start(Options::default()).await.unwrap();
    let target = acr().await;
    Image::new("linux/amd64").push(&source, "org/app", "v1");
    Image::new("linux/amd64").push(&target, "team/app", "v1");
    let limit = Effect::Headers(vec![])
        .header("RateLimit-Limit", "100;w=21600")
        .header("RateLimit-Remaining", "76;w=21600");
    source
        .faults()
        .add(Fault::new("HEAD", "/manifests/", limit).always());
    let place = at(&source, &target, "me", "secret");
    let ran = place.run("doctor");
    assert_eq!(target.log().writes() + source.log().writes(), 0);
    insta::assert_snapshot!("doctor_green", ran.whole());

    let ran = place.run("doctor --write --format json");
    assert_eq!(ran.status, 0, "{}", ran.whole());
    let answer: serde_json::Value = serde_json::from_str(&ran.stdout).unwrap();
    let validator = jsonschema::validator_for(&schema(SchemaKind::Doctor)).unwrap();
    validator.validate(&answer).unwrap();
    assert!(ran.stdout.contains("`team/app` was opened and given up"));
    let asked = |method| target.log().count(method, "/v2/team/app/blobs/uploads/");
    assert_eq!((asked("POST"), target.uploads()), (1, 0));
    assert!(asked("DELETE") > 0);
    assert_eq!(
        target.log().count("PUT", "") + target.log().count("PATCH", ""),
        0
    );
    let whole = format!(
        "{}{}",
        place.run("doctor --format markdown").whole(),
        place.run("doctor -v").whole()
    );
    assert!(!whole.contains("secret"), "{whole}");
}

/// Each mirror is looked at by itself, by the digest that the registry tells.
#[tokio::test(flavor = "multi_thread")]
async fn mirrors_are_looked_at_each_by_itself() {
    let (source, target) = pair().await;
    let image = Image::new("linux/amd64").layer("x").build();
    image.push(&source, "org/app", "v1");
    let mut place = Place::between(&source, &target);
    let mut mirrors = vec![];
    for name in ["GOOD", "LIAR", "EMPTY", "AWAY"] {
        let mirror = Sandbox::start(Options::default()).await.unwrap();
        if name != "EMPTY" {
            image.push(&mirror, "hub/org/app", "other");
        }
        place = place.naming(mirror.address(), name);
        mirrors.push(mirror);
    }
    let lie = Fault::new("GET", "/manifests/", Effect::Corrupt { at: 3 });
    mirrors[1].faults().add(lie.always());
    mirrors[3].go_away(pusher::sandbox::Origin::Registry);
    let place = place.file(
        "mirror.yaml",
        "version: 1\ntarget: { registry: TARGET, namespace: team }\nimages: [SOURCE/org/app:v1]\n\
         registries:\n  \"SOURCE\": { mirrors: [GOOD/hub, LIAR/hub, EMPTY, AWAY] }\n",
    );
    let ran = place.run("doctor");
    insta::assert_snapshot!("doctor_mirrors", ran.whole());
    let ran = place.run("doctor --format json");
    let answer: serde_json::Value = serde_json::from_str(&ran.stdout).unwrap();
    let validator = jsonschema::validator_for(&schema(SchemaKind::Doctor)).unwrap();
    validator.validate(&answer).unwrap();
    assert_eq!(answer["registries"][2]["side"], "mirror");
    // A registry that tells no digest leaves nothing to ask its mirrors for, and none answers in its place.
    source.go_away(pusher::sandbox::Origin::Registry);
    let ran = place.run("doctor");
    let skipped = "skipped: the registry itself told no digest to ask for";
    let told = ran.stdout.split_whitespace().collect::<Vec<_>>().join(" ");
    assert_eq!(told.matches(skipped).count(), 3, "{}", ran.whole());
    // One that is pinned is asked for at each all the same.
    let pinned = format!("SOURCE/org/app:v1@{}", image.digest);
    let declared = "version: 1\ntarget: { registry: TARGET, namespace: team }\nimages: [\"PINNED\"]\n\
                    registries:\n  \"SOURCE\": { mirrors: [GOOD/hub] }\n";
    let place = place.file("mirror.yaml", &declared.replace("PINNED", &pinned));
    let ran = place.run("doctor");
    assert!(
        ran.stdout.contains("- read          skipped"),
        "{}",
        ran.whole()
    );
    assert!(ran.stdout.contains("`GOOD/hub/org/app@"), "{}", ran.whole());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_refusal_is_told_once_with_what_to_do() {
    let source = Sandbox::start(Options::default()).await.unwrap();
    Image::new("linux/amd64").push(&source, "org/app", "v1");
    let target = acr().await;
    // A login that is none of its own.
    let ran = at(&source, &target, "me", "wrong").run("doctor --write");
    insta::assert_snapshot!("doctor_wrong_password", ran.whole());
    assert_eq!(target.log().writes(), 0, "{}", ran.whole());
    // A namespace that makes no repositories, or in which this account may not push.
    let ran = at(&source, &target, "reader", "secret").run("doctor --write --format github");
    let port = target.address().replace(':', "%3A");
    insta::assert_snapshot!("doctor_no_push", ran.whole().replace(&port, "TARGET"));
    // The same in an apply: it is no matter of another try.
    let ran = at(&source, &target, "reader", "secret").run("apply --yes");
    let told = ran.stdout.split_whitespace().collect::<Vec<_>>().join(" ");
    assert_eq!(ran.status, 1, "{}", ran.whole());
    assert!(told.contains("自动创建仓库"), "{told}");
    assert!(!told.contains("run `pusher apply` again"), "{told}");
    // No login at all.
    let ran = Place::between(&source, &target)
        .file("mirror.yaml", MIRROR)
        .run("doctor");
    assert_eq!(ran.status, 1);
    let told = ran.stdout.split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(
        told.contains("it asks for a login, and there is none hint: set `ALIYUN_REGISTRY_USER`"),
        "{told}"
    );
    assert!(
        told.contains("- repositories skipped: `login` comes first"),
        "{told}"
    );
    // Clocks that differ.
    let late = Effect::Headers(vec![]).header("Date", "Wed, 21 Oct 2015 07:28:00 GMT");
    source
        .faults()
        .add(Fault::new("GET", "/v2/", late).always());
    let ran = at(&source, &target, "me", "secret").run("doctor");
    assert_eq!(ran.status, 1);
    assert!(
        ran.stdout
            .contains("✗ clock         this machine's clock is"),
        "{}",
        ran.stdout
    );
    assert!(ran.stdout.contains("ahead of it"), "{}", ran.stdout);
    assert!(ran.stdout.contains("✓ read"), "{}", ran.stdout);
}

#[tokio::test(flavor = "multi_thread")]
async fn it_works_with_a_list_alone_with_no_target_and_where_nobody_is() {
    let (source, target) = pair().await;
    Image::new("linux/amd64").push(&source, "org/app", "v1");
    let list = "SOURCE/org/app:v1\n127.0.0.1:9/gone:v1\nnosuch.invalid/x:v1\nnot an image\n";
    let place = Place::between(&source, &target).file("images.txt", list);
    let ran = place.variable("LC_ALL", "C").run("doctor");
    let told = ran
        .whole()
        .lines()
        .filter(|line| !line.contains("lookup"))
        .collect::<Vec<_>>()
        .join("\n");
    insta::assert_snapshot!("doctor_nobody", told);

    let nowhere = Place::empty()
        .naming(source.address(), "SOURCE")
        .file("images.txt", "SOURCE/org/app:v1\n");
    insta::assert_snapshot!("doctor_no_target", nowhere.run("doctor").whole());
    // Files without a mistake, and a host that only a proxy knows.
    let ran = Place::between(&source, &target)
        .file("images.txt", "SOURCE/org/app:v1\n")
        .variable("HTTPS_PROXY", "ftp://me:hunter2@proxy.example.com")
        .run("doctor");
    insta::assert_snapshot!("doctor_no_proxy", ran.whole());
    let far = "version: 1\ntarget: { registry: TARGET, namespace: team }\n\
        images: [far.example.com/org/app:v1]\nregistries: { far.example.com: { plain-http: true } }\n";
    let ran = Place::between(&source, &target)
        .file("mirror.yaml", far)
        .variable(
            "HTTP_PROXY",
            &format!("http://me:hunter2@{}", source.address()),
        )
        .run("doctor");
    assert_eq!(ran.status, 0, "{}", ran.whole());
    assert!(
        ran.stdout.contains("through the proxy `http://SOURCE`"),
        "{}",
        ran.stdout
    );
    assert!(
        ran.stdout
            .contains("`far.example.com/org/app:v1` can be read"),
        "{}",
        ran.stdout
    );
    assert!(!ran.whole().contains("hunter2"), "{}", ran.whole());
}

#[tokio::test(flavor = "multi_thread")]
async fn the_real_registry_lets_a_push_in_and_keeps_nothing() {
    let setup = Setup::with_auth(registry::Auth::bearer());
    let Some(target) = TestRegistry::real(&setup).await else {
        return;
    };
    let source = Sandbox::start(Options::default()).await.unwrap();
    Image::new("linux/amd64").push(&source, "org/app", "v1");
    let place = Place::empty()
        .naming(source.address(), "SOURCE")
        .variable("ALIYUN_REGISTRY", target.address())
        .variable("ALIYUN_NAME_SPACE", "team")
        .variable("ALIYUN_REGISTRY_USER", USER)
        .variable("ALIYUN_REGISTRY_PASSWORD", PASSWORD)
        .file("images.txt", "SOURCE/org/app:v1\n");
    let ran = place.run("doctor --write");
    assert_eq!(ran.status, 0, "{}", ran.whole());
    assert!(ran.stdout.contains("✓ push"), "{}", ran.stdout);
    assert_eq!(target.count("POST", "/v2/team/app/blobs/uploads/").await, 1);
    let given_up = target.count("DELETE", "/v2/team/app/blobs/uploads/").await;
    assert!(given_up > 0);
    assert_eq!(target.tag("team/app", "v1").await, None);
    let ran = place
        .variable("ALIYUN_REGISTRY_PASSWORD", "wrong")
        .run("doctor");
    assert_eq!(ran.status, 1, "{}", ran.whole());
    assert!(ran.stdout.contains("was refused (401)"), "{}", ran.stdout);
}

/// The answer is given whatever is wrong with the files.
#[tokio::test(flavor = "multi_thread")]
async fn a_file_that_cannot_be_read_as_such_is_told() {
    let place = Place::empty().file("mirror.yaml", "version: [\n");
    insta::assert_snapshot!("doctor_no_yaml", place.run("doctor").whole());
}
