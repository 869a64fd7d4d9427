//! Which signatures a rule accepts, and what is said of the others: one after another, as a registry would hold them.

mod real;

use pusher::model::{Digest, Flaw, SignedBy, SignerRule, Signers, Text, Verified};
use pusher::sandbox::images::{Artifact, Image};
use pusher::verify::{Check, Evidence, candidates, read_keys, read_root};

use crate::support::signing::{
    BUILT, GITHUB, Key, NOON, SIGNED, Sigstore, Simple, Who, attached, simples,
};

const WORKFLOW: &str = "https://github.com/org/app/.github/workflows/release.yml@refs/tags/v1";

fn image(content: &str) -> Artifact {
    Image::new("linux/amd64").layer(content).build()
}

/// Looks at all that one manifest holds.
fn check(rule: &SignerRule, image: &Digest, attached: &[Artifact]) -> Result<Verified, Vec<Flaw>> {
    let mut check = Check::new(rule, image);
    for manifest in attached {
        for candidate in candidates(&rule.signers, &manifest.bytes) {
            let is_it =
                |blob: &&pusher::sandbox::images::Blob| blob.digest == candidate.blob.digest;
            let blob = manifest.blobs.iter().find(is_it).unwrap();
            let evidence = Evidence {
                form: candidate.form,
                bytes: blob.content.bytes().unwrap(),
            };
            if let Some(verified) = check.look(&evidence) {
                return Ok(verified);
            }
        }
    }
    Err(check.flaws())
}

fn by_keys(keys: &[&Key]) -> SignerRule {
    let pem: String = keys.iter().map(|key| key.pem()).collect();
    SignerRule {
        signers: Signers::Keys(read_keys(&pem).unwrap()),
        trusted_root: None,
    }
}

fn by_identity(sigstore: &Sigstore, identity: &str) -> SignerRule {
    SignerRule {
        signers: Signers::Identity {
            issuer: GITHUB.to_owned(),
            identity: identity.to_owned(),
        },
        trusted_root: Some(read_root(&sigstore.trusted_root()).unwrap()),
    }
}

fn by_build(sigstore: &Sigstore, repository: &str) -> SignerRule {
    SignerRule {
        signers: Signers::GitHub {
            repository: repository.to_owned(),
            signer_workflow: None,
        },
        trusted_root: Some(read_root(&sigstore.trusted_root()).unwrap()),
    }
}

fn workflow() -> Who<'static> {
    Who::workflow("org/app", WORKFLOW)
}

#[test]
fn a_key_accepts_what_it_signed_of_this_image_alone() {
    let (key, other) = (Key::new(), Key::new());
    let (app, another) = (image("app"), image("another"));
    let (of_app, of_another) = (key.simple(&app.digest), key.simple(&another.digest));
    let by_key = Verified {
        by: SignedBy::Key(key.fingerprint()),
        root: None,
    };
    let mut changed = of_app.clone();
    // Whose signature it is, of another payload that names the image.
    changed.payload.push(b'\n');
    let mut without = of_app.clone();
    without.annotations.clear();
    let bundle = |key: &Key, image: &Artifact, predicate| {
        attached(&app, &key.bundle(&image.digest, predicate), predicate)
    };
    let replayed = Flaw::OtherImage {
        names: another.digest.to_string(),
    };
    let table = [
        ("signed", vec![of_app.artifact()], Ok(by_key.clone())),
        ("unsigned", vec![], Err(vec![])),
        ("no signature at all", vec![app.clone()], Err(vec![])),
        (
            "wrong key",
            vec![other.simple(&app.digest).artifact()],
            Err(vec![Flaw::OtherKey]),
        ),
        (
            "changed",
            vec![changed.artifact()],
            Err(vec![Flaw::OtherKey]),
        ),
        (
            "replayed",
            vec![of_another.artifact()],
            Err(vec![replayed.clone()]),
        ),
        (
            "without a signature",
            vec![without.artifact()],
            Err(vec![Flaw::Malformed(Text::verbatim(
                "no `dev.cosignproject.cosign/signature`",
            ))]),
        ),
        (
            "one of several",
            vec![simples(&[
                other.simple(&app.digest),
                of_another.clone(),
                of_app.clone(),
            ])],
            Ok(by_key.clone()),
        ),
        (
            "none of several",
            vec![simples(&[other.simple(&app.digest), of_another])],
            Err(vec![replayed.clone(), Flaw::OtherKey]),
        ),
        (
            "signed in a bundle",
            vec![bundle(&key, &app, SIGNED)],
            Ok(by_key.clone()),
        ),
        (
            "wrong key in a bundle",
            vec![bundle(&other, &app, SIGNED)],
            Err(vec![Flaw::OtherKey]),
        ),
        (
            "replayed in a bundle",
            vec![bundle(&key, &another, SIGNED)],
            Err(vec![replayed]),
        ),
        // What the same key says of other things is no signature.
        (
            "an SBOM",
            vec![bundle(&key, &app, "https://spdx.dev/Document")],
            Err(vec![]),
        ),
        ("provenance", vec![bundle(&key, &app, BUILT)], Err(vec![])),
        (
            "a wrong one before a right one",
            vec![
                other.simple(&app.digest).artifact(),
                bundle(&key, &app, SIGNED),
            ],
            Ok(by_key),
        ),
    ];
    for (what, attached, wanted) in table {
        let found = check(&by_keys(&[&key]), &app.digest, &attached);
        assert_eq!(format!("{found:?}"), format!("{wanted:?}"), "{what}");
    }
    let of_one = check(&by_keys(&[&other, &key]), &app.digest, &[of_app.artifact()]);
    assert_eq!(
        of_one.unwrap().by,
        SignedBy::Key(key.fingerprint()),
        "one of two keys"
    );
}

