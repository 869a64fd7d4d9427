//! What a registry accepts, found out by pushing tiny images of each kind to a repository that is nobody's.

use std::sync::{Mutex, MutexGuard, PoisonError};

use bytes::Bytes;

use crate::checkup::{Finding, MOST_LEVELS, Measured, Sample};
use crate::model::{Descriptor, Digest, Failure, RawManifest, Reference, Repository, Text};
use crate::registry::{
    Client, Deletion, Mount, ReadRegistry as _, Upload, UploadSession, WriteRegistry as _,
};

use super::specimens::{self, Listed, Specimen};

/// The greatest number of characters of a tag.
const TAG_LENGTH: usize = 128;
/// How the names of the repositories begin that are made to measure a registry.
pub const PROBED: &str = "pusher-probe-";
/// How many names of leftovers are looked for at most.
const NAMES: usize = 256;

/// A repository that a probe pushes to, and those beside and below it.
#[derive(Debug)]
pub struct Scratch {
    repository: Repository,
    /// What was pushed, or may have been, in that order.
    pushed: Mutex<Vec<(Reference, Digest)>>,
    /// The repository beside it, if a blob was mounted there.
    beside: Mutex<Option<Repository>>,
}

/// What could not be taken away.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Left {
    /// What it is.
    pub name: Reference,
    /// Why it is there still; none where the registry deletes nothing.
    pub why: Option<Failure>,
}

/// How an attempt failed that everything else needs, or how the registry answers at all.
type Tried<T> = Result<T, Failure>;

impl Scratch {
    /// Takes a repository that nobody has.
    pub fn new(repository: Repository) -> Self {
        Self {
            repository,
            pushed: Mutex::default(),
            beside: Mutex::default(),
        }
    }

    /// Returns the repository.
    pub fn repository(&self) -> &Repository {
        &self.repository
    }

    fn pushed(&self) -> MutexGuard<'_, Vec<(Reference, Digest)>> {
        self.pushed.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Returns the repositories that something was pushed to.
    pub fn used(&self) -> Vec<Repository> {
        let mut used: Vec<_> = self
            .pushed()
            .iter()
            .map(|(reference, _)| reference.repository().clone())
            .collect();
        let beside = self.beside.lock();
        used.extend(beside.unwrap_or_else(PoisonError::into_inner).clone());
        used.sort();
        used.dedup();
        used
    }
}

/// Pushes samples of each kind, one after the other, and tells each finding to `told`.
///
/// # Errors
///
/// Not even an image is taken: then nothing is to be found out.
pub async fn probe(
    scratch: &Scratch,
    client: &Client,
    told: impl Fn(Sample, &Finding),
) -> Result<Measured, Failure> {
    let mut probe = Probe {
        scratch,
        client,
        told,
        findings: vec![],
    };
    probe.run().await?;
    Ok(Measured {
        registry: scratch.repository.registry.clone(),
        findings: probe.findings,
    })
}

/// A probe that is under way.
struct Probe<'a, T> {
    scratch: &'a Scratch,
    client: &'a Client,
    told: T,
    findings: Vec<(Sample, Finding)>,
}

