//! The bytes of a blob, as they come from the disk.

use std::io::Read as _;

use bytes::Bytes;
use futures_util::stream;

use crate::model::{Attempt, Descriptor, Failure, Fault, Repository, StickFault};
use crate::registry::BlobStream;

use super::fault::reason;
use super::section::Section;
use super::section::blocking;

/// How many bytes are read at once.
const CHUNK: usize = 256 * 1024;

/// Says that a blob cannot be read.
pub(super) fn unreadable(
    repository: &Repository,
    blob: &Descriptor,
    file: String,
    why: &std::io::Error,
) -> Failure {
    let attempt = Attempt::Blob(repository.clone(), blob.digest.clone());
    let why = reason(why);
    let fault = Fault::Stick(StickFault::Broken { file, why });
    Failure::new(&repository.registry, attempt, fault)
}

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
