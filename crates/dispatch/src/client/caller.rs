//! What a caller shows, and whom it trusts.

use std::time::Duration;

use reqwest::{Certificate, Client, RequestBuilder, Url};

use crate::tls::Trusted;
use crate::token::Token;

/// A machine that does not take a connection within this time is away.
const CONNECT: Duration = Duration::from_secs(3);

/// What a caller shows, and whom it trusts.
#[derive(Clone, Debug, Default)]
pub struct Caller {
    /// The token that the other end asks for.
    pub token: Option<Token>,
    /// Certificates that are trusted besides the system's.
    pub trusted: Trusted,
}

impl Caller {
    /// A client for the server at `url`.
    pub(crate) fn client(&self, url: &Url) -> Result<Client, reqwest::Error> {
        // The first one in the process wins, and all are the same.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let client = Client::builder()
            .connect_timeout(CONNECT)
            .tcp_nodelay(true)
            .no_proxy()
            .http1_only();
        // Who needs no certificates need not have any, and saves the time to read all of them.
        let client = if url.scheme() == "https" {
            let trusted = self.trusted.certificates().map(Certificate::from_der);
            client.tls_certs_merge(trusted.collect::<Result<Vec<_>, _>>()?)
        } else {
            client.tls_certs_only([])
        };
        client.build()
    }

    /// The request with the token, where there is one.
    pub(crate) fn sign(&self, request: RequestBuilder) -> RequestBuilder {
        match &self.token {
            Some(token) => request.bearer_auth(token.secret()),
            None => request,
        }
    }
}
