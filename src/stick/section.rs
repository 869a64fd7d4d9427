//! What the files of a layout are called, and their bytes.

use std::io::{self, Read};

use tokio::task::spawn_blocking;

use crate::model::Digest;

/// How large `index.json` may be, and the list beside it.
pub(super) const TEXT_LIMIT: u64 = 256 * 1024 * 1024;

/// What was found where a stick is to be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Found {
    /// Nothing, or an empty folder.
    Nothing,
    /// A layout, with or without an index.
    Layout,
}

/// The bytes of a blob.
pub(super) struct Section {
    /// How many the blob has.
    pub(super) size: u64,
    pub(super) reader: Box<dyn Read + Send>,
}

/// Returns what a blob is called in a layout.
pub(super) fn name_of(digest: &Digest) -> String {
    format!("blobs/{}/{}", digest.algorithm().as_str(), digest.hex())
}

/// Does what waits for the disk.
pub(super) async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> io::Result<T> + Send + 'static,
) -> io::Result<T> {
    let done = spawn_blocking(work).await;
    done.unwrap_or_else(|why| Err(io::Error::other(why)))
}
