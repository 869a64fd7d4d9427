//! What a mirror file says of signatures. The JSON Schema is made from these types, comments and all.

use schemars::JsonSchema;

use super::at::At;
use super::files::Place;

/// By whom the images of some sources must be signed, before they are copied or locked: one of `cosign`, `github` and
/// `unsigned`.
#[derive(Debug, Clone, PartialEq, JsonSchema)]
#[schemars(rename = "Verify", rename_all = "kebab-case", deny_unknown_fields)]
pub(super) struct VerifyTable {
    /// Patterns of sources, such as `ghcr.io/org/*`; `*` stands for any characters, `?` for one. The first rule that
    /// names a source decides.
    #[schemars(with = "OneOrMore")]
    pub(super) images: Vec<At<String>>,
    /// They must be signed with cosign.
    pub(super) cosign: Option<CosignTable>,
    /// They must have been built by a workflow of GitHub's, with build provenance beside them.
    pub(super) github: Option<GitHubTable>,
    /// They need not be signed: for exceptions from a rule behind this one.
    pub(super) unsigned: Option<bool>,
    /// A file of sigstore's `TrustedRoot` (JSON), relative to this file, in place of the ones that are built in.
    #[schemars(with = "Option<String>")]
    pub(super) trusted_root: Option<At<String>>,
    /// Where the rule stands.
    #[schemars(skip)]
    pub(super) place: Place,
}

/// By whom images must be signed with cosign: by a `key`, or by an `identity` of which an `issuer` tells.
#[derive(Debug, Clone, PartialEq, JsonSchema)]
#[schemars(rename = "Cosign", rename_all = "kebab-case", deny_unknown_fields)]
pub(super) struct CosignTable {
    /// A public key (PEM): its file, relative to this file, or its text; several where one of them is enough.
    #[schemars(with = "Option<OneOrMore>")]
    pub(super) key: Vec<At<String>>,
    /// Who tells of the identity, such as `https://token.actions.githubusercontent.com`.
    pub(super) issuer: Option<String>,
    /// Who must have signed: an address or a workflow, or a pattern of it with `*` for any characters.
    pub(super) identity: Option<String>,
}

/// From what images must have been built on GitHub.
#[derive(Debug, Clone, PartialEq, JsonSchema)]
#[schemars(rename = "GitHub", rename_all = "kebab-case", deny_unknown_fields)]
pub(super) struct GitHubTable {
    /// The repository, `OWNER/NAME`, or a pattern such as `OWNER/*`.
    pub(super) repository: String,
    /// The workflow, such as `OWNER/NAME/.github/workflows/build.yml`. Default: any of the repository itself.
    pub(super) signer_workflow: Option<String>,
}

/// One text, or a list of some.
#[derive(JsonSchema)]
#[schemars(untagged, inline)]
#[expect(dead_code, reason = "only its schema is used")]
enum OneOrMore {
    One(String),
    These(#[schemars(length(min = 1))] Vec<String>),
}
