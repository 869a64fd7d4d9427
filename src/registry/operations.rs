//! Each operation of the two traits, by the function of its endpoint.

use bytes::Bytes;

use crate::model::{Child, Descriptor, Digest, Failure, Fault, RawManifest, Reference, Repository};

use super::client::Client;
use super::endpoints::{
    BlobStream, Deletion, Mount, Pushed, Upload, UploadBody, UploadSession, blobs, manifests,
    referrers, tags, uploads, whole_blobs,
};
use super::exchange::RetryOn;
use super::mirrors::{self, Givers};
use super::retry::{RetryCount, backoff};
use super::{ReadRegistry, WholeBlobLeave, WriteRegistry};

impl ReadRegistry for Client {
    async fn head_manifest(&self, reference: &Reference) -> Result<Option<Descriptor>, Failure> {
        // What a header says of a manifest proves nothing, and whoever asks mostly reads it next.
        if let Some(manifest) = self.mirrored_manifest(reference).await {
            return Ok(Some(manifest.descriptor));
        }
        self.retry_damaged(|| manifests::head(self, reference))
            .await
    }

    async fn get_manifest(&self, reference: &Reference) -> Result<Option<RawManifest>, Failure> {
        // What a digest names is read once: a pull may be counted for it.
        let _turn = match reference.digest() {
            Some(digest) => Some(
                self.manifest_cache()
                    .turn(reference.repository(), digest)
                    .await,
            ),
            None => None,
        };
        if let Some(manifest) = self.mirrored_manifest(reference).await {
            return Ok(Some(manifest));
        }
        self.retry_damaged(|| manifests::get(self, reference, RetryOn::Transient))
            .await
    }

    async fn get_blob(
        &self,
        repository: &Repository,
        blob: &Descriptor,
    ) -> Result<Option<Bytes>, Failure> {
        if self.has_mirrors(&repository.registry)
            && let Some(bytes) = Box::pin(mirrors::blob(self, repository, blob)).await
        {
            return Ok(Some(bytes));
        }
        self.retry_damaged(|| blobs::get(self, repository, blob))
            .await
    }

    async fn open_blob(
        &self,
        repository: &Repository,
        blob: &Descriptor,
        offset: u64,
    ) -> Result<BlobStream, Failure> {
        if self.has_mirrors(&repository.registry) {
            return Box::pin(mirrors::open(self, repository, blob, offset)).await;
        }
        self.retry_damaged(|| blobs::open(self, repository, blob, offset))
            .await
    }

    fn disown(
        &self,
        repository: &Repository,
        blob: &Descriptor,
        from: &[Givers],
        fault: &Fault,
    ) -> bool {
        self.blame(repository, blob, from, fault)
    }

    async fn has_blob(&self, repository: &Repository, digest: &Digest) -> bool {
        blobs::has(self, repository, digest).await
    }

    async fn knows_repository(&self, repository: &Repository) -> Result<bool, Failure> {
        self.retry_damaged(|| tags::knows_repository(self, repository))
            .await
    }

    async fn list_tags_within(
        &self,
        repository: &Repository,
        pages: usize,
    ) -> Result<Option<Vec<String>>, Failure> {
        self.retry_damaged(|| tags::list(self, repository, pages))
            .await
    }

    async fn list_referrers(
        &self,
        repository: &Repository,
        digest: &Digest,
    ) -> Result<Option<Vec<Child>>, Failure> {
        self.retry_damaged(|| referrers::list(self, repository, digest))
            .await
    }

    async fn hides_behind_login(&self, repository: &Repository) -> bool {
        match self.find_or_make(&repository.registry) {
            Ok(host) => host.has_unused_login(&repository.name).await,
            Err(_) => false,
        }
    }

    async fn rest(&self, breaks: usize) {
        tokio::time::sleep(backoff::wait(self.retry(), breaks)).await;
    }

    fn count_retry(&self) {
        self.retries.add_one();
    }
}

impl Client {
    /// Reads a manifest from a mirror; none where it is asked for by tag, or none has it.
    async fn mirrored_manifest(&self, reference: &Reference) -> Option<RawManifest> {
        if reference.digest().is_none() || !self.has_mirrors(reference.registry()) {
            return None;
        }
        // Seldom, so that not every request has room for it.
        Box::pin(mirrors::manifest(self, reference)).await
    }
}

impl WriteRegistry for Client {
    fn counted(&self) -> (Self, RetryCount) {
        let mut counted = self.clone();
        counted.retries = RetryCount::default();
        let retries = counted.retries.clone();
        (counted, retries)
    }

    async fn put_manifest(
        &self,
        reference: &Reference,
        manifest: &RawManifest,
    ) -> Result<Pushed, Failure> {
        self.retry_damaged(|| manifests::put(self, reference, manifest))
            .await
    }

    async fn delete_manifest(&self, reference: &Reference) -> Result<Deletion, Failure> {
        self.retry_damaged(|| manifests::delete(self, reference))
            .await
    }

    async fn start_upload(
        &self,
        repository: &Repository,
        mount: Option<&Mount>,
    ) -> Result<Upload, Failure> {
        self.retry_damaged(|| uploads::start(self, repository, mount))
            .await
    }

    fn whole_blob_leave(&self, repository: &Repository) -> Option<WholeBlobLeave> {
        let host = self.find_or_make(&repository.registry).ok()?;
        host.whole_blobs.leave()
    }

    async fn push_blob(
        &self,
        repository: &Repository,
        digest: &Digest,
        bytes: Bytes,
        leave: WholeBlobLeave,
    ) -> Result<Upload, Failure> {
        whole_blobs::push(self, repository, digest, bytes, leave).await
    }

    async fn finish_upload(
        &self,
        session: &mut UploadSession,
        digest: &Digest,
        length: u64,
        body: UploadBody,
    ) -> Result<(), Failure> {
        uploads::finish(self, session, digest, length, body).await
    }

    async fn append_upload(
        &self,
        session: &mut UploadSession,
        length: u64,
        body: UploadBody,
    ) -> Result<(), Failure> {
        uploads::append(self, session, length, body).await
    }

    async fn upload_offset(&self, session: &mut UploadSession) -> Result<Option<u64>, Failure> {
        uploads::offset(self, session).await
    }

    async fn cancel_upload(&self, session: &UploadSession) -> Result<(), Failure> {
        uploads::cancel(self, session).await
    }
}
