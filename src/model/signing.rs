//! By whom an image must be signed, by whom it is, and what was found in place of that.

use std::fmt::{self, Write as _};
use std::hash::{Hash, Hasher};
use std::str::FromStr;
use std::sync::Arc;

use super::digest::Digest;
use super::glob::Glob;
use super::language::Text;

/// Where GitHub's workflows have their identities from.
pub const GITHUB_ISSUER: &str = "https://token.actions.githubusercontent.com";

/// By whom an image must be signed, and who vouches for that.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct SignerRule {
    /// By whom.
    pub signers: Signers,
    /// Who vouches for identities; none where those do that are built in.
    pub trusted_root: Option<TrustedRoot>,
}

/// By whom an image must be signed.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Signers {
    /// With cosign, by one of these keys.
    Keys(Vec<SigningKey>),
    /// With cosign, by someone of whom a certificate tells who that is.
    Identity {
        /// Who says so: the address of the login.
        issuer: String,
        /// A pattern of who it is.
        identity: String,
    },
    /// By a workflow of GitHub's that built the image and says from what.
    GitHub {
        /// The repository that it was built from: `OWNER/NAME`, or a pattern of that.
        repository: String,
        /// The workflow, such as `OWNER/NAME/.github/workflows/build.yml`; none where any of the repository will do.
        signer_workflow: Option<String>,
    },
}

/// A public key.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct SigningKey {
    /// The key with its kind, in DER (`SubjectPublicKeyInfo`).
    pub der: Arc<[u8]>,
}

impl SigningKey {
    /// Returns what the key is told by: the SHA-256 of its DER, as others print it, too.
    pub fn fingerprint(&self) -> Digest {
        Digest::sha256(&self.der)
    }
}

/// Who vouches for identities: a `TrustedRoot` of sigstore in JSON, or several.
#[derive(Debug, Clone)]
pub struct TrustedRoot {
    text: Arc<str>,
    /// It is long, and asked for of each image.
    fingerprint: Digest,
}

impl TrustedRoot {
    /// Takes the text.
    pub fn new(text: &str) -> Self {
        Self {
            fingerprint: Digest::sha256(text.as_bytes()),
            text: text.into(),
        }
    }

    /// Returns the text.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// Returns what it is told by.
    pub fn fingerprint(&self) -> Digest {
        self.fingerprint.clone()
    }
}

impl PartialEq for TrustedRoot {
    fn eq(&self, other: &Self) -> bool {
        self.fingerprint == other.fingerprint
    }
}

impl Eq for TrustedRoot {}

impl Hash for TrustedRoot {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.fingerprint.hash(state);
    }
}

/// By whom an image was found to be signed: what a lock records, and a report tells.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Verified {
    /// By whom.
    pub by: SignedBy,
    /// Who vouched for that; none where it is built in, or a key needs nobody.
    pub root: Option<Digest>,
}

/// By whom an image is signed.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum SignedBy {
    /// With cosign, by the key of this fingerprint.
    Key(Digest),
    /// With cosign, by someone of whom a certificate tells who that is.
    Identity {
        /// Who says so.
        issuer: String,
        /// Who it is.
        identity: String,
    },
    /// By a workflow of GitHub's that built the image.
    GitHub {
        /// The repository that it was built from: `OWNER/NAME`.
        repository: String,
        /// The workflow, with the ref that it was taken from.
        workflow: String,
    },
}

impl SignerRule {
    /// Tells whether this rule would have come to the same.
    pub fn accepts(&self, verified: &Verified) -> bool {
        let root = match &self.signers {
            Signers::Keys(_) => None,
            Signers::Identity { .. } | Signers::GitHub { .. } => {
                self.trusted_root.as_ref().map(TrustedRoot::fingerprint)
            }
        };
        root == verified.root && self.signers.accept(&verified.by)
    }
}

impl Signers {
    /// Tells whether someone is one of them.
    pub fn accept(&self, by: &SignedBy) -> bool {
        match (self, by) {
            (Self::Keys(keys), SignedBy::Key(fingerprint)) => {
                keys.iter().any(|key| key.fingerprint() == *fingerprint)
            }
            (
                Self::Identity { issuer, identity },
                SignedBy::Identity {
                    issuer: by_issuer,
                    identity: by,
                },
            ) => issuer == by_issuer && Glob::new(identity).matches(by),
            (
                Self::GitHub {
                    repository,
                    signer_workflow,
                },
                SignedBy::GitHub {
                    repository: from,
                    workflow,
                },
            ) => {
                let is_one = |pattern: &str, name: &str| {
                    // GitHub takes its names in any case.
                    Glob::new(&pattern.to_lowercase()).matches(&name.to_lowercase())
                };
                // Of which workflow, and not at which ref, is what the rule says.
                let (path, _) = workflow.split_once('@').unwrap_or((workflow, ""));
                let by = signer_workflow.clone();
                let by = by.unwrap_or_else(|| format!("{from}/*"));
                is_one(repository, from) && is_one(&format!("https://github.com/{by}"), path)
            }
            _ => false,
        }
    }
}

