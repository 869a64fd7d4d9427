//! Which request goes wrong, and how: by chance, and the same each time.
//!
//! The dice are the seed, what is asked for and how often that was asked before: whatever else goes on at the
//! same time changes nothing about one request.

use pusher::model::{Digest, RequestKind};

use super::fault::Fault;
use super::wire::Request;

/// Which requests go wrong, and how.
#[derive(Debug, Clone)]
pub(super) struct Chance {
    pub(super) seed: u64,
    /// One request of so many goes wrong.
    pub(super) one_in: u64,
    pub(super) faults: Vec<Fault>,
}

impl Chance {
    /// Returns what happens to a request that was made so many times before.
    pub(super) fn fault(&self, side: &str, request: &Request, before: u64) -> Option<Fault> {
        let name = name(request);
        let seed = self.seed;
        let thrown = Digest::sha256(format!("{seed} {side} {name} {before}").as_bytes());
        let number = |place: usize| {
            let digits = &thrown.hex()[place..place + 15];
            u64::from_str_radix(digits, 16).unwrap()
        };
        if number(0) % self.one_in != 0 {
            return None;
        }
        let (kind, sends) = (kind(request), request.head.length());
        let faults = self.faults.iter().filter(|fault| fault.fits(kind, sends));
        let faults = faults.flat_map(|fault| std::iter::repeat_n(fault, fault.weight()));
        let faults: Vec<_> = faults.collect();
        let count = u64::try_from(faults.len()).unwrap();
        let chosen = number(15).checked_rem(count)?;
        Some(*faults[usize::try_from(chosen).unwrap()])
    }
}

/// Returns what a request is for. The place of an upload is another one each time, and is left out.
pub(super) fn name(request: &Request) -> String {
    let Request { method, path, .. } = request;
    let Some((before, after)) = path.split_once("/blobs/uploads/") else {
        return format!("{method} {path}");
    };
    let digest = after.split(['?', '&']).find(|part| part.contains("sha256"));
    format!("{method} {before} upload {}", digest.unwrap_or_default())
}

/// Returns what kind of request it is.
pub(super) fn kind(request: &Request) -> RequestKind {
    let path = request.path.as_str();
    let uploads = path.contains("/blobs/uploads/");
    match request.method.as_str() {
        _ if path.starts_with("/token") => RequestKind::Token,
        "POST" if path.contains("mount=") => RequestKind::MountBlob,
        "POST" => RequestKind::StartUpload,
        "PATCH" => RequestKind::AppendUpload,
        "PUT" if uploads => RequestKind::FinishUpload,
        "PUT" => RequestKind::PutManifest,
        "DELETE" if uploads => RequestKind::CancelUpload,
        "DELETE" => RequestKind::DeleteManifest,
        "GET" if uploads => RequestKind::UploadOffset,
        "HEAD" if path.contains("/manifests/") => RequestKind::HeadManifest,
        "HEAD" => RequestKind::HeadBlob,
        _ if path.contains("/manifests/") => RequestKind::GetManifest,
        _ if path.contains("/blobs/") => RequestKind::GetBlob,
        _ if path.contains("/referrers/") => RequestKind::ListReferrers,
        _ if path.contains("/tags/list") => RequestKind::ListTags,
        _ => RequestKind::Ping,
    }
}
