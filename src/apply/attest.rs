//! The record of a promotion, attached to the image that it is of: an artifact with that image as its `subject`
//! (OCI image specification, "Guidelines for Artifact Usage").

use bytes::Bytes;
use futures_util::StreamExt as _;
use futures_util::stream;
use serde_json::json;

use crate::model::{
    Descriptor, Digest, Failure, RawManifest, Reference, Repository, media_type, rfc3339,
};
use crate::plan::{Attached, Attachment, Promotion, Target};
use crate::registry::WriteRegistry;
use crate::single_flight::SingleFlight;

use super::referrers::ReferrerLists;

/// What a record is called among the referrers of an image.
pub const RECORD_TYPE: &str = "application/vnd.pusher.record.v1+json";
/// What artifacts have that need no config (OCI image specification, "Guidance for an Empty Descriptor").
const EMPTY_CONFIG: &[u8] = b"{}";
/// How many records are attached together.
const AT_ONCE: usize = 16;

/// Attaches records to what was promoted, each to its image, where the target takes that.
pub async fn attest<R: WriteRegistry>(
    target: &Target,
    records: Vec<(&Promotion, Bytes)>,
    registry: &R,
) -> Vec<Attachment> {
    let lists = &ReferrerLists::new(&target.profile);
    let configs = &SingleFlight::default();
    let refused = target
        .profile
        .refuses_config(media_type::OCI_MANIFEST, media_type::OCI_EMPTY);
    let each = records.into_iter().map(|(promotion, record)| async move {
        let job = Job {
            registry,
            lists,
            configs,
            promotion,
        };
        let attached = match refused {
            Some(_) => Attached::NotTaken,
            None => job.attach(record).await.unwrap_or_else(Attached::Failed),
        };
        Attachment {
            image: promotion.image.clone(),
            attached,
        }
    });
    stream::iter(each).buffered(AT_ONCE).collect().await
}

struct Job<'a, R> {
    registry: &'a R,
    lists: &'a ReferrerLists,
    /// The repositories that have the config of all records.
    configs: &'a SingleFlight<Repository, ()>,
    promotion: &'a Promotion,
}

impl<R: WriteRegistry> Job<'_, R> {
    async fn attach(&self, record: Bytes) -> Result<Attached, Failure> {
        let repository = self.promotion.image.repository();
        let subject = &self.promotion.manifest.digest;
        // What nobody would find is not pushed.
        if !self
            .lists
            .can_list(self.registry, repository, subject)
            .await
        {
            return Ok(Attached::NotTaken);
        }
        let config = async || self.bring(Bytes::from_static(EMPTY_CONFIG)).await;
        self.configs.get(repository.clone(), config).await?;
        let manifest = manifest(self.promotion, &record);
        self.bring(record).await?;
        let digest = manifest.descriptor.digest.clone();
        let reference = Reference::digested(repository.clone(), digest.clone());
        let pushed = self.registry.put_manifest(&reference, &manifest).await?;
        let referrer = (&manifest, subject);
        self.lists
            .list(self.registry, repository, referrer, Some(pushed))
            .await?;
        Ok(Attached::As(digest))
    }

    async fn bring(&self, blob: Bytes) -> Result<(), Failure> {
        let repository = self.promotion.image.repository();
        let digest = Digest::sha256(&blob);
        if self.registry.has_blob(repository, &digest).await {
            return Ok(());
        }
        self.registry.put_blob(repository, blob).await
    }
}

/// Writes the manifest of a record.
fn manifest(promotion: &Promotion, record: &Bytes) -> RawManifest {
    let described = |media_type: &str, digest: &Digest, size: u64| json!({ "mediaType": media_type, "digest": digest.to_string(), "size": size });
    let blob = |media_type, bytes: &[u8]| {
        described(media_type, &Digest::sha256(bytes), bytes.len() as u64)
    };
    let Descriptor {
        media_type,
        digest,
        size,
    } = &promotion.manifest;
    let document = json!({
        "schemaVersion": 2,
        "mediaType": media_type::OCI_MANIFEST,
        "artifactType": RECORD_TYPE,
        "config": blob(media_type::OCI_EMPTY, EMPTY_CONFIG),
        "layers": [blob(RECORD_TYPE, record)],
        "subject": described(media_type, digest, *size),
        "annotations": { "org.opencontainers.image.created": rfc3339(promotion.run.ended) },
    });
    let bytes = Bytes::from(document.to_string());
    let descriptor = Descriptor {
        media_type: media_type::OCI_MANIFEST.to_owned(),
        digest: Digest::sha256(&bytes),
        size: bytes.len() as u64,
    };
    RawManifest { descriptor, bytes }
}
