//! An OCI registry inside this process, for `pusher demo` and for the tests. Edge.
//!
//! It speaks the OCI distribution specification 1.1 on a loopback port and answers like CNCF
//! distribution 2.8 (Debian's `docker-registry`), with which it shares a test suite. It keeps
//! everything in memory, can be told to fail ([`Fault`]), and writes down every request ([`Log`]).
//!
//! | file | job |
//! | --- | --- |
//! | `options` | what a registry does and refuses |
//! | `server`, `door`, `connection`, `service` | ports, sockets, one request from start to end |
//! | `route`, `query`, `refusal`, `answer` | paths to endpoints, their parameters, error bodies, answers |
//! | `registry` | what all requests share |
//! | `manifests`, `blobs`, `uploads`, `tags`, `referrers` | one endpoint each |
//! | `check` | what a pushed manifest must satisfy |
//! | `store`, `content`, `session` | repositories, the bytes of blobs, uploads that are under way |
//! | `auth`, `scope`, `tokens` | who may do what, the token endpoint |
//! | `faults`, `throttle`, `log` | failures on purpose, what is too much at a time, the record of requests |
//! | [`images`] | images made on the spot |

mod answer;
mod auth;
mod blobs;
mod catalog;
mod check;
mod connection;
mod content;
mod door;
mod faults;
pub mod images;
mod log;
mod manifests;
mod options;
mod query;
mod referrers;
mod refusal;
mod registry;
mod route;
mod scope;
mod server;
mod service;
mod session;
mod store;
mod tags;
mod throttle;
mod tokens;
mod uploads;

pub use content::Content;
pub use faults::{Effect, Fault, Faults};
pub use log::{Log, Origin, Request, Scheme};
pub use options::{Announced, Auth, Bearer, Delete, Options, User};
pub use server::Sandbox;
pub use store::StoredManifest;
pub use throttle::{Refusal, Takes, Throttle};
