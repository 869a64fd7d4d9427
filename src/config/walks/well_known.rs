//! Where images stand in objects that are no part of Kubernetes itself.

use crate::config::node::Node;
use crate::config::tree::text_of;

use super::paths::ImagePath;

/// The end of a group, and the paths in its objects.
const IMAGES: [(&str, &[&str]); 21] = [
    (
        "monitoring.coreos.com",
        &["spec.image", "Prometheus:spec.thanos.image"],
    ),
    (
        "argoproj.io",
        &["**.container.image", "**.script.image", "**.sidecars.image"],
    ),
    (
        "tekton.dev",
        &[
            "**.steps.image",
            "**.sidecars.image",
            "**.stepTemplate.image",
        ],
    ),
    (
        "serving.kserve.io",
        &[
            "spec.predictor.*.image",
            "spec.transformer.*.image",
            "spec.explainer.*.image",
        ],
    ),
    ("flink.apache.org", &["spec.image"]),
    (
        "sparkoperator.k8s.io",
        &["spec.image", "spec.*.image", "spec.template.*.image"],
    ),
    (
        "kafka.strimzi.io",
        &["spec.image", "spec.*.image", "spec.entityOperator.*.image"],
    ),
    ("k8s.elastic.co", &["spec.image"]),
    (
        "postgresql.cnpg.io",
        &[
            "Cluster:spec.imageName",
            "ImageCatalog:spec.images.image",
            "ClusterImageCatalog:spec.images.image",
        ],
    ),
    ("acid.zalan.do", &["spec.dockerImage"]),
    ("ceph.rook.io", &["CephCluster:spec.cephVersion.image"]),
    ("kubevirt.io", &["**.containerDisk.image"]),
    (
        "opentelemetry.io",
        &["spec.image", "Instrumentation:spec.*.image"],
    ),
    ("pxc.percona.com", &["spec.*.image"]),
    ("psmdb.percona.com", &["spec.image", "spec.*.image"]),
    ("rabbitmq.com", &["RabbitmqCluster:spec.image"]),
    ("databases.spotahome.com", &["spec.*.image"]),
    ("minio.min.io", &["spec.image"]),
    ("pkg.crossplane.io", &["spec.package"]),
    ("operator.victoriametrics.com", &["**.image"]),
    ("jaegertracing.io", &["spec.*.image"]),
];

/// The end of a group, and where its objects have the values of a chart.
const VALUES: [(&str, &[&str]); 2] = [
    ("helm.toolkit.fluxcd.io", &["HelmRelease:spec.values"]),
    ("argoproj.io", &["**.helm.valuesObject"]),
];

/// Returns the paths to the images of an object.
pub(super) fn images(object: &Node) -> impl Iterator<Item = ImagePath> {
    paths(&IMAGES, object)
}

/// Returns the paths to the values of charts in an object.
pub(super) fn values(object: &Node) -> impl Iterator<Item = ImagePath> {
    paths(&VALUES, object)
}

fn paths(known: &'static [(&str, &[&str])], object: &Node) -> impl Iterator<Item = ImagePath> {
    let version = text_of(object, "apiVersion").unwrap_or_default();
    let group = version
        .split_once('/')
        .map_or("", |(group, _)| group)
        .to_owned();
    let is_of = move |end: &str| {
        let rest = group.strip_suffix(end);
        rest.is_some_and(|rest| rest.is_empty() || rest.ends_with('.'))
    };
    let rows = known.iter().filter(move |(end, _)| is_of(end));
    rows.flat_map(|(_, paths)| paths.iter().filter_map(|path| ImagePath::known(path)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_path_is_one() {
        for (group, paths) in IMAGES.iter().chain(&VALUES) {
            for path in *paths {
                assert!(ImagePath::known(path).is_some(), "{group}: {path}");
            }
        }
    }
}
