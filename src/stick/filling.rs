//! A stick in the target's place: it takes what a registry would take. Its index is written when all is done, so that
//! what breaks off leaves the old one.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
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
use crate::plan::{Outcome, Report, is_referrer_tag};
use crate::registry::{BlobStream, Pushed, ReadRegistry, Upload, UploadBody, UploadSession};

use super::answers::{Answers, Noted, Read};
use super::contents::Look;
use super::fault::{StickError, other_bytes, reason};
use super::folder::Folder;
use super::layout::{self, Entry, Held, List};
use super::section::blocking;
use super::section::{Found, Lock, name_of};
use super::store::{Stamp, Store};
use super::stream::{follow, unreadable};
use super::uploads::{Stopped, Uploads};

/// A stick in the target's place.
pub struct Filling {
    store: Store,
    /// What the target is called.
    target: String,
    /// What the target holds by what this run was told, and the stick need not.
    held: BTreeMap<Digest, Held>,
    /// What of it was asked for.
    left_out: Mutex<BTreeSet<Digest>>,
    uploads: Uploads,
    state: Mutex<State>,
    /// What was there, and what of it is locked since the first byte was written.
    seen: Option<Stamp>,
    begun: OnceCell<Lock>,
    written: AtomicU64,
    pub(super) answers: Answers,
}

/// What is on it.
#[derive(Default)]
struct State {
    entries: Vec<Entry>,
    /// Where the images that are whole are among them, by name.
    images: HashMap<String, usize>,
    /// The manifests that are whole.
    whole: HashSet<Digest>,
    /// Blobs that are there and are not what they should be.
    wrong: HashSet<Digest>,
    /// How many bytes blobs should have, as far as a source said so.
    sizes: HashMap<Digest, u64>,
    referrers: HashMap<Digest, Vec<Child>>,
    list: List,
    /// What goes with the list.
    beside: Vec<Descriptor>,
    /// The list as it stands on the disk, and its manifest.
    old: Vec<Digest>,
    is_changed: bool,
    /// Whether the list cannot be read, and is made anew.
    is_list_lost: bool,
}

