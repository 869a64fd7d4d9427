//! Signatures made on the spot: by a key, and as a sigstore of the test's own vouches for them.

use std::fmt::Write as _;

use aws_lc_rs::encoding::{AsDer, PublicKeyX509Der};
use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::signature::{ECDSA_P256_SHA256_ASN1_SIGNING, EcdsaKeyPair, KeyPair as _};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use pusher::model::Digest;
use pusher::sandbox::images::{Artifact, Image};
use rcgen::{
    BasicConstraints, CertificateParams, CustomExtension, ExtendedKeyUsagePurpose, IsCa, Issuer,
    KeyPair, KeyUsagePurpose, PKCS_ECDSA_P256_SHA256, SanType, date_time_ymd,
};
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};

/// What cosign says of an image that it signs.
pub(crate) const SIGNED: &str = "https://sigstore.dev/cosign/sign/v1";
/// What a workflow says of what it built.
pub(crate) const BUILT: &str = "https://slsa.dev/provenance/v1";
/// Who tells of GitHub's workflows.
pub(crate) const GITHUB: &str = "https://token.actions.githubusercontent.com";
/// The day on which certificates are good, and noon of it.
const DAY: (i32, u8, u8) = (2026, 1, 2);
pub(crate) const NOON: i64 = 1_767_355_200;

fn base64(bytes: impl AsRef<[u8]>) -> String {
    STANDARD.encode(bytes)
}

fn sha256(bytes: impl AsRef<[u8]>) -> Vec<u8> {
    Sha256::digest(bytes.as_ref()).to_vec()
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |mut text, byte| {
        write!(text, "{byte:02x}").unwrap();
        text
    })
}

fn pem(label: &str, der: &[u8]) -> String {
    format!(
        "-----BEGIN {label}-----\n{}\n-----END {label}-----\n",
        base64(der)
    )
}

/// A key to sign with.
pub(crate) struct Key {
    pair: EcdsaKeyPair,
    pkcs8: Vec<u8>,
}

impl Key {
    pub(crate) fn new() -> Self {
        let pkcs8 =
            EcdsaKeyPair::generate_pkcs8(&ECDSA_P256_SHA256_ASN1_SIGNING, &SystemRandom::new());
        let pkcs8 = pkcs8.unwrap().as_ref().to_vec();
        let pair = EcdsaKeyPair::from_pkcs8(&ECDSA_P256_SHA256_ASN1_SIGNING, &pkcs8).unwrap();
        Self { pair, pkcs8 }
    }

    fn der(&self) -> Vec<u8> {
        let der: PublicKeyX509Der<'_> = self.pair.public_key().as_der().unwrap();
        der.as_ref().to_vec()
    }

    pub(crate) fn pem(&self) -> String {
        pem("PUBLIC KEY", &self.der())
    }

    pub(crate) fn private_pem(&self) -> String {
        pem("PRIVATE KEY", &self.pkcs8)
    }

    pub(crate) fn fingerprint(&self) -> Digest {
        Digest::sha256(&self.der())
    }

    fn sign(&self, message: &[u8]) -> Vec<u8> {
        let signature = self.pair.sign(&SystemRandom::new(), message).unwrap();
        signature.as_ref().to_vec()
    }

    fn rcgen(&self) -> KeyPair {
        let der = self.pkcs8.as_slice().into();
        KeyPair::from_pkcs8_der_and_sign_algo(&der, &PKCS_ECDSA_P256_SHA256).unwrap()
    }

    /// Signs an image as older versions of cosign do.
    pub(crate) fn simple(&self, image: &Digest) -> Simple {
        let payload = payload(image);
        Simple {
            annotations: vec![(
                "dev.cosignproject.cosign/signature".to_owned(),
                base64(self.sign(&payload)),
            )],
            payload,
        }
    }

    /// Says something of an image, in a bundle without log and certificate.
    pub(crate) fn bundle(&self, image: &Digest, predicate: &str) -> Value {
        let statement = statement(image, predicate);
        json!({
            "mediaType": "application/vnd.dev.sigstore.bundle.v0.3+json",
            "verificationMaterial": {
                "publicKey": { "hint": base64(sha256(self.der())) },
                "tlogEntries": [],
            },
            "dsseEnvelope": self.envelope(&statement),
        })
    }

    fn envelope(&self, statement: &[u8]) -> Value {
        json!({
            "payload": base64(statement),
            "payloadType": IN_TOTO,
            "signatures": [{ "sig": base64(self.sign(&pae(statement))) }],
        })
    }
}

const IN_TOTO: &str = "application/vnd.in-toto+json";

fn pae(statement: &[u8]) -> Vec<u8> {
    let mut pae = format!("DSSEv1 {} {IN_TOTO} {} ", IN_TOTO.len(), statement.len()).into_bytes();
    pae.extend(statement);
    pae
}

