//! Looks for what names an image as its subject: the image itself, or one of its parts, or something
//! that does so in turn.

use std::collections::HashSet;
use std::sync::Arc;

use futures_util::StreamExt;

use crate::model::{
    Algorithm, Descriptor, Digest, Excess, Failure, Fault, MANIFEST_LIMIT, Reference, Repository,
    media_type,
};
use crate::plan::observed::{ObservedReferrer, ObservedReferrers, RefusedReferrers};
use crate::plan::{Absence, Content, Entry, Expected, Observation, Referrers, SourceImage};
use crate::registry::ReadRegistry;
use crate::tree::{self, Tree, Walker};

use super::attached::{Attached, Attachments, list_by_tag};
use super::observer::{Observer, holds, is_unreadable};

/// About how many manifests of one image is asked together.
const AT_ONCE: usize = 16;

/// Looks for what follows an image, if the entry wants that.
pub(super) async fn observe<R: ReadRegistry>(
    observer: &Observer<'_, R>,
    entry: &Entry,
    image: &SourceImage,
    target: &Observation<Descriptor>,
) -> ObservedReferrers {
    let mut answer = ObservedReferrers::default();
    let Ok(expected) = &image.expected else {
        return answer;
    };
    if entry.policy.referrers == Referrers::None {
        return answer;
    }
    answer.stay = matches!(expected.content, Content::Rewritten(_));
    let search = Search {
        observer,
        entry,
        target: observer.desired.target.repository(&entry.target),
    };
    match search.parts(expected, image, target).await {
        Ok(parts) => search.follow_all(parts, &mut answer).await,
        Err(why) => answer.unreadable = Some(why),
    }
    answer
}

/// What became of a referrer that was looked for.
enum Followed {
    /// It is one, and these are all its manifests.
    Found(Box<ObservedReferrer>, Vec<Digest>),
    /// The target would not take it, or would show it to nobody.
    Refused(Refusal),
    /// It says nothing of its subject, whatever lists it.
    Stranger,
}

/// Why a referrer stays at its source.
enum Refusal {
    NotAnImage,
    Index,
    Unlisted,
}

impl Refusal {
    /// Returns the count of those for which that is why.
    fn of(self, refused: &mut RefusedReferrers) -> &mut usize {
        match self {
            Self::NotAnImage => &mut refused.not_images,
            Self::Index => &mut refused.indexes,
            Self::Unlisted => &mut refused.unlisted,
        }
    }
}

struct Search<'a, R> {
    observer: &'a Observer<'a, R>,
    entry: &'a Entry,
    /// Where the image goes.
    target: Repository,
}

