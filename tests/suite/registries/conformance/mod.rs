//! One set of questions for the sandbox and for Debian's `docker-registry`.

mod access;
mod blobs;
mod deletes;
mod manifests;
mod policy;
mod tags;
mod uploads;

use crate::support::client::{Answer, Client};

const NONE: &str = "sha256:0000000000000000000000000000000000000000000000000000000000000000";

/// Starts both registries with the setup, and gives each to the test with an open client.
macro_rules! each {
    ($setup:expr, |$registry:ident, $client:ident| $body:block) => {
        for $registry in crate::support::registry::TestRegistry::each(&$setup).await {
            let $client = $registry.client(&["app", "other", "team/app"]).await;
            $body
        }
    };
}
use each;

/// Sends a request with a body.
async fn send_body(client: &Client, method: &str, path: &str, body: &'static [u8]) -> Answer {
    let request = client
        .request(method, path)
        .header("content-type", "application/octet-stream");
    Answer::of(request.body(body)).await
}
