//! Reports of scanners, Trivy and Grype: which digests they are of, and the worst that was found.
//!
//! A report is whatever somebody put there: of a list only a count is kept, and of names what looks like one.

use std::collections::HashSet;
use std::fmt;
use std::marker::PhantomData;
use std::sync::Arc;

use serde::de::{IgnoredAny, SeqAccess, Visitor};
use serde::{Deserialize, Deserializer};

use crate::model::{Digest, Text};

use super::severity::Severity;

/// A scanner's report, as far as a rule needs it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ScanReport {
    /// The file.
    pub file: Arc<str>,
    /// What was scanned, by every digest that the report has for it.
    pub digests: HashSet<Digest>,
    /// The worst that was found; none where nothing was.
    pub worst: Option<Severity>,
    /// How many of these there are.
    pub count: usize,
    /// The names of some of these.
    pub names: Vec<String>,
}

/// How many names of what was found are kept.
const NAMES: usize = 3;
/// How many bytes such a name has at most.
const NAME_LENGTH: usize = 40;
/// How many digests of one image are kept: one image has a few.
const DIGESTS: usize = 1_000;

impl ScanReport {
    /// Reads a report.
    ///
    /// # Errors
    ///
    /// It is none of Trivy's or Grype's.
    pub fn read(file: &str, bytes: &[u8]) -> Result<Self, Text> {
        let document: Document = serde_json::from_slice(bytes).map_err(|error| {
            text!(
                "it is no JSON report of Trivy or Grype: {error}",
                "它不是 Trivy 或 Grype 的 JSON 报告：{error}"
            )
        })?;
        let Document {
            schema_version,
            artifact_name,
            image,
            results,
            matches,
            source,
        } = document;
        let (found, digests) = match (matches, schema_version) {
            (Some(matches), _) => (matches, source.unwrap_or_default().digests()),
            (None, Some(_)) => {
                let names = artifact_name.iter().filter_map(|name| digest_in(name));
                let digests = image.unwrap_or_default().digests().into_iter();
                (
                    results.unwrap_or_default().0,
                    digests.chain(names).collect(),
                )
            }
            (None, None) => {
                return Err(text!(
                    "it is JSON, but no report of Trivy (`trivy image --format json`) or Grype (`grype -o json`)",
                    "它是 JSON，但不是 Trivy（`trivy image --format json`）或 Grype（`grype -o json`）的报告"
                ));
            }
        };
        let Tally {
            worst,
            count,
            names,
        } = found;
        Ok(Self {
            file: file.into(),
            digests,
            worst,
            count,
            names,
        })
    }
}

/// What a report of either scanner has, as far as it is needed.
#[derive(Deserialize)]
struct Document {
    #[serde(rename = "SchemaVersion")]
    schema_version: Option<IgnoredAny>,
    #[serde(rename = "ArtifactName")]
    artifact_name: Option<String>,
    #[serde(rename = "Metadata")]
    image: Option<Metadata>,
    #[serde(rename = "Results")]
    results: Option<Results>,
    matches: Option<Tally>,
    source: Option<Source>,
}

/// What Trivy says of the image.
#[derive(Default, Deserialize)]
struct Metadata {
    #[serde(rename = "ImageID")]
    image_id: Option<String>,
    #[serde(rename = "RepoDigests")]
    repo_digests: Option<Digests>,
}

impl Metadata {
    fn digests(self) -> HashSet<Digest> {
        let mut digests = self.repo_digests.unwrap_or_default().0;
        digests.extend(self.image_id.as_deref().and_then(digest_in));
        digests
    }
}

/// What Grype says of what it scanned.
#[derive(Default, Deserialize)]
struct Source {
    target: Option<Target>,
}

