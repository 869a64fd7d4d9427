//! Registries over HTTP: reading and writing are two traits, and one [`Client`] has both.
//!
//! | file or room | job | files |
//! | --- | --- | --- |
//! | `client`, `host`, `options` | one client for many hosts; what is kept for each; what it is told | |
//! | `operations`, `send` | what is asked, by endpoint; the one path that every request takes, through all rooms | |
//! | `access/` | who may ask for what | `auth`, `auth_methods`, `challenge`, `negotiation`, `probes`, `after_refusal`, `login`, `credentials`, `login_file`, `helper`, `scope`, `token`, `token_fetch`, `token_store`, `destination`, `masks` |
//! | `limits/` | how much a host is asked at most | `admission`, `lane`, `concurrency`, `throttle/`, `token_servers`, `pull_limit`, `pull_budget` |
//! | `retry/` | who decides what is tried again, when, and how often | `decide`, `met`, `tries`, `backoff`, `damaged`, `count` |
//! | `outage/` | whether a server is there; one that is away is waited for | `servers`, `availability`, `symptom`, `watch` |
//! | `mirrors/` | what is asked for by digest is asked of other places first | `ask`, `mirror`, `standing`, `whole`, `relay`, `givers` |
//! | `exchange/` | one request and its answer | `call`, `try_once`, `outgoing`, `incoming`, `answer`, `failed_try`, `read_answer`, `error_body` |
//! | `endpoints/` | what a registry is asked | `manifests`, `manifest_answer`, `manifest_cache`, `blobs`, `uploads`, `whole_blobs`, `upload_session`, `upload_location`, `tags`, `catalog`, `referrers`, `pagination` |
//! | `transport/` | connections: which are pooled together, go through a proxy, trust what | `ahead`, `connector`, `connection`, `proxies`, `resolver`, `zone`, `trust`, `message`, `trickle`, `failure` |
//! | `post` | a message to somebody who is no registry | |
//! | `visit` | what a host says at its door: what it asks for, its clock, the way to it; where its login comes from | |
//! | `stats`, `whole_blobs` | what was asked of whom; whether a host takes a blob in one request | |
//! | `fuzzing` | the readers of answers, for the fuzzer alone | |

use std::future::Future;

use bytes::Bytes;

use crate::model::{Child, Descriptor, Digest, Failure, Fault, RawManifest, Reference, Repository};

mod access;
mod client;
mod endpoints;
mod exchange;
#[cfg(fuzzing)]
pub mod fuzzing;
mod host;
mod limits;
mod mirrors;
mod operations;
mod options;
mod outage;
mod post;
mod retry;
mod send;
mod stats;
mod transport;
mod visit;
mod whole_blobs;

pub use access::{
    AccessKey, AcrAsker, Actions, Credentials, FoundLogin, Identity, Login, LoginSource, OidcRole,
    OidcToken, RoleAccess, StandIn,
};
pub use client::Client;
pub use endpoints::{
    BlobStream, BodyError, Deletion, Mount, Pushed, Upload, UploadBody, UploadSession,
};
pub use host::speaks_plain_http;
pub use limits::PullLimit;
pub use mirrors::Givers;
pub use options::{
    ClientOptions, HostOptions, LeastRate, OnMirror, OnOutage, RetryOptions, Tell, Timeouts,
};
pub use post::Posted;
pub use retry::{Allowed, Met, Next, RetryCount, Tries};
pub use stats::{HostStats, Stats};
pub use whole_blobs::WholeBlobLeave;

/// Reads what registries hold; whoever has only this cannot write, by type.
pub trait ReadRegistry: Send + Sync {
    /// Asks what a reference points to (`HEAD /v2/<name>/manifests/<reference>`); none if absent.
    fn head_manifest(
        &self,
        reference: &Reference,
    ) -> impl Future<Output = Result<Option<Descriptor>, Failure>> + Send;

    /// Reads a manifest, checked against its digest; none if absent.
    fn get_manifest(
        &self,
        reference: &Reference,
    ) -> impl Future<Output = Result<Option<RawManifest>, Failure>> + Send;

    /// Reads a small blob, such as a config, checked against its digest; none if absent.
    fn get_blob(
        &self,
        repository: &Repository,
        blob: &Descriptor,
    ) -> impl Future<Output = Result<Option<Bytes>, Failure>> + Send;

    /// Opens a blob from byte `offset` on. The bytes are not checked here: who passes them on does.
    ///
    /// [`BlobStream::offset`] tells where the stream really begins: a registry may ignore the
    /// wish and send everything. A blob that is not there is an error.
    fn open_blob(
        &self,
        repository: &Repository,
        blob: &Descriptor,
        offset: u64,
    ) -> impl Future<Output = Result<BlobStream, Failure>> + Send;

    /// Tells that the bytes that were read of a blob are not the blob, and who gave them; the answer is whether
    /// it may be had elsewhere, where it is read anew: then nothing says that it is damaged at its source.
    fn disown(
        &self,
        _repository: &Repository,
        _blob: &Descriptor,
        _from: &[Givers],
        _fault: &Fault,
    ) -> bool {
        false
    }

    /// Tells whether a repository is known to hold a blob. The answer only saves work, so that no registry
    /// has to give one: what it does not say is taken for absent.
    fn has_blob(
        &self,
        repository: &Repository,
        digest: &Digest,
    ) -> impl Future<Output = bool> + Send;