/// What was written onto a stick.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Written {
    /// How many images it holds.
    pub images: usize,
    /// How many bytes all blobs on it have.
    pub bytes: u64,
    /// How many bytes this run has added.
    pub added: u64,
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

    fn state(&self) -> MutexGuard<'_, State> {
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
            .map_err(|(file, why)| unwritable(attempt(reference), reference, file, why))?;
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
    async fn put(&self, digest: &Digest, bytes: &Bytes) -> Result<(), (String, Text)> {
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

    /// Writes down what sources said, and the index: from then on the stick holds what these reports tell. Where a source
    /// fails, all else is written nevertheless.
    ///
    /// # Errors
    ///
    /// A source no longer has what it said, or the disk says no.
    pub async fn finish<R: ReadRegistry>(
        &self,
        reports: &[Report],
        sources: &R,
    ) -> Result<Written, Failure> {
        let Noted {
            tags,
            read,
            referrers,
        } = std::mem::take(&mut *self.answers.noted());
        let mut list = self.state().list.clone();
        for (reference, found) in &tags {
            // What signs an image is found by such a name, whether it follows or not.
            if let Some(tag) = reference.tag().filter(|tag| is_referrer_tag(tag)) {
                list.set_tag(reference.repository(), tag, found);
            }
        }
        for report in reports {
            for (change, outcome) in report.plan.changes.iter().zip(&report.outcomes) {
                let found = match (outcome, change.action.copy()) {
                    (Outcome::Done(_), Some(copy)) => Some(&copy.source),
                    (Outcome::Unchanged, _) => tags.get(&change.source),
                    _ => None,
                };
                if let (Some(found), Some(tag)) = (found, change.source.tag()) {
                    list.set_tag(change.source.repository(), tag, found);
                }
            }
        }
        for ((repository, subject), listed) in &referrers {
            list.set_referrers(repository, subject, listed);
        }
        {
            let left_out = self.left_out.lock().unwrap_or_else(PoisonError::into_inner);
            let held = self.held.iter();
            let held = held.filter(|(digest, _)| left_out.contains(*digest));
            list.held = held
                .map(|(digest, held)| (digest.clone(), held.clone()))
                .collect();
            // Only what is left out ties a stick to a target.
            list.target = if list.held.is_empty() {
                String::new()
            } else {
                self.target.clone()
            };
        }
        let unsettled = unsettled(reports);
        let mut failed = None;
        for (digest, read) in read {
            if unsettled.contains(&read.repository) {
                continue;
            }
            let repository = read.repository.clone();
            if let Err(why) = self.go_along(digest.clone(), read, sources).await {
                // The other side would ask for what is not there.
                list.forget(&repository, &digest);
                failed.get_or_insert(why);
            }
        }
        let written = self.write_list(list).await.map_err(|(file, why)| {
            let host = reports.first().map(|report| &report.plan.target.registry);
            let host = host.cloned().unwrap_or_default();
            let operation = Operation::new(RequestKind::PutManifest, Text::verbatim("index.json"));
            let fault = Fault::Stick(StickFault::Unwritable { file, why });
            Failure::new(host, Attempt::Request(operation), fault)
        })?;
        failed.map_or(Ok(written), Err)
    }

    /// Lets something small go along that a source gave.
    async fn go_along<R: ReadRegistry>(
        &self,
        digest: Digest,
        read: Read,
        sources: &R,
    ) -> Result<(), Failure> {
        let Read {
            repository,
            descriptor,
            is_manifest,
        } = read;
        {
            let state = self.state();
            let is_noted = |one: &Descriptor| one.digest == digest;
            if state.whole.contains(&digest) || state.beside.iter().any(is_noted) {
                return Ok(());
            }
            let is_there = self.store.size(&digest) == Some(descriptor.size);
            if !is_manifest && is_there && !state.wrong.contains(&digest) {
                return Ok(());
            }
        }
        let reference = Reference::digested(repository.clone(), digest.clone());
        let bytes = if is_manifest {
            let manifest = sources.get_manifest(&reference).await?;
            manifest.map(|manifest| manifest.bytes)
        } else {
            sources.get_blob(&repository, &descriptor).await?
        };
        let Some(bytes) = bytes else { return Ok(()) };
        let put = self.put(&digest, &bytes).await;
        put.map_err(|(file, why)| unwritable(attempt(&reference), &reference, file, why))?;
        let mut state = self.state();
        state.beside.push(descriptor);
        state.is_changed = true;
        Ok(())
    }

    /// Writes the list and the index, if they say something else than those that are there.
    async fn write_list(&self, list: List) -> Result<Written, (String, Text)> {
        let is_other = {
            let state = self.state();
            state.is_changed || state.list != list || !self.store.is_ended()
        };
        if is_other {
            let text = Bytes::from(list.text());
            let described = layout::described(layout::LIST, &text);
            let manifest = layout::list_manifest(&described, &self.state().beside);
            let empty = Bytes::from_static(layout::EMPTY);
            let names = [&described.digest, &manifest.descriptor.digest];
            if self.state().is_list_lost {
                // What was in their place is not what it should be, or is not there.
                self.state().wrong.extend(names.map(Clone::clone));
            }
            self.put(&Digest::sha256(&empty), &empty).await?;
            self.put(&described.digest, &text).await?;
            self.put(&manifest.descriptor.digest, &manifest.bytes)
                .await?;
            let (index, old) = {
                let mut state = self.state();
                state.entries.retain(|entry| !entry.is_list());
                let entry = Entry::unnamed(&manifest.descriptor, Some(layout::LIST));
                state.entries.push(entry);
                // The same images give the same bytes, in whatever order they came.
                state.entries.sort_by_cached_key(|entry| {
                    let digest = entry.descriptor.digest.clone();
                    (entry.name.is_none(), entry.name.clone(), digest)
                });
                let new = vec![described.digest, manifest.descriptor.digest];
                let mut old = std::mem::replace(&mut state.old, new.clone());
                old.retain(|digest| !new.contains(digest));
                state.list = list;
                (state.is_changed, state.is_list_lost) = (false, false);
                state.find_images();
                (layout::index(&state.entries), old)
            };
            self.store.write_index(index).await.map_err(told)?;
            for digest in &old {
                self.store.remove(digest);
            }
        }
        let store = self.store.clone();
        let bytes = blocking(move || Ok(store.bytes())).await;
        Ok(Written {
            images: self.state().images.len(),
            bytes: bytes.unwrap_or_default(),
            added: self.written.load(Relaxed),
        })
    }
}

