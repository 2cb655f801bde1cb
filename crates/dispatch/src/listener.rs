//! Where a server of ours listens, with TLS or without.

use std::io;
use std::net::SocketAddr;

use axum::serve::{Listener as Listen, ListenerExt as _, TapIo};
use tokio::net::TcpListener;

use crate::tls::Tls;

mod connection;
mod handshakes;

pub use connection::Connection;
use handshakes::Handshakes;

/// What `axum::serve` takes. With `into_make_service_with_connect_info::<SocketAddr>()`, handlers
/// learn the caller's address, with TLS or without.
pub type Listener = TapIo<Socket, fn(&mut Connection)>;

/// Takes connections; with TLS, those whose handshake is done. Nobody waits for another's handshake.
pub struct Socket {
    tcp: TcpListener,
    handshakes: Option<Handshakes>,
}

/// Listens on a socket; with `tls`, for TLS only.
pub fn listen(tcp: TcpListener, tls: Option<&Tls>) -> Listener {
    let handshakes = tls.map(|tls| Handshakes::new(tls.config()));
    Socket { tcp, handshakes }.tap_io(Connection::send_at_once)
}

impl Listen for Socket {
    type Io = Connection;
    type Addr = SocketAddr;

    async fn accept(&mut self) -> (Connection, SocketAddr) {
        let Some(handshakes) = &mut self.handshakes else {
            let (stream, peer) = Listen::accept(&mut self.tcp).await;
            return (Connection::Plain(stream), peer);
        };
        loop {
            tokio::select! {
                biased;
                (stream, peer) = handshakes.next() => {
                    return (Connection::Tls(Box::new(stream)), peer);
                }
                (stream, peer) = Listen::accept(&mut self.tcp) => handshakes.begin(stream, peer),
            }
        }
    }

    fn local_addr(&self) -> io::Result<SocketAddr> {
        self.tcp.local_addr()
    }
}