impl<R: ReadRegistry> Search<'_, R> {
    /// Returns the manifests of an image that are the same at the source.
    async fn parts(
        &self,
        expected: &Expected,
        image: &SourceImage,
        target: &Observation<Descriptor>,
    ) -> Result<Vec<Digest>, Failure> {
        let root = &expected.descriptor;
        let mut parts = match &image.contents {
            Some(contents) => contents.manifests().cloned().collect(),
            None if holds(target, &root.digest) => self.parts_in_place(root).await?,
            // Nothing can be copied, and what it is made of was not read.
            None => vec![root.digest.clone()],
        };
        if let Content::Rewritten(made) = &expected.content {
            let is_made = |part: &Digest| made.iter().any(|made| made.descriptor.digest == *part);
            parts.retain(|part| *part != root.digest && !is_made(part));
        }
        Ok(parts)
    }

    /// Returns the manifests of what the target holds: there reading counts no pulls.
    async fn parts_in_place(&self, root: &Descriptor) -> Result<Vec<Digest>, Failure> {
        if !media_type::is_index(&root.media_type) {
            return Ok(vec![root.digest.clone()]);
        }
        let Observer {
            registry, memory, ..
        } = self.observer;
        if root.digest.algorithm() != Algorithm::Sha256 {
            // Whatever it was pushed as, registries find it by SHA-256.
            return tree::digests(*registry, &self.entry.source, root, memory).await;
        }
        let at = Reference::digested(self.target.clone(), root.digest.clone());
        tree::digests(*registry, &at, root, memory).await
    }

    /// Adds to `answer` what names `subjects`, which were not looked at, and what names that.
    async fn follow_all(&self, mut subjects: Vec<Digest>, answer: &mut ObservedReferrers) {
        let mut seen: HashSet<Digest> = subjects.iter().cloned().collect();
        let most = seen.len() + MANIFEST_LIMIT;
        while !subjects.is_empty() {
            let attached = subjects.iter().map(|subject| self.attached_to(subject));
            let attached: Vec<_> = at_once(attached).await;
            let mut fresh = vec![];
            for (subject, attached) in subjects.iter().zip(&attached) {
                if answer.unreadable.is_none() {
                    answer.unreadable.clone_from(&attached.unreadable);
                }
                // It may be a part of the image, or name two parts of it; yet each tag is one more name.
                let is_new =
                    |one: &&Attached| seen.insert(one.manifest.digest.clone()) || one.tag.is_some();
                let new = attached.all.iter().filter(is_new);
                fresh.extend(new.map(|one| (subject, one)));
            }
            if answer.found.len() + fresh.len() > MANIFEST_LIMIT {
                answer.unreadable = Some(self.too_much(Excess::Referrers));
                return;
            }
            let followed = fresh.iter().map(|(subject, one)| self.follow(subject, one));
            let mut followed = futures_util::stream::iter(followed).buffered(AT_ONCE);
            let mut next = vec![];
            while let Some(followed) = followed.next().await {
                let (referrer, parts) = match followed {
                    Followed::Stranger => continue,
                    Followed::Refused(why) => {
                        *why.of(&mut answer.refused) += 1;
                        continue;
                    }
                    Followed::Found(referrer, parts) => (*referrer, parts),
                };
                let is_new =
                    |part: &Digest| *part == referrer.source.digest || seen.insert(part.clone());
                next.extend(parts.into_iter().filter(is_new));
                answer.found.push(referrer);
                if seen.len() > most {
                    answer.unreadable = Some(self.too_much(Excess::Referrers));
                    return;
                }
            }
            drop(followed);
            subjects = next;
        }
    }

    /// Returns what is attached to a manifest at the source.
    async fn attached_to(&self, subject: &Digest) -> Arc<Attachments> {
        let Entry { source, policy, .. } = self.entry;
        self.observer
            .attached_to(source, subject, policy.referrers)
            .await
    }

    fn too_much(&self, excess: Excess) -> Failure {
        Failure::of_image(&self.entry.source, Fault::TooMuch(excess))
    }

    /// Looks for a referrer at the target, and finds out what it consists of.
    async fn follow(&self, subject: &Digest, attached: &Attached) -> Followed {
        let Attached { tag, manifest, .. } = attached;
        let mut target = self.at_target(subject, attached).await;
        let (contents, parts) = if is_unreadable(&target) {
            (Ok(None), vec![manifest.digest.clone()])
        } else if holds(&target, &manifest.digest) {
            match self.parts_in_place(manifest).await {
                Ok(parts) => (Ok(None), parts),
                Err(why) => (Err(why), vec![]),
            }
        } else {
            match self.read(manifest).await {
                // Registries list what they are told to; a referrer says itself whose it is.
                Ok(tree) if tag.is_none() && tree.root.subject.as_ref() != Some(subject) => {
                    return Followed::Stranger;
                }
                Ok(tree) => {
                    match self.refusal(subject, attached, &tree).await {
                        Ok(None) => {}
                        Ok(Some(why)) => return Followed::Refused(why),
                        Err(why) => target = Observation::Unreadable(why),
                    }
                    let contents = tree.contents();
                    let parts = contents.manifests().cloned().collect();
                    (Ok(Some(Arc::new(contents))), parts)
                }
                Err(why) => (Err(why), vec![]),
            }
        };
        let referrer = ObservedReferrer {
            tag: tag.clone(),
            source: manifest.clone(),
            contents,
            target,
        };
        Followed::Found(Box::new(referrer), parts)
    }

    /// Says why the target would not take a referrer, or would show it to nobody; nothing where all is well.
    async fn refusal(
        &self,
        subject: &Digest,
        attached: &Attached,
        tree: &Tree,
    ) -> Result<Option<Refusal>, Failure> {
        let profile = &self.observer.desired.target.profile;
        if tree.refused_config(profile).is_some() {
            return Ok(Some(Refusal::NotAnImage));
        }
        if tree.has_refused_index(profile) {
            return Ok(Some(Refusal::Index));
        }
        // A tag finds it, or the index of OCI that lists it where the registry does not.
        if attached.tag.is_some() || profile.index_instead(media_type::OCI_INDEX).is_none() {
            return Ok(None);
        }
        match self.keeps_lists(subject).await {
            Ok(true) => Ok(None),
            Ok(false) => Ok(Some(Refusal::Unlisted)),
            // The registry does not say what it has until somebody pushes; then it is asked again.
            Err(why) if why.may_be_absent() => Ok(Some(Refusal::Unlisted)),
            Err(why) => Err(why),
        }
    }

    async fn read(&self, manifest: &Descriptor) -> Result<Tree, Failure> {
        let Observer {
            registry, memory, ..
        } = self.observer;
        let walker = Walker::new(*registry, &self.entry.source, memory);
        let expected = Expected::unchanged(manifest.clone());
        tree::read(walker, &expected, self.entry.policy.foreign_layers).await
    }

    /// Asks what the target holds of a referrer.
    ///
    /// What it holds and nobody would find counts as absent: where the registry keeps no list itself,
    /// the tag that stands in for one may be gone, or someone else's.
    async fn at_target(&self, subject: &Digest, attached: &Attached) -> Observation<Descriptor> {
        let Attached { tag, manifest, .. } = attached;
        let target = self.target.clone();
        let Some(tag) = tag else {
            let target = Reference::digested(target, manifest.digest.clone());
            let found = self.observer.head_once(&target).await;
            if !matches!(found, Observation::Present(_)) {
                return found;
            }
            return match self.is_listed(subject, &manifest.digest).await {
                Ok(true) => found,
                Ok(false) => Observation::Absent(Absence::Plain),
                Err(why) => Observation::Unreadable(why),
            };
        };
        let target = Reference::tagged(target, tag.clone());
        self.observer.head_once(&target).await
    }

    /// Tells whether the target keeps the lists of referrers itself.
    async fn keeps_lists(&self, subject: &Digest) -> Result<bool, Failure> {
        let Observer {
            registry,
            referrers: known,
            desired,
            ..
        } = self.observer;
        let ask = async || {
            if let Some(known) = desired.target.profile.referrers_api {
                return Ok(known);
            }
            let listed = registry.list_referrers(&self.target, subject).await?;
            Ok(listed.is_some())
        };
        let (kept, _) = known.keeps_lists.get(self.target.clone(), ask).await?;
        Ok(kept)
    }

    async fn is_listed(&self, subject: &Digest, referrer: &Digest) -> Result<bool, Failure> {
        let Observer {
            registry,
            referrers: known,
            ..
        } = self.observer;
        let kept = self.keeps_lists(subject).await;
        if matches!(kept, Ok(true)) {
            return Ok(true);
        }
        let ask = async || {
            let listed = list_by_tag(*registry, &self.target, subject).await?;
            Ok(listed
                .into_iter()
                .map(|child| child.descriptor.digest)
                .collect())
        };
        let key = (self.target.clone(), subject.clone());
        let (listed, _) = known.listed.get(key, ask).await?;
        let is_listed = listed.contains(referrer);
        // Where neither says so, the one that did not answer may know.
        if is_listed {
            Ok(true)
        } else {
            kept.map(|_| false)
        }
    }
}

/// Does several things at once, and returns what came of them in their order.
async fn at_once<T>(all: impl Iterator<Item = impl Future<Output = T>>) -> Vec<T> {
    futures_util::stream::iter(all)
        .buffered(AT_ONCE)
        .collect()
        .await
}
