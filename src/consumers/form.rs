//! The forms in which those who pull from a mirror are told of it.

/// Who pulls from a mirror, and so in which form it is told of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Form {
    /// k3s and RKE2: `registries.yaml`.
    K3s,
    /// Podman, CRI-O and Buildah: a file of `registries.conf.d`.
    Podman,
    /// containerd: a `hosts.toml` for each registry upstream.
    Containerd,
    /// Red Hat's `OpenShift`: an `ImageDigestMirrorSet` and an `ImageTagMirrorSet`.
    OpenShift,
    /// Kyverno: a policy that puts other names into pods, and the names.
    Kyverno,
    /// kustomize: `images` of a component.
    Kustomize,
    /// Compose: a file that goes over the images of another.
    Compose,
    /// Docker: a script that pulls, and gives each image its name upstream.
    Docker,
    /// Helm: values.
    Helm,
}

impl Form {
    /// Every form, in the order in which they are listed to people.
    pub const ALL: [Self; 9] = [
        Self::K3s,
        Self::Podman,
        Self::Containerd,
        Self::OpenShift,
        Self::Kyverno,
        Self::Kustomize,
        Self::Compose,
        Self::Docker,
        Self::Helm,
    ];

    /// Returns the word that is typed for it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::K3s => "k3s",
            Self::Podman => "podman",
            Self::Containerd => "containerd",
            Self::OpenShift => "openshift",
            Self::Kyverno => "kyverno",
            Self::Kustomize => "kustomize",
            Self::Compose => "compose",
            Self::Docker => "docker",
            Self::Helm => "helm",
        }
    }
}
