//! Signatures that others made of images that are out there, and those who are trusted without being named.
//!
//! Both are in the tests of sigstore's crate for Rust (`sigstore` 0.15, Apache-2.0); they are public.

use pusher::model::{Digest, Flaw, SignedBy, SignerRule, Signers, Verified};
use pusher::verify::{Check, Evidence, Form, read_keys};
use serde_json::Value;

use crate::support::signing::{GITHUB, SIGNED, Sigstore, Who};

/// A bundle of cosign 3 of `ghcr.io/kubewarden/kubewarden-controller:v1.34.0`: its certificate was good for ten minutes.
const BUNDLE: &str = include_str!("../../fixtures/signatures/cosign.sigstore.json");
const IMAGE: &str = "sha256:c811d58de79c92f03214e63aa339484e488d694ae8a6283b5f3f17a9faf50172";
const WORKFLOW: &str = "https://github.com/kubewarden/kubewarden-controller/.github/workflows/release.yml@refs/tags/v1.34.0";

/// What SUSE signed of `registry.suse.com/suse/sle-micro/5.0/toolbox`, with RSA.
const PAYLOAD: &str = r#"{"critical":{"identity":{"docker-reference":"registry.suse.com/suse/sle-micro/5.0/toolbox"},"image":{"docker-manifest-digest":"sha256:356631f7603526a0af827741f5fe005acf19b7ef7705a34241a91c2d47a6db5e"},"type":"cosign container image signature"},"optional":{"creator":"OBS"}}"#;
const SIGNATURE: &str = "umasnfYJyLbYPjiq1wIy086Ns+CrgiMoQUSGqPqlUmtWsY0hbngJ73hPfJFrppviPKdBeuUiiwgKagBKIXLEXjwxQp4eE3szwqkKoAnR/lByb7ahLgVQ4MB6xDQaHD53MYtj7aOvd4O7FqJltVVjEn7nM/Du2tL5y3jf6lD7VfHZE8uRocRlyppt8SfTc5L12mVlZ0YlfKYkd334A4y/reCy3Yws0j356Wj7GLScMU5uR11Y2y41rSyYm5uXhTerwNFXsRcPMAmenMarCdCmt4Lf4wpcJBCU172xiK+rIhbMgkLjjA772+auSYf1E8CySVah5CD0Td5YC3y8vIIYaA==";
const KEY: &str = "-----BEGIN PUBLIC KEY-----
MIIBIjANBgkqhkiG9w0BAQEFAAOCAQ8AMIIBCgKCAQEAvM/dHoi6nSy7hbKHLYUr
Xy6Bv35JbdoIzny5vSFiRXApr0KS56U8PugdGmh+vd7H8YNlx2YOJxzv02Blsrcm
WDZcXjE3Xpsi/IHFfRZLOdwwR+u8MNFxwRUVzxyIzKGtbREVVfXPfb2Xc6FL5/tE
vQtUKuR6XdzSaav2RnV5IybCB09s0Np0AUbdi5EfSe4INuqgY+VFYLjvM5onbAQL
N3bFLS4Quk66Dhv93Zi6NwopwL1F07UPC5uadkyePStP3PA0OAOemj9vZADOWx5a
dsGCKISs8iphNC5mDVoLy8Ry49Ms3eQXRjVQOMco3YNf8AhsIdxDNBVN8VTDKVkE
DwIDAQAB
-----END PUBLIC KEY-----
";

fn look(rule: &SignerRule, image: &str, evidence: &Evidence) -> Result<Verified, Vec<Flaw>> {
    let image: Digest = image.parse().unwrap();
    let mut check = Check::new(rule, &image);
    check.look(evidence).ok_or_else(|| check.flaws())
}

fn bundle(bundle: &str) -> Evidence {
    Evidence {
        form: Form::Bundle,
        bytes: bundle.to_owned().into(),
    }
}

