//! TLS: what a server shows, and whom a caller trusts.

use std::path::PathBuf;

use audiotome_dispatch::{Tls, TlsError, Trusted};
use clap::Args;

/// What a server shows.
#[derive(Debug, Args)]
#[command(next_help_heading = "TLS")]
pub(crate) struct TlsArgs {
    /// Speak HTTPS, with the certificates in this PEM file (the server's own first)
    #[arg(
        long,
        env = "AUDIOTOME_TLS_CERT",
        value_name = "FILE",
        requires = "tls_key"
    )]
    pub(crate) tls_cert: Option<PathBuf>,
    /// The certificate's private key, a PEM file without a passphrase
    #[arg(
        long,
        env = "AUDIOTOME_TLS_KEY",
        value_name = "FILE",
        requires = "tls_cert"
    )]
    pub(crate) tls_key: Option<PathBuf>,
}

/// Whom a caller trusts.
#[derive(Debug, Args)]
pub(crate) struct TrustArgs {
    /// Also trust the certificates in this PEM file, besides the system's; for a Redis with TLS
    /// (`rediss://`) they are the only ones that are trusted
    #[arg(long, env = "AUDIOTOME_TLS_CA", value_name = "FILE")]
    pub(crate) tls_ca: Option<PathBuf>,
}

impl TlsArgs {
    /// Reads the files, when there are any.
    pub(crate) fn load(&self) -> Result<Option<Tls>, TlsError> {
        match (&self.tls_cert, &self.tls_key) {
            (Some(certificate), Some(key)) => Tls::load(certificate, key).map(Some),
            _ => Ok(None),
        }
    }
}

impl TrustArgs {
    /// Reads the file, when there is one.
    pub(crate) fn load(&self) -> Result<Trusted, TlsError> {
        let load = |file: &PathBuf| Trusted::load(file);
        Ok(self
            .tls_ca
            .as_ref()
            .map(load)
            .transpose()?
            .unwrap_or_default())
    }
}
