//! A network that is bad: between a program and a server, it is slow, or swallows what is sent.

use std::io::{Read as _, Write as _};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;
use std::time::Duration;

/// A proxy on a free port; its threads end with the test's process.
pub(crate) struct Proxy {
    pub(crate) address: SocketAddr,
    /// Connections that were made before so many swallowings are half-open: nobody tells their ends.
    swallowed: Arc<AtomicUsize>,
}

impl Proxy {
    /// Passes everything on to `target`, each piece `delay` later.
    pub(crate) fn to(target: SocketAddr, delay: Duration) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let swallowed = Arc::new(AtomicUsize::new(0));
        let proxy = Self {
            address,
            swallowed: Arc::clone(&swallowed),
        };
        thread::spawn(move || {
            for client in listener.incoming().flatten() {
                let Ok(server) = TcpStream::connect(target) else {
                    continue;
                };
                let made = swallowed.load(Ordering::SeqCst);
                for (from, to) in [
                    (client.try_clone().unwrap(), server.try_clone().unwrap()),
                    (server, client),
                ] {
                    let swallowed = Arc::clone(&swallowed);
                    let is_open = move || swallowed.load(Ordering::SeqCst) == made;
                    thread::spawn(move || pass(from, to, delay, is_open));
                }
            }
        });
        proxy
    }

    /// From now on nothing comes through the connections that there are; new ones are fine.
    pub(crate) fn swallow(&self) {
        self.swallowed.fetch_add(1, Ordering::SeqCst);
    }
}

fn pass(mut from: TcpStream, mut to: TcpStream, delay: Duration, is_open: impl Fn() -> bool) {
    let mut piece = vec![0; 64 * 1024];
    while let Ok(length @ 1..) = from.read(&mut piece) {
        thread::sleep(delay);
        if is_open() && to.write_all(&piece[..length]).is_err() {
            break;
        }
    }
    // A half-open connection does not say that its other end is gone.
    if is_open() {
        let _ = to.shutdown(std::net::Shutdown::Write);
    }
}