    /// Tells whether such a question is answered without a request, so that it is worth it of any blob.
    fn answers_at_once(&self, _repository: &Repository) -> bool {
        false
    }

    /// Returns another repository of the same registry that is known to have a blob, which is to go into this one.
    fn known_beside(&self, _repository: &Repository, _digest: &Digest) -> Option<Repository> {
        None
    }

    /// Tells whether a registry knows a repository.
    fn knows_repository(
        &self,
        repository: &Repository,
    ) -> impl Future<Output = Result<bool, Failure>> + Send;

    /// Lists the tags of a repository; none if the registry does not know the repository.
    fn list_tags(
        &self,
        repository: &Repository,
    ) -> impl Future<Output = Result<Option<Vec<String>>, Failure>> + Send {
        self.list_tags_within(repository, usize::MAX)
    }

    /// Lists those tags of a repository that so many requests tell, with [`Self::list_tags`]' answers.
    fn list_tags_within(
        &self,
        repository: &Repository,
        pages: usize,
    ) -> impl Future<Output = Result<Option<Vec<String>>, Failure>> + Send;

    /// Lists the manifests that name `digest` as their subject (OCI 1.1), all pages as one list;
    /// none if the registry has no referrers API.
    fn list_referrers(
        &self,
        repository: &Repository,
        digest: &Digest,
    ) -> impl Future<Output = Result<Option<Vec<Child>>, Failure>> + Send;

    /// Tells whether a repository that says of something that it is not there may just hide it: it was asked
    /// as a stranger asks, since it never asked for the login that is configured for it.
    fn hides_behind_login(&self, repository: &Repository) -> impl Future<Output = bool> + Send;

    /// Waits before something is begun again that broke so many times in a row: what this client sends
    /// again by itself, it waits for in the same way.
    fn rest(&self, breaks: usize) -> impl Future<Output = ()> + Send;

    /// Counts a try more that the caller makes by itself, with those that this client makes.
    fn count_retry(&self);
}

/// Writes into registries.
///
/// A clone shares everything with the original: the body of an upload keeps one, to read from a source
/// while it goes out.
pub trait WriteRegistry: ReadRegistry + Clone + 'static {
    /// Returns the same registry with a count of its own: of what is tried again by whoever uses it.
    fn counted(&self) -> (Self, RetryCount);

    /// Pushes a manifest byte for byte, under the reference's digest, else its tag.
    fn put_manifest(
        &self,
        reference: &Reference,
        manifest: &RawManifest,
    ) -> impl Future<Output = Result<Pushed, Failure>> + Send;

    /// Deletes a tag, or a manifest with every tag that points to it if the reference has a digest.
    fn delete_manifest(
        &self,
        reference: &Reference,
    ) -> impl Future<Output = Result<Deletion, Failure>> + Send;

    /// Mounts a blob from another repository of the same registry, or begins to upload one.
    ///
    /// Without `mount` the answer is always a session. A mount that the registry does not do
    /// still opens one, so nothing is lost by trying.
    fn start_upload(
        &self,
        repository: &Repository,
        mount: Option<&Mount>,
    ) -> impl Future<Output = Result<Upload, Failure>> + Send;

    /// Gives leave to push a blob that is in memory with [`Self::push_blob`]: where the registry of
    /// `repository` takes that, or nobody has found out yet. The first one to ask does.
    fn whole_blob_leave(&self, repository: &Repository) -> Option<WholeBlobLeave>;

    /// Sends a blob with the very request that would open its upload, and is content with the upload.
    fn push_blob(
        &self,
        repository: &Repository,
        digest: &Digest,
        bytes: Bytes,
        leave: WholeBlobLeave,
    ) -> impl Future<Output = Result<Upload, Failure>> + Send;

    /// Sends all of a blob, or the rest of it, in one streamed request and closes the upload. The rest begins
    /// where the session stands: after what was appended, or where [`Self::upload_offset`] found it.
    ///
    /// `length` is the number of bytes in `body`. It is sent once: a body that is a stream is gone
    /// when this fails, so the caller begins again, with [`Self::upload_offset`] or from the start. A
    /// session that turns out to be elsewhere moves there.
    fn finish_upload(
        &self,
        session: &mut UploadSession,
        digest: &Digest,
        length: u64,
        body: UploadBody,
    ) -> impl Future<Output = Result<(), Failure>> + Send;

    /// Uploads a blob that is in memory.
    fn put_blob(
        &self,
        repository: &Repository,
        blob: Bytes,
    ) -> impl Future<Output = Result<(), Failure>> + Send {
        async move {
            let Upload::Session(mut session) = self.start_upload(repository, None).await? else {
                return Ok(());
            };
            let (digest, length) = (Digest::sha256(&blob), blob.len() as u64);
            self.finish_upload(&mut session, &digest, length, blob.into())
                .await
        }
    }

    /// Sends the next `length` bytes without closing the upload; the session moves on.
    fn append_upload(
        &self,
        session: &mut UploadSession,
        length: u64,
        body: UploadBody,
    ) -> impl Future<Output = Result<(), Failure>> + Send;

    /// Asks how many bytes of an upload the registry has; none if it knows the upload no more.
    fn upload_offset(
        &self,
        session: &mut UploadSession,
    ) -> impl Future<Output = Result<Option<u64>, Failure>> + Send;

    /// Gives an upload up, so that the registry can forget it; a registry that cannot is no error.
    fn cancel_upload(
        &self,
        session: &UploadSession,
    ) -> impl Future<Output = Result<(), Failure>> + Send;
}
