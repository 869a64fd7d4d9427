//! The end of a run onto a stick: what sources said is written down, and the index.

use std::collections::HashSet;
use std::sync::PoisonError;
use std::sync::atomic::Ordering::Relaxed;

use bytes::Bytes;

use crate::model::{
    Attempt, Descriptor, Digest, Failure, Fault, Operation, Reference, Repository, RequestKind,
    StickFault, Text,
};
use crate::plan::{Outcome, Report, is_referrer_tag};
use crate::registry::ReadRegistry;

use super::answers::{Noted, Read};
use super::failures::{told, unwritable};
use super::filling::Filling;
use super::layout::{self, Entry, List};
use super::section::blocking;

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
        put.map_err(|(file, why)| unwritable(&reference, file, why))?;
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
