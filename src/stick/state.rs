//! What is on a stick, and what of it is whole.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

use crate::model::{Child, Descriptor, Digest, Text};

use super::contents::Look;
use super::fault::{StickError, other_bytes};
use super::layout::{self, Entry, Held, List};
use super::section::name_of;
use super::store::Store;

/// What is on it.
#[derive(Default)]
pub(super) struct State {
    pub(super) entries: Vec<Entry>,
    /// Where the images that are whole are among them, by name.
    pub(super) images: HashMap<String, usize>,
    /// The manifests that are whole.
    pub(super) whole: HashSet<Digest>,
    /// Blobs that are there and are not what they should be.
    pub(super) wrong: HashSet<Digest>,
    /// How many bytes blobs should have, as far as a source said so.
    pub(super) sizes: HashMap<Digest, u64>,
    pub(super) referrers: HashMap<Digest, Vec<Child>>,
    pub(super) list: List,
    /// What goes with the list.
    pub(super) beside: Vec<Descriptor>,
    /// The list as it stands on the disk, and its manifest.
    pub(super) old: Vec<Digest>,
    pub(super) is_changed: bool,
    /// Whether the list cannot be read, and is made anew.
    pub(super) is_list_lost: bool,
}

impl State {
    /// Takes what an index says that was there before: what is not whole is as good as absent. Returns what is not there
    /// since the target has it.
    pub(super) fn take(
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

    pub(super) fn find_images(&mut self) {
        let named = self.entries.iter().enumerate();
        let named = named.filter(|(_, entry)| self.whole.contains(&entry.descriptor.digest));
        self.images = named
            .filter_map(|(place, entry)| Some((entry.name.clone()?, place)))
            .collect();
    }

    /// Puts an image in the place of what had its name.
    pub(super) fn put(&mut self, entry: Entry) {
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
    pub(super) fn refer(&mut self, subject: Digest, child: Child) {
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