/// An image, or the path of something else.
#[derive(Deserialize)]
#[serde(untagged)]
enum Target {
    Image(Image),
    Other(IgnoredAny),
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Image {
    user_input: Option<String>,
    #[serde(rename = "imageID")]
    id: Option<String>,
    manifest_digest: Option<String>,
    repo_digests: Option<Digests>,
}

impl Source {
    fn digests(self) -> HashSet<Digest> {
        let Some(Target::Image(image)) = self.target else {
            return HashSet::new();
        };
        let Image {
            user_input,
            id,
            manifest_digest,
            repo_digests,
        } = image;
        let one_by_one = [user_input, id, manifest_digest].into_iter().flatten();
        let mut digests = repo_digests.unwrap_or_default().0;
        digests.extend(one_by_one.filter_map(|text| digest_in(&text)));
        digests
    }
}

/// Returns the digest that a text is, or that stands behind its `@`.
fn digest_in(text: &str) -> Option<Digest> {
    let digest = text.rsplit_once('@').map_or(text, |(_, digest)| digest);
    digest.parse().ok()
}

/// What was found, counted.
#[derive(Debug, Default)]
struct Tally {
    worst: Option<Severity>,
    count: usize,
    names: Vec<String>,
}

impl Tally {
    fn add(&mut self, found: Vulnerability) {
        let severity = Severity::of_scanner(&found.severity.unwrap_or_default());
        if self.worst < Some(severity) {
            *self = Self {
                worst: Some(severity),
                ..Self::default()
            };
        }
        if self.worst == Some(severity) {
            self.count += 1;
            self.names.extend(
                found.id.filter(|id| {
                    self.names.len() < NAMES && is_name(id) && !self.names.contains(id)
                }),
            );
        }
    }

    fn add_all(&mut self, other: Self) {
        if self.worst < other.worst {
            *self = other;
        } else if self.worst == other.worst {
            self.count += other.count;
            let known = self.names.len();
            let new = other.names.into_iter();
            let new: Vec<_> = new.filter(|name| !self.names.contains(name)).collect();
            self.names
                .extend(new.into_iter().take(NAMES - known.min(NAMES)));
        }
    }
}

/// Tells whether this looks like the name of a vulnerability.
fn is_name(text: &str) -> bool {
    let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-_.:".contains(&byte);
    (1..=NAME_LENGTH).contains(&text.len()) && text.bytes().all(is_plain)
}

/// What was found, as Grype has it.
#[derive(Default, Deserialize)]
struct Vulnerability {
    id: Option<String>,
    severity: Option<String>,
}

/// What was found, as Trivy has it, or one of Grype's matches around it.
#[derive(Deserialize)]
struct Match {
    #[serde(rename = "VulnerabilityID")]
    id: Option<String>,
    #[serde(rename = "Severity")]
    severity: Option<String>,
    vulnerability: Option<Vulnerability>,
}

/// A list of which one thing after the other is looked at and forgotten.
trait Fold: Default {
    type Item: for<'de> Deserialize<'de>;

    fn fold(&mut self, item: Self::Item);
}

impl Fold for Tally {
    type Item = Match;

    fn fold(&mut self, item: Match) {
        let Match {
            id,
            severity,
            vulnerability,
        } = item;
        self.add(vulnerability.unwrap_or(Vulnerability { id, severity }));
    }
}

/// What Trivy found in all parts of an image.
#[derive(Default)]
struct Results(Tally);

#[derive(Deserialize)]
struct Part {
    #[serde(rename = "Vulnerabilities")]
    vulnerabilities: Option<Tally>,
}

impl Fold for Results {
    type Item = Part;

    fn fold(&mut self, item: Part) {
        self.0.add_all(item.vulnerabilities.unwrap_or_default());
    }
}

/// The digests in a list of images.
#[derive(Default)]
struct Digests(HashSet<Digest>);

impl Fold for Digests {
    type Item = String;

    fn fold(&mut self, item: String) {
        if self.0.len() < DIGESTS {
            self.0.extend(digest_in(&item));
        }
    }
}

/// Reads a list of what is [folded](Fold).
struct List<F>(PhantomData<F>);

impl<'de, F: Fold> Visitor<'de> for List<F> {
    type Value = F;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a list")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<F, A::Error> {
        let mut folded = F::default();
        while let Some(item) = items.next_element()? {
            folded.fold(item);
        }
        Ok(folded)
    }
}

macro_rules! folded {
    ($($name:ident),*) => {$(
        impl<'de> Deserialize<'de> for $name {
            fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
                from.deserialize_seq(List(PhantomData))
            }
        }
    )*};
}

folded!(Tally, Results, Digests);

#[cfg(test)]
mod tests {
    use super::*;

    fn digest(content: &str) -> Digest {
        Digest::sha256(content.as_bytes())
    }

