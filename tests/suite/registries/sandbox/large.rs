use pusher::sandbox::images::Image;
use pusher::sandbox::{Content, Options};
use reqwest::Body;

use super::start;
use crate::support::client::{Answer, with_digest};

const SIZE: u64 = 48 * 1024 * 1024;

#[tokio::test]
async fn a_layer_that_is_made_up_goes_through_and_is_thrown_away() {
    let (source, from) = start(Options::default()).await;
    let discard = Options {
        discard_above: Some(1024 * 1024),
        ..Options::default()
    };
    let (target, to) = start(discard).await;
    let image = Image::new("linux/amd64")
        .generated_layer(SIZE, 1)
        .push(&source, "app", "v1");
    let layer = &image.blobs[1].digest;
    let response = from
        .request("GET", &format!("/v2/app/blobs/{layer}"))
        .send()
        .await
        .unwrap();
    assert_eq!(response.content_length(), Some(SIZE));
    let location = with_digest(&to.open_upload("app").await, layer);
    let request = to.request("PUT", &location).header("content-length", SIZE);
    let body = Body::wrap_stream(response.bytes_stream());
    let answer = Answer::of(request.body(body)).await;
    assert_eq!(answer.status, 201, "{answer:?}");
    assert!(matches!(
        target.blob("app", layer),
        Some(Content::Discarded { size: SIZE, .. })
    ));
    assert_eq!(
        (source.log().bytes_out(), target.log().bytes_in()),
        (SIZE, SIZE)
    );
    let head = to.send("HEAD", &format!("/v2/app/blobs/{layer}")).await;
    assert_eq!(
        (head.status, head.header("content-length")),
        (200, &*SIZE.to_string())
    );
}

#[tokio::test]
async fn any_part_of_20_gib_can_be_read() {
    let (sandbox, client) = start(Options::default()).await;
    let size = 20 << 30;
    let digest = pusher::model::Digest::sha256(b"not computed: that alone would take a while");
    sandbox.put_blob_as("app", &digest, Content::Generated { size, seed: 1 });
    let range = format!("bytes={}-", size - 3);
    let request = client
        .request("GET", &format!("/v2/app/blobs/{digest}"))
        .header("range", range);
    let answer = Answer::of(request).await;
    assert_eq!((answer.status, answer.body.len()), (206, 3));
    assert_eq!(
        answer.header("content-range"),
        format!("bytes {}-{}/{size}", size - 3, size - 1)
    );
}