/// Tells the kind of what was found, and whether some words are in it.
fn told(found: Result<Verified, Vec<Flaw>>) -> String {
    match found {
        Ok(verified) => verified.by.to_string(),
        Err(flaws) => {
            let flaws: Vec<_> = flaws.iter().map(|flaw| format!("{flaw:?}")).collect();
            format!("{}: {}", flaws.len(), flaws.join(" "))
        }
    }
}

/// A source of signatures by identities, and somebody who trusts it.
struct Vouched {
    sigstore: Sigstore,
    app: Artifact,
    another: Artifact,
}

impl Vouched {
    fn new() -> Self {
        Self {
            sigstore: Sigstore::new(),
            app: image("app"),
            another: image("another"),
        }
    }

    fn simple(&self, who: Who<'_>) -> Simple {
        self.sigstore.simple(&self.app.digest, who)
    }

    fn bundle(&self, who: Who<'_>) -> Artifact {
        self.attached(&self.sigstore.bundle(&self.app.digest, SIGNED, who))
    }

    fn attached(&self, bundle: &serde_json::Value) -> Artifact {
        attached(&self.app, bundle, SIGNED)
    }

    /// Looks at each by a rule for the workflows of an organisation.
    fn accepts<'t>(&self, table: impl IntoIterator<Item = (&'t str, Artifact, &'t str)>) {
        let rule = by_identity(
            &self.sigstore,
            "https://github.com/org/*/.github/workflows/*",
        );
        for (what, attached, wanted) in table {
            let found = told(check(&rule, &self.app.digest, &[attached]));
            assert!(found.starts_with(wanted), "{what}: {found}");
        }
    }
}

#[test]
fn an_identity_accepts_its_own_signatures_of_this_image() {
    let vouched = Vouched::new();
    let elsewhere = Who {
        issuer: "https://accounts.example",
        ..workflow()
    };
    let person = Who {
        identity: "me@example.com",
        repository: None,
        ..workflow()
    };
    let another = &vouched.another.digest;
    let replayed = vouched.sigstore.simple(another, workflow()).artifact();
    let replayed_bundle = vouched.sigstore.bundle(another, SIGNED, workflow());
    let identity = format!("cosign-identity {GITHUB} {WORKFLOW}");
    vouched.accepts([
        ("signed", vouched.simple(workflow()).artifact(), &*identity),
        ("signed in a bundle", vouched.bundle(workflow()), &identity),
        ("a person", vouched.bundle(person), "1: OtherSigner"),
        (
            "another issuer",
            vouched.bundle(elsewhere),
            "1: OtherSigner",
        ),
        ("replayed", replayed, "1: OtherImage"),
        (
            "replayed in a bundle",
            vouched.attached(&replayed_bundle),
            "1: OtherImage",
        ),
    ]);
    let app = &vouched.app.digest;
    let wrong = by_identity(&vouched.sigstore, "https://github.com/other/*");
    let found = check(&wrong, app, &[vouched.simple(workflow()).artifact()]);
    let by = SignedBy::Identity {
        issuer: GITHUB.to_owned(),
        identity: WORKFLOW.to_owned(),
    };
    assert_eq!(found, Err(vec![Flaw::OtherSigner { by }]), "wrong identity");
    let rule = by_identity(&vouched.sigstore, "me@example.com");
    let found = told(check(&rule, app, &[vouched.bundle(person)]));
    assert_eq!(found, format!("cosign-identity {GITHUB} me@example.com"));
}

