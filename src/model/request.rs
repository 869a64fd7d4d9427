//! The requests that a registry is sent.

use super::language::Text;

/// The kinds of requests.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum RequestKind {
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
    /// `GET` of a page of repositories.
    ListRepositories,
    /// `GET` of a page of referrers.
    ListReferrers,
    /// A token.
    Token,
    /// `GET` of `/v2/`, which tells how a host wants a login.
    Ping,
    /// What a cloud is asked for to get a temporary password.
    SignIn,
    /// `POST` of a message about a run.
    Notice,
}

impl RequestKind {
    /// All kinds, in the order of their declaration.
    pub const ALL: [Self; 19] = [
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
        Self::ListRepositories,
        Self::ListReferrers,
        Self::Token,
        Self::Ping,
        Self::SignIn,
        Self::Notice,
    ];

    /// Tells whether the request is to change what the registry holds.
    pub fn is_write(self) -> bool {
        match self {
            Self::PutManifest
            | Self::DeleteManifest
            | Self::MountBlob
            | Self::StartUpload
            | Self::AppendUpload
            | Self::FinishUpload
            | Self::UploadOffset
            | Self::CancelUpload => true,
            Self::HeadManifest
            | Self::GetManifest
            | Self::HeadBlob
            | Self::GetBlob
            | Self::ListTags
            | Self::ListRepositories
            | Self::ListReferrers
            | Self::Token
            | Self::Ping
            | Self::SignIn
            | Self::Notice => false,
        }
    }

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
            Self::ListRepositories => "list-repositories",
            Self::ListReferrers => "list-referrers",
            Self::Token => "token",
            Self::Ping => "ping",
            Self::SignIn => "sign-in",
            Self::Notice => "notice",
        }
    }
}

/// One request: its kind and its object.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Operation {
    /// What kind of request it is.
    pub kind: RequestKind,
    /// What it is about, as it stands in a sentence.
    pub object: Text,
}

impl Operation {
    /// Names a request.
    pub fn new(kind: RequestKind, object: Text) -> Self {
        Self { kind, object }
    }
}
