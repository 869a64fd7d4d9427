//! An independent client reads what the sandbox serves.

use pusher::sandbox::images::{Image, Index};
use pusher::sandbox::{Auth, Options, Sandbox};

use crate::support::tools::skopeo;

#[tokio::test]
async fn copies_out_of_a_sandbox_and_into_another() {
    let source = Sandbox::start(Options::default()).await.unwrap();
    let auth = Auth::bearer("user", "secret");
    let target = Sandbox::start(Options {
        auth,
        ..Options::distribution()
    })
    .await
    .unwrap();
    let index = Index::of(&["linux/amd64", "linux/arm64/v8"]).attested();
    let index = index.push(&source, "library/app", "v1");
    let docker = Image::new("linux/amd64")
        .docker()
        .layer("hello")
        .push(&source, "docker", "1.10");
    for (name, digest) in [
        ("library/app:v1", &index.digest),
        ("docker:1.10", &docker.digest),
    ] {
        let from = format!("docker://{}/{name}", source.address());
        let to = format!("docker://{}/mirror/{name}", target.address());
        let arguments = [
            "copy",
            "--all",
            "--preserve-digests",
            "--src-tls-verify=false",
            "--dest-tls-verify=false",
            "--dest-creds=user:secret",
            &from,
            &to,
        ];
        let Some(output) = skopeo(&arguments).await else {
            return;
        };
        let lines = target.log().lines();
        let error = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "{error}\n{}", lines.join("\n"));
        let (repository, tag) = name.split_once(':').unwrap();
        assert_eq!(
            target.tag(&format!("mirror/{repository}"), tag).as_ref(),
            Some(digest)
        );
    }
}
