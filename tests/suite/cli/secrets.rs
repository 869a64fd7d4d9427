//! Secrets are in no output, however much is asked for and whatever goes wrong.

use pusher::sandbox::images::Image;
use pusher::sandbox::{Auth, Options, Sandbox};

use super::harness::{Place, pair};

#[tokio::test(flavor = "multi_thread")]
async fn a_password_is_never_shown() {
    let source = Sandbox::start(Options::default()).await.unwrap();
    Image::new("linux/amd64")
        .layer("a")
        .push(&source, "org/app", "v1");
    for auth in [
        Auth::bearer("someone", "right-secret"),
        Auth::basic("someone", "right-secret"),
    ] {
        let options = Options {
            auth,
            ..Options::default()
        };
        let target = Sandbox::start(options).await.unwrap();
        for (password, works) in [("wrong-secret", false), ("right-secret", true)] {
            let place = Place::between(&source, &target)
                .variable("ALIYUN_REGISTRY_USER", "someone")
                .variable("ALIYUN_REGISTRY_PASSWORD", password)
                .file("images.txt", "SOURCE/org/app:v1\n");
            for typed in [
                "plan -vv",
                "plan --format json -vv",
                "apply -vv",
                "drift -vv",
            ] {
                let ran = place.run(typed);
                assert_eq!(ran.status == 0, works, "{typed}: {ran:?}");
                let basic = "c29tZW9uZT"; // `someone:` in base64
                for secret in [password, basic] {
                    assert!(!ran.whole().contains(secret), "{typed}: {ran:?}");
                }
            }
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_wrong_password_is_told_with_what_to_do() {
    let source = Sandbox::start(Options::default()).await.unwrap();
    Image::new("linux/amd64")
        .layer("a")
        .push(&source, "org/app", "v1");
    let options = Options {
        auth: Auth::bearer("someone", "right-secret"),
        ..Options::default()
    };
    let target = Sandbox::start(options).await.unwrap();
    let place = Place::between(&source, &target).file("images.txt", "SOURCE/org/app:v1\n");
    insta::assert_snapshot!("secrets_no_login", place.run("plan").whole());
    let wrong = place
        .variable("ALIYUN_REGISTRY_USER", "someone")
        .variable("ALIYUN_REGISTRY_PASSWORD", "wrong-secret");
    insta::assert_snapshot!("secrets_wrong_password", wrong.run("plan").whole());
}

#[tokio::test(flavor = "multi_thread")]
async fn half_a_login_is_an_error_before_anyone_is_asked() {
    let (source, target) = pair().await;
    let image = Image::new("linux/amd64").layer("a");
    image.push(&source, "org/app", "v1");
    let halves = ["ALIYUN_REGISTRY_USER", "ALIYUN_REGISTRY_PASSWORD"];
    for (set, missing) in [(halves[0], halves[1]), (halves[1], halves[0])] {
        let place = Place::between(&source, &target)
            .variable(set, "something")
            .file("images.txt", "SOURCE/org/app:v1\n");
        // As GitHub does it with a secret that does not exist.
        let empty = place.variable(missing, "");
        source.log().clear();
        target.log().clear();
        for typed in ["plan", "apply", "drift", "lock"] {
            let ran = empty.run(typed);
            assert_eq!((ran.status, ran.stdout.as_str()), (1, ""), "{typed}");
            let told = format!("error: `{set}` is set and `{missing}` is not\n");
            assert!(ran.stderr.starts_with(&told), "{typed}: {ran:?}");
        }
        let requests = [&source, &target].map(|registry| registry.log().requests().len());
        assert_eq!(requests, [0, 0]);
        // Who asks nobody needs no login.
        for typed in ["list", "check", "plan --offline"] {
            assert_eq!(empty.run(typed).status, 0, "{typed}");
        }
    }
}

/// Mirror files that are wrong, or nearly right, each with a canary where a secret may stand.
const MIRRORS: [&str; 14] = [
    "target: {registry: \"user:CANARY@registry.example.com\"}\nimages: [nginx]\n",
    "target: {registry: \"${R:-user:CANARY@x}\"}\nimages: [nginx]\n",
    "registries:\n  r.example.com: {username: a, password: [CANARY\nimages: [nginx]\n",
    "registries:\n  r.example.com: {username: a, password: {CANARY\nimages: [nginx]\n",
    "registries:\n  r.example.com: {username: a, password: \"${P:-CANARY}\"}\n",
    "registries:\n  r.example.com: { username: a, password: ${P:?CANARY} }\n",
    "registries:\n  r.example.com: { username: a, password: \"${CANARY\" }\n",
    "registries:\n  r.example.com:\n    password:\n      CANARY: x\n",
    "registries:\n  r.example.com:\n    password: |\n      CANARY\n  ]\n",
    "registries:\n  r.example.com:\n    password: \"a\n      CANARY\nimages: []\n",
    "registries:\n  r.example.com:\n    pasword:\n      - CANARY\n",
    "registries:\n  r.example.com:\n    password: ${P}CANARY\n    credential: CANARY\n",
    "registries:\n  \"user:CANARY@r.example.com\": {username: a}\n",
    "images: [\"user:CANARY@ghcr.io/app:1\", {source: \"https://user:CANARY@ghcr.io/app\"}]\n",
];

const LIST: &str = "\
user:CANARY@registry.example.com/app:1
https://user:CANARY@registry.example.com/app:1
user:CANARY@
app -> user:CANARY@registry.example.com/app
docker login --password=CANARY registry.example.com
docker login -u me -p CANARY registry.example.com
echo CANARY | docker login --password-stdin x
--password=CANARY nginx
--platform=linux/amd64 --password CANARY nginx
nginx --password=CANARY
PASSWORD=CANARY
  password: CANARY
  password: [CANARY
export ALIYUN_REGISTRY_PASSWORD=CANARY
nginx:1 # password CANARY
Authorization: Basic CANARY
ghp_CANARY0123456789 nginx
";

#[tokio::test(flavor = "multi_thread")]
async fn what_is_written_with_a_password_in_it_is_not_quoted() {
    let silent = |place: &Place, typed: &str| {
        for format in ["human", "json", "markdown", "github"] {
            let typed = format!("{typed} --format {format}");
            let ran = place.run(&typed).whole();
            let told = ran.to_lowercase();
            assert!(!told.contains("canary"), "{typed}:\n{ran}");
        }
    };
    for mirror in MIRRORS {
        let place = Place::empty()
            .variable("ALIYUN_REGISTRY", "registry.example.com")
            .variable("ALIYUN_NAME_SPACE", "team")
            .file("mirror.yaml", &format!("version: 1\n{mirror}"));
        silent(&place, "check");
        silent(&place, "plan --offline");
    }
    let place = Place::empty().file("images.txt", LIST);
    silent(&place, "check");
    let imported = place.run("import images.txt").whole();
    assert!(!imported.contains("CANARY"), "{imported}");
    for [registry, namespace] in [
        ["user:CANARY@registry.example.com", "team"],
        ["https://user:CANARY@registry.example.com", "team"],
        ["registry.example.com", "user:CANARY@x"],
    ] {
        let place = Place::empty()
            .variable("ALIYUN_REGISTRY", registry)
            .variable("ALIYUN_NAME_SPACE", namespace)
            .file("images.txt", "nginx\n");
        silent(&place, "check");
        silent(&place, "plan --offline");
    }
    let place = Place::empty();
    for typed in [
        "diff user:CANARY@ghcr.io/a:1 nginx",
        "plan user:CANARY@ghcr.io/a:1",
        "plan --password=CANARY",
        "plan -f https://user:CANARY@ghcr.io/a",
        "apply user:CANARY@ghcr.io/a.plan",
    ] {
        let ran = place.run(typed).whole();
        assert!(!ran.contains("CANARY"), "{typed}: {ran}");
    }
}