/// What is wrong with one signature.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Flaw {
    /// None of the keys made it, or what it is of was changed after that.
    OtherKey,
    /// It has no certificate, so that nobody says whose it is.
    NoCertificate,
    /// It is a right one, of another image: someone put it beside this one.
    OtherImage {
        /// What it is of, as it says.
        names: String,
    },
    /// It is a right one, by somebody else.
    OtherSigner {
        /// By whom.
        by: SignedBy,
    },
    /// Its certificate was not good when it was made.
    NotValidThen {
        /// When it was made.
        made: String,
        /// From when the certificate was good.
        from: String,
        /// Until when.
        until: String,
    },
    /// Nobody that is trusted vouches for it.
    Untrusted(Text),
    /// It cannot be read.
    Malformed(Text),
}

impl fmt::Display for Verified {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.by)?;
        match &self.root {
            Some(root) => write!(f, " {ROOT} {root}"),
            None => Ok(()),
        }
    }
}

impl fmt::Display for SignedBy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Key(fingerprint) => write!(f, "{KEY} {fingerprint}"),
            Self::Identity { issuer, identity } => {
                write!(f, "{IDENTITY} {} {}", word(issuer), word(identity))
            }
            Self::GitHub {
                repository,
                workflow,
            } => write!(f, "{GITHUB} {} {}", word(repository), word(workflow)),
        }
    }
}

const KEY: &str = "cosign-key";
const IDENTITY: &str = "cosign-identity";
const GITHUB: &str = "github";
const ROOT: &str = "root";

/// Returns a text as one word, whatever someone had put into a certificate.
fn word(text: &str) -> String {
    let mut word = String::new();
    for c in text.chars() {
        if c.is_whitespace() || c.is_control() || c == '%' {
            let mut bytes = [0; 4];
            for byte in c.encode_utf8(&mut bytes).bytes() {
                // A string takes all that is written to it.
                let _ = write!(word, "%{byte:02X}");
            }
        } else {
            word.push(c);
        }
    }
    word
}

/// Says that a text does not tell by whom an image is signed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct VerifiedError(pub String);

impl fmt::Display for VerifiedError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self(text) = self;
        write_tr!(
            f,
            "`{text}` does not tell by whom an image is signed",
            "`{text}` 没有说明镜像是谁签的"
        )
    }
}

impl std::error::Error for VerifiedError {}

impl FromStr for Verified {
    type Err = VerifiedError;

    fn from_str(text: &str) -> Result<Self, VerifiedError> {
        let words: Vec<&str> = text.split(' ').collect();
        let (by, root) = match words.as_slice() {
            [by @ .., ROOT, root] => (by, Some(root.parse().ok())),
            by => (by, None),
        };
        let unescaped = |word: &&str| {
            let word = percent_decoded(word)?;
            (!word.is_empty()).then_some(word)
        };
        let by =
            match by {
                [KEY, fingerprint] => fingerprint.parse().ok().map(SignedBy::Key),
                [IDENTITY, issuer, identity] => unescaped(issuer)
                    .zip(unescaped(identity))
                    .map(|(issuer, identity)| SignedBy::Identity { issuer, identity }),
                [GITHUB, repository, workflow] => unescaped(repository)
                    .zip(unescaped(workflow))
                    .map(|(repository, workflow)| SignedBy::GitHub {
                        repository,
                        workflow,
                    }),
                _ => None,
            };
        let verified = by.and_then(|by| {
            let root = root.map_or(Some(None), |root| root.map(Some))?;
            Some(Self { by, root })
        });
        verified.ok_or_else(|| VerifiedError(text.to_owned()))
    }
}