#[test]
fn somebody_trusted_vouches_for_an_identity_and_for_the_time() {
    let (vouched, stranger) = (Vouched::new(), Sigstore::new());
    let app = &vouched.app.digest;
    let expired = Who {
        at: NOON + 86_400,
        ..workflow()
    };
    let early = Who {
        at: NOON - 86_400,
        ..workflow()
    };
    // As if the log had it at another time than it promised.
    let mut moved = vouched.simple(expired);
    let entry = &mut moved.annotations[3].1;
    *entry = entry.replace(&expired.at.to_string(), &NOON.to_string());
    let mut moved_bundle = vouched.sigstore.bundle(app, SIGNED, expired);
    let entry = &mut moved_bundle["verificationMaterial"]["tlogEntries"][0];
    entry["integratedTime"] = NOON.to_string().into();
    let mut unlogged = vouched.sigstore.bundle(app, SIGNED, workflow());
    unlogged["verificationMaterial"]["tlogEntries"] = serde_json::json!([]);
    let mut unpromised = vouched.simple(workflow());
    unpromised.annotations.truncate(3);
    let by_stranger = stranger.bundle(app, SIGNED, workflow());
    let by_key = Key::new().bundle(app, SIGNED);
    let no_promise = "1: Untrusted(\"invalid inclusion promise";
    vouched.accepts([
        (
            "expired",
            vouched.simple(expired).artifact(),
            "1: NotValidThen",
        ),
        (
            "expired in a bundle",
            vouched.bundle(expired),
            "1: NotValidThen",
        ),
        ("too early", vouched.bundle(early), "1: NotValidThen"),
        ("expired, with a moved time", moved.artifact(), no_promise),
        (
            "the same in a bundle",
            vouched.attached(&moved_bundle),
            no_promise,
        ),
        (
            "not in the log",
            vouched.attached(&unlogged),
            "1: Untrusted",
        ),
        (
            "without the log's promise",
            unpromised.artifact(),
            "1: Untrusted",
        ),
        (
            "vouched for by a stranger",
            stranger.simple(app, workflow()).artifact(),
            "1: Untrusted",
        ),
        (
            "the same in a bundle",
            vouched.attached(&by_stranger),
            "1: Untrusted",
        ),
        (
            "with a key alone",
            Key::new().simple(app).artifact(),
            "1: NoCertificate",
        ),
        (
            "the same in a bundle",
            vouched.attached(&by_key),
            "1: NoCertificate",
        ),
    ]);
}

#[test]
fn build_provenance_counts_from_the_repository_that_the_rule_names() {
    let sigstore = Sigstore::new();
    let (app, another) = (image("app"), image("another"));
    let built =
        |image: &Artifact, who| attached(&app, &sigstore.bundle(&image.digest, BUILT, who), BUILT);
    let fork = Who::workflow(
        "someone/app",
        "https://github.com/someone/app/.github/workflows/release.yml@refs/heads/main",
    );
    let shared = Who::workflow(
        "org/app",
        "https://github.com/org/shared/.github/workflows/build.yml@refs/heads/main",
    );
    let elsewhere = Who {
        issuer: "https://gitlab.example",
        ..workflow()
    };
    let signed = attached(
        &app,
        &sigstore.bundle(&app.digest, SIGNED, workflow()),
        SIGNED,
    );
    let found = format!("github org/app {WORKFLOW}");
    let table = [
        ("built", built(&app, workflow()), found.as_str()),
        (
            "of another image",
            built(&another, workflow()),
            "1: OtherImage",
        ),
        (
            "from a fork",
            built(&app, fork),
            "1: OtherSigner { by: GitHub",
        ),
        (
            "by another repository's workflow",
            built(&app, shared),
            "1: OtherSigner { by: GitHub",
        ),
        (
            "by someone else",
            built(&app, elsewhere),
            "1: OtherSigner { by: Identity",
        ),
        ("signed alone", signed, "0: "),
        (
            "signed as of old",
            sigstore.simple(&app.digest, workflow()).artifact(),
            "0: ",
        ),
    ];
    for (what, attached, wanted) in table {
        let rule = by_build(&sigstore, "org/app");
        let found = told(check(&rule, &app.digest, &[attached]));
        assert!(found.starts_with(wanted), "{what}: {found}");
    }
    let rule = SignerRule {
        signers: Signers::GitHub {
            repository: "org/app".to_owned(),
            signer_workflow: Some("org/shared/.github/workflows/build.yml".to_owned()),
        },
        ..by_build(&sigstore, "")
    };
    assert!(check(&rule, &app.digest, &[built(&app, shared)]).is_ok());
    assert!(check(&rule, &app.digest, &[built(&app, workflow())]).is_err());
}

#[test]
fn what_is_no_public_key_is_told() {
    let key = Key::new();
    for (text, wanted) in [
        ("", "it has no `-----BEGIN PUBLIC KEY-----`"),
        ("ssh-ed25519 AAAA", "it has no `-----BEGIN PUBLIC KEY-----`"),
        (&key.private_pem(), "it is not the public half"),
        (
            &key.pem().replace("MFkw", "MFkx"),
            "it is not a public key that can be used",
        ),
        (
            &key.pem().replace("PUBLIC KEY", "CERTIFICATE"),
            "it is not a public key that can be used",
        ),
        (
            "-----BEGIN PUBLIC KEY-----\n",
            "it is not a public key that can be used",
        ),
    ] {
        let why = read_keys(text).unwrap_err().to_string();
        assert!(why.starts_with(wanted), "{text}: {why}");
    }
    let two = format!("# ours\n{}and theirs\n{}", key.pem(), Key::new().pem());
    let keys = read_keys(&two).unwrap();
    assert_eq!((keys.len(), keys[0].fingerprint()), (2, key.fingerprint()));
}
