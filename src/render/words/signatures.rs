//! By whom an image is signed, and what is wrong with its signatures.

use crate::model::{Digest, Flaw, SignedBy, SignerRule, Signers, SigningKey, Verified, listed};
use crate::plan::Unverified;

/// Says by whom an image is signed.
pub fn signed_by(verified: &Verified) -> String {
    match &verified.by {
        SignedBy::Key(fingerprint) => tr!(
            "signed with the key {}",
            "签名的密钥：{}",
            fingerprint.short()
        ),
        SignedBy::Identity { issuer, identity } => {
            tr!(
                "signed by `{identity}` ({issuer})",
                "签名者：`{identity}`（{issuer}）"
            )
        }
        SignedBy::GitHub {
            repository,
            workflow,
        } => tr!(
            "built on GitHub from `{repository}` by `{workflow}`",
            "在 GitHub 上由 `{workflow}` 从 `{repository}` 构建"
        ),
    }
}

/// Says that an image is not signed as a rule wants it, and what was found.
pub(super) fn unverified(unverified: &Unverified) -> String {
    let Unverified { rule, flaws } = unverified;
    let at = &rule.origin;
    let is_provenance = is_provenance(rule.signed.as_ref());
    if flaws.is_empty() {
        return if is_provenance {
            tr!(
                "its registry holds no build provenance of GitHub for it, and the rule at {at} asks for one",
                "它的仓库里没有 GitHub 的构建来源证明，而 {at} 的规则要求有"
            )
        } else {
            tr!(
                "it has no signature of cosign, and the rule at {at} asks for one",
                "它没有 cosign 签名，而 {at} 的规则要求有"
            )
        };
    }
    let flaws: Vec<_> = flaws.iter().map(flaw).collect();
    let (found, wanted) = (
        flaws.join(tr_word!("; ", "；")),
        wanted(rule.signed.as_ref()),
    );
    if is_provenance {
        tr!(
            "its build provenance is not what the rule at {at} asks for ({wanted}): {found}",
            "它的构建来源证明不符合 {at} 的规则（{wanted}）：{found}"
        )
    } else {
        tr!(
            "it is not signed as the rule at {at} asks for ({wanted}): {found}",
            "它的签名不符合 {at} 的规则（{wanted}）：{found}"
        )
    }
}

fn is_provenance(rule: Option<&SignerRule>) -> bool {
    matches!(rule, Some(rule) if matches!(rule.signers, Signers::GitHub { .. }))
}

/// Says by whom a rule wants an image to be signed.
fn wanted(rule: Option<&SignerRule>) -> String {
    match rule.map(|rule| &rule.signers) {
        None => String::new(),
        Some(Signers::Keys(keys)) => {
            let keys = keys.iter().map(SigningKey::fingerprint);
            let keys = listed(keys.map(|key| key.short()));
            tr!("key {keys}", "密钥 {keys}")
        }
        Some(Signers::Identity { issuer, identity }) => {
            tr!("`{identity}`, {issuer}", "`{identity}`，{issuer}")
        }
        Some(Signers::GitHub {
            repository,
            signer_workflow: None,
        }) => tr!("built from `{repository}`", "从 `{repository}` 构建"),
        Some(Signers::GitHub {
            repository,
            signer_workflow: Some(workflow),
        }) => tr!(
            "built from `{repository}` by `{workflow}`",
            "由 `{workflow}` 从 `{repository}` 构建"
        ),
    }
}

/// Says what is wrong with one signature.
fn flaw(flaw: &Flaw) -> String {
    match flaw {
        Flaw::OtherKey => tr!(
            "a signature was made with another key, or changed since",
            "有一个签名是用别的密钥签的，或者后来被改过"
        ),
        Flaw::NoCertificate => tr!(
            "a signature has no certificate, so that nobody tells whose it is",
            "有一个签名没有证书，不知道是谁签的"
        ),
        Flaw::OtherImage { names } if names.is_empty() => {
            tr!("a signature is of another image", "有一个签名是别的镜像的")
        }
        Flaw::OtherImage { names } => tr!(
            "a signature is of another image, {}",
            "有一个签名是别的镜像（{}）的",
            names
                .parse()
                .map_or_else(|_| names.clone(), |digest: Digest| digest.short())
        ),
        Flaw::OtherSigner { by } => other_signer(by),
        Flaw::NotValidThen { made, from, until } => tr!(
            "a signature was made at {made}, when its certificate was not good: that was so from {from} to {until}",
            "有一个签名是 {made} 签的，而证书的有效期是 {from} 到 {until}"
        ),
        Flaw::Untrusted(why) => tr!(
            "nobody who is trusted vouches for a signature ({why})",
            "有一个签名没有可信的证明（{why}）"
        ),
        Flaw::Malformed(why) => {
            tr!(
                "a signature cannot be read ({why})",
                "有一个签名读不了（{why}）"
            )
        }
    }
}

fn other_signer(by: &SignedBy) -> String {
    match by {
        SignedBy::Key(fingerprint) => tr!(
            "it is signed with the key {}",
            "它是用密钥 {} 签的",
            fingerprint.short()
        ),
        SignedBy::Identity { issuer, identity } => {
            tr!(
                "it is signed by `{identity}` ({issuer})",
                "它是 `{identity}`（{issuer}）签的"
            )
        }
        SignedBy::GitHub {
            repository,
            workflow,
        } => tr!(
            "it was built from `{repository}` by `{workflow}`",
            "它是由 `{workflow}` 从 `{repository}` 构建的"
        ),
    }
}

/// Says what to do about an image that is not signed as a rule wants it.
pub fn for_unverified(unverified: &Unverified) -> String {
    let at = &unverified.rule.origin;
    if unverified.flaws.is_empty() && is_provenance(unverified.rule.signed.as_ref()) {
        return tr!(
            "what GitHub keeps is not looked at: let the workflow that builds it attach it to the image, with \
             `push-to-registry: true` of `actions/attest-build-provenance`",
            "这里不去问 GitHub：让构建它的工作流把证明附到镜像上，用 `actions/attest-build-provenance` 的 \
             `push-to-registry: true`"
        );
    }
    tr!(
        "have whoever builds it sign it so, or change the rule at {at}; if it was signed so before, someone may have \
         changed the image",
        "让构建它的人这样签名，或者修改 {at} 的规则；如果以前是这样签的，镜像可能被人动过"
    )
}
