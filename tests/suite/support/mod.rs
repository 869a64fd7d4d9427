//! What several tests need: registries to talk to, and the tools that look at them from outside.
//!
//! # Registries
//!
//! [`TestRegistry`](registry::TestRegistry) is either the sandbox of this crate or Debian's
//! `docker-registry` 2.8, in a process of its own, and can be asked the same things:
//!
//! ```ignore
//! let setup = Setup { auth: Auth::bearer(), images_only: true, ..Setup::default() };
//! for registry in TestRegistry::each(&setup).await {            // both, or what there is
//!     let digest = registry.push(&Index::of(&["linux/amd64"]).build(), "app", "v1").await;
//!     registry.forget_requests().await;
//!     // … something that talks to `registry.address()` as `USER` with `PASSWORD` …
//!     assert_eq!(registry.count("HEAD", "/manifests/v1").await, 1);
//!     assert_eq!(registry.tag("app", "v1").await, Some(digest));
//! }
//! ```
//!
//! [`TestRegistry::real`](registry::TestRegistry::real) is the real one alone; `None` if it is not
//! installed, which was then said aloud (with `PUSHER_TESTS_REQUIRE_ALL=1` the test fails). A sandbox
//! answers on the test's own runtime: a program that talks to it has to be waited for in
//! `tokio::task::spawn_blocking`, as [`tools::skopeo`] does. Tests that need faults, redirects or a look inside take
//! [`pusher::sandbox::Sandbox`] itself.

pub(crate) mod acr;
pub(crate) mod client;
pub(crate) mod cutting_proxy;
pub(crate) mod docker_registry;
pub(crate) mod forwarding_proxy;
pub(crate) mod registry;
pub(crate) mod robots;
pub(crate) mod signing;
pub(crate) mod token_server;
pub(crate) mod tools;

/// A login as it is when somebody has told it.
pub(crate) fn found(login: pusher::registry::Login) -> pusher::registry::FoundLogin {
    let origin = pusher::model::LoginOrigin::Variable("LOGIN");
    pusher::registry::FoundLogin::new(login, origin)
}