fn payload(image: &Digest) -> Vec<u8> {
    let payload = json!({
        "critical": {
            "identity": { "docker-reference": "registry.example/org/app" },
            "image": { "docker-manifest-digest": image.to_string() },
            "type": "cosign container image signature",
        },
        "optional": null,
    });
    payload.to_string().into_bytes()
}

fn statement(image: &Digest, predicate: &str) -> Vec<u8> {
    let statement = json!({
        "_type": "https://in-toto.io/Statement/v1",
        "subject": [{ "digest": { "sha256": image.hex() } }],
        "predicateType": predicate,
        "predicate": {},
    });
    statement.to_string().into_bytes()
}

/// A signature in cosign's older form.
#[derive(Clone)]
pub(crate) struct Simple {
    pub(crate) payload: Vec<u8>,
    pub(crate) annotations: Vec<(String, String)>,
}

impl Simple {
    /// Returns the manifest that is pushed under the image's signature tag.
    pub(crate) fn artifact(&self) -> Artifact {
        simples(std::slice::from_ref(self))
    }
}

/// Returns the manifest of several signatures.
pub(crate) fn simples(simples: &[Simple]) -> Artifact {
    let mut image = Image::new("unknown/unknown");
    for simple in simples {
        let media_type = "application/vnd.dev.cosign.simplesigning.v1+json";
        image = image.raw_layer(media_type, simple.payload.clone());
        for (name, value) in &simple.annotations {
            image = image.layer_annotation(name, value);
        }
    }
    image.build()
}

/// Returns a referrer of an image with a bundle in it.
pub(crate) fn attached(subject: &Artifact, bundle: &Value, predicate: &str) -> Artifact {
    let media_type = "application/vnd.dev.sigstore.bundle.v0.3+json";
    Image::new("unknown/unknown")
        .empty_config()
        .artifact_type(media_type)
        .raw_layer(media_type, bundle.to_string().into_bytes())
        .annotation("dev.sigstore.bundle.content", "dsse-envelope")
        .annotation("dev.sigstore.bundle.predicateType", predicate)
        .subject(subject)
        .build()
}

/// Someone who hands out certificates, and keeps a log.
pub(crate) struct Sigstore {
    authority: Key,
    log: Key,
}

/// Who signs, and when.
#[derive(Clone, Copy)]
pub(crate) struct Who<'a> {
    pub(crate) issuer: &'a str,
    pub(crate) identity: &'a str,
    /// The repository that something is built from.
    pub(crate) repository: Option<&'a str>,
    /// When the log has it.
    pub(crate) at: i64,
}

impl<'a> Who<'a> {
    /// A workflow of GitHub's, on the day on which its certificate is good.
    pub(crate) fn workflow(repository: &'a str, identity: &'a str) -> Self {
        Self {
            issuer: GITHUB,
            identity,
            repository: Some(repository),
            at: NOON,
        }
    }
}

impl Sigstore {
    pub(crate) fn new() -> Self {
        Self {
            authority: Key::new(),
            log: Key::new(),
        }
    }

    fn authority() -> CertificateParams {
        let mut params = CertificateParams::default();
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        params.key_usages = vec![KeyUsagePurpose::KeyCertSign];
        params.not_before = date_time_ymd(2025, 1, 1);
        params.not_after = date_time_ymd(2035, 1, 1);
        params
    }

    /// What somebody trusts who trusts this.
    pub(crate) fn trusted_root(&self) -> String {
        let authority = Self::authority()
            .self_signed(&self.authority.rcgen())
            .unwrap();
        let window = json!({ "start": "2025-01-01T00:00:00Z" });
        let root = json!({
            "mediaType": "application/vnd.dev.sigstore.trustedroot+json;version=0.1",
            "tlogs": [{
                "baseUrl": "https://log.example",
                "hashAlgorithm": "SHA2_256",
                "publicKey": {
                    "rawBytes": base64(self.log.der()),
                    "keyDetails": "PKIX_ECDSA_P256_SHA_256",
                    "validFor": window,
                },
                "logId": { "keyId": base64(sha256(self.log.der())) },
            }],
            "certificateAuthorities": [{
                "subject": { "organization": "test", "commonName": "test" },
                "uri": "https://authority.example",
                "certChain": { "certificates": [{ "rawBytes": base64(authority.der()) }] },
                "validFor": window,
            }],
            "ctlogs": [],
            "timestampAuthorities": [],
        });
        root.to_string()
    }

