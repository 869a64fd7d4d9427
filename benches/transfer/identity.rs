//! A certificate for this machine, and its key.

use std::fs;
use std::path::{Path, PathBuf};

use crate::Result;

/// Who a registry with TLS is.
pub(crate) struct Identity {
    certificate: String,
    key: String,
}

impl Identity {
    /// Makes one that signs itself.
    pub(crate) fn new() -> Result<Self> {
        let certified = rcgen::generate_simple_self_signed(["127.0.0.1".to_owned()])?;
        Ok(Self {
            certificate: certified.cert.pem(),
            key: certified.signing_key.serialize_pem(),
        })
    }

    pub(crate) fn certificate(&self) -> &str {
        &self.certificate
    }

    /// Writes the certificate to a file for whoever is to trust it.
    pub(crate) fn write_certificate(&self, folder: &Path) -> Result<PathBuf> {
        let path = folder.join("certificate.pem");
        fs::write(&path, &self.certificate)?;
        Ok(path)
    }

    /// Writes the key to a file for whoever is to be this.
    pub(crate) fn write_key(&self, folder: &Path) -> Result<PathBuf> {
        let path = folder.join("key.pem");
        fs::write(&path, &self.key)?;
        Ok(path)
    }
}
