//! TLS handshakes, many at once but not without end.

use std::collections::VecDeque;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use rustls::ServerConfig;
use tokio::net::TcpStream;
use tokio::task::{AbortHandle, JoinSet};
use tokio::time::timeout;
use tokio_rustls::TlsAcceptor;
use tokio_rustls::server::TlsStream;
use tracing::debug;

/// Handshakes that may be under way. When there are more, the oldest is given up: one that is meant
/// is done in milliseconds.
const MOST: usize = 256;
/// The longest handshake.
const LIMIT: Duration = Duration::from_secs(10);

/// Handshakes that are under way.
pub(super) struct Handshakes {
    acceptor: TlsAcceptor,
    running: JoinSet<Option<(TlsStream<TcpStream>, SocketAddr)>>,
    /// The oldest first; some may be done.
    begun: VecDeque<AbortHandle>,
}

impl Handshakes {
    pub(super) fn new(config: Arc<ServerConfig>) -> Self {
        Self {
            acceptor: config.into(),
            running: JoinSet::new(),
            begun: VecDeque::new(),
        }
    }

    pub(super) fn begin(&mut self, stream: TcpStream, peer: SocketAddr) {
        if self.begun.len() == MOST {
            self.begun.retain(|handshake| !handshake.is_finished());
        }
        if self.begun.len() == MOST
            && let Some(oldest) = self.begun.pop_front()
        {
            oldest.abort();
        }
        let handshake = timeout(LIMIT, self.acceptor.accept(stream));
        let handshake = self.running.spawn(async move {
            let reason = match handshake.await {
                Ok(Ok(stream)) => return Some((stream, peer)),
                Ok(Err(error)) => error.to_string(),
                Err(_) => "it takes too long".to_owned(),
            };
            debug!(%peer, reason, "no TLS");
            None
        });
        self.begun.push_back(handshake);
    }

    /// The next that is done.
    pub(super) async fn next(&mut self) -> (TlsStream<TcpStream>, SocketAddr) {
        loop {
            match self.running.join_next().await {
                Some(Ok(Some(done))) => return done,
                // It failed, or was given up.
                Some(_) => {}
                None => std::future::pending().await,
            }
        }
    }
}
