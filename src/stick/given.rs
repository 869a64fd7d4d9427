//! Sticks in the sources' place: what they say is what the sources said, and what they do not carry is an error that says
//! so.

use std::collections::{BTreeSet, HashMap};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use crate::model::{
    Attempt, Child, Descriptor, Digest, Failure, Fault, RawManifest, Reference, Repository,
    StickFault, Text,
};
use crate::plan::is_referrer_tag;
use crate::registry::BlobStream;
use bytes::Bytes;

use super::failures::{broken, unreadable};
use super::fault::{StickError, other_bytes, reason};
use super::layout::{self, Entry, List};
use super::section::{Found, blocking, name_of};
use super::state::read_list;
use super::store::Store;
use super::stream::follow;

/// Sticks in the sources' place.
pub struct Given {
    sticks: Vec<Stick>,
    checked: Mutex<Checked>,
}

/// What the check before a run has found out.
#[derive(Default)]
struct Checked {
    /// Which stick has a blob as it should be; none where no stick has.
    carriers: HashMap<Digest, Option<usize>>,
    /// In which repositories the target may have a blob that it was said to have.
    holders: HashMap<Digest, Vec<String>>,
}

struct Stick {
    shown: Arc<str>,
    store: Store,
    entries: Vec<Entry>,
    list: List,
}

impl Given {
    /// Reads what sticks say of themselves.
    ///
    /// # Errors
    ///
    /// One of them is none, or is broken; the first is named.
    pub fn open(folders: &[(PathBuf, String)]) -> Result<Self, (String, StickError)> {
        let open = |(folder, shown): &(PathBuf, String)| {
            Stick::open(folder, shown).map_err(|why| (shown.clone(), why))
        };
        let sticks = folders.iter().map(open).collect::<Result<_, _>>()?;
        Ok(Self {
            sticks,
            checked: Mutex::default(),
        })
    }

    fn checked(&self) -> MutexGuard<'_, Checked> {
        self.checked.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Notes which stick has a blob as it should be.
    pub(super) fn set_carrier(&self, digest: &Digest, carrier: Option<usize>) {
        self.checked().carriers.insert(digest.clone(), carrier);
    }

    /// Notes in which repositories the target may have a blob.
    pub(super) fn set_holders(&self, digest: &Digest, holders: Vec<String>) {
        self.checked().holders.insert(digest.clone(), holders);
    }

    /// Returns the folders, and what each is called.
    pub(super) fn stores(&self) -> impl Iterator<Item = (&Store, &str)> {
        self.sticks
            .iter()
            .map(|stick| (&stick.store, &*stick.shown))
    }

    /// Tells whether a blob is on one of them; whatever it is worth, where that was not checked.
    pub(super) fn carries(&self, digest: &Digest) -> bool {
        if let Some(carrier) = self.checked().carriers.get(digest) {
            return carrier.is_some();
        }
        self.stores().any(|(store, _)| store.size(digest).is_some())
    }

    /// Returns in which repositories the target was said to have a blob, without those where the check found that it has
    /// not; none where nothing was said.
    pub(super) fn held(&self, digest: &Digest) -> Option<Vec<String>> {
        if let Some(holders) = self.checked().holders.get(digest) {
            return Some(holders.clone());
        }
        let held = self.sticks.iter().map(|stick| &stick.list.held);
        let mut found = held.filter_map(|held| held.get(digest)).peekable();
        found.peek()?;
        let mut names: Vec<String> = vec![];
        for name in found.flat_map(|held| &held.repositories) {
            if !names.contains(name) {
                names.push(name.clone());
            }
        }
        Some(names)
    }

    /// Tells whether they leave out what the target was said to have.
    pub fn leaves_out(&self) -> bool {
        let mut sticks = self.sticks.iter();
        sticks.any(|stick| !stick.list.held.is_empty())
    }

    fn names(&self) -> Arc<str> {
        let names: Vec<_> = self.sticks.iter().map(|stick| &*stick.shown).collect();
        names.join(", ").into()
    }

    /// Says that none of them has something.
    fn lacks(&self) -> Fault {
        let stick = self.names();
        Fault::Stick(StickFault::Lacks { stick })
    }

    pub(super) async fn head(&self, reference: &Reference) -> Result<Option<Descriptor>, Failure> {
        if reference.digest().is_some() {
            let manifest = self.manifest(reference).await?;
            return Ok(manifest.map(|manifest| manifest.descriptor));
        }
        self.head_by_tag(reference)
    }

    pub(super) async fn manifest(
        &self,
        reference: &Reference,
    ) -> Result<Option<RawManifest>, Failure> {
        let digest = match reference.digest() {
            Some(digest) => digest.clone(),
            None => match self.head_by_tag(reference)? {
                Some(found) => found.digest,
                None => return Ok(None),
            },
        };
        let bytes = self.small(reference.repository(), &digest).await?;
        let bytes = bytes.ok_or_else(|| Failure::of_image(reference, self.lacks()))?;
        let manifest = layout::manifest(&digest, bytes);
        let no_manifest = || broken(reference, &digest, text!("it is no manifest", "它不是清单"));
        manifest.ok_or_else(no_manifest).map(Some)
    }

