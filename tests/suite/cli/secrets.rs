//! Secrets are in no output, however much is asked for and whatever goes wrong.

use pusher::sandbox::images::Image;
use pusher::sandbox::{Auth, Options, Sandbox};

use super::harness::Place;

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
    let half = place.variable("ALIYUN_REGISTRY_USER", "someone");
    insta::assert_snapshot!("secrets_half_a_login", half.run("plan").whole());
    let wrong = half.variable("ALIYUN_REGISTRY_PASSWORD", "wrong-secret");
    insta::assert_snapshot!("secrets_wrong_password", wrong.run("plan").whole());
}
