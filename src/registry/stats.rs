//! What was asked of whom, and how often.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};

/// The kinds of requests.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Kind {
    /// `HEAD` of a manifest.
    HeadManifest,
    /// `GET` of a manifest.
    GetManifest,
    /// `PUT` of a manifest.
    PutManifest,
    /// `DELETE` of a manifest or a tag.
    DeleteManifest,
    /// `HEAD` of a blob.
    HeadBlob,
    /// `GET` of a blob.
    GetBlob,
    /// `POST` that asks to mount a blob.
    MountBlob,
    /// `POST` that opens an upload.
    StartUpload,
    /// `PATCH` that sends a part of a blob.
    AppendUpload,
    /// `PUT` that sends a blob or closes its upload.
    FinishUpload,
    /// `GET` of an upload's state.
    UploadOffset,
    /// `DELETE` of an upload.
    CancelUpload,
    /// `GET` of a page of tags.
    ListTags,
    /// `GET` of a page of referrers.
    ListReferrers,
    /// A token.
    Token,
}

impl Kind {
    /// All kinds, in the order of their declaration.
    pub const ALL: [Self; 15] = [
        Self::HeadManifest,
        Self::GetManifest,
        Self::PutManifest,
        Self::DeleteManifest,
        Self::HeadBlob,
        Self::GetBlob,
        Self::MountBlob,
        Self::StartUpload,
        Self::AppendUpload,
        Self::FinishUpload,
        Self::UploadOffset,
        Self::CancelUpload,
        Self::ListTags,
        Self::ListReferrers,
        Self::Token,
    ];

    /// Returns a name for reports.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::HeadManifest => "head-manifest",
            Self::GetManifest => "get-manifest",
            Self::PutManifest => "put-manifest",
            Self::DeleteManifest => "delete-manifest",
            Self::HeadBlob => "head-blob",
            Self::GetBlob => "get-blob",
            Self::MountBlob => "mount-blob",
            Self::StartUpload => "start-upload",
            Self::AppendUpload => "append-upload",
            Self::FinishUpload => "finish-upload",
            Self::UploadOffset => "upload-offset",
            Self::CancelUpload => "cancel-upload",
            Self::ListTags => "list-tags",
            Self::ListReferrers => "list-referrers",
            Self::Token => "token",
        }
    }

    /// Returns what the request tries to do, in words that go on with its object.
    pub(super) fn words(self) -> &'static str {
        match self {
            Self::HeadManifest => "look up manifest",
            Self::GetManifest => "read manifest",
            Self::PutManifest => "push manifest",
            Self::DeleteManifest => "delete manifest",
            Self::HeadBlob => "look up blob",
            Self::GetBlob => "read blob",
            Self::MountBlob => "mount blob",
            Self::StartUpload => "open an upload to",
            Self::AppendUpload | Self::FinishUpload => "upload blob",
            Self::UploadOffset => "ask for the state of an upload to",
            Self::CancelUpload => "give up an upload to",
            Self::ListTags => "list the tags of",
            Self::ListReferrers => "list the referrers of",
            Self::Token => "get a token for",
        }
    }
}

/// One thing that was tried: a kind of request and its object.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Operation {
    pub(super) kind: Kind,
    pub(super) object: String,
}

impl Operation {
    pub(super) fn new(kind: Kind, object: impl fmt::Display) -> Self {
        Self {
            kind,
            object: object.to_string(),
        }
    }
}

impl fmt::Display for Operation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.kind.words(), self.object)
    }
}

/// What was asked of every host, by host.
pub type Stats = BTreeMap<String, HostStats>;

/// What was asked of one host.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct HostStats {
    /// How many requests of each kind were sent, every try counted; kinds never sent are left out.
    pub requests: BTreeMap<Kind, u64>,
    /// How many of them were sent on to another address, and so cost one request more.
    pub redirects: u64,
    /// How many were tries after the first.
    pub retries: u64,
    /// How many bytes of bodies came in.
    pub bytes_in: u64,
    /// How many bytes of bodies went out.
    pub bytes_out: u64,
}

impl HostStats {
    /// Returns how many requests of one kind were sent.
    pub fn count(&self, kind: Kind) -> u64 {
        self.requests.get(&kind).copied().unwrap_or_default()
    }

    /// Returns how many requests were sent in all, without redirects.
    pub fn total(&self) -> u64 {
        self.requests.values().sum()
    }
}

/// The counters behind [`HostStats`].
#[derive(Debug, Default)]
pub(super) struct Counters {
    requests: [AtomicU64; Kind::ALL.len()],
    redirects: AtomicU64,
    retries: AtomicU64,
    bytes_in: AtomicU64,
    bytes_out: AtomicU64,
}

impl Counters {
    pub(super) fn request(&self, kind: Kind) {
        self.requests[kind as usize].fetch_add(1, Relaxed);
    }

    pub(super) fn redirect(&self) {
        self.redirects.fetch_add(1, Relaxed);
    }

    pub(super) fn retry(&self) {
        self.retries.fetch_add(1, Relaxed);
    }

    pub(super) fn bytes_in(&self, count: usize) {
        self.bytes_in.fetch_add(count as u64, Relaxed);
    }

    pub(super) fn bytes_out(&self, count: usize) {
        self.bytes_out.fetch_add(count as u64, Relaxed);
    }

    pub(super) fn snapshot(&self) -> HostStats {
        let count = |kind: Kind| (kind, self.requests[kind as usize].load(Relaxed));
        HostStats {
            requests: Kind::ALL
                .into_iter()
                .map(count)
                .filter(|(_, count)| *count > 0)
                .collect(),
            redirects: self.redirects.load(Relaxed),
            retries: self.retries.load(Relaxed),
            bytes_in: self.bytes_in.load(Relaxed),
            bytes_out: self.bytes_out.load(Relaxed),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts_each_kind_in_its_own_place() {
        let counters = Counters::default();
        for (position, kind) in Kind::ALL.into_iter().enumerate() {
            assert_eq!(kind as usize, position, "{kind:?}");
            counters.request(kind);
        }
        counters.request(Kind::Token);
        let stats = counters.snapshot();
        assert_eq!(
            (stats.count(Kind::Token), stats.count(Kind::HeadBlob)),
            (2, 1)
        );
        assert_eq!(stats.total(), 16);
    }
}
