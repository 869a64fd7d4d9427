//! One hostile text, from wherever texts come: it controls no terminal, is no markup in a comment, and no
//! command in the log of a job.

use axum::http::{Response, StatusCode};
use axum::routing::any;
use pusher::sandbox::images::Image;
use pusher::sandbox::{Options, Sandbox};

use super::harness::Place;

const HOSTILE: &str = "::error::forged \u{1b}[2J\u{9b}31m\u{202e}\u{200b} ##[error]forged @admin <img src=x> [a](http://e.example) #12 \
     | `\r\n::set-env name=a::b\n  ::add-mask::c";

/// A registry that says it in all that it says.
async fn hostile() -> String {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap().to_string();
    let service = any(|request: axum::extract::Request| async move {
        let word = HOSTILE.replace(|c: char| c.is_control() || !c.is_ascii(), " ");
        let error = serde_json::json!({"code": HOSTILE, "message": HOSTILE, "detail": HOSTILE});
        let body = serde_json::json!({ "errors": [error] }).to_string();
        let path = request.uri().path().to_owned();
        let response = Response::builder();
        let response = if path.contains("/scheme") {
            let scheme = word.split(' ').next().unwrap_or_default();
            response
                .status(401)
                .header("www-authenticate", format!("{scheme} realm=x"))
        } else if path.contains("/moved") {
            response
                .status(302)
                .header("location", format!("ftp://{word}/"))
        } else if path.contains("/type") {
            response.header("content-type", word)
        } else {
            response.status(StatusCode::FORBIDDEN)
        };
        response.body(body).unwrap()
    });
    let router = axum::Router::new().fallback_service(service);
    tokio::spawn(async move { axum::serve(listener, router).await.unwrap() });
    address
}

/// Tells what a reader of such an output would obey.
fn obeyed(text: &str, format: &str) -> Option<String> {
    let hidden = |c: char| c.is_control() && c != '\n' || "\u{202e}\u{200b}".contains(c);
    if let Some(found) = text.chars().find(|c| hidden(*c)) {
        return Some(format!("{found:?}"));
    }
    if text.contains("##[") {
        return Some("##[".to_owned());
    }
    let ours = ["::error ", "::warning ", "::notice "];
    let is_own = |line: &str| format == "github" && ours.iter().any(|own| line.starts_with(own));
    let mut lines = text.lines();
    let command = lines.find(|line| line.trim_start().starts_with("::") && !is_own(line));
    if command.is_some() || format != "markdown" {
        return command.map(str::to_owned);
    }
    let mut bare: String = text.split('`').step_by(2).collect();
    while let Some((before, rest)) = bare.split_once("<code>") {
        let (_, after) = rest.split_once("</code>").unwrap();
        bare = format!("{before}{after}");
    }
    let mut markup = ["@admin", "<img", "](", "#12"].into_iter();
    markup
        .find(|markup| bare.contains(markup))
        .map(str::to_owned)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_hostile_text_is_nothing_but_a_text() {
    let (hostile, target) = (
        hostile().await,
        Sandbox::start(Options::default()).await.unwrap(),
    );
    let image = |layer: &str| {
        Image::new("linux/amd64")
            .layer(layer)
            .label(HOSTILE, HOSTILE)
            .annotation(HOSTILE, HOSTILE)
    };
    image("a").push(&target, "org/app", "1");
    image("b").label("x", HOSTILE).push(&target, "org/app", "2");
    let list = format!(
        "{hostile}/org/app:1\n{hostile}/org/app:2\n{hostile}/scheme/app:1\n{hostile}/moved/app:1\n{hostile}/type/app:1\n"
    );
    let place = || {
        Place::empty()
            .variable("ALIYUN_REGISTRY", target.address())
            .variable("ALIYUN_NAME_SPACE", "team")
    };
    let asked = place().file("images.txt", &list);
    let written = place().file("images.txt", &format!("nginx:1 {HOSTILE}\n{HOSTILE}\n"));
    let source = serde_json::Value::from(HOSTILE);
    let mirror = format!(
        "version: 1\nimages: [{source}, {{source: nginx, target: {source}}}]\n{source}: 1\n"
    );
    let declared = place().file("mirror.yaml", &mirror);
    let there = target.address();
    let diff = format!("diff {there}/org/app:1 {there}/org/app:2");
    for (place, commands) in [
        (&asked, &["plan -vv", "apply -vv", "drift -vv", &diff][..]),
        (&written, &["check"]),
        (&declared, &["check"]),
    ] {
        for command in commands {
            for format in ["human", "markdown", "github", "json"] {
                let typed = format!("{command} --format {format}");
                let ran = place.run(&typed);
                assert_eq!(obeyed(&ran.stdout, format), None, "{typed}: {}", ran.stdout);
                assert_eq!(
                    obeyed(&ran.stderr, "human"),
                    None,
                    "{typed}: {}",
                    ran.stderr
                );
            }
        }
    }
    let locked = asked.run("lock -vv").whole();
    assert_eq!(obeyed(&locked, "human"), None, "{locked}");
    for typed in [
        ["plan", "-f", HOSTILE],
        ["diff", HOSTILE, "nginx"],
        ["plan", HOSTILE, "x"],
    ] {
        let mut command = asked.command("");
        let output = tokio::task::block_in_place(|| command.args(typed).output().unwrap());
        let told = String::from_utf8(output.stderr).unwrap();
        assert_eq!(obeyed(&told, "human"), None, "{typed:?}: {told}");
    }
}