impl State {
    /// Takes what an index says that was there before: what is not whole is as good as absent. Returns what is not there
    /// since the target has it.
    fn take(
        &mut self,
        entries: Vec<Entry>,
        store: &Store,
        held: &BTreeMap<Digest, Held>,
    ) -> Result<BTreeSet<Digest>, StickError> {
        for entry in entries.iter().filter(|entry| entry.is_list()) {
            match read_list(&entry.descriptor, store) {
                Ok(read) => (self.list, self.beside, self.old) = read,
                Err(why @ (StickError::Broken { .. } | StickError::Malformed { .. })) => {
                    tracing::debug!(%why, "the list of the stick is lost");
                    self.is_list_lost = true;
                    self.is_changed = true;
                }
                Err(why) => return Err(why),
            }
        }
        let mut look = Look::at(store, held);
        let mut broken = HashSet::new();
        for entry in entries.iter().filter(|entry| !entry.is_list()) {
            if let Err(why) = look.image(&entry.descriptor) {
                tracing::debug!(name = entry.name, %why, "an image of the stick is not whole");
                broken.insert(entry.descriptor.digest.clone());
            }
        }
        (self.whole, self.wrong) = (look.whole, look.wrong);
        self.look_beside(store);
        for entry in &entries {
            let digest = &entry.descriptor.digest;
            if entry.name.is_none() && self.whole.contains(digest) && !entry.is_list() {
                let read = store.read(digest).ok().flatten();
                let manifest = read.and_then(|bytes| layout::manifest(digest, bytes));
                if let Some((subject, child)) = manifest.as_ref().and_then(layout::subject) {
                    self.referrers.entry(subject).or_default().push(child);
                }
            }
        }
        self.entries = entries;
        self.find_images();
        Ok(look.left_out)
    }

    /// Forgets what goes with the list and is lost, or is not what it should be: the run that wants it writes it anew.
    fn look_beside(&mut self, store: &Store) {
        let (whole, lost): (Vec<_>, Vec<_>) = self.beside.drain(..).partition(|one| {
            let read = store.read(&one.digest).ok().flatten();
            read.is_some_and(|bytes| one.digest.matches(&bytes))
        });
        self.beside = whole;
        self.is_changed |= !lost.is_empty();
        self.wrong.extend(lost.into_iter().map(|one| one.digest));
    }

    fn find_images(&mut self) {
        let named = self.entries.iter().enumerate();
        let named = named.filter(|(_, entry)| self.whole.contains(&entry.descriptor.digest));
        self.images = named
            .filter_map(|(place, entry)| Some((entry.name.clone()?, place)))
            .collect();
    }

    /// Puts an image in the place of what had its name.
    fn put(&mut self, entry: Entry) {
        let Some(name) = entry.name.clone() else {
            return;
        };
        let is_same = |one: &Entry| one.name.as_ref() == Some(&name);
        let place = match self.images.get(&name) {
            Some(place) => Some(*place),
            None => self.entries.iter().position(is_same),
        };
        let place = place.unwrap_or(self.entries.len());
        if self.entries.get(place) == Some(&entry) {
            self.images.insert(name, place);
            return;
        }
        if place < self.entries.len() {
            self.entries[place] = entry;
        } else {
            self.entries.push(entry);
        }
        self.images.insert(name, place);
        self.is_changed = true;
    }

    /// Notes what names a subject.
    fn refer(&mut self, subject: Digest, child: Child) {
        let listed = self.referrers.entry(subject).or_default();
        let is_same = |one: &Child| one.descriptor.digest == child.descriptor.digest;
        if listed.iter().any(is_same) {
            return;
        }
        let entry = Entry::unnamed(&child.descriptor, child.artifact_type.as_deref());
        listed.push(child);
        self.entries.push(entry);
        self.is_changed = true;
    }
}

