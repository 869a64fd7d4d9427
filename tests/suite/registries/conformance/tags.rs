use pusher::sandbox::images::Image;
use serde_json::Value;

use super::each;
use crate::support::client::Client;
use crate::support::registry::Setup;

/// Reads all pages, sorted; the real one ignores `n` and knows no order.
async fn all(client: &Client, first: &str) -> Vec<String> {
    let (mut tags, mut next) = (Vec::new(), Some(first.to_owned()));
    while let Some(path) = next {
        let answer = client.send("GET", &path).await;
        assert_eq!(answer.status, 200, "{answer:?}");
        let page = answer.json()["tags"]
            .as_array()
            .cloned()
            .unwrap_or_default();
        tags.extend(page.iter().filter_map(Value::as_str).map(str::to_owned));
        let link = answer
            .header("link")
            .strip_prefix('<')
            .and_then(|link| link.split_once('>'));
        next = link.map(|(path, _)| path.to_owned());
    }
    tags.sort();
    tags
}

#[tokio::test]
async fn are_listed_whole_or_in_pages() {
    each!(Setup::default(), |registry, client| {
        let image = Image::new("linux/amd64").build();
        let wanted = ["1.10", "latest", "no", "v1", "v2"];
        for tag in wanted {
            client.push(&image, "team/app", tag).await;
        }
        let name = registry.name();
        assert_eq!(
            all(&client, "/v2/team/app/tags/list").await,
            wanted,
            "{name}"
        );
        assert_eq!(
            all(&client, "/v2/team/app/tags/list?n=2").await,
            wanted,
            "{name}"
        );
        let answer = client.send("GET", "/v2/team/app/tags/list").await;
        assert_eq!(answer.json()["name"], "team/app", "{name}");
    });
}

#[tokio::test]
async fn a_repository_without_manifests_is_unknown() {
    each!(Setup::default(), |registry, client| {
        client.put_blob("app", b"hello").await;
        for name in ["app", "nothing"] {
            let answer = client.send("GET", &format!("/v2/{name}/tags/list")).await;
            assert_eq!(
                answer.refusal(),
                (404, "NAME_UNKNOWN".to_owned()),
                "{}",
                registry.name()
            );
        }
    });
}