    /// Hands out a certificate for a key, in DER.
    fn certificate(&self, key: &Key, who: Who<'_>) -> Vec<u8> {
        let extension = |number: u64, text: &str| {
            let length = u8::try_from(text.len()).unwrap();
            // A UTF8String, longer than what one byte can tell.
            let head = if length < 128 {
                vec![12, length]
            } else {
                vec![12, 0x81, length]
            };
            let content = [head, text.as_bytes().to_vec()].concat();
            CustomExtension::from_oid_content(&[1, 3, 6, 1, 4, 1, 57264, 1, number], content)
        };
        let mut params = CertificateParams::default();
        params.distinguished_name = rcgen::DistinguishedName::new();
        let name = who.identity.try_into().unwrap();
        params.subject_alt_names = vec![if who.identity.contains("://") {
            SanType::URI(name)
        } else {
            SanType::Rfc822Name(name)
        }];
        params.key_usages = vec![KeyUsagePurpose::DigitalSignature];
        params.extended_key_usages = vec![ExtendedKeyUsagePurpose::CodeSigning];
        params.not_before = date_time_ymd(DAY.0, DAY.1, DAY.2);
        params.not_after = date_time_ymd(DAY.0, DAY.1, DAY.2 + 1);
        params.custom_extensions = vec![extension(8, who.issuer)];
        let repository = who
            .repository
            .map(|name| format!("https://github.com/{name}"));
        params
            .custom_extensions
            .extend(repository.map(|from| extension(12, &from)));
        let issuer = Issuer::new(Self::authority(), self.authority.rcgen());
        params
            .signed_by(&key.rcgen(), &issuer)
            .unwrap()
            .der()
            .to_vec()
    }

    /// The log's promise to take an entry up.
    fn promise(&self, body: &str, at: i64) -> Vec<u8> {
        let log = hex(&sha256(self.log.der()));
        let promised = format!(
            r#"{{"body":"{}","integratedTime":{at},"logID":"{log}","logIndex":7}}"#,
            base64(body)
        );
        self.log.sign(promised.as_bytes())
    }

    /// Signs an image as older versions of cosign do.
    pub(crate) fn simple(&self, image: &Digest, who: Who<'_>) -> Simple {
        let key = Key::new();
        let mut simple = key.simple(image);
        let certificate = pem("CERTIFICATE", &self.certificate(&key, who));
        let signature = &simple.annotations[0].1;
        let body = json!({
            "apiVersion": "0.0.1",
            "kind": "hashedrekord",
            "spec": {
                "data": { "hash": { "algorithm": "sha256", "value": hex(&sha256(&simple.payload)) } },
                "signature": {
                    "content": signature,
                    "publicKey": { "content": base64(&certificate) },
                },
            },
        });
        let body = body.to_string();
        let entry = json!({
            "SignedEntryTimestamp": base64(self.promise(&body, who.at)),
            "Payload": {
                "body": base64(&body),
                "integratedTime": who.at,
                "logIndex": 7,
                "logID": hex(&sha256(self.log.der())),
            },
        });
        let more = [
            ("dev.sigstore.cosign/certificate", certificate),
            ("dev.sigstore.cosign/chain", String::new()),
            ("dev.sigstore.cosign/bundle", entry.to_string()),
        ];
        let more = more.map(|(name, value)| (name.to_owned(), value));
        simple.annotations.extend(more);
        simple
    }

    /// Says something of an image, in a bundle.
    pub(crate) fn bundle(&self, image: &Digest, predicate: &str, who: Who<'_>) -> Value {
        let key = Key::new();
        let statement = statement(image, predicate);
        let envelope = key.envelope(&statement);
        let certificate = self.certificate(&key, who);
        let body = json!({
            "apiVersion": "0.0.1",
            "kind": "dsse",
            "spec": {
                "envelopeHash": { "algorithm": "sha256", "value": hex(&sha256(envelope.to_string())) },
                "payloadHash": { "algorithm": "sha256", "value": hex(&sha256(&statement)) },
                "signatures": [{
                    "signature": envelope["signatures"][0]["sig"],
                    "verifier": base64(pem("CERTIFICATE", &certificate)),
                }],
            },
        });
        let body = body.to_string();
        let root = sha256([&[0], body.as_bytes()].concat());
        let note = format!("log.example - 1\n1\n{}\n", base64(&root));
        let id = sha256(self.log.der());
        let signed = [id[..4].to_vec(), self.log.sign(note.as_bytes())].concat();
        let checkpoint = format!("{note}\n\u{2014} log.example {}\n", base64(signed));
        json!({
            "mediaType": "application/vnd.dev.sigstore.bundle.v0.3+json",
            "verificationMaterial": {
                "certificate": { "rawBytes": base64(&certificate) },
                "tlogEntries": [{
                    "logIndex": "7",
                    "logId": { "keyId": base64(&id) },
                    "kindVersion": { "kind": "dsse", "version": "0.0.1" },
                    "integratedTime": who.at.to_string(),
                    "inclusionPromise": {
                        "signedEntryTimestamp": base64(self.promise(&body, who.at)),
                    },
                    "inclusionProof": {
                        "logIndex": "0",
                        "rootHash": base64(&root),
                        "treeSize": "1",
                        "hashes": [],
                        "checkpoint": { "envelope": checkpoint },
                    },
                    "canonicalizedBody": base64(&body),
                }],
            },
            "dsseEnvelope": envelope,
        })
    }
}
