//! What the sandbox has beyond `docker-registry`.

mod faults;
mod images;
mod large;
mod options;
mod redirect;
mod referrers;
mod tokens;

use pusher::sandbox::{Options, Sandbox};

use crate::support::client::Client;

/// Starts a sandbox, and a client for it.
async fn start(options: Options) -> (Sandbox, Client) {
    let sandbox = Sandbox::start(options).await.unwrap();
    let client = Client::new(&format!("http://{}", sandbox.address()));
    (sandbox, client)
}
