//! The mirrors of a registry: whether each is there, lets us in, and sends what it is asked for.

use futures_util::StreamExt as _;
use futures_util::stream;

use crate::checkup::{Check, Examined, Fact, Outcome, Side, Skip, Trouble};
use crate::model::{Cause, Digest, MirrorPlace, Reference, Repository};
use crate::plan::ANY_TAG;
use crate::registry::{Client, ReadRegistry as _};

use super::steps::{add, at_the_door, login, skip};

/// How many mirrors of one registry are looked at together.
const MIRRORS_AT_ONCE: usize = 4;

/// Looks at the mirrors of the registry that the first image comes from.
pub(super) async fn examine(
    first: &Reference,
    mirrors: &[MirrorPlace],
    client: &Client,
) -> Vec<Examined> {
    if mirrors.is_empty() {
        return vec![];
    }
    // What a mirror has under a tag proves nothing.
    let digest = &digest(first, client).await;
    stream::iter(mirrors)
        .map(|mirror| of_mirror(mirror, first, digest.as_ref(), client))
        .buffered(MIRRORS_AT_ONCE)
        .collect()
        .await
}

async fn of_mirror(
    mirror: &MirrorPlace,
    first: &Reference,
    digest: Option<&Digest>,
    client: &Client,
) -> Examined {
    let mut steps = Vec::new();
    let there = mirror.repository(&first.repository().name);
    if let Ok(asks) = at_the_door(&mirror.host, &mut steps, client).await {
        login(&there, asks.as_ref(), false, &mut steps, client).await;
        add(&mut steps, Check::Read, read(there, digest, client).await);
    } else {
        skip(&mut steps, &[Check::Login, Check::Read]);
    }
    Examined {
        registry: mirror.to_string(),
        side: Side::Mirror,
        mirror_of: Some(first.registry().to_owned()),
        steps,
    }
}

async fn read(there: Repository, digest: Option<&Digest>, client: &Client) -> Outcome {
    let Some(digest) = digest else {
        return Outcome::Skipped(Skip::NoDigest);
    };
    let image = Reference::digested(there, digest.clone());
    match client.has_proven(&image).await {
        Ok(true) => Outcome::Found(Fact::Read(image)),
        Ok(false) => Outcome::Found(Fact::NotMirrored(image)),
        Err(why) if why.cause() == Cause::Protocol => Outcome::Failed(Trouble::Lied(image, why)),
        Err(why) => Outcome::Failed(Trouble::Failure(why)),
    }
}

/// Returns the digest of an image, as its registry says; where rules choose the tags, of the last one that there is.
async fn digest(first: &Reference, client: &Client) -> Option<Digest> {
    if let Some(digest) = first.digest() {
        return Some(digest.clone());
    }
    let mut image = first.clone();
    if first.tag() == Some(ANY_TAG) {
        let tags = client.list_tags(first.repository()).await.ok()??;
        image = Reference::tagged(first.repository().clone(), tags.last()?.as_str());
    }
    let found = client.head_manifest(&image).await.ok()??;
    Some(found.digest)
}