fn kubewarden() -> SignerRule {
    SignerRule {
        signers: Signers::Identity {
            issuer: GITHUB.to_owned(),
            identity: "https://github.com/kubewarden/*/.github/workflows/release.yml@refs/tags/v*"
                .to_owned(),
        },
        trusted_root: None,
    }
}

#[test]
fn an_image_of_kubewarden_is_signed_as_sigstore_vouches_for() {
    let verified = look(&kubewarden(), IMAGE, &bundle(BUNDLE)).unwrap();
    let by = SignedBy::Identity {
        issuer: GITHUB.to_owned(),
        identity: WORKFLOW.to_owned(),
    };
    assert_eq!(verified, Verified { by, root: None });
    let other = IMAGE.replace("c811", "c812");
    let replayed = look(&kubewarden(), &other, &bundle(BUNDLE)).unwrap_err();
    assert_eq!(
        format!("{replayed:?}"),
        format!("[OtherImage {{ names: {IMAGE:?} }}]")
    );
    // Who is not known to sigstore vouches for nobody.
    let own = Sigstore::new().bundle(
        &IMAGE.parse().unwrap(),
        SIGNED,
        Who::workflow("kubewarden/x", WORKFLOW),
    );
    let flaws = look(&kubewarden(), IMAGE, &bundle(&own.to_string())).unwrap_err();
    assert!(matches!(flaws[..], [Flaw::Untrusted(_)]), "{flaws:?}");
}

/// Calls back with each text in a document, to be changed.
fn texts(value: &mut Value, path: &str, each: &mut impl FnMut(&str, &mut String)) {
    match value {
        Value::String(text) => each(path, text),
        Value::Array(items) => {
            for (number, item) in items.iter_mut().enumerate() {
                texts(item, &format!("{path}/{number}"), each);
            }
        }
        Value::Object(members) => {
            for (name, member) in members {
                texts(member, &format!("{path}/{name}"), each);
            }
        }
        _ => {}
    }
}

#[test]
fn no_part_of_it_can_be_another() {
    let document: Value = serde_json::from_str(BUNDLE).unwrap();
    let mut parts = 0;
    texts(&mut document.clone(), "", &mut |_, _| parts += 1);
    assert!(parts > 10);
    let mut unnoticed = vec![];
    for part in 0..parts {
        let (mut changed, mut number, mut at) = (document.clone(), 0, String::new());
        texts(&mut changed, "", &mut |path, text| {
            if number == part {
                // Another letter or digit, after a third of it.
                let middle = text.len() / 3;
                let other = if text[middle..].starts_with(['A', '1']) {
                    "2"
                } else {
                    "1"
                };
                let end = middle + text[middle..].chars().next().map_or(0, char::len_utf8);
                text.replace_range(middle..end, other);
                path.clone_into(&mut at);
            }
            number += 1;
        });
        if look(&kubewarden(), IMAGE, &bundle(&changed.to_string())).is_ok() {
            unnoticed.push(at);
        }
    }
    // Where in all of the log something stands follows from the proof, which has a number of its own.
    let log_index = "/verificationMaterial/tlogEntries/0/logIndex";
    assert!(unnoticed.iter().all(|at| at == log_index), "{unnoticed:#?}");
}

#[test]
fn an_image_of_suse_is_signed_with_its_key() {
    let rule = SignerRule {
        signers: Signers::Keys(read_keys(KEY).unwrap()),
        trusted_root: None,
    };
    let image = "sha256:356631f7603526a0af827741f5fe005acf19b7ef7705a34241a91c2d47a6db5e";
    let simple = |payload: &str| Evidence {
        form: Form::Simple(
            [(
                "dev.cosignproject.cosign/signature".to_owned(),
                SIGNATURE.to_owned(),
            )]
            .into_iter()
            .collect(),
        ),
        bytes: payload.to_owned().into(),
    };
    assert!(look(&rule, image, &simple(PAYLOAD)).is_ok());
    let changed = PAYLOAD.replace("OBS", "obs");
    assert_eq!(
        look(&rule, image, &simple(&changed)),
        Err(vec![Flaw::OtherKey])
    );
}