impl<T: Fn(Sample, &Finding)> Probe<'_, T> {
    async fn run(&mut self) -> Tried<()> {
        let home = self.scratch.repository.clone();
        let name = home.name.clone();
        let docker = specimens::image(&name, true);
        let oci = specimens::image(&name, false);
        let of_docker = self.specimen(&home, "docker", &docker).await;
        let of_oci = self.specimen(&home, "oci", &oci).await;
        let (image, takes_docker) = match (&of_oci, &of_docker) {
            (Ok(()), _) => (oci, of_docker.is_ok()),
            (Err(_), Ok(())) => (docker, true),
            (Err(why), Err(_)) => return Err(why.clone()),
        };
        self.note(Sample::DockerImage, of_docker);
        self.note(Sample::OciImage, of_oci);
        let described = image.manifest.descriptor.clone();
        self.indexes(&home, &name, &described).await;
        self.artifacts(&home, &name).await;
        self.levels(&home, &image).await;
        let long = "p".repeat(TAG_LENGTH);
        let tagged = self.manifest(&home, &long, &image.manifest).await;
        self.note(Sample::LongTag, tagged);
        let pieces = self.pieces(&home, &name).await;
        self.note(Sample::Pieces, pieces);
        self.mount(&home).await;
        let referrers = self.client.list_referrers(&home, &described.digest).await;
        self.note_done(Sample::Referrers, referrers.map(|listed| listed.is_some()));
        let second = if takes_docker { "docker" } else { "oci" };
        self.deletions(&home, &long, second).await;
        Ok(())
    }

    /// Keeps a finding, and tells it.
    fn keep(&mut self, sample: Sample, finding: Finding) {
        (self.told)(sample, &finding);
        self.findings.push((sample, finding));
    }

    fn note(&mut self, sample: Sample, came: Tried<()>) {
        self.note_done(sample, came.map(|()| true));
    }

    /// Notes what was done, or silently was not.
    fn note_done(&mut self, sample: Sample, came: Tried<bool>) {
        let finding = match came {
            Ok(true) => Finding::Taken,
            Ok(false) => Finding::Refused(String::new()),
            Err(why) => finding(&why),
        };
        self.keep(sample, finding);
    }

    async fn indexes(&mut self, home: &Repository, name: &str, image: &Descriptor) {
        let mut taken = None;
        for (sample, is_docker) in [(Sample::DockerList, true), (Sample::OciIndex, false)] {
            let index = specimens::index(name, is_docker, &[Listed::Image(image)]);
            let tag = if is_docker { "list" } else { "index" };
            let came = self.manifest(home, tag, &index).await;
            if came.is_ok() {
                taken = Some(is_docker);
            }
            self.note(sample, came);
        }
        let Some(is_docker) = taken else {
            return;
        };
        let unknown = [Listed::Image(image), Listed::Unknown(image)];
        let unknown = specimens::index(name, is_docker, &unknown);
        let came = self.manifest(home, "unknown", &unknown).await;
        self.note(Sample::UnknownPlatform, came);
        for (sample, is_empty) in [
            (Sample::Attestation, false),
            (Sample::EmptyAttestation, true),
        ] {
            let attestation = specimens::attestation(name, image, is_empty);
            let listed = Listed::Attests(&attestation.manifest.descriptor, &image.digest);
            let index = specimens::index(name, is_docker, &[Listed::Image(image), listed]);
            let came = match self.child(home, &attestation).await {
                Ok(()) => {
                    let tag = if is_empty {
                        "attested-empty"
                    } else {
                        "attested"
                    };
                    self.manifest(home, tag, &index).await
                }
                Err(why) => Err(why),
            };
            self.note(sample, came);
        }
    }

    async fn artifacts(&mut self, home: &Repository, name: &str) {
        for (sample, is_chart) in [(Sample::Chart, true), (Sample::Artifact, false)] {
            let artifact = specimens::artifact(name, is_chart);
            let tag = if is_chart { "chart" } else { "artifact" };
            let came = self.specimen(home, tag, &artifact).await;
            self.note(sample, came);
        }
    }

    /// Pushes the image below ever more levels, until that is refused.
    async fn levels(&mut self, home: &Repository, image: &Specimen) {
        let mut repository = home.clone();
        for levels in 2..=MOST_LEVELS {
            repository.name.push_str("/below");
            let came = self.specimen(&repository, "image", image).await;
            let goes_on = came.is_ok();
            self.note(Sample::Levels(levels), came);
            if !goes_on {
                break;
            }
        }
    }

    async fn pieces(&self, home: &Repository, name: &str) -> Tried<()> {
        let blob = specimens::pieces(name);
        let Upload::Session(mut session) = self.client.start_upload(home, None).await? else {
            return Ok(());
        };
        let (first, rest) = (blob.slice(..1), blob.slice(1..));
        let length = |bytes: &Bytes| bytes.len() as u64;
        let sent = async {
            self.client
                .append_upload(&mut session, length(&first), first.into())
                .await?;
            let digest = Digest::sha256(&blob);
            self.client
                .finish_upload(&mut session, &digest, length(&rest), rest.into())
                .await
        };
        let came = sent.await;
        if came.is_err() {
            self.give_up(&session).await;
        }
        came
    }

    async fn mount(&mut self, home: &Repository) {
        let beside = Repository {
            registry: home.registry.clone(),
            name: format!("{}-mount", home.name),
        };
        let noted = self.scratch.beside.lock();
        *noted.unwrap_or_else(PoisonError::into_inner) = Some(beside.clone());
        let mount = Mount {
            digest: Digest::sha256(&specimens::layer()),
            from: home.clone(),
        };
        let came = match self.client.start_upload(&beside, Some(&mount)).await {
            Ok(Upload::Done) => Ok(true),
            Ok(Upload::Session(session)) => {
                self.give_up(&session).await;
                Ok(false)
            }
            Err(why) => Err(why),
        };
        self.note_done(Sample::Mount, came);
    }

    /// Takes away one tag alone, and another with its manifest.
    async fn deletions(&mut self, home: &Repository, alone: &str, other: &str) {
        let tag = Reference::tagged(home.clone(), alone);
        let came = self.client.delete_manifest(&tag).await;
        self.note_done(Sample::DeleteTag, came.map(is_gone));
        let digest = self
            .scratch
            .pushed()
            .iter()
            .find_map(|(reference, digest)| {
                (reference.tag() == Some(other)).then(|| digest.clone())
            });
        if let Some(digest) = digest {
            let manifest = Reference::digested(home.clone(), digest);
            let came = self.client.delete_manifest(&manifest).await;
            self.note_done(Sample::DeleteManifest, came.map(is_gone));
        }
    }

    /// Pushes a specimen under a tag.
    async fn specimen(&self, to: &Repository, tag: &str, specimen: &Specimen) -> Tried<()> {
        self.blobs(to, specimen).await?;
        self.manifest(to, tag, &specimen.manifest).await
    }

    /// Pushes a specimen without a tag.
    async fn child(&self, to: &Repository, specimen: &Specimen) -> Tried<()> {
        self.blobs(to, specimen).await?;
        let digest = specimen.manifest.descriptor.digest.clone();
        let reference = Reference::digested(to.clone(), digest);
        self.put(reference, &specimen.manifest).await
    }

    async fn manifest(&self, to: &Repository, tag: &str, manifest: &RawManifest) -> Tried<()> {
        self.put(Reference::tagged(to.clone(), tag), manifest).await
    }

    /// Pushes a manifest. That is noted before, since a push that fails may have been taken all the same.
    async fn put(&self, reference: Reference, manifest: &RawManifest) -> Tried<()> {
        let digest = manifest.descriptor.digest.clone();
        self.scratch.pushed().push((reference.clone(), digest));
        self.client.put_manifest(&reference, manifest).await?;
        Ok(())
    }

    async fn blobs(&self, to: &Repository, specimen: &Specimen) -> Tried<()> {
        for blob in &specimen.blobs {
            self.client.put_blob(to, blob.clone()).await?;
        }
        Ok(())
    }

    /// Gives an upload up; what is left of it the registry forgets by itself.
    async fn give_up(&self, session: &UploadSession) {
        if let Err(why) = self.client.cancel_upload(session).await {
            tracing::debug!("{why}");
        }
    }
}

