//! A stick in the target's place: it takes what a registry would take. Its index is written when all is done, so that
//! what breaks off leaves the old one.

use std::collections::{BTreeMap, BTreeSet};
use std::io::ErrorKind;
use std::path::Path;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use bytes::Bytes;
use tokio::sync::OnceCell;
use url::Url;

use crate::model::{
    Algorithm, Attempt, Child, Descriptor, Digest, Failure, Fault, Manifest, Operation,
    RawManifest, Reference, Repository, RequestKind, StickFault, Text,
};
use crate::registry::{BlobStream, Pushed, Upload, UploadBody, UploadSession};

use super::answers::Answers;
use super::failures::{broken, stopped, told, unreadable, unwritable};
use super::fault::{StickError, other_bytes, reason};
use super::folder::Folder;
use super::layout::{self, Entry, Held};
use super::section::{Found, Lock, blocking, name_of};
use super::state::State;
use super::store::{Stamp, Store};
use super::stream::follow;
use super::uploads::Uploads;

/// A stick in the target's place.
pub struct Filling {
    pub(super) store: Store,
    /// What the target is called.
    pub(super) target: String,
    /// What the target holds by what this run was told, and the stick need not.
    pub(super) held: BTreeMap<Digest, Held>,
    /// What of it was asked for.
    pub(super) left_out: Mutex<BTreeSet<Digest>>,
    pub(super) uploads: Uploads,
    pub(super) state: Mutex<State>,
    /// What was there, and what of it is locked since the first byte was written.
    pub(super) seen: Option<Stamp>,
    pub(super) begun: OnceCell<Lock>,
    pub(super) written: AtomicU64,
    pub(super) answers: Answers,
}

impl Filling {
    /// Looks at what is to be a stick of `target`, or is one; a tar is to have parts that stay below `split` bytes. What the
    /// target has by `held` it leaves out: blobs by repository, without its host. Nothing is written.
    ///
    /// # Errors
    ///
    /// There is something else, or a stick that leaves out what another target has.
    pub fn open(
        path: &Path,
        split: Option<u64>,
        target: &str,
        held: impl IntoIterator<Item = (Digest, u64, String)>,
    ) -> Result<Self, StickError> {
        let store = Store::at(path, split)?;
        let mut state = State::default();
        let held = by_digest(held);
        let mut left_out = BTreeSet::new();
        let found = store.look_to_write()?;
        if found == Found::Layout {
            store.require_free()?;
        }
        let seen = store.stamp()?;
        if found == Found::Layout
            && let Some(text) = store.index()?
        {
            let entries = layout::read_index(&text).map_err(|why| StickError::Malformed {
                file: "index.json".to_owned(),
                why: Text::verbatim(why),
            })?;
            left_out = state.take(entries, &store, &held)?;
            let others = &state.list.target;
            if !others.is_empty() && others != target {
                return Err(StickError::OtherTarget(others.clone()));
            }
        }
        Ok(Self {
            target: target.to_owned(),
            held,
            left_out: Mutex::new(left_out),
            seen: Some(seen),
            ..Self::of(store, state)
        })
    }

    /// Makes one that holds nothing, and is nowhere.
    pub fn nowhere() -> Self {
        Self::of(Store::Folder(Folder::at(Path::new(""))), State::default())
    }

    fn of(store: Store, state: State) -> Self {
        Self {
            store,
            target: String::new(),
            left_out: Mutex::default(),
            held: BTreeMap::new(),
            uploads: Uploads::default(),
            state: Mutex::new(state),
            seen: None,
            begun: OnceCell::new(),
            written: AtomicU64::new(0),
            answers: Answers::default(),
        }
    }

    pub(super) fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Makes the folders or the file, before the first byte is written.
    async fn begin(&self) -> Result<(), StickError> {
        let begin = async || self.store.begin(self.seen.as_ref()).await;
        self.begun.get_or_try_init(begin).await.map(drop)
    }

    /// Returns what a reference points to, if all of that is there.
    fn find(&self, reference: &Reference) -> Option<Digest> {
        let state = self.state();
        if let Some(digest) = reference.digest() {
            return state.whole.contains(digest).then(|| digest.clone());
        }
        let place = state.images.get(&reference.to_string())?;
        Some(state.entries[*place].descriptor.digest.clone())
    }

    pub(super) async fn manifest(
        &self,
        reference: &Reference,
    ) -> Result<Option<RawManifest>, Failure> {
        let Some(digest) = self.find(reference) else {
            return Ok(None);
        };
        let (store, wanted) = (self.store.clone(), digest.clone());
        let read = blocking(move || store.read(&wanted)).await;
        let bytes = read.map_err(|why| broken(reference, &digest, reason(&why)))?;
        let Some(bytes) = bytes else { return Ok(None) };
        if !digest.matches(&bytes) {
            let found = Digest::of(digest.algorithm(), &bytes);
            return Err(broken(reference, &digest, other_bytes(&found)));
        }
        Ok(layout::manifest(&digest, bytes))
    }

    /// Opens a blob that is there.
    pub(super) async fn stream(
        &self,
        repository: &Repository,
        blob: &Descriptor,
        offset: u64,
    ) -> Result<BlobStream, Failure> {
        let (store, digest) = (self.store.clone(), blob.digest.clone());
        let opened = blocking(move || store.open(&digest, offset)).await;
        let opened = opened.and_then(|found| found.ok_or_else(|| ErrorKind::NotFound.into()));
        let file = name_of(&blob.digest);
        match opened {
            Ok(section) => Ok(follow(section, repository, blob, offset, file)),
            Err(why) => Err(unreadable(repository, blob, file, &why)),
        }
    }

