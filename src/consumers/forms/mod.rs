//! The forms, one a file. Each writes what can be said in it, and tells what cannot.

pub(super) mod compose;
pub(super) mod containerd;
pub(super) mod docker;
pub(super) mod helm;
pub(super) mod k3s;
pub(super) mod kustomize;
pub(super) mod kyverno;
mod notes;
pub(super) mod openshift;
pub(super) mod podman;
mod prefix;

#[cfg(test)]
mod tests;
