//! A folder with a mirror file, the real registry that it fills, and what others read there.

use pusher::model::Digest;
use pusher::sandbox::images::Artifact;
use serde_json::Value;
use tempfile::TempDir;

use crate::cli::harness::{Place, Ran};
use crate::support::registry::{Auth, PASSWORD, Setup, TestRegistry, USER};
use crate::support::tools;

/// The namespace that every image goes to.
pub(super) const NAMESPACE: &str = "team";

/// What a target that takes anything calls itself in the mirror file.
pub(super) const GENERIC: &str = "generic";

/// How the target calls itself in the mirror file.
pub(super) const PERSONAL: &str = "acr-personal";

/// A registry that takes images alone, as ACR Personal does.
pub(super) fn images_only(auth: Auth) -> Setup {
    Setup {
        images_only: true,
        ..Setup::with_auth(auth)
    }
}

/// A mirror into a real registry.
pub(super) struct Mirror {
    pub(super) target: TestRegistry,
    pub(super) place: Place,
}

impl Mirror {
    /// Runs a command that must end with `status`, and returns its answer.
    pub(super) fn run(&self, line: &str, status: i32) -> String {
        let ran = self.place.run(line);
        assert_eq!(ran.status, status, "{line}: {}", ran.whole());
        ran.stdout
    }

    /// Returns each kind of drift with its target.
    pub(super) fn drift(&self, status: i32) -> Vec<(String, String)> {
        let text = self.run("drift --format json", status);
        let document: Value = serde_json::from_str(&text).unwrap();
        let differences = document["differences"].as_array().unwrap().iter();
        let text = |value: &Value| value.as_str().unwrap().to_owned();
        differences
            .map(|found| (text(&found["kind"]), text(&found["target"])))
            .collect()
    }

    /// Mirrors from the registry at `source`, which files call `SOURCE`; `None`, and said aloud,
    /// without `docker-registry` or skopeo.
    pub(super) async fn from(source: &str, target: &Setup) -> Option<Self> {
        tools::find("skopeo", "reading a mirror with skopeo")?;
        let target = TestRegistry::real(target).await?;
        let place = Place::empty()
            .naming(source, "SOURCE")
            .naming(target.address(), "TARGET")
            .variable("ALIYUN_REGISTRY", target.address())
            .variable("ALIYUN_NAME_SPACE", NAMESPACE)
            .variable("ALIYUN_REGISTRY_USER", USER)
            .variable("ALIYUN_REGISTRY_PASSWORD", PASSWORD);
        Some(Self { target, place })
    }

    /// Writes a mirror file whose `images` (and what else follows) are these lines.
    pub(super) fn declare(&self, profile: &str, images: &str) {
        let text = format!(
            "version: 1\n\
             target:\n  registry: ${{ALIYUN_REGISTRY}}\n  namespace: ${{ALIYUN_NAME_SPACE}}\n  \
             profile: {profile}\n\
             {images}"
        );
        self.place.write("mirror.yaml", &text);
    }

    /// Runs `pusher plan`, with its status with and without `--detailed-exitcode`.
    pub(super) fn plan(&self) -> Planned {
        let ran = self.place.run("plan --format json");
        let detailed = self.place.run("plan --format json --detailed-exitcode");
        Planned {
            statuses: [ran.status, detailed.status],
            json: serde_json::from_str(&ran.stdout).unwrap_or_else(|_| panic!("{}", ran.whole())),
        }
    }

    /// Runs `pusher apply`, which must succeed.
    pub(super) fn apply(&self) -> Ran {
        let ran = self.place.run("apply");
        assert_eq!(ran.status, 0, "{}", ran.whole());
        ran
    }

    /// Fails unless the next plan has nothing to do.
    pub(super) fn assert_in_place(&self, images: u64) {
        let planned = self.plan();
        assert_eq!(planned.counts(), [0, 0, images, 0], "{:#}", planned.json);
        assert_eq!(planned.statuses, [0, 0]);
    }

    /// Fails unless skopeo finds `artifact` at `name`, byte for byte, and can copy all of it.
    pub(super) async fn assert_holds(&self, name: &str, artifact: &Artifact) {
        assert_eq!(self.raw(name).await, artifact.bytes, "{name}");
        let copied = self.copied(name).await;
        assert_eq!(copied.manifest(None), artifact.bytes, "{name}");
        for child in &artifact.children {
            assert_eq!(copied.manifest(Some(&child.digest)), child.bytes, "{name}");
        }
    }

    /// Copies all of `name` out of the target with skopeo, which checks every digest.
    pub(super) async fn copied(&self, name: &str) -> Copied {
        let copied = Copied(tempfile::tempdir().unwrap());
        let to = format!("dir:{}", copied.0.path().display());
        let login = format!("--src-creds={USER}:{PASSWORD}");
        let options = ["copy", "--all", "--src-tls-verify=false", &login];
        self.skopeo(&[&options[..], &[&self.address_of(name), &to]].concat())
            .await;
        copied
    }

    /// Reads the manifest at `name` (`REPOSITORY:TAG` or `REPOSITORY@DIGEST`) with skopeo.
    pub(super) async fn raw(&self, name: &str) -> Vec<u8> {
        let login = format!("--creds={USER}:{PASSWORD}");
        let options = ["inspect", "--raw", "--tls-verify=false", &login];
        self.skopeo(&[&options[..], &[&self.address_of(name)]].concat())
            .await
    }

    fn address_of(&self, name: &str) -> String {
        format!("docker://{}/{NAMESPACE}/{name}", self.target.address())
    }

    async fn skopeo(&self, arguments: &[&str]) -> Vec<u8> {
        let output = tools::skopeo(arguments).await.unwrap();
        let error = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "{arguments:?}: {error}");
        output.stdout
    }
}

/// An image as skopeo writes it into a folder.
pub(super) struct Copied(TempDir);

impl Copied {
    /// Returns the bytes of a manifest: one of those that the index names, or that at the top.
    pub(super) fn manifest(&self, child: Option<&Digest>) -> Vec<u8> {
        let file = match child {
            Some(digest) => format!("{}.manifest.json", digest.hex()),
            None => "manifest.json".to_owned(),
        };
        std::fs::read(self.0.path().join(file)).unwrap()
    }
}

/// A plan as programs read it.
pub(super) struct Planned {
    /// Without and with `--detailed-exitcode`.
    pub(super) statuses: [i32; 2],
    pub(super) json: Value,
}

impl Planned {
    /// Returns how many are to create, to update, unchanged, and blocked.
    pub(super) fn counts(&self) -> [u64; 4] {
        let count = |key: &str| self.json["summary"][key].as_u64().unwrap();
        ["create", "update", "no_op", "blocked"].map(count)
    }

    /// Returns the change for a name in the target.
    pub(super) fn change(&self, target: &str) -> &Value {
        let mut changes = self.json["changes"].as_array().unwrap().iter();
        let change = changes.find(|change| change["target"] == target);
        change.unwrap_or_else(|| panic!("no {target} in {:#}", self.json))
    }

    /// Returns the digest that `target` must have.
    pub(super) fn expected(&self, target: &str) -> String {
        let digest = &self.change(target)["after"]["digest"];
        digest.as_str().unwrap().to_owned()
    }
}
