//! The table of `docs/comparison.md`: what `skopeo copy --all` and `pusher` make of the same images on
//! the same pair of registries.

use std::fmt::Write as _;

use pusher::sandbox::images::{Artifact, Image, helm_chart, signature, signature_tag};

use super::mirror::{Mirror, NAMESPACE, PERSONAL, images_only};
use super::platforms::{Asked, Beside};
use crate::support::registry::{Auth, Setup, TestRegistry};
use crate::support::tools;

/// The release that the table was made with.
const SKOPEO: &str = "1.9.3";

/// A row: an image, and what is wanted of it.
struct Case {
    words: String,
    /// Below `org/` at the source, and in the target.
    name: String,
    source: String,
    artifact: Artifact,
    /// What the mirror file says beside source and target.
    choices: &'static str,
}

fn cases() -> Vec<Case> {
    let case = |words: &str, source: &str, artifact: Artifact, choices| Case {
        words: words.to_owned(),
        name: source.to_owned(),
        source: source.to_owned(),
        artifact,
        choices,
    };
    let single = Image::new("linux/amd64").layer("single").build();
    let signed = Image::new("linux/amd64").layer("signed").build();
    let mut cases = vec![case("one image", "single", single, "")];
    for beside in Beside::ALL {
        let with = match beside {
            Beside::Nothing => "no attestations",
            Beside::OldAttestations => "4 attestations as before BuildKit 0.32",
            Beside::NewAttestations => "4 attestations as of BuildKit 0.32",
        };
        for asked in Asked::ALL {
            let (wanted, choices) = match asked {
                Asked::One => ("1 wanted", "platforms: [linux/arm64]"),
                Asked::Two => ("2 wanted", "platforms: [linux/amd64, linux/arm64]"),
                Asked::All => ("all wanted", "platforms: all"),
            };
            let words = format!("index of 4 platforms, {with}; {wanted}");
            let row = case(&words, beside.name(), beside.index(), choices);
            cases.push(Case {
                name: format!("{}-{}", beside.name(), asked.name()),
                ..row
            });
        }
    }
    let follow = "referrers: signatures";
    cases.push(case(
        "image with a cosign signature",
        "signed",
        signed,
        follow,
    ));
    cases.push(case("Helm chart", "chart", helm_chart("chart", "1"), ""));
    cases
}

/// What a tag of the target holds, in words.
async fn held(mirror: &Mirror, repository: &str, artifact: &Artifact) -> String {
    let Some(digest) = mirror.target.tag(repository, "v1").await else {
        return "nothing".to_owned();
    };
    if digest == artifact.digest {
        return "the source's digest".to_owned();
    }
    match artifact
        .children
        .iter()
        .position(|child| child.digest == digest)
    {
        Some(_) => "that platform's digest".to_owned(),
        None => "a new index".to_owned(),
    }
}

/// Returns the last line that skopeo wrote, without what differs from run to run.
fn last_line(stderr: &[u8], hosts: [(&str, &str); 2]) -> String {
    let text = String::from_utf8_lossy(stderr);
    let line = text.lines().last().unwrap_or_default();
    let line = line.split_once("msg=").map_or(line, |(_, message)| message);
    let line = hosts.iter().fold(line.to_owned(), |line, (host, name)| {
        line.replace(host, name)
    });
    let mut words = line.split("sha256:");
    let mut out = words.next().unwrap_or_default().to_owned();
    for word in words {
        out += "sha256:…";
        out += word.trim_start_matches(|c: char| c.is_ascii_hexdigit());
    }
    out.trim_matches('"')
        .replace("\\\"", "\"")
        .replace('|', "\\|")
}

/// Copies an image with skopeo, and says what came of it.
async fn copied_by_skopeo(mirror: &Mirror, source: &str, from: &str, copied: &str) -> String {
    let target = mirror.target.address();
    let from = format!("docker://{source}/org/{from}:v1");
    let to = format!("docker://{target}/{copied}:v1");
    let options = [
        "copy",
        "--all",
        "--src-tls-verify=false",
        "--dest-tls-verify=false",
    ];
    let output = tools::skopeo(&[&options[..], &[&from, &to]].concat())
        .await
        .unwrap();
    match output.status.code() {
        Some(0) => "status 0".to_owned(),
        code => format!(
            "status {}: `{}`",
            code.unwrap_or(-1),
            last_line(&output.stderr, [(source, "SOURCE"), (target, "TARGET")])
        ),
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_table_says_what_happens() {
    let Some(source) = TestRegistry::real(&Setup::default()).await else {
        return;
    };
    let Some(mirror) = Mirror::from(source.address(), &images_only(Auth::Open)).await else {
        return;
    };
    let cases = cases();
    let mut images = "images:\n".to_owned();
    for case in &cases {
        let repository = format!("org/{}", case.source);
        source.push(&case.artifact, &repository, "v1").await;
        writeln!(
            images,
            "- {{ source: 'SOURCE/{repository}:v1', target: '{}:v1', {} }}",
            case.name, case.choices
        )
        .unwrap();
        if case.source == "signed" {
            let signature_tag = signature_tag(&case.artifact.digest);
            let signature = signature(&case.artifact.digest);
            source.push(&signature, &repository, &signature_tag).await;
        }
    }
    mirror.declare(PERSONAL, &images);
    let planned = mirror.plan();
    mirror.place.run("apply");
    let again = mirror.plan();

    let mut table = "| source | `skopeo copy --all` | then the target has | `pusher apply` | \
                     then the target has | next `pusher plan` |\n\
                     | --- | --- | --- | --- | --- | --- |\n"
        .to_owned();
    for case in &cases {
        let Case {
            name,
            source: from,
            artifact,
            ..
        } = case;
        let copied = format!("skopeo/{name}");
        let skopeo = copied_by_skopeo(&mirror, source.address(), from, &copied).await;
        let skopeo_holds = held(&mirror, &copied, artifact).await;

        let target = format!("{name}:v1");
        let change = planned.change(&target);
        let mut said = match change["action"].as_str().unwrap() {
            "create" => "created".to_owned(),
            other => format!("{other}: {}", change["reason"].as_str().unwrap()),
        };
        for note in change["notes"].as_array().unwrap() {
            write!(said, "; {}", note.as_str().unwrap()).unwrap();
        }
        let mut holds = held(&mirror, &format!("{NAMESPACE}/{name}"), artifact).await;
        if case.choices == "referrers: signatures" {
            let tag = signature_tag(&artifact.digest);
            let follows = mirror
                .target
                .tag(&format!("{NAMESPACE}/{name}"), &tag)
                .await;
            holds += if follows.is_some() {
                ", and the signature"
            } else {
                ", no signature"
            };
        }
        let next = match again.change(&target)["action"].as_str().unwrap() {
            "no-op" => "nothing to do",
            other => other,
        };
        writeln!(
            table,
            "| {} | {skopeo} | {skopeo_holds} | {said} | {holds} | {next} |",
            case.words
        )
        .unwrap();
    }
    let version = tools::skopeo(&["--version"]).await.unwrap().stdout;
    let version = String::from_utf8(version).unwrap();
    if version.split_whitespace().last() != Some(SKOPEO) {
        // Other releases word their errors differently.
        return;
    }
    let page = concat!(env!("CARGO_MANIFEST_DIR"), "/docs/comparison.md");
    let page = std::fs::read_to_string(page).unwrap();
    assert!(
        page.contains(&table),
        "docs/comparison.md says something else than\n{table}"
    );
}
