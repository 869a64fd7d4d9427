//! What a registry does and what it refuses.

use std::time::Duration;

use super::throttle::Throttle;

/// The behaviour of a [`Sandbox`](super::Sandbox).
///
/// The default is an open registry that supports all of the OCI distribution specification 1.1.
#[derive(Clone)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "each is something registries have or lack"
)]
pub struct Options {
    /// Who may come in.
    pub auth: Auth,
    /// Refuses manifests whose config is not an image's, as ACR Personal and distribution's
    /// `policy.repository.classes: [image]` do.
    pub images_only: bool,
    /// Refuses an index of OCI, and takes Docker's manifest lists, as Huawei Cloud's SWR does.
    pub docker_lists_only: bool,
    /// Takes an index that lists attestations; SWR does not.
    pub attestations: bool,
    /// How many levels a repository's name has at most, the namespace included; none for any number.
    pub levels: Option<usize>,
    /// What may be deleted.
    pub delete: Delete,
    /// Has the referrers API; without it the path is not found.
    pub referrers: bool,
    /// Lists its repositories (`/v2/_catalog`), as distribution does and ACR does not.
    pub catalog: bool,
    /// Mounts blobs from other repositories; without it every mount opens an upload.
    pub mount: bool,
    /// Takes PATCH; without it chunked uploads are refused with 405.
    pub chunked: bool,
    /// Takes a blob with the POST that would open its upload; without it the bytes are passed over, as at
    /// distribution.
    pub whole_blobs: bool,
    /// Answers the status of an upload that was interrupted; without it, as distribution 2.8 does,
    /// only the newest `Location` of a session is valid.
    pub resumable: bool,
    /// Refuses a piece of an upload, but the first, that does not say where it belongs (`Content-Range`), as
    /// the specification asks of every piece.
    pub strict_ranges: bool,
    /// Answers a GET of a blob with a redirect to a second origin, the storage host. That one
    /// refuses requests that carry an `Authorization` header.
    pub redirect: bool,
    /// Names the digest of a manifest in the answer's `Docker-Content-Digest`.
    pub digest_header: bool,
    /// Names the `Location` of a pushed manifest; ECR does not.
    pub manifest_location: bool,
    /// Answers with a `Location` that is a path alone.
    pub relative_locations: bool,
    /// Answers `Range` requests for blobs with 206; without it with the whole blob and 200.
    pub ranges: bool,
    /// How many tags a page of `tags/list` holds at most.
    pub page: usize,
    /// Throws away the bytes of uploads that grow beyond this size, and keeps digest and size.
    pub discard_above: Option<u64>,
    /// How much the registry takes at a time; none for whatever comes.
    pub throttle: Option<Throttle>,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            auth: Auth::Open,
            images_only: false,
            docker_lists_only: false,
            attestations: true,
            levels: None,
            delete: Delete::All,
            referrers: true,
            catalog: true,
            mount: true,
            chunked: true,
            whole_blobs: false,
            resumable: true,
            strict_ranges: false,
            redirect: false,
            digest_header: true,
            manifest_location: true,
            relative_locations: false,
            ranges: true,
            page: 1000,
            discard_above: None,
            throttle: None,
        }
    }
}

impl Options {
    /// Returns what stands in for ACR Personal: distribution 2.8 that takes images only, and names of two levels.
    ///
    /// Add [`Auth::Bearer`] for its token server.
    pub fn acr_personal() -> Self {
        Self {
            images_only: true,
            catalog: false,
            levels: Some(2),
            ..Self::distribution()
        }
    }

    /// Returns what stands in for Huawei Cloud's SWR: distribution 2.8 that takes neither an index of OCI nor attestations.
    pub fn swr() -> Self {
        Self {
            docker_lists_only: true,
            attestations: false,
            ..Self::distribution()
        }
    }

    /// Returns the behaviour of distribution 2.8 with deletion switched on.
    ///
    /// Unlike it, tags come in order and in pages.
    pub fn distribution() -> Self {
        Self {
            delete: Delete::Digests,
            referrers: false,
            resumable: false,
            ..Self::default()
        }
    }
}

/// What may be deleted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Delete {
    /// Nothing: every DELETE of a manifest or blob is answered with 405.
    Off,
    /// Manifests by digest, and blobs, as distribution 2.8 does it.
    Digests,
    /// Tags alone as well.
    All,
}

/// Who may come in, and how they prove who they are.
#[derive(Clone)]
pub enum Auth {
    /// Everyone may do everything.
    Open,
    /// The `Basic` scheme: these users may do everything.
    Basic(Vec<User>),
    /// The `Bearer` scheme with a token endpoint on a port of its own.
    Bearer(Bearer),
}

impl Auth {
    /// Returns the `Basic` scheme with one user.
    pub fn basic(name: &str, password: &str) -> Self {
        Self::Basic(vec![User::new(name, password)])
    }

    /// Returns the `Bearer` scheme with one user, and no one else.
    pub fn bearer(name: &str, password: &str) -> Self {
        Self::Bearer(Bearer {
            users: vec![User::new(name, password)],
            ..Bearer::default()
        })
    }
}

/// Someone with a password.
#[derive(Clone)]
pub struct User {
    /// The name.
    pub name: String,
    /// The password.
    pub password: String,
    /// May pull, and nothing else.
    pub read_only: bool,
}

impl User {
    /// Returns a user who may do everything.
    pub fn new(name: &str, password: &str) -> Self {
        Self {
            name: name.to_owned(),
            password: password.to_owned(),
            read_only: false,
        }
    }
}

/// What the token endpoint says in `expires_in`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Announced {
    /// The lifetime, in whole seconds.
    Lifetime,
    /// These seconds, true or not.
    Seconds(u64),
    /// Nothing: the reader has to assume 60 seconds.
    Nothing,
}

/// How tokens are given out.
#[derive(Clone)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "each is something token services do or do not"
)]
pub struct Bearer {
    /// Who gets tokens.
    pub users: Vec<User>,
    /// Gives pull tokens to requests without credentials.
    pub anonymous_pull: bool,
    /// How long a token is valid.
    pub lifetime: Duration,
    /// What the answer says of the lifetime.
    pub announced: Announced,
    /// Names the token `access_token` instead of `token`.
    pub access_token: bool,
    /// Grants only the first `scope` of a request, as registries without multi-scope tokens do.
    pub single_scope: bool,
    /// Repositories that no token gives access to.
    pub denied: Vec<String>,
    /// Gives access to a repository only after somebody asked for a token to push to it, as Quay does,
    /// where that makes the repository.
    pub made_by_push: bool,
    /// What the challenge calls this service.
    pub service: String,
    /// The address at which the challenge says that tokens are, if not the endpoint's own.
    pub realm: Option<String>,
    /// How much the token endpoint takes at a time; none for whatever comes.
    pub throttle: Option<Throttle>,
}

impl Default for Bearer {
    fn default() -> Self {
        Self {
            users: Vec::new(),
            anonymous_pull: false,
            lifetime: Duration::from_secs(300),
            announced: Announced::Lifetime,
            access_token: false,
            single_scope: false,
            denied: Vec::new(),
            made_by_push: false,
            service: "sandbox.example.com:26842".to_owned(),
            realm: None,
            throttle: None,
        }
    }
}
