//! Whose signature an image must have before it is copied or locked, and what was found.

use std::sync::Arc;

use crate::model::{Failure, Flaw, Reference, SignerRule, SourcePattern, Verified};

use super::declared_at::DeclaredAt;

/// By whom the images of some sources must be signed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct VerifyRule {
    /// Of which sources.
    pub images: Vec<SourcePattern>,
    /// By whom; none where they need not be.
    pub signed: Option<SignerRule>,
    /// Where that was declared.
    pub origin: DeclaredAt,
}

/// All that the files declare of this, in their order: the first one that names a source decides.
pub type VerifyRules = Arc<[Arc<VerifyRule>]>;

impl VerifyRule {
    /// Returns the one of these that decides about a source.
    pub fn for_source<'r>(rules: &'r [Arc<Self>], source: &Reference) -> Option<&'r Arc<Self>> {
        let names = |rule: &&Arc<Self>| rule.images.iter().any(|one| one.matches(source));
        rules.iter().find(names)
    }
}

/// What became of the signatures of an image.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Verdict {
    /// One of them is as the rule wants it.
    Verified(Box<Verified>),
    /// None of them is.
    Unverified(Box<Unverified>),
    /// The source did not say what it has of them.
    Unreadable(Failure),
}

/// That an image is not signed as a rule wants it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unverified {
    /// The rule.
    pub rule: Arc<VerifyRule>,
    /// What is wrong with the signatures that there are; none where there is no signature.
    pub flaws: Vec<Flaw>,
}