    fn head_by_tag(&self, reference: &Reference) -> Result<Option<Descriptor>, Failure> {
        match self.sticks.iter().find_map(|stick| stick.tag(reference)) {
            Some(found) => Ok(Some(found)),
            None if reference.tag().is_some_and(is_referrer_tag) => Ok(None),
            None => Err(Failure::of_image(reference, self.lacks())),
        }
    }

    pub(super) async fn blob(
        &self,
        repository: &Repository,
        blob: &Descriptor,
    ) -> Result<Option<Bytes>, Failure> {
        let found = self.small(repository, &blob.digest).await?;
        Ok(found.map(Bytes::from))
    }

    /// Reads something small, which is checked, from the first stick that has it as it should be.
    async fn small(
        &self,
        repository: &Repository,
        digest: &Digest,
    ) -> Result<Option<Vec<u8>>, Failure> {
        let mut fault = None;
        for stick in &self.sticks {
            let (store, wanted) = (stick.store.clone(), digest.clone());
            let why = match blocking(move || store.read(&wanted)).await {
                Ok(None) => continue,
                Ok(Some(bytes)) if digest.matches(&bytes) => return Ok(Some(bytes)),
                Ok(Some(bytes)) => other_bytes(&Digest::of(digest.algorithm(), &bytes)),
                Err(why) => reason(&why),
            };
            let reference = Reference::digested(repository.clone(), digest.clone());
            fault.get_or_insert_with(|| broken(&reference, digest, why));
        }
        fault.map_or(Ok(None), Err)
    }

    /// Opens a blob, on the stick that has it as it should be where that was checked; none where no stick carries it.
    pub(super) async fn open_blob(
        &self,
        repository: &Repository,
        blob: &Descriptor,
        offset: u64,
    ) -> Result<Option<BlobStream>, Failure> {
        let checked = self.checked().carriers.get(&blob.digest).copied();
        let sticks = match checked {
            Some(Some(carrier)) => self.sticks.get(carrier..=carrier).unwrap_or_default(),
            Some(None) => &[],
            None => &self.sticks,
        };
        for stick in sticks {
            let (store, digest) = (stick.store.clone(), blob.digest.clone());
            let opened = blocking(move || store.open(&digest, offset)).await;
            let file = || format!("{}/{}", stick.shown, name_of(&blob.digest));
            let opened = opened.map_err(|why| unreadable(repository, blob, file(), &why))?;
            if let Some(section) = opened {
                return Ok(Some(follow(section, repository, blob, offset, file())));
            }
        }
        Ok(None)
    }

    /// Says that no stick carries a blob.
    pub(super) fn lacks_blob(&self, repository: &Repository, blob: &Digest) -> Failure {
        let attempt = Attempt::Blob(repository.clone(), blob.clone());
        Failure::new(&repository.registry, attempt, self.lacks())
    }

    pub(super) fn tags(&self, repository: &Repository) -> Option<Vec<String>> {
        let listed = self
            .sticks
            .iter()
            .filter_map(|stick| stick.list.tags(repository));
        let listed: BTreeSet<_> = listed
            .flatten()
            .filter(|tag| !is_referrer_tag(tag))
            .collect();
        (!listed.is_empty()).then(|| listed.into_iter().collect())
    }

    pub(super) fn referrers(
        &self,
        repository: &Repository,
        subject: &Digest,
    ) -> Option<Vec<Child>> {
        let mut listed = self.sticks.iter();
        listed.find_map(|stick| stick.list.referrers(repository, subject))
    }
}

impl Stick {
    fn open(folder: &Path, shown: &str) -> Result<Self, StickError> {
        let store = Store::at(folder, None)?;
        if store.look_whole()? == Found::Nothing {
            return Err(StickError::Missing);
        }
        let text = store.index()?.ok_or(StickError::Unfinished)?;
        let entries = layout::read_index(&text).map_err(|why| StickError::Malformed {
            file: "index.json".to_owned(),
            why: Text::verbatim(why),
        })?;
        let list = match entries.iter().find(|entry| entry.is_list()) {
            Some(entry) => read_list(&entry.descriptor, &store)?.0,
            None => List::default(),
        };
        let shown = shown.into();
        Ok(Self {
            shown,
            store,
            entries,
            list,
        })
    }

    /// Returns what a tag of a source points to; what another tool has named like the source counts as well.
    fn tag(&self, reference: &Reference) -> Option<Descriptor> {
        let listed = self.list.tag(reference.repository(), reference.tag()?);
        listed.or_else(|| {
            let is_it = |entry: &&Entry| {
                let name = entry.name.as_deref();
                name.is_some_and(|name| layout::is_called(name, reference))
            };
            Some(self.entries.iter().find(is_it)?.descriptor.clone())
        })
    }
}
