//! The registries of a run, with a stick for one side: what is asked of that side goes to the stick, everything else over
//! the network.

use std::collections::HashSet;
use std::sync::Arc;

use bytes::Bytes;

use crate::model::{Child, Descriptor, Digest, Failure, Fault, RawManifest, Reference, Repository};
use crate::registry::{
    BlobStream, Client, Deletion, Givers, Mount, Pushed, ReadRegistry, RetryCount, Upload,
    UploadBody, UploadSession, WholeBlobLeave, WriteRegistry,
};

use super::filling::{Filling, Shared};
use super::given::Given;

/// The registries of a run; a clone is the same.
#[derive(Clone)]
pub struct Ends {
    client: Client,
    stick: Option<Stick>,
    /// The repositories of the target: all others are sources.
    targets: Arc<HashSet<Repository>>,
}

/// A stick, and whose place it has.
#[derive(Clone)]
enum Stick {
    Target(Shared),
    Sources(Arc<Given>),
}

/// Who answers for a repository.
enum Side<'a> {
    Network,
    Filling(&'a Filling),
    Given(&'a Given),
}

impl Ends {
    /// Asks registries alone.
    pub fn network(client: Client) -> Self {
        Self {
            client,
            stick: None,
            targets: Arc::default(),
        }
    }

    /// Lets a stick take what goes to these repositories of the target.
    pub fn into_stick(
        client: Client,
        stick: Arc<Filling>,
        targets: impl IntoIterator<Item = Repository>,
    ) -> Self {
        Self {
            client,
            stick: Some(Stick::Target(stick)),
            targets: Arc::new(targets.into_iter().collect()),
        }
    }

    /// Lets sticks give everything that does not come from these repositories of the target.
    pub fn from_sticks(
        client: Client,
        sticks: Arc<Given>,
        targets: impl IntoIterator<Item = Repository>,
    ) -> Self {
        Self {
            client,
            stick: Some(Stick::Sources(sticks)),
            targets: Arc::new(targets.into_iter().collect()),
        }
    }

    /// Returns the client.
    pub fn client(&self) -> &Client {
        &self.client
    }

    /// Returns the stick in the target's place, if there is one.
    pub fn filling(&self) -> Option<&Filling> {
        match &self.stick {
            Some(Stick::Target(stick)) => Some(stick),
            _ => None,
        }
    }

    /// Returns the sticks in the sources' place, if there are some.
    pub fn given(&self) -> Option<&Given> {
        match &self.stick {
            Some(Stick::Sources(sticks)) => Some(sticks),
            _ => None,
        }
    }

    /// Tells whether an image is had without a pull of its registry: a stick or a mirror gives it.
    pub fn has_without_pull(&self, repository: &Repository, digest: &Digest) -> bool {
        self.given().is_some() || self.client.is_mirrored(repository, digest)
    }

    /// Tells whether nothing is asked anew, as what an earlier run has found out is of the other side.
    pub fn has_stick(&self) -> bool {
        self.stick.is_some()
    }

    /// Returns the repositories of the target that were said to have a blob.
    fn beside<'s>(
        &'s self,
        sticks: &'s Given,
        digest: &Digest,
    ) -> impl Iterator<Item = Repository> + 's {
        let names = sticks.held(digest).unwrap_or_default();
        let registry = self.targets.iter().next();
        let registry = registry.map(|target| target.registry.clone());
        names.into_iter().filter_map(move |name| {
            let registry = registry.clone()?;
            Some(Repository { registry, name })
        })
    }

    fn side(&self, repository: &Repository) -> Side<'_> {
        match &self.stick {
            Some(Stick::Target(stick)) if self.targets.contains(repository) => Side::Filling(stick),
            Some(Stick::Sources(sticks)) if !self.targets.contains(repository) => {
                Side::Given(sticks)
            }
            _ => Side::Network,
        }
    }
}

impl ReadRegistry for Ends {
    async fn head_manifest(&self, reference: &Reference) -> Result<Option<Descriptor>, Failure> {
        match self.side(reference.repository()) {
            Side::Filling(stick) => {
                let found = stick.manifest(reference).await?;
                Ok(found.map(|manifest| manifest.descriptor))
            }
            Side::Given(sticks) => sticks.head(reference).await,
            Side::Network => {
                let found = self.client.head_manifest(reference).await?;
                if let (Some(stick), Some(found)) = (self.filling(), &found) {
                    stick.answers.pointed(reference, found);
                }
                Ok(found)
            }
        }
    }