    #[test]
    fn trivy_is_read_with_every_digest_that_it_has() {
        let (index, id, named) = (digest("index"), digest("id"), digest("named"));
        let text = format!(
            r#"{{"SchemaVersion": 2, "CreatedAt": "2026-11-27T20:40:00Z", "ArtifactName": "nginx@{named}",
                "Metadata": {{"OS": {{"Family": "debian"}}, "ImageID": "{id}", "RepoTags": ["nginx:1.27"],
                  "RepoDigests": ["nginx@{index}", "none"]}},
                "Results": [
                  {{"Target": "nginx", "Vulnerabilities": [
                    {{"VulnerabilityID": "CVE-2026-1", "Severity": "HIGH", "CVSS": {{}}}},
                    {{"VulnerabilityID": "CVE-2026-2", "Severity": "CRITICAL"}}]}},
                  {{"Target": "app", "Vulnerabilities": null}},
                  {{"Target": "go", "Vulnerabilities": [
                    {{"VulnerabilityID": "CVE-2026-2", "Severity": "CRITICAL"}},
                    {{"VulnerabilityID": "CVE-2026-3", "Severity": "Critical"}},
                    {{"VulnerabilityID": "a b", "Severity": "CRITICAL"}},
                    {{"VulnerabilityID": "CVE-2026-4", "Severity": "CRITICAL"}},
                    {{"VulnerabilityID": "CVE-2026-5", "Severity": "CRITICAL"}}]}}]}}"#
        );
        let report = ScanReport::read("scans/nginx.json", text.as_bytes()).unwrap();
        assert_eq!(
            report,
            ScanReport {
                file: "scans/nginx.json".into(),
                digests: [index, id, named].into(),
                worst: Some(Severity::Critical),
                count: 6,
                names: ["CVE-2026-2", "CVE-2026-3", "CVE-2026-4"]
                    .map(str::to_owned)
                    .into(),
            }
        );
    }

    #[test]
    fn grype_is_read_with_every_digest_that_it_has() {
        let (manifest, id, repository) = (digest("manifest"), digest("id"), digest("repository"));
        let text = format!(
            r#"{{"matches": [
                  {{"vulnerability": {{"id": "GHSA-1", "severity": "Medium"}}, "artifact": {{"id": "x"}}}},
                  {{"vulnerability": {{"id": "CVE-2026-9", "severity": "Negligible"}}}}],
                "source": {{"type": "image", "target": {{"userInput": "nginx:1.27", "imageID": "{id}",
                  "manifestDigest": "{manifest}", "repoDigests": ["nginx@{repository}"]}}}},
                "descriptor": {{"name": "grype"}}}}"#
        );
        let report = ScanReport::read("g.json", text.as_bytes()).unwrap();
        assert_eq!(report.digests, [manifest, id, repository].into());
        assert_eq!((report.worst, report.count), (Some(Severity::Medium), 1));
        assert_eq!(report.names, ["GHSA-1"]);
        // A folder was scanned.
        let text = r#"{"matches": [], "source": {"type": "directory", "target": "."}}"#;
        let report = ScanReport::read("g.json", text.as_bytes()).unwrap();
        assert_eq!((report.digests.len(), report.worst), (0, None));
    }

    #[test]
    fn a_word_that_is_not_known_is_no_harm_and_no_pardon() {
        let read = |severity: &str| {
            let text = format!(
                r#"{{"SchemaVersion": 2, "Results": [{{"Vulnerabilities": [{{"Severity": {severity}}}]}}]}}"#
            );
            ScanReport::read("t.json", text.as_bytes()).map(|report| report.worst)
        };
        assert_eq!(read("\"UNKNOWN\""), Ok(Some(Severity::Unknown)));
        assert_eq!(read("\"horrible\""), Ok(Some(Severity::Unknown)));
        assert_eq!(read("null"), Ok(Some(Severity::Unknown)));
        assert!(read("7").is_err());
        assert!(Severity::Unknown < Severity::Low && Severity::Negligible < Severity::Low);
        assert!(Severity::Low < Severity::Medium && Severity::Medium < Severity::High);
        assert!(Severity::High < Severity::Critical);
    }

    #[test]
    fn whatever_is_no_report_says_so() {
        for (text, why) in [
            ("", "EOF"),
            ("[]", "struct Document"),
            ("{}", "but no report"),
            (r#"{"Results": []}"#, "but no report"),
            (r#"{"SchemaVersion": 2, "Results": 5}"#, "line 1 column"),
            (r#"{"matches": {}}"#, "a list"),
            ("\u{0}", "line 1"),
            (&"[".repeat(100_000), "recursion"),
            (&format!(r#"{{"x": {}"#, "[".repeat(100_000)), "recursion"),
        ] {
            let error = ScanReport::read("x.json", text.as_bytes()).unwrap_err();
            let error = error.to_string();
            assert!(
                error.contains(why) || why == "recursion",
                "{text:.20}: {error}"
            );
        }
    }
}