    /// Notes how many bytes the blobs have that a manifest names: only with so many they are there.
    pub(super) fn sized(&self, manifest: &RawManifest) {
        let Ok(Manifest::Image(image)) = Manifest::parse(manifest) else {
            return;
        };
        let layers = image.layers.into_iter().map(|layer| layer.descriptor);
        let blobs = layers.chain([image.config]);
        let sizes = blobs.map(|blob| (blob.digest, blob.size));
        self.state().sizes.extend(sizes);
    }

    pub(super) fn has_blob(&self, digest: &Digest) -> bool {
        if let Some(size) = self.store.size(digest) {
            let mut state = self.state();
            if state
                .sizes
                .get(digest)
                .is_some_and(|should| *should != size)
            {
                state.wrong.insert(digest.clone());
            }
            if !state.wrong.contains(digest) {
                return true;
            }
        }
        let is_held = self.held.contains_key(digest);
        if is_held {
            let mut left_out = self.left_out.lock().unwrap_or_else(PoisonError::into_inner);
            left_out.insert(digest.clone());
        }
        is_held
    }

    pub(super) fn tags(&self, repository: &Repository) -> Vec<String> {
        let begin = format!("{repository}:");
        let state = self.state();
        let names = state.images.keys();
        let mut tags: Vec<_> = names
            .filter_map(|name| name.strip_prefix(&begin).map(str::to_owned))
            .collect();
        tags.sort_unstable();
        tags
    }

    pub(super) fn referrers(&self, subject: &Digest) -> Vec<Child> {
        let state = self.state();
        state.referrers.get(subject).cloned().unwrap_or_default()
    }

    pub(super) async fn put_manifest(
        &self,
        reference: &Reference,
        manifest: &RawManifest,
    ) -> Result<Pushed, Failure> {
        let digest = &manifest.descriptor.digest;
        self.put(digest, &manifest.bytes)
            .await
            .map_err(|(file, why)| unwritable(reference, file, why))?;
        let mut state = self.state();
        state.whole.insert(digest.clone());
        state.wrong.remove(digest);
        if reference.digest().is_none() {
            let entry = Entry::named(&reference.to_string(), &manifest.descriptor);
            state.put(entry);
        }
        if let Some((subject, child)) = layout::subject(manifest) {
            state.refer(subject, child);
        }
        Ok(Pushed {
            lists_referrer: false,
        })
    }

    /// Writes something small.
    pub(super) async fn put(&self, digest: &Digest, bytes: &Bytes) -> Result<(), (String, Text)> {
        self.begin().await.map_err(told)?;
        let is_wrong = self.state().wrong.contains(digest);
        let put = if is_wrong {
            self.store.remove(digest);
            self.store.put_anew(digest, bytes).await
        } else {
            self.store.put(digest, bytes).await
        };
        let added = put.map_err(|why| (name_of(digest), reason(&why)))?;
        self.state().wrong.remove(digest);
        self.written.fetch_add(added, Relaxed);
        Ok(())
    }

    pub(super) async fn start_upload(
        &self,
        repository: &Repository,
        mounted: Option<&Digest>,
    ) -> Result<Upload, Failure> {
        let fail = |file, why| {
            let attempt = Attempt::Request(Operation::new(
                RequestKind::StartUpload,
                Text::verbatim(format!("`{}`", repository.name)),
            ));
            let fault = Fault::Stick(StickFault::Unwritable { file, why });
            Failure::new(&repository.registry, attempt, fault)
        };
        if mounted.is_some_and(|digest| self.has_blob(digest)) {
            return Ok(Upload::Done);
        }
        self.begin().await.map_err(|why| {
            let (file, why) = told(why);
            fail(file, why)
        })?;
        let number = self.uploads.begin();
        let location = Url::parse(&format!("stick:{number}"));
        let location = location.map_err(|why| {
            let why = Text::verbatim(why.to_string());
            fail(number.to_string(), why)
        })?;
        let session = UploadSession::off_the_wire(repository.clone(), location);
        Ok(Upload::Session(session))
    }

    pub(super) async fn append(
        &self,
        session: &UploadSession,
        body: UploadBody,
    ) -> Result<(), Failure> {
        let algorithm = Algorithm::Sha256;
        let added = self
            .uploads
            .add(number(session), &self.store, algorithm, body)
            .await;
        added.map_err(|why| stopped(session, None, why))
    }

    pub(super) async fn finish_upload(
        &self,
        session: &UploadSession,
        digest: &Digest,
        body: UploadBody,
    ) -> Result<(), Failure> {
        if self.has_blob(digest) {
            self.uploads.cancel(number(session));
            return Ok(());
        }
        let ended = self
            .uploads
            .end(number(session), &self.store, digest, body)
            .await;
        let added = ended.map_err(|why| stopped(session, Some(digest), why))?;
        self.written.fetch_add(added, Relaxed);
        self.state().wrong.remove(digest);
        Ok(())
    }

    pub(super) fn offset(&self, session: &UploadSession) -> u64 {
        self.uploads.length(number(session))
    }

    pub(super) fn cancel(&self, session: &UploadSession) {
        self.uploads.cancel(number(session));
    }
}

/// Puts together in which repositories each blob is.
fn by_digest(blobs: impl IntoIterator<Item = (Digest, u64, String)>) -> BTreeMap<Digest, Held> {
    let mut held = BTreeMap::new();
    for (digest, size, repository) in blobs {
        let Held { repositories, .. } = held.entry(digest).or_insert_with(|| Held {
            size,
            repositories: vec![],
        });
        if !repositories.contains(&repository) {
            repositories.push(repository);
        }
    }
    held
}

fn number(session: &UploadSession) -> u64 {
    session.location().path().parse().unwrap_or(u64::MAX)
}

/// Shares a stick between those that write to it.
pub(super) type Shared = Arc<Filling>;
