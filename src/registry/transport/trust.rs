//! Whose certificates are believed.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use rustls::crypto::aws_lc_rs;
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject as _;
use rustls::{ClientConfig, RootCertStore};
use rustls_platform_verifier::Verifier;

use crate::model::NoAnswer;

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
    let provider = Arc::new(aws_lc_rs::default_provider());
    let verifier = Verifier::new_with_extra_roots(own, provider).map_err(setup)?;
    Ok(builder()?
        .dangerous()
        .with_custom_certificate_verifier(Arc::new(verifier))
        .with_no_client_auth())
}

fn builder() -> Result<rustls::ConfigBuilder<ClientConfig, rustls::WantsVerifier>, NoAnswer> {
    ClientConfig::builder_with_provider(Arc::new(aws_lc_rs::default_provider()))
        .with_safe_default_protocol_versions()
        .map_err(setup)
}

fn read_certificates(pem: &[u8]) -> Result<Vec<CertificateDer<'static>>, NoAnswer> {
    let found: Result<Vec<_>, _> = CertificateDer::pem_slice_iter(pem).collect();
    match found {
        Ok(certificates) if !certificates.is_empty() => Ok(certificates),
        _ => Err(NoAnswer::Setup(
            "`ca-file` holds no certificate in PEM form".to_owned(),
        )),
    }
}

#[expect(clippy::needless_pass_by_value, reason = "for `map_err`")]
fn setup(error: rustls::Error) -> NoAnswer {
    NoAnswer::Setup(error.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn refuses_a_file_without_certificates() {
        let trust = Trust::SystemAnd(Some(b"nothing".as_slice().into()));
        let error = Trusted::default().config(&trust).unwrap_err();
        assert!(error.to_string().contains("`ca-file`"), "{error}");
    }
}