fn percent_decoded(word: &str) -> Option<String> {
    let mut bytes = vec![];
    let mut rest = word.as_bytes();
    while let [first, after @ ..] = rest {
        rest = after;
        if *first != b'%' {
            bytes.push(*first);
            continue;
        }
        let hex = std::str::from_utf8(rest.get(..2)?).ok()?;
        bytes.push(u8::from_str_radix(hex, 16).ok()?);
        rest = &rest[2..];
    }
    String::from_utf8(bytes).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn identity(identity: &str) -> SignedBy {
        SignedBy::Identity {
            issuer: GITHUB_ISSUER.to_owned(),
            identity: identity.to_owned(),
        }
    }

    fn github(repository: &str, workflow: &str) -> SignedBy {
        SignedBy::GitHub {
            repository: repository.to_owned(),
            workflow: workflow.to_owned(),
        }
    }

    #[test]
    fn what_is_recorded_reads_back_whatever_a_certificate_says() {
        let key = SignedBy::Key(Digest::sha256(b"key"));
        let root = Some(Digest::sha256(b"root"));
        for (by, text) in [
            (
                key,
                "cosign-key sha256:2c70e12b7a0646f92279f427c7b38e7334d8e5389cff167a1dc30e73f826b683",
            ),
            (
                identity("me@example.com"),
                "cosign-identity https://token.actions.githubusercontent.com me@example.com",
            ),
            (
                identity("a root sha256:b\"\n%二"),
                "cosign-identity https://token.actions.githubusercontent.com a%20root%20sha256:b\"%0A%25二",
            ),
            (github("cli/cli", "root"), "github cli/cli root"),
        ] {
            for root in [None, root.clone()] {
                let verified = Verified {
                    by: by.clone(),
                    root,
                };
                let written = verified.to_string();
                assert!(written.starts_with(text), "{written}");
                assert_eq!(written.parse(), Ok(verified));
            }
        }
        for text in [
            "",
            "cosign-key",
            "cosign-key x",
            "cosign-identity a",
            "cosign-identity a  ",
            "github a%2 b",
            "notation a b",
            "cosign-key sha256:2c70e12b7a0646f92279f427c7b38e7334d8e5389cff167a1dc30e73f826b683 root x",
        ] {
            assert!(text.parse::<Verified>().is_err(), "{text}");
        }
    }

    #[test]
    fn a_rule_accepts_whom_it_names_and_nobody_else() {
        let pattern = |identity: &str| Signers::Identity {
            issuer: GITHUB_ISSUER.to_owned(),
            identity: identity.to_owned(),
        };
        let built = |repository: &str, signer_workflow: Option<&str>| Signers::GitHub {
            repository: repository.to_owned(),
            signer_workflow: signer_workflow.map(str::to_owned),
        };
        let workflow =
            "https://github.com/cli/cli/.github/workflows/deployment.yml@refs/heads/trunk";
        let of_cli = github("cli/cli", workflow);
        let other = SignedBy::Identity {
            issuer: "https://other.example".to_owned(),
            identity: workflow.to_owned(),
        };
        for (signers, by, accepted) in [
            (pattern(workflow), &identity(workflow), true),
            (
                pattern("https://github.com/cli/*"),
                &identity(workflow),
                true,
            ),
            (pattern("https://github.com/cli/*"), &other, false),
            (
                pattern("https://github.com/gh/*"),
                &identity(workflow),
                false,
            ),
            (pattern("*"), &of_cli, false),
            (built("cli/cli", None), &of_cli, true),
            (built("CLI/cli", None), &of_cli, true),
            (built("cli/*", None), &of_cli, true),
            (built("cli/other", None), &of_cli, false),
            (built("cli/cli", None), &identity(workflow), false),
            // Built from it by somebody else's workflow: that has to be said.
            (built("org/app", None), &github("org/app", workflow), false),
            (
                built("org/app", Some("cli/cli/.github/workflows/deployment.yml")),
                &github("org/app", workflow),
                true,
            ),
            (
                built("cli/cli", Some("cli/cli/.github/workflows/other.yml")),
                &of_cli,
                false,
            ),
            (built("cli/c", None), &github("cli/c", workflow), false),
        ] {
            assert_eq!(signers.accept(by), accepted, "{signers:?} {by:?}");
        }
    }

    #[test]
    fn another_root_asks_again() {
        let root = |text: &str| TrustedRoot::new(text);
        let rule = |trusted_root| SignerRule {
            signers: Signers::Identity {
                issuer: GITHUB_ISSUER.to_owned(),
                identity: "*".to_owned(),
            },
            trusted_root,
        };
        let verified = |root: Option<TrustedRoot>| Verified {
            by: identity("a"),
            root: root.as_ref().map(TrustedRoot::fingerprint),
        };
        for (of_rule, recorded, accepted) in [
            (None, None, true),
            (Some(root("a")), Some(root("a")), true),
            (Some(root("a")), Some(root("b")), false),
            (Some(root("a")), None, false),
            (None, Some(root("a")), false),
        ] {
            assert_eq!(rule(of_rule).accepts(&verified(recorded)), accepted);
        }
    }
}
