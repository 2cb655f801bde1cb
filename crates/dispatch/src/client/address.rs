//! Where workers and masters are, as people write it.

use std::fmt;
use std::net::IpAddr;
use std::str::FromStr;

use reqwest::Url;
use thiserror::Error;

/// The port of a worker that names none.
const WORKER_PORT: u16 = 8000;
/// The port of a master that names none.
const MASTER_PORT: u16 = 7860;

/// The address of a worker: `gpu1`, `gpu1:8000`, `http://gpu1:8000`, `https://gpu1/worker`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WorkerAddress(Url);

/// The address of a master: `books`, `books:7860`, `https://books.example/audiotome`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MasterAddress(Url);

/// Not an address.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[error("`{text}` is no address of a {whose}")]
pub struct AddressError {
    text: String,
    whose: &'static str,
}

impl WorkerAddress {
    /// What people call the worker: host and port.
    #[must_use]
    pub fn name(&self) -> String {
        let host = self.0.host_str().unwrap_or_default();
        let port = self.port();
        let path = self.0.path().trim_end_matches('/');
        format!("{host}:{port}{path}")
    }

    /// The same place, reached by TLS.
    #[must_use]
    pub fn with_tls(mut self) -> Self {
        let port = self.port();
        let changed = self.0.set_scheme("https").is_ok() && self.0.set_port(Some(port)).is_ok();
        debug_assert!(changed, "an address of HTTP can be one of HTTPS");
        self
    }

    fn port(&self) -> u16 {
        self.0.port_or_known_default().unwrap_or(WORKER_PORT)
    }

    pub(crate) fn url(&self) -> &Url {
        &self.0
    }
}

impl MasterAddress {
    /// Whether it is this machine, by its address.
    #[must_use]
    pub fn is_loopback(&self) -> bool {
        let host = self.0.host_str().unwrap_or_default();
        let host = host.trim_matches(['[', ']']);
        let address = host.parse::<IpAddr>();
        host == "localhost" || address.is_ok_and(|address| address.is_loopback())
    }

    pub(crate) fn url(&self) -> &Url {
        &self.0
    }
}

impl FromStr for WorkerAddress {
    type Err = AddressError;

    fn from_str(text: &str) -> Result<Self, AddressError> {
        let error = || AddressError::new(text, "worker such as `gpu1:8000` or `https://gpu1`");
        parse(text, WORKER_PORT).map(Self).ok_or_else(error)
    }
}

impl FromStr for MasterAddress {
    type Err = AddressError;

    fn from_str(text: &str) -> Result<Self, AddressError> {
        let error = || AddressError::new(text, "master such as `books:7860` or `https://books`");
        parse(text, MASTER_PORT).map(Self).ok_or_else(error)
    }
}

impl AddressError {
    fn new(text: &str, whose: &'static str) -> Self {
        // A password has no place here; where there is one all the same, nobody shall read it.
        let text = match (text.split_once("://"), text.rsplit_once('@')) {
            (Some((scheme, _)), Some((_, host))) => format!("{scheme}://{host}"),
            (None, Some((_, host))) => host.to_owned(),
            (_, None) => text.trim().to_owned(),
        };
        Self { text, whose }
    }
}

fn parse(text: &str, port: u16) -> Option<Url> {
    let text = text.trim();
    let (url, has_scheme) = match text.split_once("://") {
        Some(("http" | "https", _)) => (Url::parse(text), true),
        Some(_) => return None,
        None => (Url::parse(&format!("http://{text}")), false),
    };
    let mut url = url.ok()?;
    let plain = url.username().is_empty() && url.password().is_none();
    if !plain || url.query().is_some() || url.fragment().is_some() {
        return None;
    }
    // `:80` counts as named, though the address doesn't show it any more.
    let names_port = text.rsplit(']').next().is_some_and(|end| end.contains(':'));
    if !has_scheme && !names_port {
        url.set_port(Some(port)).ok()?;
    }
    Some(url)
}

/// What `path` is at a server, which may live below a path itself.
pub(crate) fn at(base: &Url, path: &str) -> Url {
    let mut url = base.clone();
    let base = url.path().trim_end_matches('/').to_owned();
    url.set_path(&format!("{base}{path}"));
    url
}

/// An address as people write it back.
fn shown(url: &Url, f: &mut fmt::Formatter<'_>) -> fmt::Result {
    f.write_str(url.as_str().trim_end_matches('/'))
}

impl fmt::Display for WorkerAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        shown(&self.0, f)
    }
}

impl fmt::Display for MasterAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        shown(&self.0, f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_taken_as_people_write_them() {
        for (text, url, name) in [
            ("gpu1", "http://gpu1:8000", "gpu1:8000"),
            (" gpu1:9000 ", "http://gpu1:9000", "gpu1:9000"),
            ("10.0.0.7:80", "http://10.0.0.7", "10.0.0.7:80"),
            ("[::1]:8000", "http://[::1]:8000", "[::1]:8000"),
            ("https://gpu1", "https://gpu1", "gpu1:443"),
            (
                "https://a.b/worker/",
                "https://a.b/worker",
                "a.b:443/worker",
            ),
        ] {
            let address: WorkerAddress = text.parse().unwrap();
            assert_eq!(
                (address.to_string().as_str(), address.name().as_str()),
                (url, name)
            );
        }
    }

    #[test]
    fn with_tls_the_port_stays() {
        for (text, url) in [
            ("gpu1:9000", "https://gpu1:9000"),
            ("gpu1:80", "https://gpu1:80"),
            ("gpu1:443", "https://gpu1"),
            ("https://gpu1/w", "https://gpu1/w"),
        ] {
            let address: WorkerAddress = text.parse().unwrap();
            assert_eq!(address.with_tls().to_string(), url);
        }
    }

    #[test]
    fn masters_have_a_port_of_their_own() {
        for (text, url, here) in [
            ("books", "http://books:7860", false),
            ("http://127.0.0.1:9000", "http://127.0.0.1:9000", true),
            ("[::1]", "http://[::1]:7860", true),
            ("https://localhost/a/", "https://localhost/a", true),
        ] {
            let address: MasterAddress = text.parse().unwrap();
            assert_eq!(address.to_string(), url);
            assert_eq!(address.is_loopback(), here, "{text}");
        }
        assert!("ftp://books".parse::<MasterAddress>().is_err());
    }

    #[test]
    fn what_is_no_address_is_refused() {
        for bad in [
            "",
            "ftp://x",
            "http://",
            "user:pw@host",
            "host?x=1",
            "a b",
            "host:99999",
        ] {
            assert!(bad.parse::<WorkerAddress>().is_err(), "{bad}");
        }
        for bad in ["me:secret@gpu1", "https://me:secret@gpu1:8000"] {
            let error = bad.parse::<WorkerAddress>().unwrap_err().to_string();
            assert!(
                !error.contains("secret") && error.contains("gpu1"),
                "{error}"
            );
        }
    }
}
