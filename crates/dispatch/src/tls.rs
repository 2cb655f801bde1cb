//! Certificates: those that a server of ours shows, and those that a caller trusts besides the
//! system's.

use std::fmt;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use rustls::crypto::ring::default_provider;
use rustls::pki_types::pem::{self, PemObject};
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::{RootCertStore, ServerConfig};
use thiserror::Error;

/// What a server of ours shows: its certificates, with their key.
#[derive(Clone)]
pub struct Tls(Arc<ServerConfig>);

/// Certificates that a caller trusts besides the system's; none by default.
#[derive(Clone, Default)]
pub struct Trusted(Arc<[CertificateDer<'static>]>);

/// A file that can't be used for TLS.
#[derive(Debug, Error)]
pub enum TlsError {
    /// It can't be read.
    #[error("can't read `{}`", file.display())]
    Unreadable {
        /// The file.
        file: PathBuf,
        /// Why not.
        source: io::Error,
    },
    /// There is nothing of the kind in it.
    #[error("`{}` holds no {what}", file.display())]
    Lacking {
        /// The file.
        file: PathBuf,
        /// What it should hold.
        what: &'static str,
    },
    /// What is in it is not what it says.
    #[error("`{}` is damaged: {reason}", file.display())]
    Damaged {
        /// The file.
        file: PathBuf,
        /// What is wrong.
        reason: String,
    },
    /// Certificate and key are of two pairs.
    #[error("the key in `{}` does not belong to the certificate in `{}`", key.display(), certificate.display())]
    Strangers {
        /// File of the certificate.
        certificate: PathBuf,
        /// File of the key.
        key: PathBuf,
    },
}

impl Tls {
    /// Reads the certificates (the server's own first) and their key from PEM files.
    ///
    /// # Errors
    /// Names the file that can't be used, and what is wrong with it.
    pub fn load(certificate: &Path, key: &Path) -> Result<Self, TlsError> {
        let chain = certificates(certificate)?;
        let secret = PrivateKeyDer::from_pem_slice(&read(key)?);
        let secret = secret.map_err(|error| match error {
            pem::Error::NoItemsFound => TlsError::Lacking {
                file: key.to_owned(),
                what: "private key (PEM, without a passphrase)",
            },
            error => damaged(key, &error),
        })?;
        let config = ServerConfig::builder_with_provider(Arc::new(default_provider()))
            .with_safe_default_protocol_versions()
            .expect("the provider knows the versions")
            .with_no_client_auth()
            .with_single_cert(chain, secret);
        let mut config = config.map_err(|error| match error {
            rustls::Error::InconsistentKeys(_) => TlsError::Strangers {
                certificate: certificate.to_owned(),
                key: key.to_owned(),
            },
            rustls::Error::InvalidCertificate(_) => damaged(certificate, &NO_CERTIFICATE),
            error => damaged(key, &error),
        })?;
        config.alpn_protocols = vec![b"http/1.1".to_vec()];
        Ok(Self(Arc::new(config)))
    }

    pub(crate) fn config(&self) -> Arc<ServerConfig> {
        Arc::clone(&self.0)
    }
}

impl fmt::Debug for Tls {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Tls(…)")
    }
}

impl Trusted {
    /// Reads certificates from a PEM file.
    ///
    /// # Errors
    /// Says what is wrong with the file.
    pub fn load(file: &Path) -> Result<Self, TlsError> {
        let certificates = certificates(file)?;
        for certificate in &certificates {
            let usable = RootCertStore::empty().add(certificate.clone());
            usable.map_err(|_| damaged(file, &NO_CERTIFICATE))?;
        }
        Ok(Self(certificates.into()))
    }

    pub(crate) fn certificates(&self) -> impl Iterator<Item = &[u8]> {
        self.0.iter().map(AsRef::as_ref)
    }
}

impl fmt::Debug for Trusted {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Trusted({})", self.0.len())
    }
}

const NO_CERTIFICATE: &str = "what it calls a certificate is none";

fn read(file: &Path) -> Result<Vec<u8>, TlsError> {
    std::fs::read(file).map_err(|source| TlsError::Unreadable {
        file: file.to_owned(),
        source,
    })
}

fn certificates(file: &Path) -> Result<Vec<CertificateDer<'static>>, TlsError> {
    let bytes = read(file)?;
    let found: Result<Vec<_>, _> = CertificateDer::pem_slice_iter(&bytes).collect();
    let found = found.map_err(|error| damaged(file, &error))?;
    if found.is_empty() {
        return Err(TlsError::Lacking {
            file: file.to_owned(),
            what: "certificate (PEM)",
        });
    }
    Ok(found)
}

fn damaged(file: &Path, reason: &dyn fmt::Display) -> TlsError {
    TlsError::Damaged {
        file: file.to_owned(),
        reason: reason.to_string(),
    }
}
