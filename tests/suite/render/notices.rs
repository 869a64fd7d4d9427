//! Messages about runs, in the form of each service.

use pusher::model::Language;
use pusher::notices::{Event, Item, Message, Place, Request, destinations, request};
use serde_json::Value;
use url::Url;

fn item(event: Event, name: &str, kind: &'static str, why: Option<&str>) -> Item {
    Item {
        event,
        is_old: false,
        names: vec![name.to_owned()],
        kind,
        word: kind.to_owned(),
        why: why.map(str::to_owned),
    }
}

fn message(items: Vec<Item>) -> Message {
    let place = Place {
        target: Some("registry.example/team".to_owned()),
        summary: "1 updated, 1 failed.".to_owned(),
        items,
    };
    Message {
        command: "apply",
        places: vec![place],
        run: Some("https://github.com/me/fork/actions/runs/1".to_owned()),
    }
}

fn usual() -> Message {
    message(vec![
        item(Event::Changed, "nginx:1.27", "updated", None),
        item(
            Event::Failed,
            "app:v1",
            "failed",
            Some("docker.io: <!channel> @all [x](https://evil.example)"),
        ),
    ])
}

const HOSTS: [&str; 5] = [
    "https://oapi.dingtalk.com/robot/send?access_token=t",
    "https://open.feishu.cn/open-apis/bot/v2/hook/t",
    "https://qyapi.weixin.qq.com/cgi-bin/webhook/send?key=t",
    "https://hooks.slack.com/services/t",
    "https://hook.example.com/t",
];

fn sent(address: &str, secret: &str, message: &Message) -> (Url, Value) {
    let to = destinations(address, secret).unwrap().remove(0);
    let now = "2020-09-06T02:47:53Z".parse().unwrap();
    let Request { url, body } = request(&to, message, now);
    (url, serde_json::from_slice(&body).unwrap())
}

#[test]
fn each_service_gets_its_form() {
    let all = HOSTS.map(|address| {
        let (url, body) = sent(address, "", &usual());
        assert_eq!(url.as_str(), address);
        format!("{body:#}")
    });
    insta::assert_snapshot!("notice_forms", all.join("\n"));
    let chinese = Language::Chinese.speak(|| sent(HOSTS[2], "", &usual()).1);
    insta::assert_snapshot!(
        "notice_chinese",
        chinese["markdown"]["content"].as_str().unwrap()
    );
}

#[test]
fn a_signature_stands_where_it_is_looked_for() {
    let (url, body) = sent(HOSTS[0], "SECa1b2c3", &usual());
    let query: Vec<_> = url.query_pairs().collect();
    assert_eq!(query[1], ("timestamp".into(), "1599360473000".into()));
    let signature = "qb8+mctntJyLRgWu+RyO5x9m2krMWHHub4dxpDtAJ4I=";
    assert_eq!(query[2], ("sign".into(), signature.into()));
    assert!(url.as_str().contains("qb8%2BmctntJyLRgWu%2B"), "{url}");
    assert!(body.get("sign").is_none());
    let (url, body) = sent(HOSTS[1], "demo", &usual());
    assert_eq!(url.as_str(), HOSTS[1]);
    assert_eq!(body["timestamp"], "1599360473");
    assert_eq!(body["sign"], "l1N0gAcBjdwBvGm1xMjOF0XSyaLRpR7tuO5dHfhAYc8=");
}

#[test]
fn a_long_message_fits_everywhere_has_the_word_and_counts_what_is_left_out() {
    for why in ["x", "镜像", "\"\\\n<>&"] {
        let why = why.repeat(1000);
        let items = (0..3000).map(|number| {
            let name = format!("team/app-{number}:v1");
            item(Event::Failed, &name, "failed", Some(&why))
        });
        let message = message(items.collect());
        for (address, most) in HOSTS
            .into_iter()
            .zip([20_000, 20_000, 4_500, 17_000, 3_000_000])
        {
            let (_, body) = sent(address, "", &message);
            let whole = body.to_string();
            assert!(whole.len() <= most, "{address}: {}", whole.len());
            assert!(whole.contains("pusher apply: 3000 failed"), "{address}");
            assert!(whole.contains("actions/runs/1"), "{address}");
            assert!(whole.contains(" more"), "{address}: {whole}");
        }
        let content = sent(HOSTS[2], "", &message).1;
        assert!(content["markdown"]["content"].as_str().unwrap().len() <= 4096);
        let text = sent(HOSTS[3], "", &message).1;
        assert!(text["text"].as_str().unwrap().chars().count() <= 4000);
        let document = sent(HOSTS[4], "", &message).1;
        assert_eq!(document["more"], 2500);
    }
}

#[test]
fn only_what_is_an_address_becomes_a_link() {
    for odd in [
        "javascript:alert(1)",
        "https://x/)[y](https://z",
        "https://x/<!here>",
        "https://x/|y",
    ] {
        let message = Message {
            run: Some(odd.to_owned()),
            ..usual()
        };
        for address in HOSTS {
            let body = sent(address, "", &message).1.to_string();
            assert!(!body.contains(odd), "{body}");
        }
    }
}