    async fn get_manifest(&self, reference: &Reference) -> Result<Option<RawManifest>, Failure> {
        match self.side(reference.repository()) {
            Side::Filling(stick) => stick.manifest(reference).await,
            Side::Given(sticks) => sticks.manifest(reference).await,
            Side::Network => {
                let found = self.client.get_manifest(reference).await?;
                if let (Some(stick), Some(found)) = (self.filling(), &found) {
                    stick.sized(found);
                    stick.answers.pointed(reference, &found.descriptor);
                    let repository = reference.repository();
                    stick.answers.read(repository, &found.descriptor, true);
                }
                Ok(found)
            }
        }
    }

    async fn get_blob(
        &self,
        repository: &Repository,
        blob: &Descriptor,
    ) -> Result<Option<Bytes>, Failure> {
        match self.side(repository) {
            Side::Filling(_) => Ok(None),
            Side::Given(sticks) => sticks.blob(repository, blob).await,
            Side::Network => {
                let found = self.client.get_blob(repository, blob).await?;
                if let (Some(stick), Some(_)) = (self.filling(), &found) {
                    stick.answers.read(repository, blob, false);
                }
                Ok(found)
            }
        }
    }

    async fn open_blob(
        &self,
        repository: &Repository,
        blob: &Descriptor,
        offset: u64,
    ) -> Result<BlobStream, Failure> {
        match self.side(repository) {
            Side::Filling(stick) => stick.stream(repository, blob, offset).await,
            Side::Given(sticks) => {
                if let Some(stream) = sticks.open_blob(repository, blob, offset).await? {
                    return Ok(stream);
                }
                // Where the target does not mount, it gives what it has itself.
                let mut opened = Err(sticks.lacks_blob(repository, &blob.digest));
                for holder in self.beside(sticks, &blob.digest) {
                    opened = self.client.open_blob(&holder, blob, offset).await;
                    if opened.is_ok() {
                        break;
                    }
                }
                opened
            }
            Side::Network => self.client.open_blob(repository, blob, offset).await,
        }
    }

    fn disown(
        &self,
        repository: &Repository,
        blob: &Descriptor,
        from: &[Givers],
        fault: &Fault,
    ) -> bool {
        match self.side(repository) {
            Side::Network => self.client.disown(repository, blob, from, fault),
            Side::Filling(_) | Side::Given(_) => false,
        }
    }

    async fn has_blob(&self, repository: &Repository, digest: &Digest) -> bool {
        match self.side(repository) {
            Side::Filling(stick) => stick.has_blob(digest),
            Side::Given(_) => false,
            Side::Network => self.client.has_blob(repository, digest).await,
        }
    }

    fn known_beside(&self, repository: &Repository, digest: &Digest) -> Option<Repository> {
        let sticks = self.given()?;
        if sticks.carries(digest) {
            return None;
        }
        let mut holders = self.beside(sticks, digest);
        holders.find(|holder| holder != repository && holder.registry == repository.registry)
    }

    fn answers_at_once(&self, repository: &Repository) -> bool {
        matches!(self.side(repository), Side::Filling(_))
    }

    async fn knows_repository(&self, repository: &Repository) -> Result<bool, Failure> {
        match self.side(repository) {
            // All of a stick is one store: nothing has to be made for a repository.
            Side::Filling(_) => Ok(true),
            Side::Given(sticks) => Ok(sticks.tags(repository).is_some()),
            Side::Network => self.client.knows_repository(repository).await,
        }
    }

    async fn list_tags_within(
        &self,
        repository: &Repository,
        pages: usize,
    ) -> Result<Option<Vec<String>>, Failure> {
        match self.side(repository) {
            Side::Filling(stick) => Ok(Some(stick.tags(repository))),
            Side::Given(sticks) => Ok(sticks.tags(repository)),
            Side::Network => self.client.list_tags_within(repository, pages).await,
        }
    }

