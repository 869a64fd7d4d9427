//! An independent client reads what the sandbox serves, and writes to it.

use pusher::sandbox::images::{Image, Index};
use pusher::sandbox::{Options, Sandbox};

use crate::support::registry::{Auth, PASSWORD, Setup, TestRegistry, USER};
use crate::support::tools::skopeo;

#[tokio::test]
async fn copies_from_the_sandbox_into_each() {
    let source = Sandbox::start(Options::default()).await.unwrap();
    let index = Index::of(&["linux/amd64", "linux/arm64/v8"]).attested();
    let index = index.push(&source, "library/app", "v1").digest;
    let docker = Image::new("linux/amd64").docker().layer("hello");
    let docker = docker.push(&source, "docker", "1.10").digest;
    let login = format!("--dest-creds={USER}:{PASSWORD}");
    for target in TestRegistry::each(&Setup::with_auth(Auth::bearer())).await {
        for (repository, tag, digest) in
            [("library/app", "v1", &index), ("docker", "1.10", &docker)]
        {
            let from = format!("docker://{}/{repository}:{tag}", source.address());
            let to = format!("docker://{}/mirror/{repository}:{tag}", target.address());
            let options = ["--src-tls-verify=false", "--dest-tls-verify=false", &login];
            let all = ["copy", "--all", "--preserve-digests"];
            let Some(output) = skopeo(&[&all[..], &options, &[&from, &to]].concat()).await else {
                return;
            };
            let error = String::from_utf8_lossy(&output.stderr);
            assert!(output.status.success(), "{}: {error}", target.name());
            let arrived = target.tag(&format!("mirror/{repository}"), tag).await;
            assert_eq!(arrived.as_ref(), Some(digest), "{}", target.name());
        }
    }
}
