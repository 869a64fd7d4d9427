//! Writes a mirror in a form.

use super::form::Form;
use super::forms::{compose, containerd, docker, helm, k3s, kustomize, kyverno, openshift, podman};
use super::map::MirrorMap;
use super::written::{Given, Refused, Written};

/// Writes what a mirror has in the form of a consumer.
///
/// # Errors
///
/// Nothing of it can be said in that form.
pub fn write(form: Form, map: &MirrorMap, given: &Given<'_>) -> Result<Written, Refused> {
    match form {
        Form::K3s => k3s::write(map, given),
        Form::Podman => Ok(podman::write(map, given)),
        Form::Containerd => containerd::write(map, given),
        Form::OpenShift => Ok(openshift::write(map)),
        Form::Kyverno => kyverno::write(map),
        Form::Kustomize => Ok(kustomize::write(map)),
        Form::Compose => Ok(compose::write(map, given)),
        Form::Docker => Ok(docker::write(map)),
        Form::Helm => Ok(helm::write(map)),
    }
}