fn is_gone(deletion: Deletion) -> bool {
    matches!(deletion, Deletion::Deleted | Deletion::Absent)
}

/// Tells a refusal from what says nothing about the sample: that the registry has too much to do, or is not there.
fn finding(why: &Failure) -> Finding {
    match why.status() {
        Some(status @ 400..=499) if !matches!(status, 408 | 429) => {
            let words = [why.code(), why.message()].into_iter().flatten();
            let words: Vec<_> = words.collect();
            Finding::Refused(
                format!("{status} {}", words.join(": "))
                    .trim_end()
                    .to_owned(),
            )
        }
        _ => Finding::Unknown(Text::of(|| why.to_string())),
    }
}

/// Takes away all that was pushed, the newest first, and returns what is there still.
pub async fn clean(scratch: &Scratch, client: &Client) -> Vec<Left> {
    let pushed = std::mem::take(&mut *scratch.pushed());
    let mut left: Vec<Left> = vec![];
    for (reference, digest) in pushed.iter().rev().take(NAMES) {
        let manifest = reference.repository().clone();
        let manifest = Reference::digested(manifest, digest.clone());
        // A tag alone may go where its manifest may not, and the other way round.
        let tag = match reference.tag() {
            Some(_) => client.delete_manifest(reference).await.map(is_gone),
            None => Ok(true),
        };
        let gone = client.delete_manifest(&manifest).await.map(is_gone);
        let name = reference.clone();
        match (tag, gone) {
            (_, Ok(true)) => {}
            (_, Err(why)) => left.push(Left {
                name,
                why: Some(why),
            }),
            (_, Ok(false)) => left.push(Left { name, why: None }),
        }
    }
    *scratch.pushed() = pushed;
    left.reverse();
    left
}
