//! An image in parts, as values of charts have it.

use std::ops::Range;

use crate::config::walks::{Field, Spot, Table};
use crate::model::{Digest, Reference, Repository};

use super::asked::Way;
use super::edits::{Edit, Made};
use super::fill::{Edited, judged, no_image, put, tag_and_digest, with_entry};
use super::names::Names;
use super::wanted::{Name, Parts, Wanted, joined};

/// What a table comes to, and where each part of that stands.
struct Reading<'t> {
    table: &'t Table,
    /// The registry and the repository.
    repository: String,
    tag: Option<&'t str>,
    digest: Option<String>,
    has_tag_in_repository: bool,
    has_digest_in_repository: bool,
    has_digest_in_tag: bool,
}

impl<'t> Reading<'t> {
    fn of(table: &'t Table) -> Self {
        let text = &table.repository.text;
        let own = Parts::of(text);
        let part = |part: Option<Range<usize>>| part.map(|at| &text[at]);
        let (own_tag, own_digest) = (part(own.tag), part(own.digest));
        let host = table.registry.as_ref();
        let host = host.map_or(String::new(), |host| format!("{}/", host.text));
        let tag = table.tag.as_ref().map_or("", |tag| &tag.text);
        let (tag, digest_in_tag) = tag_and_digest(tag);
        let written = own_digest.or(digest_in_tag).map(str::to_owned);
        Self {
            table,
            repository: format!("{host}{}", &text[own.repository]),
            tag: own_tag.or(tag),
            digest: written.or_else(|| field_digest(table)),
            has_tag_in_repository: own_tag.is_some(),
            has_digest_in_repository: own_digest.is_some(),
            has_digest_in_tag: digest_in_tag.is_some(),
        }
    }

    /// Writes it as one text.
    fn text(&self) -> String {
        joined(&self.repository, self.tag, self.digest.as_deref())
    }

    /// Returns the bytes that it is made of.
    fn pieces(&self) -> Vec<Range<usize>> {
        let Table {
            registry,
            repository,
            tag,
            digest,
            is_bare_digest: _,
        } = self.table;
        let fields = [
            registry.as_ref(),
            Some(repository),
            tag.as_ref(),
            digest.as_ref(),
        ];
        let written = fields.into_iter().flatten();
        let written = written.filter(|field| !field.text.is_empty());
        written.map(|field| field.span.clone()).collect()
    }

    /// Puts each part of a name where it belongs: into its own field, else behind another.
    fn edited(&self, name: &Name) -> Edited {
        let Table {
            registry,
            repository,
            tag,
            digest: digest_field,
            is_bare_digest,
        } = self.table;
        let digest = name.digest.as_ref().map(Digest::to_string);
        let (host, path) = split(name, registry.as_ref());
        let is_digest_elsewhere = self.has_digest_in_repository || self.has_digest_in_tag;
        let digest_field = digest_field.as_ref().filter(|_| !is_digest_elsewhere);
        let tag_field = tag.as_ref().filter(|_| !self.has_tag_in_repository);
        let written_tag = tag_field.filter(|field| !field.text.is_empty());
        let behind = digest.as_deref().filter(|_| digest_field.is_none());
        // Without a tag of its own, all of it stands in the repository.
        let in_repository = written_tag.is_none();
        let new_repository = joined(
            &path,
            name.tag.as_deref().filter(|_| in_repository),
            behind.filter(|_| in_repository),
        );
        let mut edits: Vec<Edit> = vec![];
        if let (Some(field), Some(host)) = (registry, &host) {
            edits.extend(put(field, host, false));
        }
        edits.extend(put(repository, &new_repository, false));
        if let Some(field) = written_tag {
            let tag = name.tag.as_deref().unwrap_or_default();
            edits.extend(put(field, &joined(tag, None, behind), true));
        }
        if let (Some(field), Some(digest)) = (digest_field, &digest) {
            let bare = digest.split_once(':').map_or(&**digest, |(_, bare)| bare);
            edits.extend(put(
                field,
                if *is_bare_digest { bare } else { digest },
                false,
            ));
        }
        let repository = host.map_or_else(|| path.clone(), |host| format!("{host}/{path}"));
        Edited {
            after: joined(&repository, name.tag.as_deref(), digest.as_deref()),
            edits,
            lacks: None,
        }
    }
}

/// Returns the digest in its own field.
fn field_digest(table: &Table) -> Option<String> {
    let field: &Field = table.digest.as_ref()?;
    match (field.text.as_str(), table.is_bare_digest) {
        ("", _) => None,
        (bare, true) => Some(format!("sha256:{bare}")),
        (digest, false) => Some(digest.to_owned()),
    }
}

/// Writes a repository as one text, or as its host and the rest where the host has a field.
fn split(name: &Name, registry: Option<&Field>) -> (Option<String>, String) {
    let Repository {
        registry: host,
        name: path,
    } = &name.repository;
    match registry {
        Some(_) => (Some(host.clone()), path.clone()),
        None => (None, name.repository()),
    }
}

/// Makes of a table what is asked for.
pub(super) fn made(table: &Table, spot: &Spot, names: &Names<'_>, way: Way) -> Made {
    let reading = Reading::of(table);
    let before = reading.text();
    let verdict = match before.parse::<Reference>() {
        Err(why) => Err(no_image(&why)),
        Ok(image) => {
            let wanted = Wanted {
                repository: image.repository().clone(),
                tag: reading.tag,
                digest: image.digest().cloned(),
                is_open: reading.tag.is_none() && reading.digest.is_none(),
                platform: spot.platform.as_ref(),
            };
            let verdict = names.judge(&wanted, way);
            Ok(if wanted.is_open {
                verdict
            } else {
                with_entry(verdict, &before)
            })
        }
    };
    let span = table.repository.span.clone();
    judged(span, reading.pieces(), before, verdict, |name| {
        Ok(reading.edited(name))
    })
}
