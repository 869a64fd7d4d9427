//! What is in the way of many images is told once, and a password that is wrong is not tried for each.

use pusher::sandbox::images::Image;
use pusher::sandbox::{Auth, Options, Sandbox, Scheme};
use serde_json::Value;

use super::harness::{Place, Ran};

const IMAGES: usize = 40;

/// One for several repositories together, and a few for one alone: a token service may answer so while it
/// is in trouble.
const LOGINS: usize = 4;

async fn sandbox(auth: Auth) -> Sandbox {
    let options = Options {
        auth,
        ..Options::default()
    };
    Sandbox::start(options).await.unwrap()
}

/// A source with many images, the list of them, and how each side wants to be asked.
async fn many(source: Auth, target: Auth) -> (Sandbox, Sandbox, Place) {
    let (source, target) = (sandbox(source).await, sandbox(target).await);
    let mut list = vec![];
    for number in 0..IMAGES {
        let name = format!("app{number}");
        Image::new("linux/amd64")
            .layer(&name)
            .push(&source, &format!("org/{name}"), "v1");
        list.push(format!("SOURCE/org/{name}:v1"));
    }
    let place = Place::between(&source, &target).file("images.txt", &list.join("\n"));
    (source, target, place)
}

fn logins(registry: &Sandbox) -> usize {
    let is_login = |request: &_| matches!(request, &Some(Scheme::Basic));
    let requests = registry.log().requests();
    requests
        .iter()
        .filter(|request| is_login(&request.authorization))
        .count()
}

fn auths() -> [Auth; 2] {
    [
        Auth::bearer("someone", "right-secret"),
        Auth::basic("someone", "right-secret"),
    ]
}

fn told_once(ran: &Ran, typed: &str) {
    let told = ran.whole().matches("refused (401)").count();
    assert_eq!(told, 1, "{typed}: {ran:?}");
    assert_eq!(ran.status, 1, "{typed}: {ran:?}");
    assert!(ran.whole().contains("40 images"), "{typed}: {ran:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_wrong_password_of_the_target_is_tried_and_told_once() {
    for auth in auths() {
        let (_source, target, place) = many(Auth::Open, auth).await;
        let place = place
            .variable("ALIYUN_REGISTRY_USER", "someone")
            .variable("ALIYUN_REGISTRY_PASSWORD", "wrong-secret");
        for command in ["plan", "apply", "drift"] {
            for format in ["human", "markdown", "github"] {
                let typed = format!("{command} --format {format}");
                target.log().clear();
                told_once(&place.run(&typed), &typed);
                let tried = logins(&target);
                assert!(
                    (1..=LOGINS).contains(&tried),
                    "{typed}: {tried} logins: {:#?}",
                    target.log().lines()
                );
            }
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_wrong_password_of_a_source_is_tried_and_told_once() {
    for auth in auths() {
        let (source, _target, place) = many(auth, Auth::Open).await;
        let place = place.variable("PASSWORD", "wrong-secret").file(
            "mirror.yaml",
            "version: 1\n\
             include: [images.txt]\n\
             registries:\n  \"SOURCE\": {username: someone, password: \"${PASSWORD}\"}\n",
        );
        for typed in ["plan", "apply", "drift", "lock"] {
            source.log().clear();
            told_once(&place.run(typed), typed);
            let tried = logins(&source);
            assert!(
                (1..=LOGINS).contains(&tried),
                "{typed}: {tried} logins: {:#?}",
                source.log().lines()
            );
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn all_images_that_one_cause_hit_are_named_to_programs_and_a_few_to_people() {
    let (_source, _target, place) = many(Auth::Open, Auth::bearer("someone", "right")).await;
    let place = place
        .variable("ALIYUN_REGISTRY_USER", "someone")
        .variable("ALIYUN_REGISTRY_PASSWORD", "wrong-secret");
    insta::assert_snapshot!("one_cause", place.run("plan").whole());
    let verbose = place.run("plan -v").stdout;
    assert!(verbose.contains("`app39:v1`"), "{verbose}");
    for typed in ["plan", "apply", "drift"] {
        let answer = place.run(&format!("{typed} --format json")).stdout;
        let answer: Value = serde_json::from_str(&answer).unwrap();
        let causes = answer["causes"].as_array().unwrap();
        assert_eq!(causes.len(), 1, "{typed}: {causes:?}");
        assert_eq!(causes[0]["cause"], "unauthorized", "{typed}");
        let images = causes[0]["images"].as_array().unwrap();
        assert_eq!(images.len(), IMAGES, "{typed}");
        // Each image still tells it of itself.
        let each = answer.get("changes").or(answer.get("differences")).unwrap();
        for one in each.as_array().unwrap() {
            let why = one.get("error").or(one.get("reason")).unwrap();
            assert!(
                why.as_str().unwrap().contains("was refused"),
                "{typed}: {one}"
            );
        }
    }
}
