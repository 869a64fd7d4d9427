//! Registries.
//!
//! `conformance` asks the sandbox and Debian's `docker-registry` the same things and wants the same
//! answers. `sandbox` is about what the sandbox has beyond that: faults, redirects, referrers,
//! content made up on the fly. `skopeo` is an independent client.

mod conformance;
mod sandbox;
mod skopeo;
