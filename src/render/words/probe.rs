//! What a registry was measured by.

use crate::checkup::{Finding, Sample};

/// Says what came of a sample, in a line.
pub fn finding(sample: Sample, finding: &Finding) -> String {
    let name = sample_name(sample);
    match finding {
        Finding::Taken => tr!("{name}: yes", "{name}：可以"),
        Finding::Refused(why) if why.is_empty() => tr!("{name}: no", "{name}：不行"),
        Finding::Refused(why) => tr!("{name}: no ({why})", "{name}：不行（{why}）"),
        Finding::Unknown(why) => tr!("{name}: not known ({why})", "{name}：没测出来（{why}）"),
    }
}

fn sample_name(sample: Sample) -> String {
    match sample {
        Sample::DockerImage => tr!("an image with Docker's types", "Docker 类型的镜像"),
        Sample::OciImage => tr!("an image with OCI's types", "OCI 类型的镜像"),
        Sample::DockerList => tr!("a manifest list of Docker", "Docker 格式的索引"),
        Sample::OciIndex => tr!("an index of OCI", "OCI 格式的索引"),
        Sample::UnknownPlatform => tr!("an index with an unknown platform", "带未知平台的索引"),
        Sample::Attestation => tr!(
            "an attestation with an image's config",
            "配置是镜像配置的 attestation"
        ),
        Sample::EmptyAttestation => tr!(
            "an attestation with an empty config",
            "配置为空的 attestation"
        ),
        Sample::Chart => tr!("a Helm chart", "一个 Helm chart"),
        Sample::Artifact => tr!("an artifact with an empty config", "配置为空的 artifact"),
        Sample::Levels(levels) => tr!(
            "a name of {levels} levels below the namespace",
            "命名空间下 {levels} 级的名字"
        ),
        Sample::LongTag => tr!("a tag of 128 characters", "128 个字符的标签"),
        Sample::Pieces => tr!("a blob in pieces", "分段上传 blob"),
        Sample::Mount => tr!("a blob from another repository", "从别的镜像仓库挂载 blob"),
        Sample::Referrers => tr!("the list of referrers", "列出附属内容"),
        Sample::DeleteTag => tr!("to delete a tag alone", "单独删除标签"),
        Sample::DeleteManifest => tr!("to delete a manifest with its tags", "连同标签删除清单"),
    }
}