/// Returns the sources of which nothing was copied, or is there: what was read of them has no use.
fn unsettled(reports: &[Report]) -> HashSet<Repository> {
    let (mut settled, mut all) = (HashSet::new(), HashSet::new());
    for report in reports {
        for (change, outcome) in report.plan.changes.iter().zip(&report.outcomes) {
            let repository = change.source.repository();
            if matches!(outcome, Outcome::Done(_) | Outcome::Unchanged) {
                settled.insert(repository.clone());
            }
            all.insert(repository.clone());
        }
    }
    all.retain(|repository| !settled.contains(repository));
    all
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

/// Reads the list, what goes with it, and what both are called.
pub(super) fn read_list(
    manifest: &Descriptor,
    store: &Store,
) -> Result<(List, Vec<Descriptor>, Vec<Digest>), StickError> {
    let read = |digest: &Digest, is_list: bool| {
        let read = if is_list {
            store.read_list(digest)
        } else {
            store.read(digest)
        };
        let bytes = read.map_err(|why| StickError::disk(name_of(digest), why))?;
        let bytes = bytes.ok_or_else(|| StickError::Broken {
            file: name_of(digest),
            why: text!("it is not there", "不在里面"),
        })?;
        if !digest.matches(&bytes) {
            return Err(StickError::Broken {
                file: name_of(digest),
                why: other_bytes(&Digest::of(digest.algorithm(), &bytes)),
            });
        }
        Ok(bytes)
    };
    let malformed = |digest: &Digest, why: String| StickError::Malformed {
        file: name_of(digest),
        why: Text::verbatim(why),
    };
    let bytes = read(&manifest.digest, true)?;
    let mut layers = layout::layers(&bytes).map_err(|why| malformed(&manifest.digest, why))?;
    if layers.is_empty() {
        let why = text!("it names no list", "没有写明附带的内容");
        let file = name_of(&manifest.digest);
        return Err(StickError::Malformed { file, why });
    }
    let list = layers.remove(0);
    let text = read(&list.digest, true)?;
    let read = List::read(&text).map_err(|why| malformed(&list.digest, why))?;
    Ok((read, layers, vec![list.digest, manifest.digest.clone()]))
}

fn number(session: &UploadSession) -> u64 {
    session.location().path().parse().unwrap_or(u64::MAX)
}

fn told(why: StickError) -> (String, Text) {
    match why {
        StickError::Disk { file, why } => (file, reason(&why)),
        StickError::Busy(ref stick) | StickError::Changed(ref stick) => {
            (stick.clone(), Text::of(|| why.to_string()))
        }
        other => ("oci-layout".to_owned(), Text::of(|| other.to_string())),
    }
}

fn attempt(reference: &Reference) -> Attempt {
    Attempt::Image(reference.clone())
}

fn unwritable(attempt: Attempt, reference: &Reference, file: String, why: Text) -> Failure {
    let fault = Fault::Stick(StickFault::Unwritable { file, why });
    Failure::new(reference.registry(), attempt, fault)
}

/// Says that a file of a stick cannot be used.
pub(super) fn broken(reference: &Reference, digest: &Digest, why: Text) -> Failure {
    let file = name_of(digest);
    Failure::of_image(reference, Fault::Stick(StickFault::Broken { file, why }))
}

/// Says why a blob did not get onto the stick.
fn stopped(session: &UploadSession, digest: Option<&Digest>, why: Stopped) -> Failure {
    let repository = session.repository();
    let name = digest.map_or_else(|| repository.name.clone(), Digest::short);
    let operation = Operation::new(
        RequestKind::FinishUpload,
        Text::verbatim(format!("`{name}`")),
    );
    let file = digest.map_or_else(|| "blobs".to_owned(), name_of);
    let fault = match why {
        Stopped::Source => Fault::CutShort,
        Stopped::Disk(why) => Fault::Stick(StickFault::Unwritable {
            file,
            why: reason(&why),
        }),
        Stopped::Pieces => Fault::Stick(StickFault::Unwritable {
            file,
            why: text!("it takes no pieces", "不能分段写"),
        }),
        Stopped::Other(found) => Fault::Damaged(other_bytes(&found)),
    };
    Failure::new(&repository.registry, Attempt::Request(operation), fault)
}

/// Shares a stick between those that write to it.
pub(super) type Shared = Arc<Filling>;
