//! Who vouches for certificates, and for when something was signed.

use std::collections::HashMap;
use std::sync::{Arc, LazyLock, Mutex, PoisonError};

use serde_json::Deserializer;
use serde_json::value::RawValue;
use sigstore_verify::Verifier;
use sigstore_verify::trust_root::{
    SIGSTORE_GITHUB_TRUSTED_ROOT, SIGSTORE_PRODUCTION_TRUSTED_ROOT, TrustedRoot as Parsed,
};

use crate::model::{Digest, Signers, Text, TrustedRoot};

/// Someone who vouches for certificates.
pub(super) struct Root {
    pub(super) verifier: Verifier,
    /// Whether there is a log in which everything has to stand.
    pub(super) has_log: bool,
    /// Whether there is a log in which every certificate has to stand.
    pub(super) has_certificate_log: bool,
}

/// That of sigstore, which anybody may use.
static PUBLIC: LazyLock<Vec<Root>> = LazyLock::new(|| built_in(SIGSTORE_PRODUCTION_TRUSTED_ROOT));
/// That of GitHub, for repositories that are not public.
static GITHUB: LazyLock<Vec<Root>> = LazyLock::new(|| built_in(SIGSTORE_GITHUB_TRUSTED_ROOT));

/// A test sees that there is one in each.
fn built_in(text: &str) -> Vec<Root> {
    roots(text).unwrap_or_default()
}

/// Those that files bring, by their fingerprints: each is read once, however many images it is asked of.
static OWN: LazyLock<Mutex<HashMap<Digest, Arc<Vec<Root>>>>> = LazyLock::new(Mutex::default);

fn read_once(own: &TrustedRoot) -> Arc<Vec<Root>> {
    let mut known = OWN.lock().unwrap_or_else(PoisonError::into_inner);
    let read = || Arc::new(built_in(own.text()));
    Arc::clone(known.entry(own.fingerprint()).or_insert_with(read))
}

/// Those that are asked for a rule.
pub(super) enum Roots {
    BuiltIn(Vec<&'static Root>),
    Own(Arc<Vec<Root>>),
}

impl Roots {
    /// Returns those that a rule names, or those that are built in.
    pub(super) fn of(signers: &Signers, own: Option<&TrustedRoot>) -> Self {
        if let Some(own) = own {
            return Self::Own(read_once(own));
        }
        let public = PUBLIC.iter();
        Self::BuiltIn(match signers {
            Signers::Keys(_) => vec![],
            Signers::Identity { .. } => public.collect(),
            Signers::GitHub { .. } => public.chain(GITHUB.iter()).collect(),
        })
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = &Root> {
        let (built_in, own) = match self {
            Self::BuiltIn(roots) => (roots.as_slice(), &[][..]),
            Self::Own(roots) => (&[][..], roots.as_slice()),
        };
        built_in.iter().copied().chain(own)
    }
}

/// Checks the text of a trusted root: one in JSON, or several behind one another, as `gh attestation trusted-root`
/// writes them.
///
/// # Errors
///
/// It is none.
pub fn read_root(text: &str) -> Result<TrustedRoot, Text> {
    match roots(text) {
        Ok(found) if found.is_empty() => Err(text!("it is empty", "它是空的")),
        Ok(_) => Ok(TrustedRoot::new(text)),
        Err(why) => Err(text!(
            "it is not a trusted root of sigstore ({why})",
            "它不是 sigstore 的信任根（{why}）"
        )),
    }
}

fn roots(text: &str) -> Result<Vec<Root>, Text> {
    let each = Deserializer::from_str(text).into_iter::<Box<RawValue>>();
    each.map(|one| root(one.map_err(|why| verbatim(&why))?.get()))
        .collect()
}

/// Returns what the library says, in its own words.
fn verbatim(why: &dyn std::fmt::Display) -> Text {
    Text::verbatim(why.to_string())
}

fn root(text: &str) -> Result<Root, Text> {
    let parsed = Parsed::from_json(text).map_err(|why| verbatim(&why))?;
    let verifier = Verifier::new(&parsed).map_err(|why| verbatim(&why))?;
    if parsed.certificate_authorities.is_empty() {
        return Err(text!(
            "it has no `certificateAuthorities`",
            "里面没有 `certificateAuthorities`"
        ));
    }
    Ok(Root {
        verifier,
        has_log: !parsed.tlogs.is_empty(),
        has_certificate_log: !parsed.ctlogs.is_empty(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn those_that_are_built_in_can_be_read() {
        let facts = |roots: &[Root]| -> Vec<_> {
            let facts = roots
                .iter()
                .map(|root| (root.has_log, root.has_certificate_log));
            facts.collect()
        };
        assert_eq!(facts(&PUBLIC), [(true, true)]);
        assert_eq!(facts(&GITHUB), [(false, false)]);
    }

    #[test]
    fn a_file_may_hold_one_or_several() {
        let one = SIGSTORE_PRODUCTION_TRUSTED_ROOT;
        assert_eq!(read_root(one).unwrap().text(), one);
        let both = format!("{one}\n{SIGSTORE_GITHUB_TRUSTED_ROOT}");
        assert_eq!(roots(&both).unwrap().len(), 2);
        for text in ["", "\n", "{}", "no", "[]", &format!("{one}{{")] {
            assert!(read_root(text).is_err(), "{text}");
        }
    }
}