    async fn list_referrers(
        &self,
        repository: &Repository,
        digest: &Digest,
    ) -> Result<Option<Vec<Child>>, Failure> {
        match self.side(repository) {
            Side::Filling(stick) => Ok(Some(stick.referrers(digest))),
            Side::Given(sticks) => Ok(sticks.referrers(repository, digest)),
            Side::Network => {
                let listed = self.client.list_referrers(repository, digest).await?;
                if let (Some(stick), Some(listed)) = (self.filling(), &listed) {
                    stick.answers.listed(repository, digest, listed);
                }
                Ok(listed)
            }
        }
    }

    async fn hides_behind_login(&self, repository: &Repository) -> bool {
        match self.side(repository) {
            Side::Network => self.client.hides_behind_login(repository).await,
            Side::Filling(_) | Side::Given(_) => false,
        }
    }

    async fn rest(&self, breaks: usize) {
        self.client.rest(breaks).await;
    }

    fn count_retry(&self) {
        self.client.count_retry();
    }
}

impl WriteRegistry for Ends {
    fn counted(&self) -> (Self, RetryCount) {
        let (client, count) = self.client.counted();
        let counted = Self {
            client,
            ..self.clone()
        };
        (counted, count)
    }

    async fn put_manifest(
        &self,
        reference: &Reference,
        manifest: &RawManifest,
    ) -> Result<Pushed, Failure> {
        match self.side(reference.repository()) {
            Side::Filling(stick) => stick.put_manifest(reference, manifest).await,
            Side::Network | Side::Given(_) => self.client.put_manifest(reference, manifest).await,
        }
    }

    async fn delete_manifest(&self, reference: &Reference) -> Result<Deletion, Failure> {
        match self.side(reference.repository()) {
            Side::Filling(_) => Ok(Deletion::Unsupported),
            Side::Network | Side::Given(_) => self.client.delete_manifest(reference).await,
        }
    }

    async fn start_upload(
        &self,
        repository: &Repository,
        mount: Option<&Mount>,
    ) -> Result<Upload, Failure> {
        match self.side(repository) {
            Side::Filling(stick) => {
                stick
                    .start_upload(repository, mount.map(|mount| &mount.digest))
                    .await
            }
            Side::Network | Side::Given(_) => self.client.start_upload(repository, mount).await,
        }
    }

    fn whole_blob_leave(&self, repository: &Repository) -> Option<WholeBlobLeave> {
        match self.side(repository) {
            Side::Filling(_) => None,
            Side::Network | Side::Given(_) => self.client.whole_blob_leave(repository),
        }
    }

    async fn push_blob(
        &self,
        repository: &Repository,
        digest: &Digest,
        bytes: Bytes,
        leave: WholeBlobLeave,
    ) -> Result<Upload, Failure> {
        self.client
            .push_blob(repository, digest, bytes, leave)
            .await
    }

    async fn finish_upload(
        &self,
        session: &mut UploadSession,
        digest: &Digest,
        length: u64,
        body: UploadBody,
    ) -> Result<(), Failure> {
        match self.side(session.repository()) {
            Side::Filling(stick) => stick.finish_upload(session, digest, body).await,
            Side::Network | Side::Given(_) => {
                let client = &self.client;
                client.finish_upload(session, digest, length, body).await
            }
        }
    }

    async fn append_upload(
        &self,
        session: &mut UploadSession,
        length: u64,
        body: UploadBody,
    ) -> Result<(), Failure> {
        match self.side(session.repository()) {
            Side::Filling(stick) => stick.append(session, body).await,
            Side::Network | Side::Given(_) => {
                self.client.append_upload(session, length, body).await
            }
        }
    }

    async fn upload_offset(&self, session: &mut UploadSession) -> Result<Option<u64>, Failure> {
        match self.side(session.repository()) {
            Side::Filling(stick) => Ok(Some(stick.offset(session))),
            Side::Network | Side::Given(_) => self.client.upload_offset(session).await,
        }
    }

    async fn cancel_upload(&self, session: &UploadSession) -> Result<(), Failure> {
        match self.side(session.repository()) {
            Side::Filling(stick) => {
                stick.cancel(session);
                Ok(())
            }
            Side::Network | Side::Given(_) => self.client.cancel_upload(session).await,
        }
    }
}
