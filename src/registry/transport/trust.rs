//! Whose certificates are believed.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;

use rustls::crypto::{CryptoProvider, aws_lc_rs};
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject as _;
use rustls::{ClientConfig, NamedGroup, RootCertStore};
use rustls_platform_verifier::Verifier;

use crate::model::{NoAnswer, Text};

/// Certificates in PEM form that are trusted beside the system's own.
pub(crate) type Certificates = Option<Arc<[u8]>>;

/// Whose certificates are believed.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(super) enum Trust {
    /// Nobody's: plain http needs none, so it works where no certificates are installed.
    Nobody,
    /// Those that the system trusts, and these.
    SystemAnd(Certificates),
}

/// The settings of TLS by whom they trust. The system's certificates are read once for each.
#[derive(Debug, Default)]
pub(super) struct Trusted(Mutex<HashMap<Trust, ClientConfig>>);

impl Trusted {
    /// Returns settings that trust as much.
    pub(super) fn config(&self, trust: &Trust) -> Result<ClientConfig, NoAnswer> {
        let mut configs = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(config) = configs.get(trust) {
            return Ok(config.clone());
        }
        let config = match trust {
            Trust::Nobody => builder()?
                .with_root_certificates(RootCertStore::empty())
                .with_no_client_auth(),
            Trust::SystemAnd(certificates) => trust_system_and(certificates.as_deref())?,
        };
        configs.insert(trust.clone(), config.clone());
        Ok(config)
    }
}

fn trust_system_and(pem: Option<&[u8]>) -> Result<ClientConfig, NoAnswer> {
    let own = pem.map_or(Ok(vec![]), read_certificates)?;
    let provider = Arc::new(provider());
    gather_entropy(&provider);
    let verifier = Verifier::new_with_extra_roots(own, provider).map_err(setup)?;
    Ok(builder()?
        .dangerous()
        .with_custom_certificate_verifier(Arc::new(verifier))
        .with_no_client_auth())
}

fn builder() -> Result<rustls::ConfigBuilder<ClientConfig, rustls::WantsVerifier>, NoAnswer> {
    ClientConfig::builder_with_provider(Arc::new(provider()))
        .with_safe_default_protocol_versions()
        .map_err(setup)
}

/// Returns what keys are made with. Servers that know the group that no quantum computer breaks want that one, and
/// ask again, which takes a round trip, where the first message brings no share of it.
fn provider() -> CryptoProvider {
    let mut provider = aws_lc_rs::default_provider();
    let groups = &mut provider.kx_groups;
    groups.sort_by_key(|group| group.name() != NamedGroup::X25519MLKEM768);
    provider
}

/// Begins to gather entropy, which takes a while the first time, beside what else takes its time: certificates are
/// read, and a connection is opened.
fn gather_entropy(provider: &CryptoProvider) {
    let random = provider.secure_random;
    let gather = move || {
        // Whoever needs some gathers it otherwise, and is told what is wrong.
        let _ = random.fill(&mut [0]);
    };
    let _ = thread::Builder::new().spawn(gather);
}

fn read_certificates(pem: &[u8]) -> Result<Vec<CertificateDer<'static>>, NoAnswer> {
    let found: Result<Vec<_>, _> = CertificateDer::pem_slice_iter(pem).collect();
    match found {
        Ok(certificates) if !certificates.is_empty() => Ok(certificates),
        _ => Err(NoAnswer::Setup(text!(
            "`ca-file` holds no certificate in PEM form",
            "`ca-file` 里没有 PEM 格式的证书"
        ))),
    }
}

#[expect(clippy::needless_pass_by_value, reason = "for `map_err`")]
fn setup(error: rustls::Error) -> NoAnswer {
    NoAnswer::Setup(Text::verbatim(error.to_string()))
}

#[cfg(test)]
mod tests {
    use rustls::{ClientConnection, HandshakeKind, ServerConfig, ServerConnection};

    use super::*;

    #[test]
    fn no_server_has_to_ask_for_another_share() {
        use rustls::crypto::aws_lc_rs::kx_group::{SECP256R1, X25519, X25519MLKEM768};
        let certified = rcgen::generate_simple_self_signed(["localhost".to_owned()]).unwrap();
        let trust = Trust::SystemAnd(Some(certified.cert.pem().into_bytes().into()));
        let config = Trusted::default().config(&trust).unwrap();
        for (groups, kind) in [
            (vec![X25519MLKEM768], HandshakeKind::Full),
            (vec![X25519], HandshakeKind::Full),
            (vec![SECP256R1], HandshakeKind::FullWithHelloRetryRequest),
        ] {
            let provider = CryptoProvider {
                kx_groups: groups.clone(),
                ..aws_lc_rs::default_provider()
            };
            let server = ServerConfig::builder_with_provider(Arc::new(provider))
                .with_safe_default_protocol_versions()
                .unwrap()
                .with_no_client_auth()
                .with_single_cert(
                    vec![certified.cert.der().clone()],
                    certified.signing_key.serialize_der().try_into().unwrap(),
                );
            let mut server = ServerConnection::new(Arc::new(server.unwrap())).unwrap();
            let name = "localhost".try_into().unwrap();
            let mut client = ClientConnection::new(Arc::new(config.clone()), name).unwrap();
            while client.is_handshaking() || server.is_handshaking() {
                let mut wire = vec![];
                client.write_tls(&mut wire).unwrap();
                server.read_tls(&mut wire.as_slice()).unwrap();
                server.process_new_packets().unwrap();
                let mut wire = vec![];
                server.write_tls(&mut wire).unwrap();
                client.read_tls(&mut wire.as_slice()).unwrap();
                client.process_new_packets().unwrap();
            }
            assert_eq!(client.handshake_kind(), Some(kind), "{groups:?}");
        }
    }

    #[test]
    fn refuses_a_file_without_certificates() {
        let trust = Trust::SystemAnd(Some(b"nothing".as_slice().into()));
        let error = Trusted::default().config(&trust).unwrap_err();
        assert!(error.to_string().contains("`ca-file`"), "{error}");
    }
}
