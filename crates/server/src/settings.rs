//! A master's settings.

use std::net::SocketAddr;
use std::path::PathBuf;

use audiotome_dispatch::{Caller, Token};

/// A master's settings.
#[derive(Clone, Debug)]
pub struct ServerSettings {
    /// What people and programs must show, if anything.
    pub token: Option<Token>,
    /// Where it listens.
    pub listen: SocketAddr,
    /// Whether it listens for TLS.
    pub tls: bool,
    /// Names that it is asked by besides `localhost`, where there is no token.
    pub names: Vec<String>,
    /// What workers are shown, which is also what they show when they announce themselves.
    pub caller: Caller,
    /// Where audiobooks go.
    pub library: PathBuf,
    /// Jobs that are carried out at once.
    pub jobs_at_once: usize,
    /// The largest book that is taken, bytes.
    pub most_upload_bytes: u64,
    /// An address that stands in for the site of the voices.
    pub voices_mirror: Option<String>,
    /// The ffmpeg program, for speech in formats that it makes.
    pub ffmpeg: String,
}
