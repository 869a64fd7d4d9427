//! Registries over HTTP: reading and writing are two traits.

use std::future::Future;

use bytes::Bytes;
use futures_util::Stream;

use crate::model::{Descriptor, Digest, RawManifest, Reference, Repository};

pub mod error;

pub use error::RegistryError;

/// Reads what registries hold; whoever has only this cannot write, by type.
pub trait ReadRegistry: Send + Sync {
    /// Asks what a reference points to (`HEAD /v2/<name>/manifests/<reference>`); none if absent.
    fn head_manifest(
        &self,
        reference: &Reference,
    ) -> impl Future<Output = Result<Option<Descriptor>, RegistryError>> + Send;

    /// Reads a manifest, checked against its digest; none if absent.
    fn get_manifest(
        &self,
        reference: &Reference,
    ) -> impl Future<Output = Result<Option<RawManifest>, RegistryError>> + Send;

    /// Reads a small blob, such as a config, checked against its digest; none if absent.
    fn get_blob(
        &self,
        repository: &Repository,
        blob: &Descriptor,
    ) -> impl Future<Output = Result<Option<Bytes>, RegistryError>> + Send;

    /// Opens a blob from byte `offset` on. The bytes are not checked here: who passes them on does.
    fn open_blob(
        &self,
        repository: &Repository,
        blob: &Descriptor,
        offset: u64,
    ) -> impl Future<
        Output = Result<
            impl Stream<Item = Result<Bytes, RegistryError>> + Send + Unpin + 'static,
            RegistryError,
        >,
    > + Send;

    /// Tells whether a repository holds a blob.
    fn has_blob(
        &self,
        repository: &Repository,
        digest: &Digest,
    ) -> impl Future<Output = Result<bool, RegistryError>> + Send;

    /// Lists the tags of a repository; none if the registry does not know the repository.
    fn list_tags(
        &self,
        repository: &Repository,
    ) -> impl Future<Output = Result<Option<Vec<String>>, RegistryError>> + Send;

    /// Lists the manifests that name `digest` as their subject (OCI 1.1); none if the registry has
    /// no referrers API.
    fn list_referrers(
        &self,
        repository: &Repository,
        digest: &Digest,
    ) -> impl Future<Output = Result<Option<RawManifest>, RegistryError>> + Send;
}
