//! Messages about runs, to robots that take what the real ones take.

use pusher::notices;
use pusher::sandbox::Sandbox;
use pusher::sandbox::images::Image;
use serde_json::Value;

use super::harness::{NAMESPACE, Place, pair};
use crate::support::robots::{Instead, Robots, SECRET, TOKEN};

const ALL: [&str; 5] = ["dingtalk", "feishu", "wecom", "slack", "json"];

fn push(source: &Sandbox, name: &str, text: &str) {
    let image = Image::new("linux/amd64").layer(text);
    image.push(source, &format!("org/{name}"), "v1");
}

/// A mirror of one image, with one that is not there.
async fn world() -> (Sandbox, Sandbox, Robots, Place) {
    let (source, target) = pair().await;
    push(&source, "one", "one");
    let robots = Robots::start().await;
    let addresses = ALL.map(|service| robots.of(service)).join("\n");
    let place = Place::between(&source, &target)
        .naming(&robots.address, "ROBOTS")
        .variable("PUSHER_NOTIFY", &addresses)
        .variable("PUSHER_NOTIFY_SECRET", &format!("{SECRET} {SECRET}"))
        .variable("GITHUB_SERVER_URL", "https://github.com")
        .variable("GITHUB_REPOSITORY", "me/fork")
        .variable("GITHUB_RUN_ID", "7")
        .file("images.txt", "SOURCE/org/one:v1\nSOURCE/org/two:v1\n");
    (source, target, robots, place)
}

fn services(taken: &[(String, Value)]) -> Vec<&str> {
    let mut services: Vec<_> = taken.iter().map(|(service, _)| &**service).collect();
    services.sort_by_key(|service| ALL.iter().position(|known| known == service));
    services
}

