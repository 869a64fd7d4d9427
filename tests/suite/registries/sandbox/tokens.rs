use pusher::sandbox::images::Image;
use pusher::sandbox::{Announced, Auth, Bearer, Options, Sandbox, User};
use serde_json::Value;

use super::start;
use crate::support::client::{Answer, Client};
use crate::support::registry::{PASSWORD, USER, basic};

fn bearer() -> Bearer {
    Bearer {
        users: vec![User::new(USER, PASSWORD)],
        ..Bearer::default()
    }
}

async fn with(bearer: Bearer) -> (Sandbox, Client) {
    start(Options {
        auth: Auth::Bearer(bearer),
        ..Options::default()
    })
    .await
}

async fn ask(sandbox: &Sandbox, query: &str) -> Value {
    let client = Client::new(&format!("http://{}", sandbox.token_address()));
    let client = client.authorized(basic(USER, PASSWORD));
    let answer = client
        .send("GET", &format!("/token?service=x{query}"))
        .await;
    assert_eq!(answer.status, 200, "{answer:?}");
    answer.json()
}

fn bearing(client: &Client, answer: &Value) -> Client {
    client
        .clone()
        .authorized(format!("Bearer {}", answer["token"].as_str().unwrap()))
}

#[tokio::test]
async fn the_answer_can_be_worded_in_several_ways() {
    for (bearer, text) in [
        (bearer(), r#"{"token":"sandbox-token-1","expires_in":300}"#),
        (
            Bearer {
                announced: Announced::Seconds(9),
                access_token: true,
                ..bearer()
            },
            r#"{"access_token":"sandbox-token-1","expires_in":9}"#,
        ),
        (
            Bearer {
                announced: Announced::Nothing,
                ..bearer()
            },
            r#"{"token":"sandbox-token-1"}"#,
        ),
    ] {
        let (sandbox, _client) = with(bearer).await;
        assert_eq!(
            ask(&sandbox, "&scope=repository:app:pull")
                .await
                .to_string(),
            text
        );
        assert_eq!(sandbox.log().tokens(), 1);
    }
}

#[tokio::test]
async fn several_scopes_in_one_token_or_not() {
    let query = "&scope=repository:app:pull&scope=repository:other:pull";
    for (single_scope, status) in [(false, 404), (true, 401)] {
        let (sandbox, client) = with(Bearer {
            single_scope,
            ..bearer()
        })
        .await;
        let client = bearing(&client, &ask(&sandbox, query).await);
        assert_eq!(client.send("GET", "/v2/app/tags/list").await.status, 404);
        assert_eq!(
            client.send("GET", "/v2/other/tags/list").await.status,
            status
        );
    }
}

#[tokio::test]
async fn some_repositories_are_denied() {
    let (sandbox, client) = with(Bearer {
        denied: vec!["app".to_owned()],
        ..bearer()
    })
    .await;
    let client = bearing(&client, &ask(&sandbox, "&scope=repository:app:pull").await);
    let answer = client.send("GET", "/v2/app/tags/list").await;
    assert_eq!(answer.status, 401);
    assert!(
        answer
            .header("www-authenticate")
            .ends_with("error=\"insufficient_scope\"")
    );
}

#[tokio::test]
async fn some_users_may_only_read() {
    let users = vec![User {
        read_only: true,
        ..User::new(USER, PASSWORD)
    }];
    let (sandbox, client) = with(Bearer { users, ..bearer() }).await;
    Image::new("linux/amd64").push(&sandbox, "app", "v1");
    let client = bearing(
        &client,
        &ask(&sandbox, "&scope=repository:app:pull,push").await,
    );
    assert_eq!(client.manifest("GET", "app", "v1").await.status, 200);
    assert_eq!(
        client.send("POST", "/v2/app/blobs/uploads/").await.status,
        401
    );
}

#[tokio::test]
async fn a_token_can_be_revoked() {
    let (sandbox, client) = with(bearer()).await;
    let client = bearing(&client, &ask(&sandbox, "&scope=repository:app:pull").await);
    assert_eq!(client.send("GET", "/v2/").await.status, 200);
    sandbox.revoke_tokens();
    let answer = client.send("GET", "/v2/app/tags/list").await;
    assert_eq!(answer.status, 401);
    assert!(
        answer
            .header("www-authenticate")
            .ends_with("error=\"invalid_token\"")
    );
}

#[tokio::test]
async fn forms_are_read_too() {
    let (sandbox, _client) = with(bearer()).await;
    let client = Client::new(&format!("http://{}", sandbox.token_address()));
    for (form, status) in [
        (
            "grant_type=refresh_token&refresh_token=secret&scope=repository:app:pull",
            200,
        ),
        ("grant_type=password&username=user&password=secret", 200),
        ("grant_type=password&username=user&password=wrong", 401),
        ("grant_type=refresh_token&refresh_token=wrong", 401),
    ] {
        let answer = Answer::of(client.request("POST", "/token").body(form)).await;
        assert_eq!(answer.status, status, "{form}");
    }
}
