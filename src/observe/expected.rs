//! What the target must hold for an entry: remembered, or found out by reading as little as decides.

use crate::model::{Descriptor, Digest, Failure};
use crate::plan::{
    Ask, CannotMirror, Content, Entry, Expected, Known, Need, Resolution, ResolutionKey, expect,
};
use crate::registry::ReadRegistry;
use crate::tree::Walker;

use super::observer::Observer;

impl<R: ReadRegistry> Observer<'_, R> {
    /// Says what the target must hold, from the cache where an earlier run has found it out. Bytes
    /// that are made here are left out where `has_bytes` says that nobody needs them.
    pub(super) async fn expected(
        &self,
        entry: &Entry,
        source: &Descriptor,
        has_bytes: impl Fn(&Digest) -> bool,
        walker: &mut Walker<'_, R>,
    ) -> Result<Result<Expected, CannotMirror>, Failure> {
        let ask = Ask::of(entry, &self.desired.target.profile);
        let key = ResolutionKey::of(source, &ask);
        if let Some(remembered) = self.cache.get(&key) {
            if let Some(expected) = remembered.expected() {
                return Ok(Ok(expected));
            }
            // The bytes that were made then are not at hand; who has them needs them no more.
            if has_bytes(&remembered.descriptor.digest) {
                return Ok(Ok(Expected {
                    descriptor: remembered.descriptor,
                    content: Content::Rewritten(vec![]),
                    selection: remembered.selection,
                }));
            }
        }
        let mut known = Known::default();
        loop {
            match expect(source, &ask, &known) {
                Resolution::Known(answer) => {
                    let was_read = !known.manifests.is_empty();
                    if let Some(expected) = answer.as_ref().ok().filter(|_| was_read) {
                        self.cache.put(&key, &expected.into());
                    }
                    return Ok(answer.map(|expected| without_needless(expected, has_bytes)));
                }
                Resolution::Needs(needs) => {
                    read(walker, needs, &mut known).await?;
                }
            }
        }
    }
}

/// Leaves the bytes out that were made here, where nobody needs them.
fn without_needless(mut expected: Expected, has_bytes: impl Fn(&Digest) -> bool) -> Expected {
    if let Content::Rewritten(made) = &mut expected.content
        && has_bytes(&expected.descriptor.digest)
    {
        made.clear();
    }
    expected
}

/// Reads what is needed, so that it is known.
async fn read<R: ReadRegistry>(
    walker: &mut Walker<'_, R>,
    needs: Vec<Need>,
    known: &mut Known,
) -> Result<(), Failure> {
    let (mut manifests, mut configs) = (vec![], vec![]);
    for need in needs {
        match need {
            Need::Manifest(manifest) => manifests.push(manifest),
            Need::Config(config) => configs.push(config),
        }
    }
    for raw in walker.manifests(&manifests).await? {
        known.manifests.insert(raw.descriptor.digest.clone(), raw);
    }
    let read = walker.configs(&configs).await?;
    let digests = configs.into_iter().map(|config| config.digest);
    known.configs.extend(digests.zip(read));
    Ok(())
}
