//! The bytes of a blob, as they come from the disk.

use std::io::Read as _;

use bytes::Bytes;
use futures_util::stream;

use crate::model::{Descriptor, Repository};
use crate::registry::BlobStream;

use super::failures::unreadable;
use super::section::{Section, blocking};

/// How many bytes are read at once.
const CHUNK: usize = 256 * 1024;

/// Hands the bytes of a blob on, chunk by chunk.
pub(super) fn follow(
    section: Section,
    repository: &Repository,
    blob: &Descriptor,
    offset: u64,
    file: String,
) -> BlobStream {
    let (repository, blob) = (repository.clone(), blob.clone());
    let begun = Some((section.reader, repository, blob, file));
    let chunks = stream::unfold(begun, |state| async move {
        let (mut reader, repository, blob, file) = state?;
        let read = blocking(move || {
            let mut chunk = vec![0; CHUNK];
            let length = reader.read(&mut chunk)?;
            chunk.truncate(length);
            Ok((chunk, reader))
        });
        match read.await {
            Ok((chunk, _)) if chunk.is_empty() => None,
            Ok((chunk, reader)) => {
                let state = (reader, repository, blob, file);
                Some((Ok(Bytes::from(chunk)), Some(state)))
            }
            Err(why) => Some((Err(unreadable(&repository, &blob, file, &why)), None)),
        }
    });
    BlobStream::new(offset, chunks)
}
