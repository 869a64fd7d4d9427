//! Lists in pages: whole, or an error; never without end.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use axum::Router;
use axum::http::header::{CONTENT_TYPE, LINK};
use axum::response::IntoResponse as _;
use pusher::model::{Cause, Digest, Repository, media_type};
use pusher::registry::ReadRegistry as _;
use pusher::sandbox::{Effect, Fault, Options};
use tokio::net::TcpListener;

use super::{anonymous, push_image, repository, start};

/// Which page comes after one, and what is on it.
type Next = fn(usize) -> usize;
type Page = fn(usize) -> String;

/// A registry that answers everything with a page of a list, and with the address of one more.
struct Endless {
    repository: Repository,
    asked: Arc<AtomicUsize>,
}

impl Endless {
    async fn start(next: Next, page: Page) -> Self {
        let asked = Arc::<AtomicUsize>::default();
        let count = asked.clone();
        let answer = async move || {
            let number = count.fetch_add(1, Ordering::SeqCst);
            let link = format!("<?page={}>; rel=\"next\"", next(number));
            let headers = [
                (LINK, link),
                (CONTENT_TYPE, media_type::OCI_INDEX.to_owned()),
            ];
            (headers, page(number)).into_response()
        };
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let repository = Repository {
            registry: listener.local_addr().unwrap().to_string(),
            name: "app".to_owned(),
        };
        let router = Router::new().fallback(answer);
        tokio::spawn(async { axum::serve(listener, router).await });
        Self { repository, asked }
    }

    fn asked(&self) -> usize {
        self.asked.load(Ordering::SeqCst)
    }
}

fn tags(page: usize, count: usize) -> String {
    let tags: Vec<_> = (0..count).map(|tag| format!("{page}.{tag}")).collect();
    serde_json::json!({ "name": "app", "tags": tags }).to_string()
}

fn referrers(number: usize, count: usize) -> String {
    let listed = (0..count).map(|at| {
        let digest = Digest::sha256(format!("{number} {at}").as_bytes());
        serde_json::json!({ "mediaType": media_type::OCI_MANIFEST, "digest": digest, "size": 7 })
    });
    let listed: Vec<_> = listed.collect();
    serde_json::json!({ "schemaVersion": 2, "manifests": listed }).to_string()
}

#[tokio::test]
async fn tags_without_end_are_an_error() {
    let cases: [(Next, Page, &str, usize); 6] = [
        (
            |number| number + 1,
            |_| tags(0, 1000),
            "a page of its list comes twice",
            2,
        ),
        (
            |number| number + 1,
            |number| tags(number, 1000),
            "it has more than 200000 tags",
            201,
        ),
        (
            |number| number + 1,
            |number| tags(number, 0),
            "its list has more than 2000 pages",
            2000,
        ),
        (
            |number| number % 3,
            |number| tags(number, 1),
            "its pages go round in a circle",
            4,
        ),
        (
            |number| number + 1,
            |number| format!(r#"{{"tags":["{number}{}"]}}"#, "x".repeat(5_000_000)),
            "its list has more than 16777216 bytes",
            4,
        ),
        (
            |number| number + 1,
            |_| format!(r#"{{"tags":[{}"x"]}}"#, r#""a","#.repeat(3_000_000)),
            "it has more than 200000 tags",
            1,
        ),
    ];
    for (next, page, words, asked) in cases {
        let endless = Endless::start(next, page).await;
        let error = anonymous()
            .list_tags(&endless.repository)
            .await
            .unwrap_err();
        assert_eq!(error.cause(), Cause::Protocol);
        let told = error.to_string();
        assert!(told.contains(words) && told.contains("`app`"), "{told}");
        assert_eq!(endless.asked(), asked, "{words}");
    }
}

#[tokio::test]
async fn referrers_without_end_are_an_error() {
    let cases: [(Page, &str, usize); 2] = [
        (
            |number| referrers(number, 300),
            "it has more than 1000 referrers",
            4,
        ),
        (
            |number| referrers(number, 0),
            "its list has more than 2000 pages",
            2000,
        ),
    ];
    for (page, words, asked) in cases {
        let endless = Endless::start(|number| number + 1, page).await;
        let subject = Digest::sha256(b"subject");
        let error = anonymous()
            .list_referrers(&endless.repository, &subject)
            .await;
        let told = error.unwrap_err().to_string();
        assert!(told.contains(words) && told.contains("`app`"), "{told}");
        assert_eq!(endless.asked(), asked, "{words}");
    }
}

#[tokio::test]
async fn whether_a_repository_is_there_needs_one_page() {
    let endless = Endless::start(|number| number + 1, |_| tags(0, 1000)).await;
    assert!(
        anonymous()
            .knows_repository(&endless.repository)
            .await
            .unwrap()
    );
    assert_eq!(endless.asked(), 1);
    let sandbox = start(Options::default()).await;
    push_image(&sandbox, "app");
    for (name, known) in [("app", true), ("none", false)] {
        let found = anonymous()
            .knows_repository(&repository(&sandbox, name))
            .await;
        assert_eq!(found.unwrap(), known);
    }
}

#[tokio::test]
async fn half_a_list_is_none() {
    let options = Options {
        page: 2,
        ..Options::default()
    };
    let sandbox = start(options).await;
    let image = push_image(&sandbox, "app");
    for tag in ["v2", "v3", "v4"] {
        sandbox.put_tag("app", tag, &image.digest);
    }
    let gone = Fault::new("GET", "/tags/list?last=", Effect::status(404)).always();
    sandbox.faults().add(gone);
    let error = anonymous()
        .list_tags(&repository(&sandbox, "app"))
        .await
        .unwrap_err();
    assert!(
        error
            .to_string()
            .contains("the next page of its list is not there"),
        "{error}"
    );
}