fn wecom(taken: &[(String, Value)]) -> &str {
    let sent = taken.iter().find(|(service, _)| service == "wecom");
    sent.unwrap().1["markdown"]["content"].as_str().unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn each_is_told_once_of_a_run_that_did_something_and_never_of_one_that_did_not() {
    let (source, target, robots, place) = world().await;
    let told = |typed: &str| {
        let ran = place.run(typed);
        assert!(!ran.stderr.contains("did not arrive"), "{}", ran.stderr);
        assert!(!ran.whole().contains("CANARY"), "{}", ran.whole());
        let taken = robots.taken();
        assert_eq!(robots.asked(), taken.len(), "{typed}");
        (ran.status, taken)
    };
    let (status, taken) = told("apply -q");
    assert_eq!((status, services(&taken)), (1, ALL.to_vec()));
    insta::assert_snapshot!("notice_apply", place.steady(wecom(&taken)));
    let document = &taken
        .iter()
        .find(|(service, _)| service == "json")
        .unwrap()
        .1;
    let schema = jsonschema::validator_for(&notices::schema()).unwrap();
    schema.validate(document).unwrap();
    let counts = &document["counts"];
    assert_eq!(
        (&counts["changed"], &counts["failed"]),
        (&1.into(), &1.into())
    );
    let document = serde_json::to_string_pretty(document).unwrap();
    insta::assert_snapshot!("notice_json", place.steady(&document));

    push(&source, "two", "two");
    let (status, taken) = told("apply -q --lang zh");
    assert_eq!((status, services(&taken)), (0, ALL.to_vec()));
    insta::assert_snapshot!("notice_apply_zh", place.steady(wecom(&taken)));

    for typed in ["apply -q", "drift -q", "plan -q", "check -q", "list -q"] {
        assert_eq!(told(typed).1, [], "{typed}");
    }
    target.delete_tag(&format!("{NAMESPACE}/two"), "v1");
    let other = Image::new("linux/amd64").layer("someone else's");
    other.push(&target, &format!("{NAMESPACE}/one"), "v1");
    let (status, taken) = told("drift -q");
    assert_eq!((status, services(&taken)), (2, ALL.to_vec()));
    insta::assert_snapshot!("notice_drift", place.steady(wecom(&taken)));
    assert_eq!(told("plan -q").1, []);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_command_that_stops_is_told_of_and_who_stopped_it_is_not() {
    let (_source, _target, robots, place) = world().await;
    place.write("images.txt", "nginx:1.27 # web\n");
    for typed in ["apply -q", "drift -q", "lock -q"] {
        assert_eq!(place.run(typed).status, 1);
        let taken = robots.taken();
        assert_eq!(services(&taken), ALL, "{typed}");
        assert!(wecom(&taken).contains("1 failed"), "{}", wecom(&taken));
        assert!(
            wecom(&taken).contains("images.txt:1: "),
            "{}",
            wecom(&taken)
        );
    }
    place.write("images.txt", "SOURCE/org/one:v1\n");
    assert_eq!(place.run("lock -q").status, 0);
    assert!(wecom(&robots.taken()).contains("1 changed"));
    assert_eq!(place.run("lock -q").status, 0);
    assert_eq!(robots.taken(), []);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_held_back_is_told_when_it_is_seen_first() {
    let (_source, _target, robots, place) = world().await;
    let place = place.variable("PUSHER_NOTIFY_ON", "held-back,failed");
    let text = "version: 1\ntarget: { registry: TARGET, namespace: team }\n\
                images: [{ source: SOURCE/org/one:v1, min-age: 3d }]\n";
    place.write("mirror.yaml", text);
    assert_eq!(place.run("lock -q").status, 0);
    let taken = robots.taken();
    assert_eq!(services(&taken), ALL);
    assert!(wecom(&taken).contains("1 held back"), "{}", wecom(&taken));
    // The next run is an hour later.
    let lock = std::fs::read_to_string(place.path().join("mirror.lock")).unwrap();
    let seen = lock
        .lines()
        .find_map(|line| line.strip_suffix('Z')?.rsplit_once(" = "));
    let earlier = chrono::Utc::now() - chrono::TimeDelta::hours(1);
    let earlier = earlier.format("%Y-%m-%dT%H:%M:%S").to_string();
    place.write("mirror.lock", &lock.replace(seen.unwrap().1, &earlier));
    for typed in ["lock -q", "apply -q"] {
        place.run(typed);
        assert_eq!(robots.taken(), [], "{typed}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn only_what_is_asked_for_is_told() {
    let (_source, _target, robots, place) = world().await;
    let place = place.variable("PUSHER_NOTIFY_ON", "changed, drift");
    assert_eq!(place.run("apply -q").status, 1);
    let taken = robots.taken();
    assert!(wecom(&taken).contains("one:v1"), "{}", wecom(&taken));
    assert!(!wecom(&taken).contains("two:v1"), "{}", wecom(&taken));
    assert_eq!(place.run("apply -q").status, 1);
    assert_eq!(robots.taken(), []);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_refusal_is_a_warning_that_tells_no_address() {
    let (_source, _target, robots, place) = world().await;
    let answers = |status, body: &str| Instead::Answers(status, vec![], body.to_owned());
    let away = |to: &str| {
        let headers = vec![("location", to.to_owned())];
        Instead::Answers(307, headers, String::new())
    };
    let pause = |seconds: &str| {
        let headers = vec![("retry-after", seconds.to_owned())];
        Instead::Answers(429, headers, "rate_limited".to_owned())
    };
    let here = format!("http://{}/slack/hook/{TOKEN}", robots.address);
    let mut told = String::new();
    for (service, instead) in [
        (
            "dingtalk",
            answers(
                200,
                r#"{"errcode":310000,"errmsg":"keywords not in content TOKEN"}"#,
            ),
        ),
        (
            "feishu",
            answers(200, r#"{"code":19021,"msg":"sign match fail"}"#),
        ),
        (
            "wecom",
            answers(
                200,
                r#"{"errcode":93000,"errmsg":"invalid webhook url, hint: [x], key TOKEN"}"#,
            ),
        ),
        ("wecom", answers(200, "<html>please log in</html>")),
        ("slack", answers(404, "no_service")),
        ("slack", answers(500, "rollup_error")),
        ("slack", away(&here)),
        ("slack", pause("3600")),
        ("json", answers(403, "<b>not you: TOKEN</b>")),
    ] {
        robots.answer_next([instead]);
        let place = Place::empty()
            .naming(&robots.address, "ROBOTS")
            .variable("PUSHER_NOTIFY", &robots.of(service))
            .variable(
                "PUSHER_NOTIFY_SECRET",
                if ["dingtalk", "feishu"].contains(&service) {
                    SECRET
                } else {
                    ""
                },
            );
        let ran = place.run("doctor --notice -vv");
        assert_eq!(
            (ran.status, robots.asked(), robots.taken()),
            (1, 1, vec![]),
            "{}",
            ran.whole()
        );
        assert!(!ran.whole().contains("CANARY"), "{}", ran.whole());
        told.push_str(&ran.stdout);
    }
    insta::assert_snapshot!("notice_refused", told);

    // Of a run it is a warning alone: its status is its own.
    place.write("images.txt", "SOURCE/org/one:v1\n");
    robots
        .answer_next(ALL.map(|_| answers(200, r#"{"errcode":93000,"code":19024,"errmsg":"no"}"#)));
    let ran = place.run("apply");
    assert_eq!((ran.status, services(&robots.taken())), (0, vec![]));
    let warnings = ran
        .stderr
        .lines()
        .filter(|line| line.starts_with("warning: "));
    assert_eq!(warnings.count(), 3, "{}", ran.stderr);
    assert!(!ran.whole().contains("CANARY"), "{}", ran.whole());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_pause_is_kept_once_and_what_may_have_been_read_is_not_sent_again() {
    let robots = Robots::start().await;
    let place = Place::empty().variable("PUSHER_NOTIFY", &robots.of("slack"));
    let headers = vec![("retry-after", "0".to_owned())];
    robots.answer_next([Instead::Answers(429, headers, String::new())]);
    let ran = place.run("doctor --notice");
    assert_eq!(
        (ran.status, robots.asked(), robots.taken().len()),
        (0, 2, 1),
        "{}",
        ran.whole()
    );

    // One that takes the request and closes the connection may have told it.
    let closing = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = closing.local_addr().unwrap().to_string();
    let asked = tokio::spawn(async move {
        let mut asked = 0;
        while let Ok((mut socket, _)) = closing.accept().await {
            use tokio::io::AsyncReadExt as _;
            let mut bytes = [0; 4096];
            let mut read = vec![];
            while let Ok(count @ 1..) = socket.read(&mut bytes).await {
                read.extend_from_slice(&bytes[..count]);
                if read.windows(4).any(|end| end == b"\r\n\r\n") {
                    break;
                }
            }
            if read.starts_with(b"STOP") {
                break;
            }
            asked += 1;
        }
        asked
    });
    let place =
        Place::empty().variable("PUSHER_NOTIFY", &format!("slack+http://{address}/{TOKEN}"));
    let ran = place.run("doctor --notice");
    assert_eq!(ran.status, 1);
    assert!(
        ran.stdout.starts_with("Slack: the connection broke"),
        "{}",
        ran.stdout
    );
    assert!(!ran.whole().contains("CANARY"), "{}", ran.whole());
    let mut last = tokio::net::TcpStream::connect(&address).await.unwrap();
    tokio::io::AsyncWriteExt::write_all(&mut last, b"STOP\r\n\r\n")
        .await
        .unwrap();
    assert_eq!(asked.await.unwrap(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_message_is_tried_out_and_what_is_no_address_is_told_before_anything_is_done() {
    let (_source, target, robots, place) = world().await;
    insta::assert_snapshot!("notice_doctor", place.run("doctor --notice").whole());
    assert_eq!(
        (services(&robots.taken()), robots.asked()),
        (ALL.to_vec(), 5)
    );
    let mut told = String::new();
    for (name, value) in [
        (
            "PUSHER_NOTIFY",
            "oapi.dingtalk.com/robot/send?access_token=CANARY",
        ),
        (
            "PUSHER_NOTIFY",
            "http://127.0.0.1:1/CANARY,http://127.0.0.1:1/CANARY",
        ),
        ("PUSHER_NOTIFY", "teams+https://CANARY.example.com/"),
        ("PUSHER_NOTIFY_SECRET", "CANARY CANARY CANARY"),
        ("PUSHER_NOTIFY_ON", "always"),
    ] {
        let place = Place::between(&target, &target)
            .variable("PUSHER_NOTIFY", &robots.of("dingtalk"))
            .variable(name, value)
            .file("images.txt", "SOURCE/org/one:v1\n");
        let ran = place.run("apply");
        assert_eq!((ran.status, robots.asked()), (1, 0), "{name}");
        told.push_str(&ran.stderr);
        let ran = place.run("doctor");
        assert!(ran.stdout.contains(name), "{}", ran.stdout);
        assert!(!ran.whole().contains("CANARY"), "{}", ran.whole());
        assert_eq!(place.run("plan -q").status, 1);
    }
    insta::assert_snapshot!("notice_wrong", told);
    for (secret, said) in [("", true), ("-", false)] {
        let place = Place::between(&target, &target)
            .variable("PUSHER_NOTIFY", &robots.of("dingtalk"))
            .variable("PUSHER_NOTIFY_SECRET", secret)
            .file("images.txt", "SOURCE/org/one:v1\n");
        let ran = place.run("doctor");
        assert_eq!(
            ran.stderr.contains("messages are not signed"),
            said,
            "{ran:?}"
        );
    }
    let ran = Place::empty().run("doctor --notice");
    assert!(ran.stderr.contains("is not set"), "{}", ran.stderr);
}
